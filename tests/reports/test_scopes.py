"""Whose figures somebody may see, and which days belong to a period."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from cxc_portal.core.errors import NotAllowed
from exchanges.models import Exchange
from profiles.enums import StaffRoleName
from profiles.models import Partnership
from reports.queries.scopes import Scope, partnerships_for, scope_for
from tests.factories.profiles import StaffRoleFactory, UserFactory
from tests.reports.figure_worlds import BRUSSELS, EXXTRA, recipe, world_of

pytestmark = pytest.mark.usefixtures("reference")


def test_staff_see_their_own_partnership_alone():
    officer = StaffRoleFactory().user
    assert scope_for(officer) == Scope(recipe())
    assert partnerships_for(officer) == [recipe()]


def test_staff_do_not_see_another_partnership():
    officer = StaffRoleFactory().user
    with pytest.raises(NotAllowed):
        scope_for(officer, partnership=Partnership.objects.get(acronym=EXXTRA))


def test_the_support_office_sees_all_together_or_one():
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    assert scope_for(support) == Scope()
    assert scope_for(support, partnership=recipe(), mode="virtual") == Scope(
        recipe(), mode="virtual"
    )
    assert partnerships_for(support) == list(Partnership.objects.order_by("acronym"))


def test_observers_see_totals_only():
    observer = StaffRoleFactory(role=StaffRoleName.OBSERVER).user
    assert scope_for(observer) == Scope(totals_only=True)


@pytest.mark.parametrize("make", [AnonymousUser, UserFactory])
def test_nobody_else_sees_figures(make):
    with pytest.raises(NotAllowed):
        scope_for(make())


def test_a_mode_that_does_not_exist_narrows_nothing():
    assert scope_for(StaffRoleFactory().user, mode="by ship").mode == ""


@pytest.mark.parametrize(
    ("moment", "is_within"),
    [
        (datetime(2026, 3, 28, 23, 59, 59, tzinfo=BRUSSELS), False),
        (datetime(2026, 3, 29, 0, 0, 0, tzinfo=BRUSSELS), True),  # summer time begins that day
        (datetime(2026, 10, 25, 23, 59, 59, tzinfo=BRUSSELS), True),  # and ends on this one
        (datetime(2026, 10, 26, 0, 0, 0, tzinfo=BRUSSELS), False),
    ],
)
def test_days_begin_and_end_at_midnight_in_the_portals_time_zone(moment, is_within):
    world_of(21, exchanges=1)
    Exchange.objects.update(closed_at=moment)
    scope = Scope(starts_on=date(2026, 3, 29), ends_on=date(2026, 10, 25))
    assert Exchange.objects.filter(scope.within("closed_at")).exists() is is_within


def test_without_a_last_day_everything_until_today_counts():
    world = world_of(22, exchanges=1)
    assert Scope().until > world.ends_on
    assert Scope(ends_on=world.ends_on).until == world.ends_on


def test_from_the_beginning_keeps_the_last_day():
    day = date(2026, 3, 1)
    scope = Scope(recipe(), day, day + timedelta(days=1))
    assert scope.from_the_beginning() == Scope(recipe(), ends_on=day + timedelta(days=1))
