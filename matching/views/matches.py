"""The partners that fit a profile, and why."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cxc_portal.core import access
from matching.forms.search import SearchForm
from matching.queries.catalogue import occurring_in
from matching.queries.matches import (
    excluded_from,
    pair_of,
    partners_of,
    ways_to_more_partners,
)
from matching.queries.narrowing import Search
from matching.scoring.ruleset import GREEN
from matching.views.approach import approach
from matching.views.parts import varied, wants_part
from matching.views.presentation import band_counts, excluded_rows, pair_in_words, partner_rows
from matching.wording.changes import proposals
from matching.wording.names import Words
from profiles.models import Profile
from profiles.permissions import can_edit_profile, can_see_matches, can_validate_profile
from profiles.workflows import profile_workflow

NAMED = ("ref", "role", "state", "state_since", "partnership", "organisation__name")
SHOWN = ("organisation__country", "organisation__organisation_type")
EXCLUDED, WAYS, FIELDS = "excluded", "ways", "fields"
FEW = 3
"""With fewer high fits than this the page says what would bring more."""


@access.members
def my_matches(request: HttpRequest) -> HttpResponse:
    """The matches of one's own profile; which one, where there are several."""
    own = Profile.objects.of_member(request.user).select_related(*SHOWN)
    profiles = list(own.order_by("organisation__name", "role"))
    published = [profile for profile in profiles if profile.is_published]
    if len(published) == 1:
        return redirect("matching:matches", published[0].ref)
    batons = [(profile, profile_workflow.baton(profile, request.user)) for profile in profiles]
    return render(request, "matching/choose.html", {"batons": batons, "published": published})


@access.members
def matches(request: HttpRequest, ref: str) -> HttpResponse:
    """The partners of a published profile, or those who are excluded and why."""
    profile = _profile(request, ref)
    if not can_see_matches(request.user, profile):
        return _not_published(request, profile)
    show = request.GET.get("show", "")
    if show == WAYS:
        return varied(_ways(request, profile))
    form = SearchForm(request.GET, partial(occurring_in, profile.counterpart))
    if show == FIELDS and wants_part(request):
        return varied(render(request, "matching/_more_fields.html", {"form": form}))
    search, page = form.search(), request.GET.get("page")
    context = (
        _excluded(profile, search, page) if show == EXCLUDED else _partners(profile, search, page)
    )
    context |= {"profile": profile, "search": search, "is_excluded": show == EXCLUDED}
    if wants_part(request):
        return varied(render(request, "matching/_list.html", context))
    context |= {
        "form": form,
        "has_all_fields": "more" in request.GET or show == FIELDS,
        "is_own": profile.organisation.has_member(request.user),
    }
    return varied(render(request, "matching/matches.html", context))


@access.members
def pair(request: HttpRequest, ref: str, other_ref: str) -> HttpResponse:
    """How two profiles fit: their points one by one, or what keeps them apart."""
    profile = _profile(request, ref)
    if not can_see_matches(request.user, profile):
        return _not_published(request, profile)
    listed = Profile.objects.visible_to(request.user).published().select_related(*SHOWN)
    other = access.get_visible(listed.exclude(pk=profile.pk), ref=other_ref)
    found = pair_of(profile, other)
    possible = not found.explanation.stops
    context = {
        "profile": profile,
        "other": other,
        "pair": pair_in_words(found),
        "approach": approach(request.user, profile, other, is_possible=possible),
        "may_edit": can_edit_profile(request.user, profile),
        "is_own": profile.organisation.has_member(request.user),
    }
    template = "matching/_pair.html" if wants_part(request) else "matching/pair.html"
    return varied(render(request, template, context))


def _profile(request: HttpRequest, ref: str) -> Profile:
    """The profile; 404 for strangers, 403 for whoever may know of it but not see its matches."""
    user, profiles = request.user, Profile.objects.select_related("organisation").only(*NAMED)
    # One's own first: that is the usual case, and a quick question.
    own = profiles.filter(ref=ref, organisation__memberships__user=user).first()
    if own is not None:
        own.organisation.note_member(user)
        return own
    others = profiles.prefetch_related("organisation__memberships").visible_to(user)
    profile = access.get_visible(others, ref=ref)
    access.require(can_validate_profile(user, profile))
    return profile


def _not_published(request: HttpRequest, profile: Profile) -> HttpResponse:
    baton = profile_workflow.baton(profile, request.user)
    return render(request, "matching/not_published.html", {"profile": profile, "baton": baton})


def _partners(profile: Profile, search: Search, page: str | None) -> dict[str, Any]:
    partners = partners_of(profile, search, page)
    return {
        "partners": partners,
        "bands": band_counts(partners.counts),
        "rows": partner_rows(profile, partners.partners, partners.words),
        "page": partners.page,
        "possible": partners.possible,
        "excluded": partners.excluded,
        "has_few_greens": not search.is_narrow
        and partners.possible > partners.counts[GREEN]
        and partners.counts[GREEN] < FEW,
    }


def _excluded(profile: Profile, search: Search, page: str | None) -> dict[str, Any]:
    found = excluded_from(profile, search, page)
    return {
        "rows": excluded_rows(profile, found.excluded, found.words),
        "page": found.page,
        "possible": found.possible,
        "excluded": found.all_excluded,
        "same_role": found.same_role,
    }


def _ways(request: HttpRequest, profile: Profile) -> HttpResponse:
    """What the profile could change so that more partners fit highly."""
    words = Words.load()
    ways = [(way.gain, proposals(way.changes, words)) for way in ways_to_more_partners(profile)]
    may_edit = can_edit_profile(request.user, profile)
    template = "matching/_ways.html" if wants_part(request) else "matching/ways.html"
    return render(request, template, {"profile": profile, "ways": ways, "may_edit": may_edit})
