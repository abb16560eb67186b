"""Exchanges as mere rows, for what only counts them: no service is asked, so many are cheap."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from cxc_portal.core import clock
from exchanges.enums import OVER, ExchangeMode, ExchangeState
from exchanges.models import Exchange
from matching.enums import MatchState
from matching.models import Match
from profiles.enums import Role
from tests.factories.profiles import OrganisationFactory, ProfileFactory

S = ExchangeState
STARTED = (S.ONGOING, S.REPORTING, S.CLOSED, S.FAILED, S.ABORTED)
ENDED = (S.REPORTING, S.CLOSED, S.FAILED, S.ABORTED)
_numbers = count(1)


def exchange_row(
    state: str = S.CLOSED,
    *,
    closed_on: date | None = None,
    ends_on: date | None = None,
    opened_on: date | None = None,
    mode: str = ExchangeMode.PHYSICAL,
    visitor_type: str = "sme",
    visitor_country: str = "PT",
    host_country: str = "FR",
    acronym: str = "RECIPE4MOBILITY",
    host_acronym: str = "EXXTRA",
    score: int = 850,
    **fields: Any,
) -> Exchange:
    """An exchange in this state; one that is closed ended ten days before `closed_on` (today)."""
    number = next(_numbers)
    visitor = ProfileFactory(
        role=Role.VISITING,
        organisation=OrganisationFactory(
            name=f"Visitor {number}",
            country_id=visitor_country,
            organisation_type_id=visitor_type,
        ),
        acronym=acronym,
    )
    host = ProfileFactory(
        role=Role.HOST,
        organisation=OrganisationFactory(name=f"Host {number}", country_id=host_country),
        acronym=host_acronym,
    )
    match = Match.objects.create(
        host=host,
        visitor=visitor,
        proposed_by=visitor,
        state=MatchState.FINISHED if state in OVER else MatchState.CONFIRMED,
        mode=mode,
        score=score,
        ruleset=1,
        confirmed_at=clock.now(),
        host_agreed_at=clock.now(),
        visitor_agreed_at=clock.now(),
        expires_on=clock.today(),
    )
    closed_on = closed_on or clock.today()
    if ends_on is None and state not in (S.BUILDING, S.CANCELLED):
        ends_on = closed_on - timedelta(days=10)
    starts_on = ends_on - timedelta(days=4) if ends_on else None
    opened_on = opened_on or (ends_on or closed_on) - timedelta(days=60)
    is_signed = state in (S.VALIDATED, *STARTED)
    return Exchange.objects.create(
        ref=f"CXC-2020-{number:06d}",
        match=match,
        host=host,
        visitor=visitor,
        host_partnership=host.partnership,
        visitor_partnership=visitor.partnership,
        state=state,
        mode=mode,
        starts_on=starts_on,
        ends_on=ends_on,
        time_zone="Europe/Paris",
        opened_at=noon(opened_on),
        validated_at=noon(opened_on) if is_signed else None,
        started_at=noon(starts_on) if state in STARTED else None,
        finished_at=noon(ends_on) if state in ENDED else None,
        closed_at=noon(closed_on) if state == S.CLOSED else None,
        **fields,
    )


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
