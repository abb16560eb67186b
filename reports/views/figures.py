"""Tables of figures as pages show them when nobody opens their numbers."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from cxc_portal.core.types import Text
from reports.charts.rendering import CHARTS, render
from reports.queries.handed_in import HandedIn
from reports.wording.figures import in_words, is_number

FOR_PROGRAMS = {"visitor_country", "host_country", "question"}


@dataclass(frozen=True)
class TableShown:
    """`head` and the cells of `rows` each with whether they are numbers; `chart` may be empty."""

    name: str
    title: Text
    note: Text
    chart: SafeString | str
    head: list[tuple[str, bool]]
    rows: list[list[tuple[str, str, bool]]]


def tables_shown(figures: HandedIn) -> list[TableShown]:
    """Those that have rows, in their order."""
    return [_shown(figures, name) for name, table in figures.tables.items() if table.rows]


def _shown(figures: HandedIn, name: str) -> TableShown:
    table = figures.tables[name]
    places = [at for at, one in enumerate(table.columns) if one.key not in FOR_PROGRAMS]
    labels = {at: str(table.columns[at].label) for at in places}
    numeric = {at: all(is_number(row[at]) for row in table.rows) for at in places}
    return TableShown(
        name=name,
        title=table.title,
        note=figures.notes[name],
        chart=render(name, table) if name in CHARTS else "",
        head=[(labels[at], numeric[at]) for at in places],
        rows=[
            [(labels[at], in_words(row[at]), numeric[at]) for at in places] for row in table.rows
        ],
    )
