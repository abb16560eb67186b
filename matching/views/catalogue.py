"""The catalogue: all published profiles, as a list and as a map."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cxc_portal.core import access
from matching.forms.catalogue import CatalogueForm
from matching.models import Bookmark
from matching.permissions import can_see_catalogue
from matching.queries.catalogue import occurring_in
from matching.queries.catalogue_list import (
    Own,
    count_of,
    countries_of,
    listing_of,
    own_published,
)
from matching.queries.narrowing import Search
from matching.views.catalogue_rows import listed_rows
from matching.views.country_map import map_of
from matching.views.parts import varied, wants_part

FIELDS = "fields"


@access.members
def catalogue(request: HttpRequest) -> HttpResponse:
    """The published profiles of both roles, narrowed and sorted."""
    if not can_see_catalogue(request.user):
        return render(request, "matching/catalogue_closed.html")
    own = own_published(request.user)
    form = _form(request, own)
    if _wants_fields(request):
        return varied(render(request, "matching/_more_fields.html", {"form": form}))
    context = {"form": form, **_listing(request, form.search(), own)}
    if wants_part(request):
        return varied(render(request, "matching/_catalogue_list.html", context))
    return varied(render(request, "matching/catalogue.html", context | _around(request)))


@access.members
def catalogue_map(request: HttpRequest) -> HttpResponse:
    """How many of them are in each country."""
    if not can_see_catalogue(request.user):
        return render(request, "matching/catalogue_closed.html")
    form = _form(request, own_published(request.user))
    if _wants_fields(request):
        return varied(render(request, "matching/_more_fields.html", {"form": form}))
    search = form.search()
    counts = countries_of(search)
    context = {"form": form, "search": search, "countries": counts, "circles": map_of(counts)}
    if wants_part(request):
        return varied(render(request, "matching/_catalogue_map.html", context))
    return varied(render(request, "matching/catalogue_map.html", context | _around(request)))


def _form(request: HttpRequest, own: list[Own]) -> CatalogueForm:
    role = request.GET.get("role")
    known = role if role in CatalogueForm.ROLES else None
    return CatalogueForm(request.GET, partial(occurring_in, known), can_rank=bool(own))


def _wants_fields(request: HttpRequest) -> bool:
    return request.GET.get("show") == FIELDS and wants_part(request)


def _around(request: HttpRequest) -> dict[str, Any]:
    """What stands around the list and is not replaced with it."""
    return {"has_all_fields": "more" in request.GET or request.GET.get("show") == FIELDS}


def _listing(request: HttpRequest, search: Search, own: list[Own]) -> dict[str, Any]:
    listing = listing_of(search, own, request.GET.get("page"))
    refs = [one.ref for one in listing.listed]
    kept = Bookmark.objects.visible_to(request.user).filter(profile__ref__in=refs)
    marked = set(kept.values_list("profile__ref", flat=True))
    return {
        "search": search,
        "listing": listing,
        "page": listing.page,
        "rows": listed_rows(listing, own, marked),
        "has_scores": bool(own),
        "spelling": _spelling(search, listing.spelling),
    }


def _spelling(search: Search, words: str) -> str:
    """Other words, if they would find somebody."""
    return words if words and count_of(replace(search, words=words)) else ""
