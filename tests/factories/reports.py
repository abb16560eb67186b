"""Exchanges that are over, and what is reported of them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine

from cxc_portal.core import clock
from exchanges.models import Exchange
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from profiles.workdays import is_working_day
from tests.factories.running import agreed_exchange


def finished_exchange(*, days: list[date] | None = None, **fields: Any) -> Exchange:
    """An exchange that is over and to be reported: on these days, or on the last five working days
    of which the last was yesterday at the latest."""
    days = days or working_days_until_yesterday(5)
    with time_machine.travel(datetime.combine(days[0], time(9), tzinfo=UTC)):
        exchange = agreed_exchange(days=days, **fields)
        start_due_exchanges()
    finish_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def working_days_until_yesterday(count: int, country: str = "FR") -> list[date]:
    """So many consecutive working days, the last of them before today."""
    day = clock.today() - timedelta(days=1)
    found: list[date] = []
    while len(found) < count:
        if is_working_day(day, country):
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]
