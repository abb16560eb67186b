"""What do I do now: one page that answers it for every role."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cxc_portal.core import access
from profiles.enums import Role
from profiles.models import Organisation, Profile
from profiles.queries import catalogue_counts
from profiles.turns import Turn, tips_of, turns_of
from profiles.views.own_turns import (
    OVER,
    own_profiles,
    turn_of_desk,
    turns_of_beginnings,
    turns_of_profiles,
    turns_of_suspended,
)

MOST_OFFERS = 3
MOST_SHOWN = 10


@dataclass(frozen=True)
class Matters:
    """What a person is in the middle of, in the order in which it matters.

    `first` is the one with the page's one primary action, where something is the person's turn;
    `more` counts what is not shown of each part.
    """

    first: Turn | None
    yours: list[Turn]
    waiting: list[Turn]
    closed: list[Turn]
    more: dict[str, int]


@access.members
def dashboard(request: HttpRequest) -> HttpResponse:
    """Whose turn it is in everything, and for staff and observers the totals."""
    user = request.user
    profiles = own_profiles(user)
    is_desk_staff = user.is_support or bool(user.staffed_partnership_ids)
    desk = turn_of_desk(user) if is_desk_staff else None
    turns = [
        *([desk] if desk and desk.baton.situation == "yours" else []),
        *(turns_of_suspended(user) if desk else []),
        *turns_of_beginnings(user),
        *turns_of_profiles(profiles, user),
        *turns_of(user),
    ]
    context = {
        "matters": sorted_matters(turns),
        "desk": desk,
        "tips": tips_of(user),
        "second_profiles": _second_profiles(profiles),
        "counts": catalogue_counts() if user.is_staff else None,
        "is_new": not (turns or user.is_staff),
    }
    return render(request, "profiles/dashboard.html", context)


def sorted_matters(turns: Iterable[Turn]) -> Matters:
    """First what the reader holds up, the longest wait first, then what else the reader can do;
    then what others have to do, and what is over, the latest first."""
    parts: dict[str, list[Turn]] = {"yours": [], "waiting": [], "closed": []}
    for turn in turns:
        parts[turn.baton.situation].append(turn)
    yours = sorted(parts["yours"], key=lambda turn: (not turn.blocks, turn.baton.since))
    waiting = sorted(parts["waiting"], key=lambda turn: turn.baton.since)
    closed = sorted(parts["closed"], key=lambda turn: turn.baton.since, reverse=True)
    first = next((turn for turn in yours if turn.baton.action_url), None)
    rest = [turn for turn in yours if turn is not first]
    shown = {"yours": rest, "waiting": waiting, "closed": closed}
    return Matters(
        first=first,
        more={name: max(len(part) - MOST_SHOWN, 0) for name, part in shown.items()},
        **{name: part[:MOST_SHOWN] for name, part in shown.items()},
    )


def _second_profiles(profiles: list[Profile]) -> list[tuple[Organisation, Role]]:
    """The organisations with a profile in one role alone, and the other role."""
    roles: dict[Organisation, set[str]] = {}
    for profile in profiles:
        if profile.state not in OVER:
            roles.setdefault(profile.organisation, set()).add(profile.role)
    return [
        (organisation, Role(next(iter(taken))).counterpart)
        for organisation, taken in roles.items()
        if len(taken) == 1
    ][:MOST_OFFERS]
