"""An exchange ends before it starts: the visitor keeps the visit."""

from typing import cast

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.database import in_transaction
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.documents import order_cancellation
from exchanges.enums import OVER, ExchangeState
from exchanges.models import Exchange, ExchangeStep
from exchanges.notifications import cancelling as notifications
from exchanges.permissions import can_cancel_exchange
from exchanges.services.ending import (
    drop_open_interruption,
    end_commitment,
    end_match,
    free_place,
)
from exchanges.services.locking import locked_exchange, locked_with_visit
from exchanges.workflows import exchange_workflow
from matching.services.matches import dissolve_match
from profiles.models import User


def cancel_exchange(*, exchange_id: int, actor: User, reason: str) -> Exchange:
    """The exchange does not take place, and the two can look for other partners. All four parties
    read the reason; once a text was frozen a sealed notice is made of it.

    Raises `NotAllowed` for whoever is none of the four or the Support Office, `TransitionRefused`
    without a reason and once it has started: then it is ended early.
    """
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        if exchange.state not in exchange_workflow.transitions["cancel"].sources:
            raise TransitionRefused(
                "too_late",
                _("This is not possible any more: the exchange is “%(state)s” now.")
                % {"state": exchange_workflow.states[exchange.state].label},
            )
        if not can_cancel_exchange(actor, exchange):
            raise NotAllowed(_("You may not cancel this exchange."))
        if not exchange.versions.exists():
            dissolve_match(match_id=exchange.match_id, actor=actor, comment=reason)
        else:
            _cancel_what_was_frozen(exchange, actor, reason)
    exchange.refresh_from_db()
    return exchange


def _cancel_what_was_frozen(exchange: Exchange, actor: User, reason: str) -> None:
    end_commitment(exchange, actor=actor)
    taken = exchange_workflow.apply(
        exchange,
        "cancel",
        actor=actor,
        comment=reason,
        changes={"calendar_sequence": exchange.calendar_sequence + 1},
        record={"capacity": exchange.capacity_of(actor)},
    )
    step = cast(ExchangeStep, taken)
    drop_open_interruption(exchange)
    free_place(exchange)
    end_match(exchange)
    order_cancellation(exchange, step)
    notifications.exchange_cancelled(exchange, step)


def follow_dissolved_match(*, match_id: int, actor: User, comment: str) -> None:
    """The draft of a dissolved match is given up. Raises `TransitionRefused` once a text was
    frozen: then the exchange itself is cancelled, with all four parties told."""
    with in_transaction():
        key = Exchange.objects.filter(match=match_id).exclude(state__in=OVER).values_list("pk")
        if not (found := key.first()):
            return
        exchange = locked_exchange(found[0])
        if exchange.state != ExchangeState.BUILDING or exchange.versions.exists():
            raise TransitionRefused(
                "frozen_already",
                _("The commitment was frozen already. Cancel the exchange on its page instead."),
            )
        exchange_workflow.apply(
            exchange,
            "cancel",
            actor=actor,
            comment=comment,
            record={"capacity": exchange.capacity_of(actor)},
        )
        free_place(exchange)
