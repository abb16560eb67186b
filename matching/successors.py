"""What a confirmed match became. The app above says so; without one a match stands for itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from matching.models import Match


@dataclass(frozen=True)
class Successor:
    """Where the matter of a match goes on, as one viewer sees it.

    `url` is empty for whoever may not look at it, `baton` says whose turn it is there, and
    `is_binding` that ending the match would no longer end what became of it.
    """

    label: Text
    url: str
    is_binding: bool
    baton: Callable[[], Baton]


FindSuccessors = Callable[[Iterable[Match], Any], Mapping[int, Successor]]

_finders: list[FindSuccessors] = []


def register_successors(find: FindSuccessors) -> None:
    """Let an app say what became of matches, by their keys; called from `apps.ready()`."""
    if find not in _finders:
        _finders.append(find)


def successors_of(matches: Iterable[Match], viewer: Any) -> dict[int, Successor]:
    """What became of these matches, by their keys; those that stand for themselves are missing."""
    asked = list(matches)
    return {key: found for find in _finders for key, found in find(asked, viewer).items()}


def carried_on(matches: Iterable[Match]) -> set[int]:
    """The keys of those whose matter something else carries on, whoever may look at it."""
    return set(successors_of(matches, AnonymousUser()))


def successor_of(match: Match, viewer: Any) -> Successor | None:
    return successors_of([match], viewer).get(match.pk)
