"""An exchange ends before it starts: the visitor keeps the visit."""

from django.utils.translation import gettext as _

from cxc_portal.core.database import in_transaction
from cxc_portal.core.errors import TransitionRefused
from exchanges.enums import OVER, ExchangeState
from exchanges.models import Exchange
from exchanges.services.locking import locked_exchange
from exchanges.workflows import exchange_workflow
from profiles.models import User


def follow_dissolved_match(*, match_id: int, actor: User, comment: str) -> None:
    """The draft of a dissolved match is given up. Raises `TransitionRefused` once the text is
    frozen: then the exchange itself is cancelled, with all four parties told."""
    with in_transaction():
        key = Exchange.objects.filter(match=match_id).exclude(state__in=OVER).values_list("pk")
        if not (found := key.first()):
            return
        exchange = locked_exchange(found[0])
        if exchange.state != ExchangeState.BUILDING:
            raise TransitionRefused(
                "frozen_already",
                _("The commitment is being signed already. Cancel the exchange instead."),
            )
        exchange_workflow.apply(exchange, "cancel", actor=actor, comment=comment)
