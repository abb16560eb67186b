"""What every template knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cxc_portal.core import clock
from cxc_portal.core.types import Text


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation; `news` is how much is new there, `place` its rank among the
    entries of all apps, the smallest first. Pages below `also` belong to it like those below its
    own address."""

    label: Text
    url: str
    is_current: bool = False
    news: int = 0
    place: int = 50
    also: tuple[str, ...] = ()


NavigationProvider = Callable[[HttpRequest], Iterable[NavigationItem]]
_providers: list[NavigationProvider] = []


def provide_navigation(provider: NavigationProvider) -> None:
    """Let an app add its entries to the navigation; called from `apps.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def navigation(request: HttpRequest) -> list[NavigationItem]:
    """The entries for this request's user; the one whose pages this request is among is marked."""
    items = [item for provider in _providers for item in provider(request)]
    items.sort(key=lambda item: item.place)
    around = [
        (len(url), item.url)
        for item in items
        for url in (item.url, *item.also)
        if _is_within(request.path, url)
    ]
    _length, current = max(around, default=(0, ""))
    return [replace(item, is_current=item.url == current) for item in items]


def _is_within(path: str, url: str) -> bool:
    """Whether a page lies below an entry. The start page has nothing below it."""
    return path == url or (url != "/" and path.startswith(url))


def portal(request: HttpRequest) -> dict[str, Any]:
    """The navigation is put together where it is drawn: parts of a page do not ask for it."""
    has_navigation = hasattr(request, "user")
    return {
        "is_demo": settings.DEMO,
        "moved_to": clock.now() if clock.is_ahead() else None,
        "site_url": settings.SITE_URL,
        "languages": settings.LANGUAGES,
        "navigation": SimpleLazyObject(partial(navigation, request)) if has_navigation else [],
    }
