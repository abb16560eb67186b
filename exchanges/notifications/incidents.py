"""The mails about incidents: whoever must act hears at once, all others in the summary of the
day."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from exchanges.enums import IncidentState
from exchanges.models import Incident, IncidentStep
from exchanges.notifications.recipients import (
    but,
    partnerships_of_exchange,
    sides_of_exchange,
    staff_of,
    support_office,
)
from exchanges.workflows.incident import own_partnership
from profiles.models import User

SIDES, DESK = "exchanges", "desk"
MEMBERS, STAFF = _("members of both sides"), _("staff of the partnerships")

INCIDENT_TO_SETTLE = mail.register(
    MailKind(
        "exchanges/incident_to_settle",
        _("members of the other side"),
        _("something went wrong in an exchange, to be settled between the two"),
        pace=Pace.BLOCKING,
        topic=SIDES,
    )
)
DESK_INCIDENT_TO_SETTLE = mail.register(
    MailKind(
        "exchanges/desk_incident_to_settle",
        _("whoever is on the rung: one partnership, both, the Support Office"),
        _("an incident waits for them"),
        pace=Pace.BLOCKING,
        topic=DESK,
    )
)
INCIDENT_NEWS = mail.register(
    MailKind(
        "exchanges/incident_news",
        MEMBERS,
        _("an incident was reported, commented or taken further"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
DESK_INCIDENT_NEWS = mail.register(
    MailKind(
        "exchanges/desk_incident_news",
        STAFF,
        _("an incident was reported, commented or taken further"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
INCIDENT_SETTLED = mail.register(
    MailKind(
        "exchanges/incident_settled",
        MEMBERS,
        _("an incident was settled"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
DESK_INCIDENT_SETTLED = mail.register(
    MailKind(
        "exchanges/desk_incident_settled",
        _("staff of the partnerships, and the Support Office where it was asked in"),
        _("an incident was settled"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
WAITING = (INCIDENT_TO_SETTLE, DESK_INCIDENT_TO_SETTLE)
"""These are news only as long as the incident is where it was."""


def incident_reported(incident: Incident, *, actor: User) -> None:
    """Whoever is to settle it is asked, all others know of it."""
    _tell_all(incident, event="reported", actor=actor)


def incident_climbed(incident: Incident, *, actor: User | None) -> None:
    """It waits for others now."""
    mail.cancel(about=incident, kinds=WAITING)
    _tell_all(incident, event=incident.state, actor=actor)


def incident_commented(incident: Incident, step: IncidentStep, *, actor: User) -> None:
    """All involved read it, whoever must act among them."""
    event, words = f"comment:{step.pk}", step.comment
    sides, desks = sides_of_exchange(incident.exchange), _desks(incident)
    _send(INCIDENT_NEWS, but(sides, actor), incident, event=event, comment=words)
    _send(DESK_INCIDENT_NEWS, but(desks, actor), incident, event=event, comment=words)


def incident_settled(incident: Incident, comment: str, *, actor: User) -> None:
    """All involved read what was agreed."""
    mail.cancel(about=incident, kinds=WAITING)
    sides, desks = sides_of_exchange(incident.exchange), _desks(incident)
    _send(INCIDENT_SETTLED, but(sides, actor), incident, comment=comment)
    _send(DESK_INCIDENT_SETTLED, but(desks, actor), incident, comment=comment)


def _tell_all(incident: Incident, *, event: str, actor: User | None) -> None:
    sides = but(sides_of_exchange(incident.exchange), actor)
    is_theirs = incident.state == IncidentState.PARTIES
    _send(INCIDENT_TO_SETTLE if is_theirs else INCIDENT_NEWS, sides, incident, event=event)
    acting = but(_on_rung(incident), actor)
    _send(DESK_INCIDENT_TO_SETTLE, acting, incident, event=event)
    others = [person for person in but(_desks(incident), actor) if person not in acting]
    _send(DESK_INCIDENT_NEWS, others, incident, event=event)


def _on_rung(incident: Incident) -> list[Recipient]:
    """The staff that must act now; nobody while it is between the two organisations."""
    exchange = incident.exchange
    if incident.state == IncidentState.PARTNERSHIP:
        return staff_of(exchange.partnership_of(own_partnership(incident)))
    if incident.state == IncidentState.BOTH:
        return partnerships_of_exchange(exchange)
    return support_office() if incident.state == IncidentState.SUPPORT else []


def _desks(incident: Incident) -> list[Recipient]:
    """The staff of both partnerships, and the Support Office once it was asked in."""
    found = partnerships_of_exchange(incident.exchange)
    asked_in = incident.transitions.filter(target=IncidentState.SUPPORT).exists()
    more = support_office() if asked_in else []
    return [*found, *(person for person in more if person not in found)]


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    incident: Incident,
    *,
    event: str = "",
    comment: str = "",
) -> None:
    exchange = incident.exchange
    for person in people:
        mail.queue(
            kind,
            to=person,
            context={
                "incident": incident,
                "exchange": exchange,
                "about_what": incident.get_kind_display(),
                "host": exchange.host.organisation.name,
                "visitor": exchange.visitor.organisation.name,
                "by": exchange.party_name(incident.capacity),
                "comment": comment,
                "has_climbed": incident.state != IncidentState.PARTIES,
                "action_url": settings.SITE_URL + incident.get_absolute_url(),
                "action_label": _("Look at the incident"),
            },
            dedup_key=f"{kind.name}:{incident.pk}:{event}:{person.email}",
            about=incident,
        )
