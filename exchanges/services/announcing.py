"""What the clock tells people about an exchange that is about to start or is running."""

from datetime import timedelta

from cxc_portal.core import audit
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from exchanges.notifications import follow_up as notifications
from exchanges.queries.follow_up import (
    days_begun,
    is_check_in_late,
    is_midway_open,
    missing_check_ins,
    missing_midway_answers,
    terms_in_force,
    today_there,
)
from exchanges.services.locking import locked_exchange
from exchanges.services.running import each, where
from profiles.rules import RuleBook, current_rules

ANNOUNCEMENTS = ("start.second_days", "start.first_days")
"""The nearer one first: whoever is validated late hears once."""


def announce_starts() -> int:
    """Both sides hear some days before the start, and once more shortly before it, what to bring
    and where to go; says of how many exchanges."""
    rules = current_rules()
    longest = max(rules.integer(rule) for rule in ANNOUNCEMENTS)
    coming = Exchange.objects.filter(
        state=ExchangeState.VALIDATED, starts_on__lte=days_begun() + timedelta(days=longest)
    )
    found = list(coming.order_by("starts_on", "pk"))
    told = notifications.Told(found)

    def is_due(exchange: Exchange) -> bool:
        reached = _reached(exchange, rules)
        return bool(reached) and not told.has_start(exchange, reached)

    return each(where(found, is_due), announce_start)


def announce_start(exchange_id: int) -> bool:
    """Each of the two mails once; whether there was one to write."""
    rules = current_rules()
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        reached = _reached(exchange, rules)
        if exchange.state != ExchangeState.VALIDATED or not reached:
            return False
        return notifications.start_announced(
            exchange, terms_in_force(exchange), event=reached, days=_days_left(exchange)
        )


def _reached(exchange: Exchange, rules: RuleBook) -> str:
    """The rule by which the start is to be announced now; none where there is time or none left."""
    days = _days_left(exchange)
    due = (rule for rule in ANNOUNCEMENTS if 0 < days <= rules.integer(rule))
    return next(due, "")


def _days_left(exchange: Exchange) -> int:
    """The days until the start at the host's; none without a first day."""
    return (exchange.starts_on - today_there(exchange)).days if exchange.starts_on else 0


def mind_running() -> int:
    """Whoever has not checked in a day after the start is named to both partnerships, and half-way
    through a longer exchange both sides are asked how it goes; says with how many exchanges there
    was something to do."""
    rules = current_rules()
    found = Exchange.objects.filter(state=ExchangeState.ONGOING).order_by("pk")
    running = list(found.prefetch_related("check_ins", "versions"))
    told = notifications.Told(running)

    def is_due(exchange: Exchange) -> bool:
        if is_check_in_late(exchange) and not told.has_check_in(exchange):
            return True
        return not told.has_midway(exchange) and is_midway_open(
            exchange, terms_in_force(exchange), rules
        )

    return each(where(running, is_due), mind_exchange)


def mind_exchange(exchange_id: int) -> bool:
    """Tell and ask what is due, each once; whether there was anything to do."""
    rules = current_rules()
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if exchange.state != ExchangeState.ONGOING:
            return False
        has_told = False
        if is_check_in_late(exchange):
            has_told = notifications.check_in_missing(exchange, missing_check_ins(exchange))
        if is_midway_open(exchange, terms_in_force(exchange), rules):
            asked = notifications.midway_asked(exchange, missing_midway_answers(exchange))
            has_told = asked or has_told
    return has_told
