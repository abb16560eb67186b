"""What is kept until something happens in the portal."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from cxc_portal.core import audit, clock
from reports.queries.kept import kept

pytestmark = pytest.mark.django_db


class Counting:
    """Says how often it was asked."""

    times = 0

    def __call__(self) -> str:
        self.times += 1
        return f"made {self.times}"


def test_it_is_made_once_while_nothing_happens():
    make = Counting()
    assert [kept(("page", 1), make), kept(("page", 1), make)] == ["made 1", "made 1"]


def test_it_is_made_anew_once_something_has_happened():
    make = Counting()
    kept(("page", 1), make)
    audit.record("exchange.closed")
    assert kept(("page", 1), make) == "made 2"


def test_it_is_made_for_each_matter_by_itself():
    make = Counting()
    kept(("page", 1), make)
    assert kept(("page", 2), make) == "made 2"


def test_it_is_made_in_each_language():
    make = Counting()
    kept(("page", 1), make)
    with translation.override("fr"):
        assert kept(("page", 1), make) == "made 2"


def test_it_is_made_anew_on_another_day():
    make = Counting()
    kept(("page", 1), make)
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert kept(("page", 1), make) == "made 2"
