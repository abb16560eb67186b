"""An exchange starts and ends by itself, when the day begins or is over at the host's."""

import logging
from collections.abc import Callable, Iterable

from cxc_portal.core import audit
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from exchanges.notifications import follow_up as notifications
from exchanges.queries.follow_up import days_begun, has_begun, is_over, open_interruption
from exchanges.queries.terms_shown import terms_of_version
from exchanges.services.ending import end_match, void_open_version
from exchanges.services.locking import locked_with_visit
from exchanges.services.visits import use_visit
from exchanges.signals import last_day_reached
from exchanges.workflows import exchange_workflow
from exchanges.workflows.interruption import ASKED
from exchanges.workflows.parties import open_version

logger = logging.getLogger(__name__)


def start_due_exchanges() -> int:
    """Those whose first day has begun at the host's are running; says how many.

    A second run changes nothing, and one that fails does not stop the others.
    """
    due = Exchange.objects.filter(state=ExchangeState.VALIDATED, starts_on__lte=days_begun())
    return each(where(due.order_by("starts_on", "pk"), has_begun), start_exchange)


def finish_due_exchanges() -> int:
    """Those whose last day is over at the host's are to be reported; says how many. Where an early
    end or a postponement is asked for, the exchange waits for the decision."""
    due = Exchange.objects.filter(state=ExchangeState.ONGOING, ends_on__lt=days_begun())
    decided = due.exclude(interruptions__state=ASKED).order_by("ends_on", "pk")
    return each(where(decided, is_over), finish_exchange)


def start_exchange(exchange_id: int) -> bool:
    """The exchange runs, the visit in person is used up, and both sides are asked to check in;
    whether there was anything to do."""
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        if exchange.state != ExchangeState.VALIDATED or not has_begun(exchange):
            return False
        exchange_workflow.apply(exchange, "start", actor=None)
        _drop_other_start(exchange)
        notifications.exchange_starts(exchange)
        use_visit(exchange)
    return True


def _drop_other_start(exchange: Exchange) -> None:
    """An amendment to another first day came too late: nobody can sign it any more."""
    version = open_version(exchange)
    if version and terms_of_version(version).when.starts_on != exchange.starts_on:
        void_open_version(exchange, actor=None)


def finish_exchange(exchange_id: int) -> bool:
    """The exchange is over and its match too; whether there was anything to do."""
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        is_due = exchange.state == ExchangeState.ONGOING and is_over(exchange)
        if not is_due or open_interruption(exchange):
            return False
        void_open_version(exchange, actor=None)
        exchange_workflow.apply(exchange, "finish", actor=None)
        end_match(exchange)
        notifications.exchange_ended(exchange)
        last_day_reached.send(sender=Exchange, exchange=exchange)
    return True


def where(exchanges: Iterable[Exchange], is_due: Callable[[Exchange], bool]) -> list[int]:
    """The keys of those for which something seems to be due, before any of them is locked. Where
    that cannot be told the step itself finds out, and what is wrong is logged."""

    def seems_due(exchange: Exchange) -> bool:
        try:
            return is_due(exchange)
        except Exception:  # noqa: BLE001 - the step fails of the same and says so
            return True

    return [exchange.pk for exchange in exchanges if seems_due(exchange)]


def each(keys: Iterable[int], step: Callable[[int], bool]) -> int:
    """Take the step with one after the other, each in a transaction of its own; says with how many
    there was something to do. One that fails is logged and does not stop the others."""
    count = 0
    for key in list(keys):
        try:
            count += step(key)
        except Exception:  # the clock comes round again, and the others must not wait for this one
            logger.exception("exchange %s: %s failed", key, step.__name__)
    return count
