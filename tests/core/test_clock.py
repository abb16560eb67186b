from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from cxc_portal.core import clock

NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def test_now_is_in_utc(time_machine):
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    assert clock.now() == NEW_YEARS_EVE
    assert clock.now().tzinfo is UTC


def test_today_is_the_day_where_the_portal_stands(time_machine):
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    assert clock.today() == date(2027, 1, 1)


def test_day_of_a_moment_is_the_day_where_the_portal_stands():
    assert clock.day_of(NEW_YEARS_EVE) == date(2027, 1, 1)


def test_local_shows_the_clocks_where_the_portal_stands():
    assert str(clock.local(NEW_YEARS_EVE)) == "2027-01-01 00:30:00+01:00"


def test_the_demo_can_tell_its_past(settings, time_machine):
    settings.DEMO = True
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    earlier = datetime(2026, 3, 1, tzinfo=UTC)
    with clock.moved_to(earlier):
        assert (clock.now(), clock.today()) == (earlier, date(2026, 3, 1))
    assert clock.now() == NEW_YEARS_EVE


def test_the_clock_is_not_moved_elsewhere(settings):
    settings.DEMO = False
    with (
        pytest.raises(ImproperlyConfigured, match="demo mode only"),
        clock.moved_to(NEW_YEARS_EVE),
    ):
        pass
