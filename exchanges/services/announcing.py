"""What the clock tells people about an exchange that is about to start or is running."""

from datetime import timedelta

from django.db import transaction

from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from exchanges.notifications import follow_up as notifications
from exchanges.queries.follow_up import (
    days_begun,
    is_midway_open,
    missing_check_ins,
    missing_midway_answers,
    terms_in_force,
    today_there,
)
from exchanges.services.locking import locked_exchange
from exchanges.services.running import each
from profiles.rules import current_rules

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
    return each(coming.order_by("starts_on", "pk").values_list("pk", flat=True), announce_start)


def announce_start(exchange_id: int) -> bool:
    """Each of the two mails once; whether there was one to write."""
    rules = current_rules()
    with transaction.atomic():
        exchange = locked_exchange(exchange_id)
        if exchange.state != ExchangeState.VALIDATED or exchange.starts_on is None:
            return False
        days = (exchange.starts_on - today_there(exchange)).days
        if days < 1:
            return False
        reached = next((rule for rule in ANNOUNCEMENTS if days <= rules.integer(rule)), None)
        return reached is not None and notifications.start_announced(
            exchange, terms_in_force(exchange), event=reached, days=days
        )


def mind_running() -> int:
    """Whoever has not checked in a day after the start is named to both partnerships, and half-way
    through a longer exchange both sides are asked how it goes; says with how many exchanges there
    was something to do."""
    running = Exchange.objects.filter(state=ExchangeState.ONGOING).order_by("pk")
    return each(running.values_list("pk", flat=True), mind_exchange)


def mind_exchange(exchange_id: int) -> bool:
    """Tell and ask what is due, each once; whether there was anything to do."""
    rules = current_rules()
    with transaction.atomic():
        exchange = locked_exchange(exchange_id)
        if exchange.state != ExchangeState.ONGOING or exchange.starts_on is None:
            return False
        has_told = False
        missing = missing_check_ins(exchange)
        if missing and exchange.starts_on < today_there(exchange):
            has_told = notifications.check_in_missing(exchange, missing)
        if is_midway_open(exchange, terms_in_force(exchange), rules):
            asked = notifications.midway_asked(exchange, missing_midway_answers(exchange))
            has_told = asked or has_told
    return has_told
