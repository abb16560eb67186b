"""Who may see what.

Reading goes through `Model.objects.visible_to(user)`, writing through
`can_<verb>_<noun>(user, obj)`. Every view carries one of the marks below; a test walks the URLconf
and fails on a view without one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]
M = TypeVar("M", bound=Model)

PUBLIC = "public"
MEMBERS = "members"
STAFF = "staff"
DEMO = "demo"
MARKS = (PUBLIC, MEMBERS, STAFF, DEMO)


def _marked(view: View, mark: str) -> View:
    view.access_mark = mark  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Open to everybody, logged in or not."""
    return _marked(login_not_required(view), PUBLIC)


def members(view: View) -> View:
    """For whoever is logged in; the view itself asks `visible_to` and `can_…` for the object."""
    return _marked(view, MEMBERS)


def staff(view: View) -> View:
    """For officers, coordinators, the Support Office and observers; 404 for anybody else."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, *args, **kwargs)

    return _marked(wrapper, STAFF)


def demo_only(view: View) -> View:
    """Exists in demo mode alone, and is open to everybody there."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return _marked(login_not_required(wrapper), DEMO)


def get_visible(queryset: QuerySet[M], **lookup: Any) -> M:
    """The one object of a `visible_to` queryset, or 404 as if it did not exist."""
    try:
        return queryset.get(**lookup)
    except (ObjectDoesNotExist, ValueError, ValidationError) as missing:
        raise Http404 from missing


def require(allowed: bool) -> None:
    """Refuse with 403 what an insider may see but not do."""
    if not allowed:
        raise PermissionDenied
