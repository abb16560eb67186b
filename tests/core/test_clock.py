import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

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


# --- how far the demo's clock is ahead ----------------------------------------------------------


@pytest.fixture
def told(monkeypatch):
    """What the row says, and how often it was asked; the process asks every half second of `at`."""
    said = SimpleNamespace(ahead=timedelta(days=3), asked=0, at=100.0)

    def read():
        said.asked += 1
        return said.ahead

    monkeypatch.setattr(clock.time, "monotonic", lambda: said.at)
    clock.follow(read)
    yield said
    clock.follow(None)


def test_the_demo_is_as_far_ahead_as_the_row_says(settings, told, time_machine):
    settings.DEMO = True
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    assert clock.now() == NEW_YEARS_EVE + timedelta(days=3)
    assert clock.real_now() == NEW_YEARS_EVE
    assert clock.is_ahead()


def test_a_process_asks_twice_a_second_at_most(settings, told):
    settings.DEMO = True
    for _call in range(3):
        clock.now()
    assert told.asked == 1
    told.at += clock.ASKED_EVERY
    told.ahead = timedelta(days=4)
    assert clock.now() - clock.real_now() > timedelta(days=3, hours=23)
    assert told.asked == 2


def test_what_was_known_holds_while_the_row_cannot_tell(settings, told, time_machine):
    settings.DEMO = True
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    clock.now()
    told.at += 1
    told.ahead = None
    assert clock.now() == NEW_YEARS_EVE + timedelta(days=3)


def test_who_comes_while_somebody_asks_takes_what_is_known(settings, told, time_machine):
    settings.DEMO = True
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    clock.now()
    told.at += 1
    told.ahead = timedelta(days=9)
    with clock._shift._lock:
        assert clock.now() == NEW_YEARS_EVE + timedelta(days=3)
    assert clock.now() == NEW_YEARS_EVE + timedelta(days=9)


def test_whoever_waited_for_the_first_answer_does_not_ask_again(settings, told):
    settings.DEMO = True
    answered, asked = threading.Event(), threading.Event()

    def read():
        told.asked += 1
        asked.set()
        answered.wait(5)
        return told.ahead

    clock.follow(read)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(clock.is_ahead)
        asked.wait(5)
        second = threads.submit(clock.is_ahead)
        answered.set()
        assert (first.result(), second.result(), told.asked) == (True, True, 1)


def test_who_comes_right_after_a_move_waits_for_the_new_time(settings, told):
    settings.DEMO = True
    clock.now()
    told.ahead = timedelta(days=9)
    clock.ask_anew()
    with ThreadPoolExecutor(1) as threads:
        with clock._shift._lock:
            late = threads.submit(clock.now)
            with pytest.raises(TimeoutError):
                late.result(0.1)
        assert late.result(5) - clock.real_now() > timedelta(days=8, hours=23)


def test_in_earnest_nobody_asks(settings, told, time_machine):
    settings.DEMO = False
    time_machine.move_to(NEW_YEARS_EVE, tick=False)
    assert (clock.now(), clock.is_ahead(), told.asked) == (NEW_YEARS_EVE, False, 0)


def test_a_story_of_the_past_is_told_at_its_moment(settings, told):
    settings.DEMO = True
    with clock.moved_to(NEW_YEARS_EVE):
        assert clock.now() == NEW_YEARS_EVE


def test_hours_are_those_of_the_clocks_where_the_portal_stands():
    assert clock.at_hour(date(2026, 7, 1), 8) == datetime(2026, 7, 1, 6, tzinfo=UTC)
