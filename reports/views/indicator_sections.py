"""The sections of the page of indicators: tables whose numbers open what is behind them, and the
charts drawn from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
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
class FigureView:
    """One table of figures as it is read: `columns` are labels and whether they hold numbers,
    `rows` the cells of each row as HTML."""

    name: str
    title: Text
    about: Text
    columns: Sequence[tuple[Text, bool]]
    rows: Sequence[SafeString]
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
    shown = [
        _Column(
            key=column.key,
            place=place,
            label=column.label,
            is_numeric=_is_numeric(row[place] for row in table.rows),
            opens=query is not None and definition.opens(column.key),
        )
        for place, column in enumerate(table.columns)
        if column.key != CODE
    ]
    return FigureView(
        name=definition.name,
        title=definition.title,
        about=definition.about,
        columns=[(column.label, column.is_numeric) for column in shown],
        rows=[_cells(definition.name, row, shown, query) for row in table.rows],
        chart=render(definition.name, table) if definition.name in CHARTS else None,
    )


@dataclass(frozen=True)
class _Column:
    """A column as it is drawn: where it stands in its table, and whether its numbers open the rows
    behind them."""

    key: str
    place: int
    label: Text
    is_numeric: bool
    opens: bool

    @cached_property
    def beginning(self) -> str:
        """How each of its cells begins."""
        style = SafeString(' class="number"') if self.is_numeric else ""
        return format_html('<td{} data-label="{}"><span>', style, self.label)


def _cells(
    name: str, row: Sequence[Any], columns: Sequence[_Column], query: str | None
) -> SafeString:
    """One row. There are a thousand cells on the page: each is put together by itself, of escaped
    parts, which takes a tenth of what a template would."""
    first, *others = columns
    html = [f'<th scope="row">{escape(in_words(row[first.place]))}</th>']
    for column in others:
        value = row[column.place]
        text = escape(in_words(value))
        if column.opens and value is not None:
            url = rows_url(cell_code(name, row[0], column.key), query)
            text = f'<a href="{escape(url)}">{text}</a>'
        html.append(f"{column.beginning}{text}</span></td>")
    return SafeString("".join(html))


def rows_url(code: str, query: str | None) -> str:
    """Where the rows behind the number of this code are; empty where nobody may see them."""
    if query is None:
        return ""
    url = _address(code)
    return f"{url}?{query}" if query else url


@lru_cache(maxsize=4096)
def _address(code: str) -> str:
    return reverse("reports:indicator_rows", args=[code])


def _is_numeric(values: Iterable[Any]) -> bool:
    """Whether a column holds numbers, and nothing else but gaps."""
    known = [value for value in values if value is not None]
    return bool(known) and all(map(is_number, known))
