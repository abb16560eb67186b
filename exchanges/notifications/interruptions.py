"""The mails about ending early and force majeure."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from exchanges.models import Interruption
from exchanges.notifications.recipients import (
    but,
    partnerships_of_exchange,
    sides_of_exchange,
    staff_of,
)
from exchanges.workflows.interruption import undecided
from profiles.models import User

SIDES, DESK = "exchanges", "desk"
MEMBERS = _("members of both sides")

DESK_INTERRUPTION_ASKED = mail.register(
    MailKind(
        "exchanges/desk_interruption_asked",
        _("staff of the partnerships that have yet to decide"),
        _("somebody asked to end an exchange early, or because of force majeure"),
        pace=Pace.BLOCKING,
        topic=DESK,
    )
)
INTERRUPTION_ASKED = mail.register(
    MailKind(
        "exchanges/interruption_asked",
        _("members of both sides but for whoever asked"),
        _("somebody asked to end an exchange early, or because of force majeure"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
INTERRUPTION_ACCEPTED = mail.register(
    MailKind(
        "exchanges/interruption_accepted",
        MEMBERS,
        _("both partnerships accepted a request"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
INTERRUPTION_REFUSED = mail.register(
    MailKind(
        "exchanges/interruption_refused",
        MEMBERS,
        _("a partnership refused a request"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
INTERRUPTION_WITHDRAWN = mail.register(
    MailKind(
        "exchanges/interruption_withdrawn",
        MEMBERS,
        _("a request was taken back"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
DESK_INTERRUPTION_NEWS = mail.register(
    MailKind(
        "exchanges/desk_interruption_news",
        _("staff of both partnerships"),
        _("a request was agreed to, accepted, refused or taken back"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
WAITING = (DESK_INTERRUPTION_ASKED, INTERRUPTION_ASKED)
"""These are news only as long as nobody has decided."""


def interruption_asked(interruption: Interruption, *, actor: User) -> None:
    """Those who decide are asked, the two sides know of it."""
    exchange = interruption.exchange
    deciding = staff_of(*(exchange.partnership_of(one) for one in undecided(interruption)))
    _send(DESK_INTERRUPTION_ASKED, but(deciding, actor), interruption)
    _send(INTERRUPTION_ASKED, but(sides_of_exchange(exchange), actor), interruption)


def interruption_agreed(interruption: Interruption, *, actor: User) -> None:
    """The one partnership has decided, the other one is waited for."""
    _news(interruption, actor, "agreed")


def interruption_accepted(interruption: Interruption, *, actor: User) -> None:
    """It has taken effect: the two sides must know at once."""
    _decided(interruption, INTERRUPTION_ACCEPTED, actor, "accepted")


def interruption_refused(interruption: Interruption, comment: str, *, actor: User) -> None:
    """The exchange goes on as agreed."""
    _decided(interruption, INTERRUPTION_REFUSED, actor, "refused", comment)


def interruption_withdrawn(interruption: Interruption, *, actor: User) -> None:
    """Nobody needs to decide any more."""
    _decided(interruption, INTERRUPTION_WITHDRAWN, actor, "withdrawn")


def _decided(
    interruption: Interruption, kind: MailKind, actor: User, event: str, comment: str = ""
) -> None:
    mail.cancel(about=interruption, kinds=WAITING)
    people = but(sides_of_exchange(interruption.exchange), actor)
    _send(kind, people, interruption, comment=comment)
    _news(interruption, actor, event, comment)


def _news(interruption: Interruption, actor: User, event: str, comment: str = "") -> None:
    people = but(partnerships_of_exchange(interruption.exchange), actor)
    _send(DESK_INTERRUPTION_NEWS, people, interruption, event=event, comment=comment)


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    interruption: Interruption,
    *,
    event: str = "",
    comment: str = "",
) -> None:
    exchange = interruption.exchange
    for person in people:
        mail.queue(
            kind,
            to=person,
            context={
                "interruption": interruption,
                "exchange": exchange,
                "what": interruption.get_kind_display(),
                "state": interruption.get_state_display(),
                "host": exchange.host.organisation.name,
                "visitor": exchange.visitor.organisation.name,
                "by": exchange.party_name(interruption.capacity),
                "comment": comment,
                "action_url": settings.SITE_URL + interruption.get_absolute_url(),
                "action_label": _("Look at the request"),
            },
            dedup_key=f"{kind.name}:{interruption.pk}:{event}:{person.email}",
            about=interruption,
        )
