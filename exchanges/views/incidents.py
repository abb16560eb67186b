"""Incidents: reporting one, its page, and the steps that settle it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import NotAllowed
from cxc_portal.core.types import Text
from exchanges.enums import Capacity
from exchanges.forms.follow_up import IncidentForm, WordsForm
from exchanges.models import Exchange, Incident
from exchanges.permissions import (
    can_comment_incident,
    can_report_incident,
    can_settle_incident,
    next_rung,
)
from exchanges.services import incidents
from exchanges.views.steps import seen_exchange, take
from exchanges.workflows import incident_workflow

TAKEN: dict[str, Text] = {
    "ask_partnership": gettext_lazy("The partnership was asked in"),
    "ask_both": gettext_lazy("Both partnerships take it up"),
    "ask_support": gettext_lazy("The Support Office was asked in"),
    "settle": gettext_lazy("Settled"),
    "comment": gettext_lazy("A word on it"),
}
"""The steps of an incident as they are told afterwards."""
RUNGS: dict[str, Text] = {
    "ask_partnership": gettext_lazy("Ask the partnership in"),
    "ask_both": gettext_lazy("Take it up with both partnerships"),
    "ask_support": gettext_lazy("Ask the Support Office"),
}


@access.members
def report_incident(request: HttpRequest, ref: str) -> HttpResponse:
    """Something went wrong: what, and how bad it is."""
    exchange = seen_exchange(request, ref)
    access.require(bool(exchange.capacities_of(request.user)))
    if not can_report_incident(request.user, exchange):
        return redirect(exchange)
    form = IncidentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = incidents.report_incident(
                exchange_id=exchange.pk, actor=request.user, **form.cleaned_data
            )
        except NotAllowed as refused:  # the exchange ended while this was written
            form.add_error(None, str(refused))
        else:
            return redirect(found)
    return render(request, "exchanges/incident_report.html", {"exchange": exchange, "form": form})


@access.members
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened, whose turn it is, what was said and done."""
    return render(request, "exchanges/incident.html", _page(request, _seen(request, pk)))


@require_POST
@access.members
def comment_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """A word that all involved read."""
    return _say(
        request, pk, incidents.comment_incident, "comment_form", "text", _("All involved read it.")
    )


@require_POST
@access.members
def settle_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """It is over, with what was agreed."""
    return _say(
        request, pk, incidents.settle_incident, "settle_form", "comment", _("It is settled.")
    )


@require_POST
@access.members
def take_up_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One rung up the ladder."""
    found = _seen(request, pk)
    text = _("Whoever can help now was asked.")
    return take(request, incidents.take_up_incident, back=found, success=text, incident_id=found.pk)


def _seen(request: HttpRequest, pk: int) -> Incident:
    incident = access.get_visible(Incident.objects.visible_to(request.user), pk=pk)
    incident.exchange = Exchange.objects.with_parties().get(pk=incident.exchange_id)
    return incident


def _say(
    request: HttpRequest,
    pk: int,
    step: Callable[..., Incident],
    name: str,
    field: str,
    success: Text,
) -> HttpResponse:
    """Take a step that needs words; without them the page says so beside the field."""
    found = _seen(request, pk)
    context = _page(request, found, **{name: request.POST})
    form = context[name]
    access.require(form is not None)
    if not form.is_valid():
        return render(request, "exchanges/incident.html", context)
    words = {field: form.cleaned_data["comment"]}
    return take(request, step, back=found, success=success, incident_id=found.pk, **words)


def _page(
    request: HttpRequest, incident: Incident, comment_form: Any = None, settle_form: Any = None
) -> dict[str, Any]:
    user = request.user
    rung = next_rung(user, incident)
    if rung == "ask_both" and incidents.is_one_partnership(incident.exchange):
        rung = "ask_support"
    may_say, may_settle = can_comment_incident(user, incident), can_settle_incident(user, incident)
    return {
        "incident": incident,
        "exchange": incident.exchange,
        "baton": incident_workflow.baton(incident, user),
        "by": incident.exchange.party_name(incident.capacity),
        "history": _history(incident),
        "rung_label": RUNGS.get(rung, ""),
        "shows_actors": user.is_staff,  # type: ignore[union-attr]
        "comment_form": WordsForm(
            comment_form,
            label=_("Say something about it"),
            help_text=_("All involved read it."),
            auto_id="comment_%s",
        )
        if may_say
        else None,
        "settle_form": WordsForm(
            settle_form,
            label=_("What was agreed?"),
            help_text=_("With this the incident is over for everybody."),
            auto_id="settle_%s",
        )
        if may_settle
        else None,
    }


def _history(incident: Incident) -> list[dict[str, Any]]:
    """The steps in their order."""
    steps = incident.transitions.select_related("actor").order_by("at", "pk")
    return [
        {
            "label": TAKEN[step.transition],
            "by": _by(incident.exchange, step.capacity, step.actor_id),
            "actor": step.actor,
            "comment": step.comment,
            "at": step.at,
        }
        for step in steps
    ]


def _by(exchange: Exchange, capacity: str, actor_id: int | None) -> Text:
    """On whose behalf a step was taken."""
    if capacity:
        return exchange.party_name(Capacity(capacity))
    return _("the Support Office") if actor_id else _("the portal")
