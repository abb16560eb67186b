"""What happens next by itself, so that the demo's clock can be moved to it.

The core knows no domain: each app says what it expects, from `apps.ready()`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from cxc_portal.core import clock
from cxc_portal.core.types import Text


@dataclass(frozen=True)
class Happening:
    """One thing that the clock brings about, when, and the page that shows it."""

    at: datetime
    text: Text
    url: str = ""


Provider = Callable[[datetime, int], Iterable[Happening]]
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Let an app tell its next happenings after a moment, as many as are asked for."""
    if provider not in _providers:
        _providers.append(provider)


def next_ones(limit: int) -> list[Happening]:
    """What happens next, the soonest first."""
    moment = clock.now()
    found = [one for provider in _providers for one in provider(moment, limit)]
    ahead = sorted((one for one in found if one.at > moment), key=lambda one: one.at)
    return ahead[:limit]
