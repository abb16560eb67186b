"""Tables of figures as pages show them when nobody opens their numbers."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from cxc_portal.core.types import Text
from reports.charts.rendering import CHARTS, render
from reports.queries.handed_in import HandedIn
from reports.wording.tables import Printed, printed


@dataclass(frozen=True)
class TableShown:
    """A table with its chart, which may be empty. `head` and the cells of `rows` come each with
    whether they are numbers."""

    name: str
    title: Text
    note: Text
    chart: SafeString | str
    head: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]


def tables_shown(figures: HandedIn) -> list[TableShown]:
    """Those that say something, in their order."""
    found = {name: printed(name, table) for name, table in figures.tables.items()}
    return [_shown(figures, name, one) for name, one in found.items() if one.rows]


def _shown(figures: HandedIn, name: str, found: Printed) -> TableShown:
    table = figures.tables[name]
    return TableShown(
        name=name,
        title=table.title,
        note=figures.notes[name],
        chart=render(name, table) if name in CHARTS else "",
        head=[(text, at in found.numeric) for at, text in enumerate(found.head)],
        rows=[[(text, at in found.numeric) for at, text in enumerate(row)] for row in found.rows],
    )
