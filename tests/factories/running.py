"""Exchanges that all four have signed, and those that run."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine

from cxc_portal.core import clock
from exchanges.commitment.terms import Agenda, Part, Slot, When
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.services.freezing import freeze_commitment
from exchanges.services.running import start_due_exchanges
from profiles.workdays import is_working_day
from tests.factories.exchanges import (
    drafted_exchange,
    person_of,
    signed_by,
    write_sections,
)

LEAD = timedelta(weeks=6)
"""So long before its start an exchange was signed."""


def agreed_exchange(*, days: list[date], **fields: Any) -> Exchange:
    """An exchange on these days, signed by all four some weeks before."""
    signed_at = datetime.combine(days[0] - LEAD, time(9), tzinfo=UTC)
    with time_machine.travel(min(signed_at, clock.now())):
        exchange = drafted_exchange(days=days, **fields)
        if not exchange.is_physical:
            write_sections(exchange, online_sections(days))
        freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, Capacity.VO))
        return signed_by(exchange, *Capacity)


def running_exchange(*, days: list[date] | None = None, **fields: Any) -> Exchange:
    """An exchange that has begun: on these days, or on five working days from today on (from the
    last one that was a working day)."""
    exchange = agreed_exchange(days=days or working_days_from_today(5), **fields)
    start_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def working_days_from_today(count: int, country: str = "FR") -> list[date]:
    """So many working days, the first of them today or the last one before."""
    day = clock.today()
    while not is_working_day(day, country):
        day -= timedelta(days=1)
    days = []
    while len(days) < count:
        if is_working_day(day, country):
            days.append(day)
        day += timedelta(days=1)
    return days


def online_sections(days: list[date]) -> dict[str, Part]:
    """Two sessions a day, in the morning and in the afternoon."""
    halves = [("morning", time(9), time(12)), ("afternoon", time(13), time(16))]
    slots = tuple(
        Slot(
            key=f"s{number}{part[0]}",
            day=day,
            part=part,
            starts=starts,
            ends=ends,
            activity="observation",
            title=f"Session {number} in the {part}",
            place="https://meet.example/room",
        )
        for number, day in enumerate(days, start=1)
        for part, starts, ends in halves
    )
    return {
        "when": When(
            mode="virtual",
            starts_on=days[0],
            ends_on=days[-1],
            platform="https://meet.example/room",
        ),
        "agenda": Agenda(slots=slots),
    }
