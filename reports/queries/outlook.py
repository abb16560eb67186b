"""Where the indicators lead: what the forecast starts from, counted by the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, F, Min, Q, When
from django.db.models.functions import TruncDate

from cxc_portal.core import clock
from exchanges.enums import OVER, ExchangeState
from exchanges.models import Exchange
from profiles.enums import CountedFrom
from profiles.models import Indicator
from profiles.rules import RuleBook, current_rules
from reports.forecast.facts import Facts, OnTheirWay, Pace, share_closed
from reports.forecast.forecast import Forecast, forecast
from reports.forecast.months import months_from
from reports.queries.exchange_counts import CATEGORY, is_counted, is_own
from reports.queries.indicators import IndicatorLine, indicator_lines
from reports.queries.scopes import Scope

AGREED, SIGNED, RUNNING, REPORTING = "agreed", "signed", "running", "reporting"
STEPS: Mapping[str, tuple[ExchangeState, ...]] = {
    AGREED: (ExchangeState.BUILDING, ExchangeState.SIGNING, ExchangeState.REVIEW),
    SIGNED: (ExchangeState.VALIDATED,),
    RUNNING: (ExchangeState.ONGOING,),
    REPORTING: (ExchangeState.REPORTING,),
}
"""How far an exchange can be that is on its way."""
PASSED: Mapping[str, Q] = {
    AGREED: Q(),
    SIGNED: Q(validated_at__isnull=False),
    RUNNING: Q(started_at__isnull=False),
    REPORTING: Q(finished_at__isnull=False, state__in=[ExchangeState.CLOSED, ExchangeState.FAILED]),
}
"""Of exchanges that are over: that they had come so far."""
SHORTEST = 30
"""Days that a pace is measured by at least."""


@dataclass(frozen=True)
class Experience:
    """What earlier exchanges of the whole programme teach.

    `chances` are the shares that were closed in the end, by step (0.0 to 1.0); `reporting_days` are
    those from the end to the closing, `lead_days` those from the opening to the closing, on
    average. `closed` is how many exchanges that rests on.
    """

    chances: Mapping[str, float]
    reporting_days: int
    lead_days: int
    closed: int


@dataclass(frozen=True)
class Outlook:
    """The forecasts by the indicators' codes, and what they rest on."""

    forecasts: Mapping[str, Forecast]
    experience: Experience
    pace_months: int
    horizon_months: int


def outlook_of(scope: Scope) -> Outlook:
    """As of today, whichever days are looked at: for every indicator with a target."""
    rules, today = current_rules(), clock.today()
    experience = _experience(rules)
    months, horizon = (rules.integer(f"indicators.{key}_months") for key in ("pace", "horizon"))
    now = scope.of_days()
    since = months_from(today, -months)
    recent = indicator_lines(scope.of_days(since), with_days=False)
    on_their_way = _on_their_way(now, experience, today)
    days = _days_of_pace(now, since, today)
    categories = dict(Indicator.objects.values_list("code", "category"))
    forecasts = {
        line.code: forecast(
            Facts(
                today=today,
                target=line.target,
                closed=line.so_far,
                on_their_way=_of_line(line, categories[line.code], on_their_way),
                pace=Pace(closed=line.actual, days=days),
                lead_days=experience.lead_days if _is_of_exchanges(line) else 0,
                horizon=months_from(today, horizon),
                due_on=line.due_on,
            )
        )
        for line in recent
        if line.target
    }
    return Outlook(forecasts, experience, months, horizon)


def with_forecasts(lines: Iterable[IndicatorLine], found: Outlook) -> list[IndicatorLine]:
    """The lines, each with its forecast; one that is reached and one without a target have none."""
    return [replace(line, forecast=found.forecasts.get(line.code)) for line in lines]


def _is_of_exchanges(line: IndicatorLine) -> bool:
    return line.counted_from == CountedFrom.EXCHANGES


def _of_line(
    line: IndicatorLine, category: str, groups: Iterable[tuple[str, OnTheirWay]]
) -> tuple[OnTheirWay, ...]:
    """What is on its way to count for this line; records by hand come unannounced."""
    if not _is_of_exchanges(line):
        return ()
    return tuple(group for of, group in groups if category in ("", of))


def _experience(rules: RuleBook) -> Experience:
    """From all exchanges that are over; where there are few, what the rules assume weighs more."""
    is_closed = Q(state=ExchangeState.CLOSED)
    ended = {f"{step}_ended": Count("pk", filter=passed) for step, passed in PASSED.items()}
    found: dict[str, Any] = Exchange.objects.filter(state__in=OVER).aggregate(
        closed=Count("pk", filter=is_closed),
        reporting=Avg(F("closed_at") - F("finished_at"), filter=is_closed),
        lead=Avg(F("closed_at") - F("opened_at"), filter=is_closed),
        **ended,
    )
    usual = rules.integer("report.due_days") + rules.integer("report.validation_days")
    return Experience(
        chances={
            step: share_closed(
                closed=found["closed"],
                ended=found[f"{step}_ended"],
                assumed=rules.integer(f"indicators.assumed_{step}"),
                weight=rules.integer("indicators.assumed_weight"),
            )
            for step in STEPS
        },
        reporting_days=_in_days(found["reporting"], usual),
        lead_days=_in_days(found["lead"], rules.integer("indicators.lead_days")),
        closed=found["closed"],
    )


def _in_days(span: timedelta | None, otherwise: int) -> int:
    return otherwise if span is None else max(round(span / timedelta(days=1)), 0)


def _on_their_way(
    scope: Scope, experience: Experience, today: date
) -> list[tuple[str, OnTheirWay]]:
    """Those that are open and will count, by the category of the visitor: put together by the
    database where their step and their days are the same."""
    rows = (
        Exchange.objects.open()
        .filter(is_own(scope), is_counted(scope), scope.of_mode())
        .values(
            "state",
            "ends_on",
            category=F(CATEGORY),
            opened_on=Case(When(ends_on=None, then=TruncDate("opened_at"))),
        )
        .annotate(number=Count("pk"))
        .order_by()
    )
    step_of = {state.value: step for step, states in STEPS.items() for state in states}
    return [
        (
            row["category"],
            OnTheirWay(
                closes_on=_closes_on(row["ends_on"], row["opened_on"], experience, today),
                chance=experience.chances[step_of[row["state"]]],
                number=row["number"],
            ),
        )
        for row in rows
    ]


def _closes_on(ends_on: date | None, opened_on: date, experience: Experience, today: date) -> date:
    """A while after the last day; without one, as long after the opening as usual. What is late
    takes that while from today."""
    reporting, lead = (
        timedelta(days=days) for days in (experience.reporting_days, experience.lead_days)
    )
    expected = ends_on + reporting if ends_on else opened_on + lead
    return expected if expected >= today else today + reporting


def _days_of_pace(scope: Scope, since: date, today: date) -> int:
    """Since the first exchange was opened, at most since that day."""
    own = Exchange.objects.filter(is_own(scope), scope.of_mode())
    first = own.aggregate(first=Min("opened_at"))["first"]
    begun = max(clock.day_of(first), since) if first else since
    return max((today - begun).days, SHORTEST)
