"""The mail about an exchange that does not take place."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace
from exchanges.enums import Capacity
from exchanges.models import Exchange, ExchangeStep
from exchanges.notifications.signatories import each_once, party
from exchanges.notifications.signing import ASKING, TOPIC

EXCHANGE_CANCELLED = mail.register(
    MailKind(
        "exchanges/exchange_cancelled",
        _("all four parties"),
        _("an exchange was cancelled after its text was frozen"),
        pace=Pace.BLOCKING,
        topic=TOPIC,
    )
)


def exchange_cancelled(exchange: Exchange, step: ExchangeStep) -> None:
    """Everybody hears at once, because trains are booked; what was asked of them is void."""
    for version in exchange.versions.all():
        mail.cancel(about=version, kinds=ASKING)
    people = [person for capacity in Capacity for person in party(exchange, capacity)]
    for person in each_once(people, but=step.actor):
        mail.queue(
            EXCHANGE_CANCELLED,
            to=person,
            context={
                "exchange": exchange,
                "host": exchange.party_name(Capacity.HO),
                "visitor": exchange.party_name(Capacity.VO),
                "by": exchange.party_name(step.capacity) if step.capacity else "",
                "comment": step.comment,
                "action_url": settings.SITE_URL + exchange.get_absolute_url(),
                "action_label": _("Look at the exchange"),
            },
            dedup_key=f"{EXCHANGE_CANCELLED.name}:{exchange.pk}:{person.email}",
            about=exchange,
        )
