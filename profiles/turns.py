"""What a person is in the middle of, wherever it lives. Apps above register what they know of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton


@dataclass(frozen=True)
class Turn:
    """One matter on the dashboard: what it is, with whom, and whose turn it is.

    `kind` names the sort of matter in a word, `title` says with whom, `url` opens it; `note` is
    what else there is to know, with a link to act on it. `blocks` says whether somebody waits for
    the one whose turn it is. `also` is a second thing about the same matter: a person finds all
    that they have to do about it in one place.
    """

    kind: Text
    title: Text
    baton: Baton
    url: str
    note: Text = ""
    note_label: Text = ""
    note_url: str = ""
    blocks: bool = True
    also: Baton | None = None


TurnProvider = Callable[[Any], Iterable[Turn]]
TipProvider = Callable[[Any], Iterable[Text]]

_providers: list[TurnProvider] = []
_tip_providers: list[TipProvider] = []


def register_turns(provider: TurnProvider) -> None:
    """Let an app show its matters on the dashboard of a user; called from `apps.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def turns_of(user: Any) -> list[Turn]:
    """All matters of this user, in the order in which the apps registered."""
    return [turn for provider in _providers for turn in provider(user)]


def register_tips(provider: TipProvider) -> None:
    """Let an app give advice on the dashboard of a user; called from `apps.ready()`."""
    if provider not in _tip_providers:
        _tip_providers.append(provider)


def tips_of(user: Any) -> list[Text]:
    """What is good to know for this user now, a sentence each."""
    return [tip for provider in _tip_providers for tip in provider(user)]
