"""What a person keeps: bookmarks, and searches of the catalogue."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from matching.forms.catalogue import CatalogueForm, SearchNameForm
from matching.models import Bookmark, SavedSearch
from matching.queries.catalogue import occurring_in
from matching.queries.catalogue_list import listed_among, own_published
from matching.queries.narrowing import PER_PAGE
from matching.queries.searches import partner_alerts_of
from matching.services.keeping import (
    delete_search,
    keep_bookmark,
    rename_search,
    save_search,
    set_partner_alert,
    set_search_alert,
)
from matching.views.catalogue_rows import bookmark_of, rows_of_list
from matching.views.parts import wants_part
from profiles.models import Profile

KEEP = "yes"
ON = "on"


@access.members
def bookmarks(request: HttpRequest) -> HttpResponse:
    """One's own bookmarks, the latest first."""
    kept = Bookmark.objects.visible_to(request.user)
    seen = kept.filter(profile__in=Profile.objects.visible_to(request.user).published())
    refs = list(seen.values_list("profile__ref", flat=True))
    page = Paginator(refs, PER_PAGE).get_page(request.GET.get("page"))
    own = own_published(request.user)
    listed, words = listed_among(list(page), own)
    context = {
        "page": page,
        "rows": rows_of_list(listed, words, own, refs),
        "has_scores": bool(own),
        "absent": kept.count() - len(refs),
    }
    return render(request, "matching/bookmarks.html", context)


@require_POST
@access.members
def bookmark(request: HttpRequest, ref: str) -> HttpResponse:
    """Keeps a profile or lets it go."""
    profile = access.get_visible(
        Profile.objects.visible_to(request.user).select_related("organisation"), ref=ref
    )
    is_kept = request.POST.get("keep") == KEEP
    keep_bookmark(profile_id=profile.pk, actor=request.user, is_kept=is_kept)
    name = profile.organisation.name
    if wants_part(request):
        row = bookmark_of(ref, name, is_kept=is_kept)
        return render(request, "matching/_bookmark.html", {"row": row})
    said = _("%(name)s is among your bookmarks.") if is_kept else _("%(name)s is no bookmark.")
    messages.success(request, said % {"name": name})
    return _back(request, reverse("matching:bookmarks"))


@access.members
def searches(request: HttpRequest) -> HttpResponse:
    """One's own searches; whether one is told of new partners; keeps another search."""
    form = SearchNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = CatalogueForm(QueryDict(request.POST.get("query", "")), _everybody, can_rank=True)
        search = save_search(
            name=form.cleaned_data["name"], query=asked.kept.urlencode(), actor=request.user
        )
        messages.success(request, _("The search “%(name)s” is saved.") % {"name": search.name})
        return redirect("matching:searches")
    context: dict[str, Any] = {
        "form": form,
        "searches": [
            (search, _search_url(search), _said(search))
            for search in SavedSearch.objects.visible_to(request.user).filter(profile__isnull=True)
        ],
        "partner_alerts": partner_alerts_of(request.user),
    }
    return render(request, "matching/searches.html", context)


@access.members
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """The catalogue with this search; a short address for mails."""
    return redirect(_search_url(_own_search(request, pk)))


@access.members
def search_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a search."""
    search = _own_search(request, pk)
    form = SearchNameForm(request.POST or None, initial={"name": search.name})
    if request.method == "POST" and form.is_valid():
        rename_search(search_id=pk, name=form.cleaned_data["name"], actor=request.user)
        messages.success(request, _("The search has its new name."))
        return redirect("matching:searches")
    return render(request, "matching/search_name.html", {"form": form, "search": search})


@require_POST
@access.members
def search_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether one is told of new profiles that fit a search."""
    _own_search(request, pk)
    is_on = request.POST.get("alert") == ON
    search = set_search_alert(search_id=pk, is_on=is_on, actor=request.user)
    _say_alert(request, search.name, is_on=is_on)
    return redirect("matching:searches")


@require_POST
@access.members
def search_delete(request: HttpRequest, pk: int) -> HttpResponse:
    _own_search(request, pk)
    search = delete_search(search_id=pk, actor=request.user)
    messages.success(request, _("The search “%(name)s” is deleted.") % {"name": search.name})
    return redirect("matching:searches")


@require_POST
@access.members
def partner_alert(request: HttpRequest, ref: str) -> HttpResponse:
    """Whether one is told of new profiles that fit one of one's own highly."""
    user = request.user
    profile = access.get_visible(
        Profile.objects.visible_to(user).select_related("organisation"), ref=ref
    )
    access.require(profile.organisation.has_member(user))
    is_on = request.POST.get("alert") == ON
    set_partner_alert(profile_id=profile.pk, is_on=is_on, actor=user)
    _say_alert(request, profile.organisation.name, is_on=is_on)
    return redirect("matching:searches")


def _own_search(request: HttpRequest, pk: int) -> SavedSearch:
    searches = SavedSearch.objects.visible_to(request.user).filter(profile__isnull=True)
    return access.get_visible(searches, pk=pk)


def _everybody() -> Any:
    return occurring_in(None)


def _search_url(search: SavedSearch) -> str:
    return f"{reverse('matching:catalogue')}?{search.query}"


def _said(search: SavedSearch) -> str:
    return CatalogueForm(QueryDict(search.query), _everybody, can_rank=True).in_words


def _say_alert(request: HttpRequest, name: str, *, is_on: bool) -> None:
    said = (
        _("You hear by mail of what is new for “%(name)s”.")
        if is_on
        else _("You hear no more of what is new for “%(name)s”.")
    )
    messages.success(request, said % {"name": name})


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page that the form was on."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = otherwise
    return HttpResponseRedirect(target)
