"""Which exchanges start or end next: what the demo's clock can be moved to."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import cast

from django.utils.translation import gettext as _

from cxc_portal.core.happenings import Happening
from exchanges.enums import ExchangeState
from exchanges.models import Exchange


def next_starts_and_ends(after: datetime, limit: int) -> Iterator[Happening]:
    """The starts of those that are signed and the ends of those that run, the soonest of each."""
    signed = Exchange.objects.filter(state=ExchangeState.VALIDATED, starts_on__isnull=False)
    for exchange in signed.order_by("starts_on", "pk")[:limit]:
        at = _midnight(exchange, cast(date, exchange.starts_on))
        yield _happening(exchange, at, _("Exchange %(ref)s begins"))
    running = Exchange.objects.filter(state=ExchangeState.ONGOING, ends_on__isnull=False)
    for exchange in running.order_by("ends_on", "pk")[:limit]:
        at = _midnight(exchange, cast(date, exchange.ends_on) + timedelta(days=1))
        yield _happening(exchange, at, _("Exchange %(ref)s is over"))


def _happening(exchange: Exchange, at: datetime, text: str) -> Happening:
    return Happening(at, text % {"ref": exchange.ref}, exchange.get_absolute_url())


def _midnight(exchange: Exchange, day: date) -> datetime:
    """When a day begins at the host's."""
    return datetime.combine(day, time.min, tzinfo=exchange.zone)
