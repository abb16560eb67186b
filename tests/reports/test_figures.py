"""Every number of the figures equals the rows behind it, and what the scheme means by it."""

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core import clock
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from profiles.models import Partnership
from reports.models import HandRecord
from reports.queries.figures import (
    TABLES,
    UnknownFigure,
    cell_code,
    figure,
    indicator_lines,
    rows_behind,
)
from reports.queries.scopes import Scope
from reports.queries.tables import lists_of, tables_of
from tests.factories.figures import World, random_world

pytestmark = pytest.mark.usefixtures("reference")
RECIPE, EXXTRA = "RECIPE4MOBILITY", "EXXTRA"
BRUSSELS = ZoneInfo("Europe/Brussels")


def world_of(seed: int, exchanges: int = 60) -> World:
    return random_world(exchanges=exchanges, seed=seed, acronyms=(RECIPE, EXXTRA))


def recipe() -> Partnership:
    return Partnership.objects.get(acronym=RECIPE)


def scopes(world: World) -> list[Scope]:
    days = {"starts_on": world.starts_on, "ends_on": world.ends_on}
    return [
        Scope(),
        Scope(**days),
        *(Scope(one, **days) for one in world.partnerships),
        Scope(world.partnerships[0], mode="virtual"),
        Scope(world.partnerships[1], mode="physical", totals_only=True, **days),
    ]


def unreconciled(scope: Scope) -> list[tuple[str, Any, int]]:
    """The cells that differ from the rows behind them; where none can stand, nothing opens."""
    wrong = []
    for name, table in tables_of(scope).items():
        for row in table.rows:
            for column, value in zip(TABLES[name].columns, row, strict=True):
                if not TABLES[name].opens(column.key):
                    continue
                code = cell_code(name, row[0], column.key)
                try:
                    total = figure(code, scope).total
                except UnknownFigure:
                    total = None
                if total != value:
                    wrong.append((code, value, total))
    return wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_equals_the_rows_behind_it(seed):
    world = world_of(seed)
    assert [unreconciled(scope) for scope in scopes(world)] == [[]] * len(scopes(world))
