"""What stands in the way of taking a profile away. Apps above register what they know of."""

from collections.abc import Callable, Iterable

from cxc_portal.core.types import Text
from profiles.models import Profile

ObstacleProvider = Callable[[Profile], Iterable[Text]]

_providers: list[ObstacleProvider] = []


def register_obstacles(provider: ObstacleProvider) -> None:
    """Let an app say why a profile cannot be withdrawn or change its role, as full sentences that
    tell what to do first; called from `apps.ready()`. No sentence: nothing is in the way."""
    if provider not in _providers:
        _providers.append(provider)


def obstacles(profile: Profile) -> list[Text]:
    """All that must be settled before this profile can be withdrawn or change its role."""
    return [reason for provider in _providers for reason in provider(profile)]
