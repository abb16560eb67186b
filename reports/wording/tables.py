"""Tables of figures as they are printed: what people read of them, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxc_portal.core.exports import Table
from reports.wording.figures import in_words, is_number

Record = Mapping[str, Any]
FOR_PROGRAMS = ("code", "visitor_country", "host_country", "question")
CHOSEN: Mapping[str, Sequence[str]] = {
    "indicators": (
        "code",
        "label",
        "target",
        "actual",
        "so_far",
        "is_achieved",
        "due",
        "due_on",
        "achieved_on",
        "forecast",
        "comment",
    ),
    "forecasts": ("code", "label", "target", "today", "in_words"),
    "records": ("code", "label", "records", "total"),
    "satisfaction": ("label", "visitors", "visitors_mean", "hosts", "hosts_mean"),
}
"""The columns of tables that would show too many on paper, or that need their codes."""
TURNED = ("modes",)
"""Tables of few rows and many columns, which read better the other way round."""
ANSWERED = ("satisfaction", "results")
"""Tables of answers: a row that nobody answered is left out."""


@dataclass(frozen=True)
class Printed:
    """`numeric` are the columns of numbers, by their place; the first names the rows."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int]


def records_of(table: Table) -> list[Record]:
    """The rows by the keys of their columns."""
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def printed(name: str, table: Table) -> Printed:
    """What people read of the table of this name; without rows where it says nothing."""
    labels = {column.key: str(column.label) for column in table.columns}
    chosen = CHOSEN.get(name) or [key for key in labels if key not in FOR_PROGRAMS]
    keys = [key for key in chosen if key in labels]
    found = [row for row in records_of(table) if name not in ANSWERED or _is_answered(row)]
    head = [labels[key] for key in keys]
    rows = [[in_words(row[key]) for key in keys] for row in found]
    numeric = {
        at
        for at, key in enumerate(keys)
        if all(row[key] is None or is_number(row[key]) for row in found)
    }
    if name in TURNED:
        turned = list(zip(head, *rows, strict=True))
        return Printed(turned[0], turned[1:], frozenset(range(1, len(found) + 1)))
    return Printed(head, rows, frozenset(numeric) - {0})


def _is_answered(row: Record) -> bool:
    return bool(row["visitors"] or row["hosts"])
