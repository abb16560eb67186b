"""The mails about group exchanges. They are few: who joins reads what follows with its match, and
who is left out because the group is cancelled while the text is written reads it there, too."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace
from exchanges.models import Exchange, GroupOffer, GroupPlace
from matching.notifications.recipients import members_of

TOPIC = "exchanges"

GROUP_JOINED = mail.register(
    MailKind(
        "exchanges/group_joined",
        _("members of the host"),
        _("a visitor took a place in the group exchange"),
        pace=Pace.DAILY,
        topic=TOPIC,
    )
)
GROUP_CANCELLED = mail.register(
    MailKind(
        "exchanges/group_cancelled",
        _("members of a visitor whose commitment is being signed or signed"),
        _("the host cancelled the group exchange"),
        pace=Pace.BLOCKING,
        topic=TOPIC,
    )
)


def visitor_joined(place: GroupPlace) -> None:
    """The host reads who comes, and how many places are left."""
    offer = place.offer
    taken = offer.places_taken.all().taken().count()
    for person in members_of(offer.host):
        mail.queue(
            GROUP_JOINED,
            to=person,
            context={
                "offer": offer,
                "name": place.visitor.organisation.name,
                "country": place.visitor.organisation.country,
                "taken": taken,
                "left": offer.places - taken,
                "action_url": settings.SITE_URL + offer.get_absolute_url(),
                "action_label": _("Look at the group exchange"),
            },
            dedup_key=f"{GROUP_JOINED.name}:{place.pk}:{person.email}",
            about=place.exchange,
        )


def group_cancelled(offer: GroupOffer, exchange: Exchange, comment: str) -> None:
    """The commitment of this visitor stands; it is told that the group does not."""
    for person in members_of(exchange.visitor):
        mail.queue(
            GROUP_CANCELLED,
            to=person,
            context={
                "offer": offer,
                "exchange": exchange,
                "host": offer.host.organisation.name,
                "comment": comment,
                "action_url": settings.SITE_URL + exchange.get_absolute_url(),
                "action_label": _("Open the exchange"),
            },
            dedup_key=f"{GROUP_CANCELLED.name}:{exchange.pk}:{person.email}",
            about=exchange,
        )
