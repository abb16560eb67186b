"""The partners that fit a profile, and why."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from cxc_portal.core import access, clock
from matching.forms.search import SearchForm
from matching.queries.catalogue import Occurring, occurring_in
from matching.queries.matches import (
    Search,
    excluded_from,
    pair_of,
    partners_of,
    ways_to_more_partners,
)
from matching.scoring.ruleset import GREEN
from matching.views.presentation import band_counts, excluded_rows, pair_in_words, partner_rows
from matching.wording.changes import proposals
from matching.wording.names import Words
from profiles.models import Profile
from profiles.permissions import can_edit_profile, can_see_matches, can_validate_profile
from profiles.workflows import profile_workflow

SHOWN = ("organisation__country", "organisation__organisation_type", "partnership")
EXCLUDED = "excluded"
WAYS = "ways"
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
    profile = _own_profile(request, ref)
    if not can_see_matches(request.user, profile):
        return _not_published(request, profile)
    if request.GET.get("show") == WAYS:
        return _ways(request, profile)
    form, search = _search(request, profile)
    page = request.GET.get("page")
    is_excluded = request.GET.get("show") == EXCLUDED
    context = _excluded(profile, search, page) if is_excluded else _partners(profile, search, page)
    context |= {
        "profile": profile,
        "search": search,
        "is_excluded": is_excluded,
        "is_own": profile.organisation.has_member(request.user),
    }
    if _wants_list_only(request):
        return _varied(render(request, "matching/_list.html", context))
    context |= {"form": form, "fields": _fields(profile, form)}
    return _varied(render(request, "matching/matches.html", context))


@access.members
def pair(request: HttpRequest, ref: str, other_ref: str) -> HttpResponse:
    """How two profiles fit: their points one by one, or what keeps them apart."""
    profile = _own_profile(request, ref)
    if not can_see_matches(request.user, profile):
        return _not_published(request, profile)
    listed = Profile.objects.visible_to(request.user).published().select_related(*SHOWN)
    other = access.get_visible(listed.exclude(pk=profile.pk), ref=other_ref)
    context = {
        "profile": profile,
        "other": other,
        "pair": pair_in_words(pair_of(profile, other)),
        "may_edit": can_edit_profile(request.user, profile),
        "is_own": profile.organisation.has_member(request.user),
    }
    template = "matching/_pair.html" if _wants_list_only(request) else "matching/pair.html"
    return _varied(render(request, template, context))


def _own_profile(request: HttpRequest, ref: str) -> Profile:
    """The profile; 404 for strangers, 403 for whoever may know of it but not see its matches."""
    visible = Profile.objects.visible_to(request.user).select_related(*SHOWN)
    profile = access.get_visible(visible.prefetch_related("organisation__memberships"), ref=ref)
    access.require(
        profile.organisation.has_member(request.user) or can_validate_profile(request.user, profile)
    )
    return profile


def _not_published(request: HttpRequest, profile: Profile) -> HttpResponse:
    baton = profile_workflow.baton(profile, request.user)
    return render(request, "matching/not_published.html", {"profile": profile, "baton": baton})


def _search(request: HttpRequest, profile: Profile) -> tuple[SearchForm | None, Search]:
    """The form and what it asks for; no form where nothing is asked for."""
    if not request.GET.keys() & SearchForm.base_fields.keys():
        return None, Search()
    form = SearchForm(request.GET, occurring_in(profile.counterpart))
    return form, form.search()


def _partners(profile: Profile, search: Search, page: str | None) -> dict[str, Any]:
    partners = partners_of(profile, search, page)
    return {
        "partners": partners,
        "bands": band_counts(partners.counts),
        "rows": partner_rows(profile, partners.partners),
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
        "rows": excluded_rows(profile, found.excluded),
        "page": found.page,
        "possible": found.possible,
        "excluded": found.all_excluded,
        "same_role": found.same_role,
    }


def _ways(request: HttpRequest, profile: Profile) -> HttpResponse:
    """What the profile could change so that more partners fit highly."""
    words = Words.load()
    ways = [(way.gain, proposals(way.changes, words)) for way in ways_to_more_partners(profile)]
    context = {
        "profile": profile,
        "ways": ways,
        "may_edit": can_edit_profile(request.user, profile),
    }
    template = "matching/_ways.html" if _wants_list_only(request) else "matching/ways.html"
    return _varied(render(request, template, context))


def _fields(profile: Profile, form: SearchForm | None) -> SafeString:
    occurring = occurring_in(profile.counterpart)
    if form is None:
        minute = f"{clock.now():%H:%M}"
        return _untouched_fields(occurring, get_language(), minute)
    return render_to_string("matching/_fields.html", {"form": form})


@lru_cache(maxsize=64)
def _untouched_fields(occurring: Occurring, language: str, minute: str) -> SafeString:
    """Drawing hundreds of options takes longer than finding the partners, so it is done once for
    all readers of a language. New names of countries and the like show within a minute."""
    form = SearchForm(QueryDict(), occurring)
    form.search()
    return render_to_string("matching/_fields.html", {"form": form})


def _wants_list_only(request: HttpRequest) -> bool:
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def _varied(response: HttpResponse) -> HttpResponse:
    """A browser that keeps a part of a page must not show it as the page."""
    patch_vary_headers(response, ["HX-Request"])
    return response
