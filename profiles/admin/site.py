"""The validation desk: an admin site of its own, for officers, coordinators and the Support Office.

Whoever is not logged in is sent to the portal's own log-in. For everybody else who does not work at
a desk, the pages do not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from cxc_portal.core import access
from cxc_portal.core.types import Text
from profiles.permissions import can_work_at_desk

View = Callable[..., HttpResponseBase]


FAMILIES: dict[str, Text] = {
    "profiles": _("Profiles"),
    "mails": _("Mails"),
    "documents": _("Documents"),
    "imports": _("Import"),
    "people": _("People"),
    "reference": _("Reference data"),
    "audit": _("Audit trail"),
}
"""The parts of the desk, in the order of its navigation."""


@dataclass(frozen=True)
class Section:
    """A link of the desk's own navigation."""

    label: Text
    url: str
    is_current: bool
    count: int | None = None


class Desk(AdminSite):
    """Registers the desk's pages and lets only the desk's people in."""

    site_title = _("Validation desk")
    site_header = _("Validation desk")
    index_title = _("Validation desk")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return can_work_at_desk(request.user)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """The view for the desk's people, 404 for others; the anonymous never come this far."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise Http404
            return view(request, *args, **kwargs)

        guarded = csrf_protect(inner if cacheable else never_cache(inner))
        update_wrapper(guarded, view)
        guarded.access_mark = access.STAFF  # type: ignore[attr-defined]
        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        models = [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(page.urls))
            for model, page in self._registry.items()
        ]
        return [
            path("", self.admin_view(self.index), name="index"),
            path("login/", log_in, name="login"),
            *models,
            re_path(r"", self.admin_view(nothing_here)),
        ]

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The desk opens with its queue."""
        return redirect("admin:profiles_profile_changelist")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"site_title": self.site_title, "sections": self.sections(request)}

    def _lists(self, request: HttpRequest, family: str) -> list[Any]:
        """The lists of a part of the desk that this person may see."""
        return [
            page
            for page in self._registry.values()
            if getattr(page, "family", "") == family and page.has_view_permission(request)
        ]

    def sections(self, request: HttpRequest) -> list[Section]:
        """The parts of the desk that this person may enter; each opens with its first list."""
        sections = []
        for family, label in FAMILIES.items():
            urls = [reverse(page.list_url_name) for page in self._lists(request, family)]
            if urls:
                is_current = any(request.path.startswith(url) for url in urls)
                sections.append(Section(label, urls[0], is_current))
        return sections

    def siblings(self, request: HttpRequest, page: Any) -> list[Section]:
        """The lists of the same part of the desk; none where there is only one."""
        found = [
            Section(other.name, reverse(other.list_url_name), is_current=other is page)
            for other in self._lists(request, page.family)
        ]
        return found if len(found) > 1 else []


@access.public
def log_in(request: HttpRequest) -> HttpResponse:
    """The desk has no log-in of its own."""
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))


def nothing_here(request: HttpRequest) -> HttpResponse:
    raise Http404


desk = Desk(name="admin")
