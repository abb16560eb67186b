"""A match on a page of its own, and the steps that its two sides take."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access, files
from cxc_portal.core.errors import DomainError, NotAllowed
from cxc_portal.core.types import Text
from matching.enums import MatchState
from matching.forms.match import DeclineForm, DissolveForm, ReasonForm
from matching.models import Match
from matching.permissions import can_dissolve_match
from matching.services.matches import (
    accept_match,
    decline_match,
    dissolve_match,
    withdraw_match,
)
from matching.views.match_page import match_page, own_side
from matching.workflows import match_workflow


@access.members
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """What is proposed or agreed, whose turn it is, and what was said."""
    shown = _visible(request, pk)
    return render(request, "matching/match.html", {"page": match_page(shown, request.user)})


@require_POST
@access.members
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree for one's own side."""
    found = access.get_visible(Match.objects.visible_to(request.user), pk=pk)
    return _take(request, found, accept_match, _accepted)


@access.members
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, with a reason."""
    text = _("Declined. The other side reads your reason.")
    return _with_reason(request, pk, "decline", decline_match, DeclineForm, text)


@access.members
def dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    """End what was confirmed, with a reason; later what became of it is ended there."""
    text = _("Dissolved. The other side and the partnerships read your reason.")
    return _with_reason(request, pk, "dissolve", dissolve_match, DissolveForm, text)


@access.members
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one proposed or introduced, after a question."""
    found = _visible(request, pk)
    if request.method == "POST":
        text = _("Taken back. Nobody needs to answer any more.")
        return _take(request, found, withdraw_match, lambda match: text)
    if late := _too_late(request, found, "withdraw"):
        return late
    return render(request, "matching/match_withdraw.html", {"match": found})


@access.members
def match_cv(request: HttpRequest, pk: int) -> FileResponse:
    """The CV of the other side of a confirmed match, wherever its profile is."""
    found = _visible(request, pk)
    own = own_side(found, request.user)
    access.require(own is not None and found.state == MatchState.CONFIRMED)
    other = found.other(own)
    return files.stream(other.cv, name=_("CV %(name)s") % {"name": other.contact_name})


def _visible(request: HttpRequest, pk: int) -> Match:
    """The match if the viewer may know of it; 404 otherwise."""
    return access.get_visible(Match.objects.visible_to(request.user).with_sides(), pk=pk)


def _take(
    request: HttpRequest,
    found: Match,
    step: Callable[..., Match],
    success: Callable[[Match], Text],
    **more: Any,
) -> HttpResponse:
    """Take the step and say so, or say why not; the page of the match follows."""
    try:
        done = step(match_id=found.pk, actor=request.user, **more)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, str(success(done)))
    return redirect(found)


def _with_reason(
    request: HttpRequest,
    pk: int,
    name: str,
    step: Callable[..., Match],
    form_class: type[ReasonForm],
    success: Text,
) -> HttpResponse:
    found = _visible(request, pk)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _take(request, found, step, lambda match: success, comment=form.comment)
    if late := _too_late(request, found, name):
        return late
    context = {"match": found, "form": form, "other": own_other(found, request)}
    return render(request, f"matching/match_{name}.html", context)


def own_other(found: Match, request: HttpRequest) -> Any:
    """The other side for a member; None for staff."""
    own = own_side(found, request.user)
    return found.other(own) if own else None


def _too_late(request: HttpRequest, found: Match, name: str) -> HttpResponse | None:
    """Back to the page for whoever comes too late, 403 for whoever may never; None otherwise."""
    if found.state not in match_workflow.transitions[name].sources:
        return redirect(found)
    access.require(match_workflow.is_open(name, found, request.user))
    if name == "dissolve" and not can_dissolve_match(request.user, found):
        return redirect(found)
    return None


def _accepted(done: Match) -> Text:
    if done.state == MatchState.CONFIRMED:
        return _("It is a match. You see each other’s contact data now.")
    return _("Thank you. Now the other side is asked; you hear from us.")
