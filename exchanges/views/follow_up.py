"""What the two sides do while an exchange runs: check in, answer, note attendance."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from exchanges.enums import ExchangeState, IncidentState, InterruptionState
from exchanges.forms.follow_up import AttendanceForm, MidwayForm
from exchanges.models import Exchange
from exchanges.permissions import (
    can_check_in,
    can_note_attendance,
    can_report_incident,
    interruptions_open_to,
    is_side_of,
    sides_of,
)
from exchanges.queries.follow_up import (
    is_midway_open,
    missing_check_ins,
    missing_midway_answers,
    sessions_of,
    sessions_to_note,
    terms_in_force,
)
from exchanges.services import attendance as attendance_service
from exchanges.services import check_ins
from exchanges.views.steps import seen_exchange, take
from exchanges.workflows import incident_workflow, interruption_workflow
from profiles.models import User
from profiles.rules import current_rules

SHOWN = (ExchangeState.ONGOING, ExchangeState.REPORTING, ExchangeState.CLOSED)
"""In these states it is told what the two sides noted, in others only what went wrong."""
RUNNING = (*SHOWN, ExchangeState.ABORTED, ExchangeState.FAILED)
"""From the start on there is something to follow."""


def follow_up_context(request: HttpRequest, exchange: Exchange) -> dict[str, Any]:
    """All that `exchanges/_follow_up.html` shows the viewer, as `follow_up`; nothing as long as not
    all four have signed once."""
    if exchange.validated_at is None:
        return {"exchange": exchange, "follow_up": {"is_shown": False}}
    user: User = request.user  # type: ignore[assignment]
    prefetch_related_objects([exchange], "incidents", "interruptions", "check_ins")
    own = sides_of(user, exchange)
    troubles = _troubles(exchange, user)
    noted = {**_arrivals(exchange, user, own), **_answers(exchange, own)}
    noted |= _sessions(exchange, user, own)
    is_told = exchange.state in SHOWN and any(noted.values())
    return {
        "exchange": exchange,
        "follow_up": {"is_shown": is_told or any(troubles.values()), **noted, **troubles},
    }


def _arrivals(exchange: Exchange, user: User, own: list[Any]) -> dict[str, Any]:
    """Who has not checked in is told as long as it can be made good."""
    is_running = exchange.state == ExchangeState.ONGOING
    missing = missing_check_ins(exchange) if is_running else []
    return {
        "can_check_in": can_check_in(user, exchange) and bool(set(own) & set(missing)),
        "arrived": [
            (exchange.party_name(row.capacity), row.at, row.note)
            for row in (exchange.check_ins.all() if exchange.state in RUNNING else ())
        ],
        "not_arrived": [exchange.party_name(side) for side in missing],
    }


def _answers(exchange: Exchange, own: list[Any]) -> dict[str, Any]:
    """Answers are for the partnerships and the side that gave them."""
    is_open = exchange.state == ExchangeState.ONGOING and is_midway_open(
        exchange, terms_in_force(exchange), current_rules()
    )
    rows = exchange.midway_answers.all() if exchange.state in RUNNING else ()
    return {
        "can_answer": is_open and bool(set(own) & set(missing_midway_answers(exchange))),
        "answers": [
            (exchange.party_name(row.capacity), row.rating, row.text)
            for row in rows
            if not own or row.capacity in own
        ],
    }


def _sessions(exchange: Exchange, user: User, own: list[Any]) -> dict[str, Any]:
    if exchange.is_physical or exchange.state not in RUNNING:
        return {"sessions": [], "to_note": 0, "can_note": False}
    sessions = sessions_of(exchange, terms_in_force(exchange))
    return {
        "sessions": [session for session in sessions if session.has_begun],
        "to_note": len(sessions_to_note(sessions, own)),
        "can_note": can_note_attendance(user, exchange),
    }


def _troubles(exchange: Exchange, user: User) -> dict[str, Any]:
    incidents, requests = list(exchange.incidents.all()), list(exchange.interruptions.all())
    for one in (*incidents, *requests):
        one.exchange = exchange
    unsettled = [one for one in incidents if one.state != IncidentState.SETTLED]
    request = next((one for one in requests if one.state == InterruptionState.ASKED), None)
    return {
        "incidents": [(one, incident_workflow.baton(one, user)) for one in unsettled],
        "settled": [one for one in incidents if one.state == IncidentState.SETTLED],
        "request": request,
        "request_baton": interruption_workflow.baton(request, user) if request else None,
        "past_requests": [one for one in requests if one != request],
        "can_report": can_report_incident(user, exchange),
        "can_interrupt": bool(interruptions_open_to(user, exchange)),
    }


@require_POST
@access.members
def check_in(request: HttpRequest, ref: str) -> HttpResponse:
    """One's own side is there."""
    exchange = seen_exchange(request, ref)
    text = _("Checked in. Have a good time together.")
    return take(request, check_ins.check_in, back=exchange, success=text, exchange_id=exchange.pk)


@access.members
def midway(request: HttpRequest, ref: str) -> HttpResponse:
    """How it goes, half-way through a longer exchange."""
    exchange = seen_exchange(request, ref)
    access.require(is_side_of(request.user, exchange))
    form = MidwayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        text = _("Thank you for your answer.")
        return take(
            request,
            check_ins.answer_midway,
            back=exchange,
            success=text,
            exchange_id=exchange.pk,
            **form.cleaned_data,
        )
    if not _answers(exchange, sides_of(request.user, exchange))["can_answer"]:
        return redirect(exchange)
    return render(request, "exchanges/midway.html", {"exchange": exchange, "form": form})


@access.members
def attendance(request: HttpRequest, ref: str) -> HttpResponse:
    """Who took part in the sessions of an online exchange; the partnerships read along."""
    exchange = seen_exchange(request, ref)
    if exchange.is_physical or exchange.state not in RUNNING:
        return redirect(exchange)
    sessions = sessions_of(exchange, terms_in_force(exchange))
    begun = [session for session in sessions if session.has_begun]
    form = None
    if can_note_attendance(request.user, exchange):
        side = sides_of(request.user, exchange)[0]
        data = request.POST if request.method == "POST" else None
        form = AttendanceForm(data, sessions=begun, side=side)
    if request.method == "POST":
        access.require(form is not None)
        if form and form.is_valid():
            return take(
                request,
                attendance_service.note_attendance,
                back=exchange,
                success=_("Noted."),
                exchange_id=exchange.pk,
                notes=form.notes,
            )
    context = {"exchange": exchange, "form": form, "sessions": sessions}
    return render(request, "exchanges/attendance.html", context)
