"""What follows an exchange: whose turn it is once it is to be reported, what else somebody has to
do about it, what waits, what is late, and parts of its page. The app above says so; without one an
exchange ends with its last day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.safestring import SafeString

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from exchanges.models import Exchange

FindBatons = Callable[[Iterable[Exchange], Any], Mapping[int, Baton]]
FindMatters = Callable[[Any], Mapping[int, Baton]]
WaitsFor = Callable[[Any], Q]
Panel = Callable[[HttpRequest, Exchange], SafeString]


@dataclass(frozen=True)
class Lateness:
    """A way to be late: how it is told, and the condition on exchanges as of now."""

    label: Text
    condition: Callable[[], Q]


_baton_finders: list[FindBatons] = []
_matter_finders: list[FindMatters] = []
_waiting: list[WaitsFor] = []
_latenesses: list[Lateness] = []
_panels: list[Panel] = []


def register_batons(find: FindBatons) -> None:
    """Let an app say whose turn it is in exchanges, by their keys; called from `apps.ready()`.
    Those that it does not know go by their own course."""
    if find not in _baton_finders:
        _baton_finders.append(find)


def register_matters(find: FindMatters) -> None:
    """Let an app say what a person has to do about exchanges of their own beside its course, by the
    keys of these; the dashboard shows it in the line of the exchange."""
    if find not in _matter_finders:
        _matter_finders.append(find)


def register_waiting(waits_for: WaitsFor) -> None:
    """Let an app say which exchanges wait for a member of staff, as a condition on exchanges."""
    if waits_for not in _waiting:
        _waiting.append(waits_for)


def register_lateness(lateness: Lateness) -> None:
    """Let an app say which exchanges are late."""
    if lateness not in _latenesses:
        _latenesses.append(lateness)


def register_panel(panel: Panel) -> None:
    """Let an app draw a part of the page of an exchange; an empty text draws nothing."""
    if panel not in _panels:
        _panels.append(panel)


def batons_after(exchanges: Iterable[Exchange], viewer: Any) -> dict[int, Baton]:
    """Whose turn it is in those of these exchanges that an app above knows of."""
    asked = list(exchanges)
    return {key: baton for find in _baton_finders for key, baton in find(asked, viewer).items()}


def matters_after(user: Any) -> dict[int, Baton]:
    """What this person has to do beside the course of exchanges, by their keys."""
    return {key: baton for find in _matter_finders for key, baton in find(user).items()}


def waits_after(user: Any) -> Q:
    """A condition on exchanges: what follows them waits for this member of staff."""
    found = Q(pk__in=[])
    for waits_for in _waiting:
        found |= waits_for(user)
    return found


def latenesses() -> list[Lateness]:
    return list(_latenesses)


def panels_of(request: HttpRequest, exchange: Exchange) -> list[SafeString]:
    """The parts of this page, in the order in which the apps registered; nothing follows as long as
    not all four have signed once."""
    if exchange.validated_at is None:
        return []
    drawn = (panel(request, exchange) for panel in _panels)
    return [part for part in drawn if part]
