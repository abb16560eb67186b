"""What goes wrong is said, taken up the ladder, and settled."""

from datetime import timedelta

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, mail
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.enums import IncidentSeverity, IncidentState
from exchanges.models import Exchange, Incident, IncidentStep
from exchanges.notifications import incidents as notifications
from exchanges.permissions import can_comment_incident, can_report_incident, next_rung
from exchanges.queries.follow_up import today_there
from exchanges.services.locking import locked_exchange
from exchanges.services.running import each
from exchanges.workflows import incident_workflow
from profiles.models import User
from profiles.rules import current_rules
from profiles.workdays import add_working_days

COMMENT = "comment"
RUNGS = {
    IncidentState.PARTIES: "ask_partnership",
    IncidentState.PARTNERSHIP: "ask_both",
    IncidentState.BOTH: "ask_support",
}
"""The next step of the ladder by state."""


def report_incident(
    *, exchange_id: int, kind: str, severity: str, text: str, actor: User
) -> Incident:
    """All four parties know of it. A severe one goes straight to the partnership of whoever
    reported it."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_report_incident(actor, exchange):
            raise NotAllowed(_("You may not report anything about this exchange now."))
        _require_words(text)
        incident = Incident.objects.create(
            exchange=exchange,
            kind=kind,
            severity=severity,
            text=text.strip(),
            reported_by=actor,
            capacity=exchange.capacity_of(actor),
        )
        data = {"exchange": exchange.ref, "kind": kind, "severity": severity}
        audit.record("incident.report", subject=incident, actor=actor, data=data)
        if severity == IncidentSeverity.HIGH:
            _climb(incident, actor)
        notifications.incident_reported(incident, actor=actor)
    return incident


def comment_incident(*, incident_id: int, text: str, actor: User) -> Incident:
    """A word on the incident that all involved read; it stays on its rung."""
    with audit.transaction():
        incident = locked_incident(incident_id)
        if not can_comment_incident(actor, incident):
            raise NotAllowed(_("You may not say anything about this any more."))
        _require_words(text)
        step = IncidentStep.objects.create(
            subject=incident,
            transition=COMMENT,
            source=incident.state,
            target=incident.state,
            actor=actor,
            comment=text.strip(),
            needs_comment=True,
            at=clock.now(),
            capacity=incident.exchange.capacity_of(actor),
        )
        audit.record("incident.comment", subject=incident, actor=actor, data={"log": step.pk})
        mail.mark_acted(about=incident, actor=actor)
        notifications.incident_commented(incident, step, actor=actor)
    return incident


def take_up_incident(*, incident_id: int, actor: User, comment: str = "") -> Incident:
    """One rung up the ladder; whoever stands there is told to act."""
    with audit.transaction():
        incident = locked_incident(incident_id)
        if not next_rung(actor, incident):
            raise NotAllowed(_("You may not take this incident further."))
        _climb(incident, actor, comment)
        notifications.incident_climbed(incident, actor=actor)
    return incident


def settle_incident(*, incident_id: int, comment: str, actor: User) -> Incident:
    """The incident is over with what was agreed, which all involved read."""
    with audit.transaction():
        incident = locked_incident(incident_id)
        incident_workflow.apply(
            incident,
            "settle",
            actor=actor,
            comment=comment,
            record={"capacity": incident.exchange.capacity_of(actor)},
        )
        notifications.incident_settled(incident, comment.strip(), actor=actor)
    return incident


def climb_unsettled() -> int:
    """Incidents that nobody settled in some working days go one rung up by themselves; says how
    many."""
    almost = clock.now() - timedelta(days=current_rules().integer("incident.rung_days") - 1)
    waiting = Incident.objects.filter(state__in=RUNGS, state_since__lt=almost).order_by("pk")
    return each(waiting.values_list("pk", flat=True), climb_when_due)


def climb_when_due(incident_id: int) -> bool:
    """Whether it went up."""
    days = current_rules().integer("incident.rung_days")
    with audit.transaction():
        incident = locked_incident(incident_id)
        exchange = incident.exchange
        since = incident.state_since.astimezone(exchange.zone).date()
        last = add_working_days(since, days, exchange.host.organisation.country_id)
        if incident.state not in RUNGS or today_there(exchange) <= last:
            return False
        _climb(incident, None)
        notifications.incident_climbed(incident, actor=None)
    return True


def locked_incident(incident_id: int) -> Incident:
    """An incident whose exchange is locked."""
    key = Incident.objects.values_list("exchange_id", flat=True).get(pk=incident_id)
    exchange = locked_exchange(key)
    incident = Incident.objects.select_related("reported_by").get(pk=incident_id)
    incident.exchange = exchange
    return incident


def _climb(incident: Incident, actor: User | None, comment: str = "") -> None:
    """One rung up. Where one partnership stands on both sides, it is both at once."""
    record = {"capacity": incident.exchange.capacity_of(actor) if actor else ""}
    step = RUNGS[IncidentState(incident.state)]
    incident_workflow.apply(incident, step, actor=actor, comment=comment, record=record)
    is_alone = is_one_partnership(incident.exchange)
    if incident.state == IncidentState.BOTH and is_alone:
        incident_workflow.apply(incident, "ask_support", actor=actor, record=record)


def is_one_partnership(exchange: Exchange) -> bool:
    """Whether the same partnership stands on both sides."""
    return exchange.host_partnership_id == exchange.visitor_partnership_id


def _require_words(text: str) -> None:
    if not text.strip():
        raise TransitionRefused("text_missing", _("Say in a few words what it is about."))
