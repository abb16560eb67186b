"""What every template knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cxc_portal.core.workflow import Text


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation."""

    label: Text
    url: str
    is_current: bool = False


NavigationProvider = Callable[[HttpRequest], Iterable[NavigationItem]]
_providers: list[NavigationProvider] = []


def provide_navigation(provider: NavigationProvider) -> None:
    """Let an app add its entries to the navigation; called from `apps.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def navigation(request: HttpRequest) -> list[NavigationItem]:
    """The entries for this request's user, the current one marked."""
    items = [item for provider in _providers for item in provider(request)]
    return [
        NavigationItem(item.label, item.url, is_current=request.path.startswith(item.url))
        for item in items
    ]


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "is_demo": settings.DEMO,
        "site_url": settings.SITE_URL,
        "languages": settings.LANGUAGES,
        "navigation": navigation(request) if hasattr(request, "user") else [],
    }
