"""Frozen periods: tables as plain JSON that any database gives back as it was, and back again."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.documents import digest_of
from cxc_portal.core.errors import DomainError
from cxc_portal.core.exports import Column, Table
from reports.models import ReportingPeriod

FORMAT = 2
"""Grows when snapshots are written differently; those written before stay readable: the first kept
of the partnership nothing but the acronym."""

KIND = "kind"
_WRITTEN: Mapping[type, tuple[str, Callable[[Any], str]]] = {
    datetime: ("moment", datetime.isoformat),
    date: ("day", date.isoformat),
    Decimal: ("decimal", str),
    float: ("fraction", repr),
}
_READ: Mapping[str, Callable[[str], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "decimal": Decimal,
    "fraction": float,
}


class AlteredPeriod(DomainError):
    """What is kept of a period is not what was frozen."""

    def __init__(self) -> None:
        super().__init__(
            "altered",
            _(
                "These figures are not what was frozen: somebody has changed them in the database. "
                "Tell the Support Office."
            ),
        )


def frozen_tables(tables: Mapping[str, Table], notes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The tables as plain JSON, in their order, with the words that they and the notes on them say
    now."""
    return [
        {
            "name": name,
            "title": str(table.title),
            "note": notes[name],
            "columns": [{"key": c.key, "label": str(c.label)} for c in table.columns],
            "rows": [[_written(value) for value in row] for row in table.rows],
        }
        for name, table in tables.items()
    ]


def tables_of_period(period: ReportingPeriod) -> dict[str, Table]:
    """The tables as they were frozen, their values of the same types.

    Raises `AlteredPeriod` when the snapshot is not the one whose digest was kept.
    """
    if digest_of(period.snapshot) != period.digest:
        raise AlteredPeriod
    return {
        one["name"]: Table(
            title=one["title"],
            columns=[Column(column["key"], column["label"]) for column in one["columns"]],
            rows=[[_read(value) for value in row] for row in one["rows"]],
        )
        for one in period.snapshot["tables"]
    }


def _written(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    if type(value) in _WRITTEN:
        kind, write = _WRITTEN[type(value)]
        return {KIND: kind, "value": write(value)}
    return str(value)


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(one) for one in value]
    if isinstance(value, dict):
        return _READ[value[KIND]](value["value"])
    return value
