"""How a number is defined: what it is called, how it is counted, and which rows stand behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.exports import Column, Table
from cxc_portal.core.types import Text
from reports.queries.scopes import Scope

CODE, LABEL = "code", "label"


@dataclass(frozen=True)
class Shown(Column):
    """A column that is read; `how` says what stands in it and how it is worked out."""

    how: Text = ""


@dataclass(frozen=True)
class Counted(Shown):
    """A column of whole numbers, each of which opens the rows behind it."""


@dataclass(frozen=True)
class Rows:
    """Rows behind a number: so many of them, or the sum of their field `adds`."""

    queryset: QuerySet[Any]
    adds: str = ""

    @cached_property
    def total(self) -> int:
        if not self.adds:
            return self.queryset.count()
        return self.queryset.aggregate(found=Sum(self.adds))["found"] or 0


Behind = Callable[[Scope, str, str], Sequence[Rows]]
"""(scope, row, column) to what is behind that number: the number is the total of them all. They
are of one kind but for indicators that add records by hand to what the portal saw. Nothing where
no number can stand; a row that does not exist raises `KeyError` or gives none."""


@dataclass(frozen=True)
class FigureTable:
    """One table of figures, defined once for the page, the exports and the tests.

    Each row begins with its code and its label. The number in row `r` and column `c` of table `t`
    has the code `t.r:c` (`cell_code`). A cell of a `Counted` column equals the total of what
    `behind` gives, or is None where nothing can stand there. `names` are the labels of its rows by
    their codes, where these are the same for every scope.
    """

    name: str
    title: Text
    about: Text
    columns: Sequence[Shown]
    values: Callable[[Scope], list[tuple[Any, ...]]]
    behind: Behind
    names: Callable[[], Mapping[str, Text]] | None = None

    def table(self, scope: Scope) -> Table:
        return Table(title=self.title, columns=self.columns, rows=self.values(scope))

    def labels(self, scope: Scope) -> Mapping[str, Text]:
        """Of its rows by their codes, counted only where nothing else tells which there are."""
        if self.names is not None:
            return self.names()
        place = [column.key for column in self.columns].index(LABEL)
        return {row[0]: row[place] for row in self.values(scope)}

    def column(self, key: str) -> Shown:
        """Raises `KeyError`."""
        return {column.key: column for column in self.columns}[key]

    def opens(self, key: str) -> bool:
        """Whether the numbers of this column open the rows behind them."""
        return isinstance(self.column(key), Counted)


def named(label: Text) -> tuple[Shown, Shown]:
    """The first two columns of every table of figures: a row's name for programs and for people."""
    return (Shown(CODE, _("Code"), _("The name of the row for programs.")), Shown(LABEL, label))


def percent(part: int, whole: int | None) -> float | None:
    """With one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def cell_code(table: str, row: str, column: str) -> str:
    """The code of one number, as it stands in addresses."""
    return f"{table}.{row}:{column}"
