"""The forecast as tables: when each target is reached, and where the exchanges lead month by month.

Both are as of today, whichever days are looked at.
"""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.exports import Column, Table
from profiles.enums import CountedFrom
from reports.forecast.forecast import Forecast
from reports.forecast.months import month_end
from reports.queries.exchange_counts import counted
from reports.queries.indicators import IndicatorLine, indicator_lines
from reports.queries.outlook import Outlook, outlook_of, with_forecasts
from reports.queries.scopes import Scope
from reports.queries.shapes import FigureTable, Rows, Shown, named
from reports.wording.forecast import when_in_words

Row = tuple[Any, ...]


def main_line(lines: Sequence[IndicatorLine]) -> IndicatorLine | None:
    """The exchanges altogether: what everything serves."""
    return next(
        (line for line in lines if line.counted_from == CountedFrom.EXCHANGES and not line.is_part),
        None,
    )


def forecast_rows(lines: Sequence[IndicatorLine]) -> list[Row]:
    """Of lines with their forecasts."""
    return [_forecast_row(line) for line in lines if line.forecast is not None]


def _forecast_row(line: IndicatorLine) -> Row:
    found: Forecast = line.forecast
    chance = None if found.chance is None else round(found.chance * 100)
    return (
        line.code,
        line.label,
        line.target,
        found.facts.closed,
        found.early,
        found.expected,
        found.late,
        chance,
        when_in_words(line),
    )


def pace_rows(scope: Scope, line: IndicatorLine) -> list[Row]:
    """What was closed by the end of each month so far, today's number, and the months to come."""
    found: Forecast = line.forecast
    today = found.facts.today
    months = (
        counted(Scope(partnership=scope.partnership, mode=scope.mode))
        .values(month=TruncMonth("closed_at"))
        .annotate(number=Count("pk"))
        .order_by("month")
    )
    days = [(month_end(clock.day_of(row["month"])), row["number"]) for row in months]
    reached = accumulate(number for _day, number in days)
    past = [(day, sum_) for (day, _n), sum_ in zip(days, reached, strict=True) if day < today]
    promised = (line.target, line.due_on)
    return [
        *((*_month(day), number, None, None, None, *promised) for day, number in past),
        (*_month(today), found.facts.closed, None, None, None, *promised),
        *(
            (*_month(one.day), None, one.low, one.middle, one.high, *promised)
            for one in found.points
        ),
    ]


def _month(day: date) -> tuple[str, date]:
    return day.isoformat(), day


def _lines(scope: Scope) -> tuple[list[IndicatorLine], Outlook]:
    found = outlook_of(scope)
    return with_forecasts(indicator_lines(scope), found), found


def _forecasts(scope: Scope) -> list[Row]:
    return forecast_rows(_lines(scope)[0])


def _pace(scope: Scope) -> list[Row]:
    line = main_line(_lines(scope)[0])
    return pace_rows(scope, line) if line and line.forecast else []


def _nothing_behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    return []


FORECASTS = FigureTable(
    name="forecasts",
    title=_("When the targets are reached"),
    about=_(
        "As of today: exchanges on their way, each with the share of earlier ones at its step that "
        "were closed, and further ones at the pace of the last months."
    ),
    columns=(
        *named(_("Objective or indicator")),
        Shown("target", _("Target")),
        Shown("today", _("Today"), _("Reached until today.")),
        Shown("early", _("At best"), _("By this day the chance is one in ten.")),
        Shown("expected", _("Expected"), _("By this day the chance is even.")),
        Shown("late", _("At the latest"), _("By this day the chance is nine in ten.")),
        Shown("chance", _("Chance (%)"), _("That it is reached by the day on which it is due.")),
        Shown("in_words", _("In words")),
    ),
    values=_forecasts,
    behind=_nothing_behind,
)

FORECAST_COLUMNS = (
    Column("forecast_on", _("Forecast")),
    Column("forecast", _("Forecast in words")),
)
"""What the table of indicators says of the forecast where it is handed in."""


def with_forecasts_beside(indicators: Table, forecasts: Table) -> Table:
    """The indicators with the day on which each target is expected, and that day in words, right
    before the comment. Nothing of a target that is reached: its day stands there already."""
    keys = [column.key for column in forecasts.columns]
    day, words = keys.index("expected"), keys.index("in_words")
    found = {row[0]: (row[day], row[words]) for row in forecasts.rows}
    is_achieved = [column.key for column in indicators.columns].index("is_achieved")
    rows = [
        (*row[:-1], *((None, "") if row[is_achieved] else found.get(row[0], (None, ""))), row[-1])
        for row in indicators.rows
    ]
    return Table(
        title=indicators.title,
        columns=[*indicators.columns[:-1], *FORECAST_COLUMNS, indicators.columns[-1]],
        rows=rows,
    )


PACE = FigureTable(
    name="pace",
    title=_("Exchanges closed month by month"),
    about=_("Those that count, added up; for the months to come the range of the forecast."),
    columns=(
        *named(_("Until")),
        Shown("closed", _("Closed"), _("All until that day.")),
        Shown("low", _("At least"), _("In nine cases of ten.")),
        Shown("middle", _("As likely as not")),
        Shown("high", _("At best"), _("In one case of ten.")),
        Shown("target", _("Target")),
        Shown("due_on", _("Due on")),
    ),
    values=_pace,
    behind=_nothing_behind,
)
