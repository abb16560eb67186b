"""Ending early and force majeure: asking, with what follows shown beforehand, and deciding."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access, files
from cxc_portal.core.errors import DomainError
from cxc_portal.core.types import Text
from exchanges.enums import Capacity, InterruptionState
from exchanges.forms.follow_up import InterruptionForm, InterruptionKindForm, WordsForm
from exchanges.models import Exchange, Interruption
from exchanges.permissions import (
    can_decide_interruption,
    can_refuse_interruption,
    can_withdraw_interruption,
    interruptions_open_to,
)
from exchanges.queries.consequences import consequences_of, consequences_of_request
from exchanges.services import interruptions
from exchanges.views.steps import seen_exchange, take
from exchanges.wording.consequences import in_words, outcome_in_words
from exchanges.workflows import interruption_workflow

TAKEN: dict[str, Text] = {
    "agree": gettext_lazy("Agreed"),
    "accept": gettext_lazy("Agreed; with this it was accepted"),
    "refuse": gettext_lazy("Refused"),
    "withdraw": gettext_lazy("Taken back"),
}
"""The steps of a request as they are told afterwards."""


@access.members
def interrupt(request: HttpRequest, ref: str) -> HttpResponse:
    """First what is asked, then what follows from it together with the reason."""
    exchange = seen_exchange(request, ref)
    kinds = interruptions_open_to(request.user, exchange)
    access.require(bool(exchange.capacities_of(request.user)))
    if not kinds:
        return redirect(exchange)
    is_asked = "kind" in request.GET
    choice = InterruptionKindForm(request.GET if is_asked else None, exchange=exchange, kinds=kinds)
    if not is_asked or not choice.is_valid():
        context = {"exchange": exchange, "form": choice}
        return render(request, "exchanges/interrupt.html", context)
    return _ask(request, exchange, choice.cleaned_data)


def _ask(request: HttpRequest, exchange: Exchange, asked: dict[str, Any]) -> HttpResponse:
    """What follows by the rules, and the reason; the address holds what is asked."""
    is_sent = request.method == "POST"
    form = InterruptionForm(request.POST, request.FILES) if is_sent else InterruptionForm()
    if is_sent and form.is_valid():
        try:
            found = interruptions.ask_interruption(
                exchange_id=exchange.pk, actor=request.user, **asked, **form.cleaned_data
            )
        except DomainError as refused:  # somebody else asked while this was written
            form.add_error(None, str(refused))
        else:
            return redirect(found)
    context = {
        "exchange": exchange,
        "form": form,
        "asked": Interruption(exchange=exchange, kind=asked["kind"], last_day=asked["last_day"]),
        "consequences": in_words(consequences_of(exchange, **asked)),
    }
    return render(request, "exchanges/interrupt_reason.html", context)


@access.members
def interruption(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, why, what follows, and who has decided."""
    return _shown(request, _seen(request, pk))


@require_POST
@access.members
def agree_interruption(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own partnership agrees."""
    found = _seen(request, pk)
    return take(
        request,
        interruptions.agree_interruption,
        back=found,
        success=_("Your partnership agreed."),
        interruption_id=found.pk,
    )


@require_POST
@access.members
def refuse_interruption(request: HttpRequest, pk: int) -> HttpResponse:
    """The exchange goes on as agreed."""
    found = _seen(request, pk)
    access.require(interruption_workflow.may("refuse", found, request.user))
    form = _refusal(request.POST)
    if not form.is_valid():
        return _shown(request, found, refusal=form)
    return take(
        request,
        interruptions.refuse_interruption,
        back=found,
        success=_("Refused. All involved read the reason."),
        interruption_id=found.pk,
        comment=form.cleaned_data["comment"],
    )


@require_POST
@access.members
def withdraw_interruption(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever asked does not need it any more."""
    found = _seen(request, pk)
    return take(
        request,
        interruptions.withdraw_interruption,
        back=found,
        success=_("Taken back. Everything stays as agreed."),
        interruption_id=found.pk,
    )


@access.members
def interruption_proof(request: HttpRequest, pk: int) -> FileResponse:
    """What proves the reason, for the four parties and the Support Office."""
    found = _seen(request, pk)
    return files.stream(found.proof, name=_("Proof %(ref)s") % {"ref": found.exchange.ref})


def _seen(request: HttpRequest, pk: int) -> Interruption:
    found = access.get_visible(Interruption.objects.visible_to(request.user), pk=pk)
    found.exchange = Exchange.objects.with_parties().get(pk=found.exchange_id)
    return found


def _refusal(data: Any = None) -> WordsForm:
    return WordsForm(data, label=_("Why not?"), help_text=_("All four parties read it."))


def _shown(
    request: HttpRequest, found: Interruption, refusal: WordsForm | None = None
) -> HttpResponse:
    user, exchange = request.user, found.exchange
    is_open = found.state == InterruptionState.ASKED
    context = {
        "interruption": found,
        "exchange": exchange,
        "baton": interruption_workflow.baton(found, user),
        "by": exchange.party_name(found.capacity),
        "consequences": in_words(consequences_of_request(found))
        if is_open
        else outcome_in_words(found.outcome),
        "is_open": is_open,
        "can_agree": can_decide_interruption(user, found),
        "refusal": (refusal or _refusal()) if can_refuse_interruption(user, found) else None,
        "can_withdraw": can_withdraw_interruption(user, found),
        "history": _history(found),
        "shows_actors": user.is_staff,  # type: ignore[union-attr]
    }
    return render(request, "exchanges/interruption.html", context)


def _history(found: Interruption) -> list[dict[str, Any]]:
    """The steps in their order."""
    steps = found.transitions.select_related("actor").order_by("at", "pk")
    return [
        {
            "label": TAKEN[step.transition],
            "by": found.exchange.party_name(Capacity(step.capacity))
            if step.capacity
            else _("the portal"),
            "actor": step.actor,
            "comment": step.comment,
            "at": step.at,
        }
        for step in steps
    ]
