"""What the lists of all desks share: their views as tabs, and where somebody last looked."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Choices
from django.http import HttpRequest


def tabs(
    request: HttpRequest,
    views: type[Choices],
    current: Any,
    counts: Mapping[Any, int],
    *,
    parameter: str = "show",
) -> list[dict[str, object]]:
    """The views of the list on this page, each with the filters that are set."""
    found: list[dict[str, object]] = []
    for view in views:
        query = request.GET.copy()
        query.pop("page", None)
        query[parameter] = view.value
        found.append(
            {
                "label": view.label,
                "url": f"{request.path}?{query.urlencode()}",
                "is_current": view == current,
                "count": counts[view],
            }
        )
    return found


def remember(request: HttpRequest, desk: str) -> None:
    """Keep in the session how somebody looks at a desk, so that going back leads there."""
    query = request.GET.urlencode()
    if request.session.get(desk, "") != query:
        request.session[desk] = query


def last_seen(request: HttpRequest, desk: str, url: str) -> str:
    """The list at `url` as the reader last looked at it."""
    query = request.session.get(desk, "")
    return f"{url}?{query}" if query else url
