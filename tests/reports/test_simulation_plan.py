"""The plan of the replayed programme."""

from datetime import date, timedelta

import pytest

from profiles.enums import Role
from profiles.models import Country
from reports.simulation import plan as plans
from reports.simulation.cast import Cast
from reports.simulation.plan import LONGEST_ONLINE, PlanImpossible, draw
from reports.simulation.replay import acting_days
from reports.simulation.scripts import Scripts, _monday
from reports.simulation.service_hands import ServiceHands

pytestmark = pytest.mark.usefixtures("reference")

NUMBERS = {"organisations": 60, "exchanges": 12, "months": 8}


def test_the_same_seed_gives_the_same_plan():
    assert draw(**NUMBERS, seed=4) == draw(**NUMBERS, seed=4)
    assert draw(**NUMBERS, seed=4) != draw(**NUMBERS, seed=5)


def test_each_visitor_travels_once_and_abroad():
    plan = draw(**NUMBERS, seed=4)
    assert len({one.visitor.number for one in plan.journeys}) == NUMBERS["exchanges"]
    assert [one for one in plan.journeys if one.visitor.country == one.host.country] == []
    assert {one.visitor.role for one in plan.journeys} == {Role.VISITING}
    assert {one.host.role for one in plan.journeys} == {Role.HOST}


def test_nobody_meets_online_after_the_day_until_which_one_may():
    numbers = {"organisations": 140, "exchanges": 100, "months": 12, "seed": 4}
    online = [one.day for one in draw(**numbers).journeys if one.is_online]
    early = [one.day for one in draw(**numbers, online_until=200).journeys if one.is_online]
    assert max(online) > 200 - LONGEST_ONLINE >= max(early)


def test_whoever_travels_is_registered_and_there_is_time_to_be_paid():
    plan = draw(**NUMBERS, seed=4)
    for one in plan.journeys:
        assert one.visitor.day + plans.FROM_REGISTRATION <= one.day
        assert one.host.day + plans.FROM_REGISTRATION <= one.day
        assert one.day + plans.TO_PAYMENT <= plan.days
        assert one.first_day > one.day


def test_names_and_addresses_are_of_one_organisation_each():
    names = [plans._name(number) for number in range(1, 2501)]
    assert len(set(names)) == 2500
    assert plans._name(1).split()[0] in plans._words()[0]
    plan = draw(**NUMBERS, seed=4)
    assert len({one.email for one in plan.participants}) == NUMBERS["organisations"]
    assert plan.participants[0].full_name == (
        f"{plan.participants[0].first} {plan.participants[0].last}"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"organisations": 15}, "12 exchanges need 16 organisations"),
        ({"months": 4}, "An exchange takes 5 months"),
    ],
)
def test_numbers_that_make_no_programme_are_refused(changed, message):
    with pytest.raises(PlanImpossible, match=message):
        draw(**NUMBERS | changed, seed=1)


def test_people_act_on_two_days_a_week(time_machine):
    from datetime import date

    start = date(2026, 11, 23)
    assert list(acting_days(start, start + timedelta(days=9))) == [
        date(2026, 11, 24),
        date(2026, 11, 26),
        date(2026, 12, 1),
    ]
    assert _monday(start) == start
    assert _monday(start + timedelta(days=1)) == start + timedelta(days=7)


def test_hosts_that_are_still_to_be_asked_say_that_they_look():
    plan = draw(organisations=12, exchanges=9, months=24, seed=1)
    people = Cast(plan, password="")
    scripts = Scripts(people, ServiceHands(people), date(2026, 12, 1))
    last_asked = {one.host.number: one.day for one in plan.journeys}
    for one in plan.participants:
        confirmed = [step for step in scripts.of_participant(one) if "confirm" in step.name]
        days = [(step.due() - scripts.start).days for step in confirmed]
        assert days == [*range(160, last_asked.get(one.number, 0), 160)]


def test_a_portal_without_reference_data_says_so(monkeypatch):
    monkeypatch.setattr(Country.objects, "exists", lambda: False)
    with pytest.raises(PlanImpossible, match="run load_reference_data"):
        draw(**NUMBERS, seed=1)
