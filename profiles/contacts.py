"""Who may see the contact data of a profile beside its members and its staff. Apps above register
what opens them, such as a confirmed match."""

from collections.abc import Callable
from typing import Any

from profiles.models import Profile

Opens = Callable[[Any, Profile], bool]

_openers: list[Opens] = []


def register_contact_opener(opens: Opens) -> None:
    """Let an app open the contact data of a profile to a user; called from `apps.ready()`."""
    if opens not in _openers:
        _openers.append(opens)


def is_open_to(user: Any, profile: Profile) -> bool:
    """Whether any app opens the contact data of this profile to this user."""
    return any(opens(user, profile) for opens in _openers)
