"""Every number of the portal's figures by its code, and the rows behind it.

A code is `<table>.<row>:<column>`, such as `countries.PT-HU:physical`. The code of an indicator
alone, such as `5.5.1.a`, stands for its actual number.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from cxc_portal.core.types import Text
from profiles.models import Indicator
from reports.queries.bands import BANDS
from reports.queries.exchange_counts import CATEGORIES, HOSTED, MODES, SECTORS, TYPES
from reports.queries.funnel import FUNNEL
from reports.queries.indicators import INDICATORS, IndicatorLine, indicator_lines
from reports.queries.money import MONEY
from reports.queries.pairs import COUNTRIES
from reports.queries.pending import PENDING
from reports.queries.punctuality import REPORTS
from reports.queries.recorded import OUTREACH, RECORDS
from reports.queries.satisfaction import RESULTS, SATISFACTION
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, cell_code

__all__ = [
    "TABLES",
    "Figure",
    "IndicatorLine",
    "UnknownFigure",
    "cell_code",
    "figure",
    "indicator_lines",
    "rows_behind",
]

TABLES: dict[str, FigureTable] = {
    table.name: table
    for table in (
        INDICATORS,
        FUNNEL,
        MODES,
        CATEGORIES,
        HOSTED,
        COUNTRIES,
        SECTORS,
        TYPES,
        BANDS,
        REPORTS,
        SATISFACTION,
        RESULTS,
        MONEY,
        PENDING,
        RECORDS,
        OUTREACH,
    )
}
"""All tables of figures, in the order in which they are read."""


class UnknownFigure(LookupError):
    """No number has this code."""


@dataclass(frozen=True)
class Figure:
    """One number: where it stands, how it is counted, and what is behind it."""

    code: str
    table: FigureTable
    row: str
    column: Counted
    rows: tuple[Rows, ...]

    @property
    def title(self) -> Text:
        return self.table.title

    @property
    def how(self) -> Text:
        return self.column.how

    @property
    def total(self) -> int:
        """The number again, counted from the rows."""
        return sum(one.total for one in self.rows)


def figure(code: str, scope: Scope) -> Figure:
    """The number of this code; raises `UnknownFigure`."""
    table, row, column = _parts(code)
    try:
        rows = tuple(table.behind(scope, row, column.key))
    except (LookupError, ObjectDoesNotExist):
        rows = ()
    if not rows:
        raise UnknownFigure(code)
    return Figure(code, table, row, column, rows)


def rows_behind(code: str, scope: Scope) -> QuerySet[Any]:
    """The rows behind the number of this code: exchanges, profiles, reports, payments, records …

    Where it adds two kinds (SMEs reached: records by hand, and SMEs in exchanges), the first of
    them; `figure` gives both. Raises `UnknownFigure`.
    """
    return figure(code, scope).rows[0].queryset


def _parts(code: str) -> tuple[FigureTable, str, Counted]:
    if Indicator.objects.filter(pk=code).exists():
        code = cell_code(INDICATORS.name, code, "actual")
    name, _dot, rest = code.partition(".")
    row, _colon, key = rest.rpartition(":")
    columns = {one.key: one for one in TABLES[name].columns} if name in TABLES else {}
    column = columns.get(key)
    if not row or not isinstance(column, Counted):
        raise UnknownFigure(code)
    return TABLES[name], row, column
