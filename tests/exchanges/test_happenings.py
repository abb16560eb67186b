"""Which exchanges start and end next."""

from datetime import datetime, time, timedelta

import pytest

from cxc_portal.core import clock
from exchanges.queries.happenings import next_starts_and_ends
from exchanges.services.running import start_due_exchanges
from tests.factories.running import agreed_exchange, working_days_from_today

pytestmark = pytest.mark.usefixtures("reference")


def test_starts_and_ends_come_at_midnight_at_the_hosts(time_machine):
    days = [day + timedelta(weeks=8) for day in working_days_from_today(5)]
    exchange = agreed_exchange(days=days)
    [start] = next_starts_and_ends(clock.now(), 5)
    assert start.at == datetime.combine(days[0], time.min, tzinfo=exchange.zone)
    assert (start.text, start.url) == (
        f"Exchange {exchange.ref} begins",
        exchange.get_absolute_url(),
    )
    time_machine.move_to(start.at + timedelta(minutes=1))
    start_due_exchanges()
    [end] = next_starts_and_ends(clock.now(), 5)
    assert end.at == datetime.combine(days[-1] + timedelta(days=1), time.min, tzinfo=exchange.zone)
    assert end.text == f"Exchange {exchange.ref} is over"


def test_no_more_are_told_than_asked_for(reference):
    agreed_exchange(days=working_days_from_today(5))
    assert list(next_starts_and_ends(clock.now(), 0)) == []
