"""Pages of which htmx asks for a part."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def wants_part(request: HttpRequest) -> bool:
    """Whether only the part that changes is asked for; going back asks for the whole page."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def varied(response: HttpResponse) -> HttpResponse:
    """A browser that keeps a part of a page must not show it as the page."""
    patch_vary_headers(response, ["HX-Request"])
    return response
