"""The sections of the page of indicators: tables whose numbers open what is behind them, and the
charts drawn from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.exports import Table
from cxc_portal.core.types import Text
from reports.charts import CHARTS, render
from reports.queries.figures import TABLES, cell_code
from reports.queries.shapes import CODE, FigureTable
from reports.wording.figures import in_words, is_number

MOST_ROWS = 9


@dataclass(frozen=True)
class Cell:
    """`url` opens the rows behind a number; empty where there are none or nobody may see them."""

    label: Text
    text: Text
    url: str
    is_number: bool


@dataclass(frozen=True)
class FigureView:
    """One table of figures as it is read: `columns` are labels and whether they hold numbers."""

    name: str
    title: Text
    about: Text
    columns: Sequence[tuple[Text, bool]]
    rows: Sequence[tuple[Text, Sequence[Cell]]]
    chart: SafeString | None

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def is_long(self) -> bool:
        """Whether it is opened on demand, so that the page stays readable."""
        return len(self.rows) > MOST_ROWS


@dataclass(frozen=True)
class Section:
    """Tables that are read together; `key` is where the page's navigation leads."""

    key: str
    title: Text
    tables: Sequence[FigureView]

    @property
    def has_one(self) -> bool:
        return len(self.tables) == 1


SECTIONS: Sequence[tuple[str, Text, tuple[str, ...]]] = (
    ("way", _("From registration to payment"), ("funnel",)),
    ("exchanges", _("Exchanges"), ("modes", "categories", "hosted")),
    ("satisfaction", _("Satisfaction and results"), ("satisfaction", "results")),
    ("countries", _("From country to country"), ("countries",)),
    ("fit", _("How well they fitted"), ("bands",)),
    ("work", _("Reports, money, what waits"), ("reports", "money", "pending")),
    ("promotion", _("Promotion and records"), ("outreach", "records")),
    ("who", _("Who takes part"), ("types", "sectors")),
)
"""In the order of the page: key, title and the tables of `reports.queries.figures`."""
OF_SECTIONS = tuple(name for _key, _title, names in SECTIONS for name in names)


def sections_of(tables: Mapping[str, Table], query: str | None) -> list[Section]:
    """All sections; `query` is the scope as an address, None where no number may be opened."""
    return [
        Section(key, title, [figure_view(TABLES[name], tables[name], query) for name in names])
        for key, title, names in SECTIONS
    ]


def figure_view(definition: FigureTable, table: Table, query: str | None) -> FigureView:
    """A table of figures without its column of codes, which stand in the addresses alone."""
    name = definition.name
    keys = [column.key for column in table.columns]
    shown = [(place, key) for place, key in enumerate(keys) if key != CODE]
    numeric = {place for place, _key in shown if _is_numeric(row[place] for row in table.rows)}
    rows = [
        (
            in_words(row[shown[0][0]]),
            [
                Cell(
                    label=table.columns[place].label,
                    text=in_words(row[place]),
                    url=_url(name, row, key, row[place], query) if definition.opens(key) else "",
                    is_number=place in numeric,
                )
                for place, key in shown[1:]
            ],
        )
        for row in table.rows
    ]
    return FigureView(
        name=name,
        title=definition.title,
        about=definition.about,
        columns=[(table.columns[place].label, place in numeric) for place, _key in shown],
        rows=rows,
        chart=render(name, table) if name in CHARTS else None,
    )


def rows_url(code: str, query: str | None) -> str:
    """Where the rows behind the number of this code are; empty where nobody may see them."""
    if query is None:
        return ""
    url = reverse("reports:indicator_rows", args=[code])
    return f"{url}?{query}" if query else url


def _url(name: str, row: Sequence[Any], key: str, value: Any, query: str | None) -> str:
    return "" if value is None else rows_url(cell_code(name, row[0], key), query)


def _is_numeric(values: Iterable[Any]) -> bool:
    """Whether a column holds numbers, and nothing else but gaps."""
    known = [value for value in values if value is not None]
    return bool(known) and all(map(is_number, known))
