"""When a target is reached: pure, without a database."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.forecast.facts import Facts, OnTheirWay, Pace, share_closed
from reports.forecast.forecast import forecast
from reports.forecast.likelihood import numbers_on, quantile
from reports.forecast.months import month_ends, months_from

TODAY = date(2026, 3, 10)
HORIZON = date(2029, 3, 31)
NEVER = date.max


def facts(**changes):
    given_facts = {
        "today": TODAY,
        "target": 10,
        "closed": 0,
        "on_their_way": (),
        "pace": Pace(closed=0, days=180),
        "lead_days": 90,
        "horizon": HORIZON,
    }
    return Facts(**(given_facts | changes))


def sure(day, number=1):
    return OnTheirWay(closes_on=day, chance=1.0, number=number)


groups = st.builds(
    OnTheirWay,
    closes_on=st.dates(TODAY, HORIZON),
    chance=st.floats(0, 1),
    number=st.integers(1, 5),
)
worlds = st.builds(
    Facts,
    today=st.just(TODAY),
    target=st.integers(1, 40),
    closed=st.integers(0, 45),
    on_their_way=st.lists(groups, max_size=6).map(tuple),
    pace=st.builds(Pace, closed=st.integers(0, 60), days=st.integers(1, 365)),
    lead_days=st.integers(0, 200),
    horizon=st.just(HORIZON),
    due_on=st.none() | st.dates(TODAY, HORIZON),
)


@given(worlds)
def test_the_range_is_in_order_and_never_more_than_the_target(world):
    found = forecast(world)

    days = [day or NEVER for day in (found.early, found.expected, found.late)]
    assert days == sorted(days)
    for point in found.points:
        assert world.closed <= point.low <= point.middle <= point.high <= world.target


@given(worlds, st.dates(TODAY, HORIZON))
def test_the_likelihoods_of_a_day_add_up_to_one(world, day):
    found = numbers_on(day, world)

    assert len(found) == world.missing + 1
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)


@given(worlds, st.integers(1, 400))
def test_time_makes_no_number_less_likely_to_be_reached(world, days):
    later = world.today + timedelta(days=days)

    now, then = (np.cumsum(numbers_on(day, world)) for day in (world.today, later))

    assert (then <= now + 1e-9).all()


@given(worlds, groups)
def test_one_more_on_its_way_never_delays_the_target(world, group):
    more = facts(**vars(world) | {"on_their_way": (*world.on_their_way, group)})

    assert (forecast(more).expected or NEVER) <= (forecast(world).expected or NEVER)
    assert (forecast(more).late or NEVER) <= (forecast(world).late or NEVER)


@given(worlds)
def test_a_longer_way_to_the_closing_never_hastens_the_target(world):
    slower = facts(**vars(world) | {"lead_days": world.lead_days + 60})

    assert (forecast(slower).expected or NEVER) >= (forecast(world).expected or NEVER)


@given(worlds)
def test_the_chance_agrees_with_the_range(world):
    found = forecast(world)
    if world.due_on is None:
        assert found.chance is None
    elif found.is_reached:
        assert found.chance == 1
    else:
        due = world.due_on
        assert 0 <= found.chance <= 1 + 1e-9
        assert found.chance > 0.5 - 1e-9 or found.expected is None or found.expected >= due


def test_without_an_exchange_the_pipeline_alone_decides():
    world = facts(target=2, on_their_way=(sure(date(2026, 4, 20)), sure(date(2026, 6, 2))))

    found = forecast(world)

    assert not found.has_pace
    assert (found.early, found.expected, found.late) == (date(2026, 6, 30),) * 3


def test_too_few_on_their_way_and_no_pace_reach_nothing():
    found = forecast(facts(on_their_way=(sure(date(2026, 4, 20), number=4),)))

    assert (found.early, found.expected, found.late) == (None, None, None)
    assert (found.points[-1].day, found.points[-1].middle) == (date(2029, 3, 31), 4)


def test_nothing_at_all_reaches_nothing():
    found = forecast(facts(due_on=date(2026, 12, 31)))

    assert (found.expected, found.chance, found.points) == (None, 0, ())


def test_a_reached_target_needs_no_forecast():
    found = forecast(facts(closed=12, due_on=TODAY))

    assert found.is_reached
    assert (found.expected, found.points, found.chance) == (None, (), 1)


def test_a_day_that_is_past_gives_no_chance():
    found = forecast(facts(due_on=TODAY - timedelta(days=1), on_their_way=(sure(TODAY, 10),)))

    assert found.chance == 0


def test_an_even_chance_counts_for_half():
    group = OnTheirWay(closes_on=date(2026, 4, 2), chance=0.5, number=2)

    found = numbers_on(date(2026, 4, 30), facts(on_their_way=(group,)))

    assert list(found[:3]) == [0.25, 0.5, 0.25]


def test_further_ones_come_at_the_pace_so_far_once_the_usual_way_is_gone():
    world = facts(target=400, pace=Pace(closed=12, days=180), lead_days=90)

    before = numbers_on(TODAY + timedelta(days=90), world)
    after = numbers_on(TODAY + timedelta(days=90 + 360), world)

    assert before[0] == 1
    assert (np.arange(401) * after).sum() == pytest.approx(24)


def test_a_steady_pace_gives_a_narrower_range_than_a_short_one():
    wide = forecast(facts(pace=Pace(closed=3, days=90)))
    narrow = forecast(facts(pace=Pace(closed=12, days=360)))

    assert narrow.late - narrow.early < wide.late - wide.early


def test_a_quantile_is_the_first_number_that_is_likely_enough():
    likelihoods = np.array([0.1, 0.4, 0.5])

    assert [quantile(likelihoods, share) for share in (0.1, 0.5, 0.9, 1.1)] == [0, 1, 2, 2]


def test_the_months_end_with_their_last_days():
    assert list(month_ends(date(2026, 12, 31), date(2027, 3, 30))) == [
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 2, 28),
    ]


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 8, 31), -6, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_are_reckoned_by_the_calendar(day, months, found):
    assert months_from(day, months) == found


@pytest.mark.parametrize(
    ("closed", "ended", "assumed", "weight", "share"),
    [
        (0, 0, 80, 10, 0.8),
        (10, 10, 80, 10, 0.9),
        (0, 10, 80, 10, 0.4),
        (3, 4, 80, 0, 0.75),
        (0, 0, 80, 0, 0.8),
    ],
)
def test_the_share_closed_leans_on_what_is_assumed_until_there_is_a_history(
    closed, ended, assumed, weight, share
):
    found = share_closed(closed=closed, ended=ended, assumed=assumed, weight=weight)

    assert found == pytest.approx(share)
