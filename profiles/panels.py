"""Parts that apps above add to the page of a profile, such as how to make contact, and to the front
page."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from profiles.models import Profile

Panel = Callable[[HttpRequest, Profile], SafeString]

FrontPanel = Callable[[HttpRequest], SafeString]

_panels: list[Panel] = []
_front_panels: list[FrontPanel] = []


def register_panel(panel: Panel) -> None:
    """Let an app draw a part of the page of a profile; called from `apps.ready()`. An empty text
    draws nothing."""
    if panel not in _panels:
        _panels.append(panel)


def panels_of(request: HttpRequest, profile: Profile) -> list[SafeString]:
    """The parts of this page, in the order in which the apps registered."""
    drawn = (panel(request, profile) for panel in _panels)
    return [part for part in drawn if part]


def register_front_panel(panel: FrontPanel) -> None:
    """The same for the front page."""
    if panel not in _front_panels:
        _front_panels.append(panel)


def front_panels(request: HttpRequest) -> list[SafeString]:
    """The parts of the front page, in the order in which the apps registered."""
    drawn = (panel(request) for panel in _front_panels)
    return [part for part in drawn if part]
