"""When a target is reached. No Django in here.

For the end of each month to come the likelihood of every number of closed exchanges is worked out
(`likelihood.py`). The target is reached *early* in the first month in which the chance is one in
ten, *expected* in the first in which it is even, *late* in the first in which it is nine in ten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.forecast.facts import Facts
from reports.forecast.likelihood import numbers_on, quantile
from reports.forecast.months import month_ends

EARLY, EVEN, LATE = 0.1, 0.5, 0.9
"""Chances that the target is reached."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """How many exchanges are closed by the end of `day`: in nine cases of ten at least `low`, as
    likely as not `middle`, in one case of ten at least `high`. Never more than the target."""

    day: date
    low: int
    middle: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """The last days of the months in which the target is reached; None where it is not within the
    horizon. `chance` is that of reaching it by the day on which it is due (0.0 to 1.0), None
    without such a day. `points` go from the present month on, until the target is reached late or
    the horizon; there are none where nothing is on its way and there is no pace."""

    facts: Facts
    early: date | None
    expected: date | None
    late: date | None
    chance: float | None
    points: tuple[Point, ...]

    @property
    def is_reached(self) -> bool:
        return not self.facts.missing

    @property
    def has_pace(self) -> bool:
        return self.facts.pace.closed > 0


def forecast(facts: Facts) -> Forecast:
    """The range in which the target is reached. A target that is reached needs no forecast: its
    days are empty and its chance is 1."""
    points = tuple(_points(facts)) if facts.missing else ()
    return Forecast(
        facts=facts,
        early=next((one.day for one in points if one.high == facts.target), None),
        expected=next((one.day for one in points if one.middle == facts.target), None),
        late=next((one.day for one in points if one.low == facts.target), None),
        chance=_chance(facts),
        points=points,
    )


def _points(facts: Facts) -> Iterator[Point]:
    """None where there is nothing to go by."""
    if not (facts.on_their_way or facts.pace.closed):
        return
    for day in month_ends(facts.today, facts.horizon):
        likelihoods = numbers_on(day, facts)
        low, middle, high = (
            facts.closed + quantile(likelihoods, share) for share in (1 - LATE, EVEN, 1 - EARLY)
        )
        yield Point(day=day, low=low, middle=middle, high=high)
        if low == facts.target:
            return


def _chance(facts: Facts) -> float | None:
    if facts.due_on is None:
        return None
    if not facts.missing:
        return 1.0
    if facts.due_on < facts.today:
        return 0.0
    return float(numbers_on(facts.due_on, facts)[-1])
