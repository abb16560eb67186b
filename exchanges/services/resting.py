"""Drafts that nobody goes on writing."""

from datetime import date, timedelta

from django.db.models import Max

from cxc_portal.core import audit, clock
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from exchanges.notifications import building as notifications
from exchanges.services.locking import locked_exchange
from profiles.rules import current_rules

LATEST = timedelta(days=7)
"""For how long after its day a reminder that the clock missed is still sent."""


def recall_drafts() -> int:
    """Remind both sides, once, of each draft that rests; says of how many. A second run does
    nothing more."""
    days = current_rules().integer("building.quiet_days")
    latest = clock.today() - timedelta(days=days)
    started = Exchange.objects.filter(
        state=ExchangeState.BUILDING, state_since__date__lte=latest
    ).order_by("pk")
    resting = [one.pk for one in started if _is_time(_quiet_since(one), days)]
    return sum(_recall(key, days) for key in resting)


def _recall(exchange_id: int, days: int) -> bool:
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if exchange.state != ExchangeState.BUILDING:
            return False
        since = _quiet_since(exchange)
        if not _is_time(since, days):
            return False
        rests = clock.today() - since
        return notifications.draft_rests(exchange, since=str(since), days=rests.days) > 0


def _quiet_since(exchange: Exchange) -> date:
    """The day on which somebody last wrote in the draft or about it."""
    touched = [
        exchange.state_since,
        exchange.sections.aggregate(at=Max("changed_at"))["at"],
        exchange.comments.aggregate(at=Max("at"))["at"],
    ]
    return clock.day_of(max(moment for moment in touched if moment))


def _is_time(since: date, days: int) -> bool:
    rests = clock.today() - since
    return timedelta(days=days) <= rests <= timedelta(days=days) + LATEST
