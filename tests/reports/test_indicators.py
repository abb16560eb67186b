"""Targets: how many, until when, achieved or not and since which day."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from profiles.models import IndicatorTarget, Partnership
from reports.models import HandRecord
from reports.queries.figures import indicator_lines
from reports.queries.scopes import Scope
from tests.factories.profiles import UserFactory
from tests.reports.figure_worlds import EXXTRA, counting, local_day, recipe, world_of

pytestmark = pytest.mark.usefixtures("reference")


def test_a_target_is_achieved_on_the_day_of_the_exchange_that_made_it_full():
    world = world_of(13, exchanges=160)
    IndicatorTarget.objects.filter(indicator__in=["5.5.1", "5.5.1.d"]).update(number=3)
    IndicatorTarget.objects.filter(indicator="5.5.1.b").update(number=1000)
    scope = Scope(recipe(), ends_on=world.ends_on)
    in_order = sorted(counting(world, scope), key=lambda one: one.closed_at)
    others = [
        one
        for one in in_order
        if one.visitor.organisation.organisation_type.kpi_category == "support_organisations"
    ]
    lines = {line.code: line for line in indicator_lines(scope)}
    assert (lines["5.5.1"].is_achieved, lines["5.5.1"].achieved_on) == (
        True,
        local_day(in_order[2].closed_at),
    )
    assert lines["5.5.1.d"].achieved_on == local_day(others[2].closed_at)
    assert (lines["5.5.1.b"].is_achieved, lines["5.5.1.b"].achieved_on) == (False, None)


def test_targets_by_hand_are_achieved_on_the_day_of_the_record_that_made_them_full():
    IndicatorTarget.objects.filter(indicator__in=["T1", "S1"]).update(number=10)
    author = UserFactory()
    day = clock.today() - timedelta(days=20)
    for code, count, days in (("T1", 9, 0), ("T1", 1, 4), ("T1", 5, 9), ("S1", 11, 6)):
        HandRecord.objects.create(
            partnership=recipe(),
            indicator_id=code,
            count=count,
            title="A training",
            on=day + timedelta(days=days),
            recorded_by=author,
        )
    lines = {line.code: line for line in indicator_lines(Scope(recipe()))}
    assert lines["T1"].achieved_on == day + timedelta(days=4)
    assert lines["S1"].achieved_on == day + timedelta(days=6)


def test_the_target_is_measured_by_everything_until_the_last_day():
    world = world_of(14)
    days = {"starts_on": world.ends_on, "ends_on": world.ends_on}
    line = indicator_lines(Scope(recipe(), **days))[0]
    IndicatorTarget.objects.filter(indicator="5.5.1").update(number=line.so_far)
    assert line.actual < line.so_far
    assert indicator_lines(Scope(recipe(), **days))[0].is_achieved is True


def test_a_target_whose_day_has_passed_is_late():
    yesterday = clock.today() - timedelta(days=1)
    IndicatorTarget.objects.filter(indicator="5.5.1").update(due_on=yesterday)
    line = indicator_lines(Scope(recipe()))[0]
    assert (line.is_late, line.due, line.missing) == (True, "M24", 50)


def test_who_gave_no_list_of_targets_promised_its_planned_exchanges():
    line, part, *_ = indicator_lines(Scope(Partnership.objects.get(acronym=EXXTRA)))
    assert (line.target, part.target, part.is_achieved) == (52, None, None)


def test_all_together_promised_the_sum():
    planned = sum(Partnership.objects.values_list("planned_exchanges", flat=True))
    line, part, *_ = indicator_lines(Scope())
    assert (line.target, part.target, line.comment) == (planned, 25, "")
