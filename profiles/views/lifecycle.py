"""The steps that the owner of a profile takes: each is asked on a page of its own, POST acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from cxc_portal.core.types import Text
from profiles.facts import changed_facts, fact_label, profile_facts
from profiles.models import Profile
from profiles.obstacles import obstacles
from profiles.permissions import can_edit_profile, can_take_step
from profiles.queries import reason_for_state
from profiles.services.lifecycle import (
    confirm_interest,
    pause_profile,
    reopen_profile,
    validated_changes,
    withdraw_profile,
)
from profiles.services.submission import submit_profile
from profiles.views.profile import visible_profile
from profiles.workflows import profile_workflow


def _own_profile(request: HttpRequest, ref: str) -> Profile:
    """The profile for a member of its organisation; 403 for whoever may only look."""
    profile = visible_profile(request, ref)
    access.require(profile.organisation.has_member(request.user))
    return profile


def _take_step(
    request: HttpRequest, profile: Profile, step: Callable[..., Profile], success: Text, **more: Any
) -> HttpResponse:
    """Take the step and say so, or say why not; the profile's page follows."""
    try:
        step(profile_id=profile.pk, actor=request.user, **more)
    except DomainError as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, str(success))
    return redirect("profiles:profile", profile.ref)


@access.members
def pause(request: HttpRequest, ref: str) -> HttpResponse:
    """Rest for a while."""
    profile = _own_profile(request, ref)
    if request.method == "POST":
        text = _("Your profile is paused. Nobody finds it until you return it.")
        return _take_step(request, profile, pause_profile, text)
    if not can_take_step(request.user, profile, "pause"):
        return redirect("profiles:profile", ref)
    return render(request, "profiles/pause.html", {"profile": profile})


@access.members
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the mails lead: back into the catalogue, or a sign of life from within it."""
    profile = _own_profile(request, ref)
    may_return = can_take_step(request.user, profile, "reopen")
    may_confirm = profile.is_published and can_edit_profile(request.user, profile)
    if request.method == "POST" and profile.is_published:
        text = _("Thank you. Your profile stays in the catalogue.")
        return _take_step(request, profile, confirm_interest, text)
    is_checked_first = may_return and bool(validated_changes(profile))
    if request.method == "POST":
        text = (
            _("Your partnership checks what you changed. Then your profile is back.")
            if is_checked_first
            else _("Welcome back. Your profile is in the catalogue again.")
        )
        return _take_step(request, profile, reopen_profile, text)
    if not (may_return or may_confirm):
        return redirect("profiles:profile", ref)
    context = {"profile": profile, "may_return": may_return, "is_checked_first": is_checked_first}
    return render(request, "profiles/reopen.html", context)


@access.members
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Leave for good; says first what stands in the way."""
    profile = _own_profile(request, ref)
    if request.method == "POST":
        comment = request.POST.get("comment", "")[:1000]
        text = _("Your profile is withdrawn. You can register a new one at any time.")
        return _take_step(request, profile, withdraw_profile, text, comment=comment)
    if not can_take_step(request.user, profile, "withdraw"):
        return redirect("profiles:profile", ref)
    context = {"profile": profile, "obstacles": obstacles(profile)}
    return render(request, "profiles/withdraw.html", context)


@access.members
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Submit again what the desk returned, after a last look at what has changed."""
    profile = _own_profile(request, ref)
    if request.method == "POST":
        text = _("Submitted. Your partnership looks at it again and writes to you.")
        return _take_step(request, profile, submit_profile, text)
    if not profile_workflow.is_open("submit", profile, request.user):
        return redirect("profiles:profile", ref)
    last = profile.submissions.order_by("-number").first()
    changed = changed_facts(last.facts, profile_facts(profile)) if last else {}
    context = {
        "profile": profile,
        "reason": reason_for_state(profile),
        "changed": sorted({str(fact_label(key)) for key in changed}),
        "is_first": last is None,
    }
    return render(request, "profiles/submit.html", context)
