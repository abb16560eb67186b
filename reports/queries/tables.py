"""The tables of figures, for the page, the exports and frozen periods."""

from collections.abc import Collection

from cxc_portal.core.exports import Table
from reports.queries.figures import TABLES
from reports.queries.lists import LISTS
from reports.queries.scopes import Scope


def tables_of(scope: Scope, names: Collection[str] | None = None) -> dict[str, Table]:
    """All tables of figures, or those named, in the order in which they are read.

    They hold totals alone: no name of a person, an organisation or an exchange, so that observers
    may read them as well.
    """
    wanted = TABLES if names is None else [name for name in TABLES if name in names]
    return {name: TABLES[name].table(scope) for name in wanted}


def lists_of(scope: Scope) -> dict[str, Table]:
    """What exports add to the figures, row by row: exchanges with what is to be known of them,
    records by hand, outreach. Nothing for those who see totals only."""
    if scope.totals_only:
        return {}
    return {name: make(scope) for name, make in LISTS.items()}
