"""The evidence of a commitment as a sealed document, made for whoever asks."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import Document
from exchanges.documents import order_evidence
from exchanges.permissions import can_ask_for_evidence
from exchanges.services.locking import locked_exchange
from profiles.models import User


def ask_for_evidence(*, exchange_id: int, actor: User) -> Document:
    """All events up to now are printed and sealed; with nothing new since the last time that
    document is given again. Raises `TransitionRefused` before a text was frozen."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_ask_for_evidence(actor, exchange):
            raise NotAllowed(_("The evidence is for the four parties and the Support Office."))
        if not exchange.versions.exists():
            raise TransitionRefused(
                "nothing_frozen", _("There is evidence once the text has been frozen.")
            )
        return order_evidence(exchange)
