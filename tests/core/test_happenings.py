"""What happens next, as the apps tell it."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock, happenings
from cxc_portal.core.happenings import Happening


@pytest.fixture(autouse=True)
def providers(monkeypatch):
    monkeypatch.setattr(happenings, "_providers", [])


def in_hours(*hours):
    return [Happening(clock.now() + timedelta(hours=hour), f"in {hour}") for hour in hours]


def texts(found):
    return [one.text for one in found]


def test_the_soonest_come_first_and_what_is_past_not_at_all():
    happenings.provide(lambda after, limit: in_hours(5, 1))
    happenings.provide(lambda after, limit: in_hours(-1, 3))
    assert texts(happenings.next_ones(9)) == ["in 1", "in 3", "in 5"]


def test_there_are_no_more_than_asked_for():
    happenings.provide(lambda after, limit: in_hours(*range(1, limit + 3)))
    assert texts(happenings.next_ones(2)) == ["in 1", "in 2"]


def test_a_provider_tells_once():
    def provider(after, limit):
        return in_hours(1)

    happenings.provide(provider)
    happenings.provide(provider)
    assert texts(happenings.next_ones(9)) == ["in 1"]
