"""Proposing a match, and introducing two profiles to each other."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import TransitionRefused
from matching.forms.match import IntroduceForm, ProposeForm, TermsForm
from matching.models import Match
from matching.permissions import can_introduce_pair
from matching.queries.engaged import open_match_between
from matching.queries.matches import Pair, pair_of
from matching.queries.proposals import introductions_by
from matching.services.introductions import introduce_profiles
from matching.services.matches import propose_match
from matching.services.matches_rules import (
    as_host_and_visitor,
    check_introduction,
    check_proposal,
    reason_against,
)
from matching.workflows import match_workflow
from profiles.models import Profile
from profiles.permissions import can_work_at_desk

SHOWN = ("organisation__country", "organisation__organisation_type", "partnership")
PER_PAGE = 25


@access.members
def propose(request: HttpRequest, ref: str, other_ref: str) -> HttpResponse:
    """Ask a partner for an exchange. Where a match is open already, that one is shown."""
    profile, other = _pair(request, ref, other_ref)
    access.require(profile.organisation.has_member(request.user))
    if not profile.is_published:
        return redirect("matching:matches", ref)
    if match := open_match_between(profile, other):
        return _show_open(request, match)
    host, visitor = as_host_and_visitor(profile, other)
    form = ProposeForm(_posted(request), host=host, visitor=visitor)
    if request.method == "POST" and form.is_valid():
        sides = {"profile_id": profile.pk, "other_id": other.pk, "actor": request.user}
        try:
            match = propose_match(**sides, **form.terms)
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your proposal is on its way. You hear from us."))
            return redirect(match)
    refusal, pair = _outlook(form, check_proposal, profile, other)
    context = {"profile": profile, "other": other, "form": form, "refusal": refusal}
    return render(request, "matching/propose.html", context | _score(pair))


@access.staff
def introduce(request: HttpRequest, ref: str, other_ref: str) -> HttpResponse:
    """Bring two profiles together; both are asked."""
    profile, other = _pair(request, ref, other_ref)
    host, visitor = as_host_and_visitor(profile, other)
    access.require(can_introduce_pair(request.user, host, visitor))
    if match := open_match_between(profile, other):
        return _show_open(request, match)
    form = IntroduceForm(_posted(request), host=host, visitor=visitor)
    if request.method == "POST" and form.is_valid():
        sides = {"host_id": host.pk, "visitor_id": visitor.pk, "actor": request.user}
        try:
            match = introduce_profiles(**sides, **form.terms)
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Both have a mail from you. You hear what they say."))
            return redirect(match)
    refusal, pair = _outlook(form, check_introduction, host, visitor)
    context = {"host": host, "visitor": visitor, "form": form, "refusal": refusal}
    return render(request, "matching/introduce.html", context | _score(pair))


@access.staff
def introductions(request: HttpRequest) -> HttpResponse:
    """What one introduced oneself or the colleagues did, and what became of it."""
    access.require(can_work_at_desk(request.user))
    found = Paginator(introductions_by(request.user), PER_PAGE)
    page = found.get_page(request.GET.get("page"))
    lines = [(match, match_workflow.states[match.state].label) for match in page]
    return render(request, "matching/introductions.html", {"page": page, "lines": lines})


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _pair(request: HttpRequest, ref: str, other_ref: str) -> tuple[Profile, Profile]:
    """Both profiles if the viewer may know of them; 404 otherwise, also for a pair that is none."""
    visible = Profile.objects.visible_to(request.user).select_related(*SHOWN)
    profile = access.get_visible(visible, ref=ref)
    others = visible.filter(role=profile.counterpart)
    return profile, access.get_visible(others, ref=other_ref)


def _show_open(request: HttpRequest, match: Match) -> HttpResponse:
    """To the open match of the two, which both sides and their desks see."""
    messages.info(request, _("There is a match of the two already. Here it is."))
    return redirect(match)


def _outlook(
    form: TermsForm, check: Callable[..., Pair], profile: Profile, other: Profile
) -> tuple[str, Pair]:
    """What stands in the way, unless the form says that by itself; and how well the two fit."""
    if form.errors:
        return "", pair_of(profile, other)
    return reason_against(check, profile, other)


def _score(pair: Pair) -> dict[str, object]:
    explained = pair.explanation
    return {
        "score": explained.total / 10,
        "band": explained.band,
        "version": pair.ruleset.version,
        "journey": (
            (pair.b.country, pair.a.country)
            if pair.a.role == "host"
            else (pair.a.country, pair.b.country)
        ),
    }
