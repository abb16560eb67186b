"""The agenda of a commitment: the page on which both sides plan it, and each act on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, NotAllowed
from exchanges.models import Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.views.agenda_acts import BOARD, Done, act_of, keep_undo, kept_undo
from exchanges.views.agenda_page import board_context, desk_of
from matching.views.parts import varied, wants_part


@access.members
def agenda(request: HttpRequest, ref: str) -> HttpResponse:
    """The agenda with all that one can do to it."""
    desk = desk_of(editable(request, ref))
    context = {**board_context(desk), "undo": kept_undo(request, ref, desk.row.revision)}
    return varied(render(request, "exchanges/agenda.html", context))


@require_POST
@access.members
def step(request: HttpRequest, ref: str) -> HttpResponse:
    """One act on the agenda; the page follows, or with htmx its board alone."""
    exchange = editable(request, ref)
    refusal = ""
    try:
        done: Done | None = act_of(request)(request, exchange)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        done, refusal = None, str(refused)
    if done:
        keep_undo(request, ref, done)
    if wants_part(request):
        return _board(request, ref, done.focus if done else BOARD, refusal)
    if refusal:
        messages.error(request, refusal)
    return redirect(page_url(ref, done))


def editable(request: HttpRequest, ref: str) -> Exchange:
    """The exchange: 404 for strangers, 403 for whoever may read it only."""
    visible = Exchange.objects.visible_to(request.user).with_parties()
    exchange = access.get_visible(visible, ref=ref)
    access.require(can_edit_commitment(request.user, exchange))
    return exchange


def page_url(ref: str, done: Done | None = None) -> str:
    """The page of the agenda, at the place where the last act can be seen."""
    place = done.focus.partition(":")[0] if done else ""
    return reverse("exchanges:agenda", args=[ref]) + (f"#{place}" if place else "")


def _board(request: HttpRequest, ref: str, focus: str, refusal: str) -> HttpResponse:
    """The board as it is now, and what there is to say."""
    desk = desk_of(editable(request, ref), focus)
    context: dict[str, Any] = {**board_context(desk), "refusal": refusal}
    context["undo"] = None if refusal else kept_undo(request, ref, desk.row.revision)
    return varied(render(request, "exchanges/_agenda_answer.html", context))
