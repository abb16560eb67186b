"""What an open match keeps from happening: nobody leaves a partner without a word. Once something
else carries the matter on, that stands in the way by itself."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from matching.models import Match
from matching.queries.engaged import open_matches_of
from matching.successors import carried_on
from profiles.models import Profile, User
from profiles.personal_data import Blocker
from profiles.services.erasure import only_theirs

_SIDES = ("host__organisation", "visitor__organisation")


def open_match_obstacles(profile: Profile) -> Iterable[str]:
    """Why the profile cannot be withdrawn or change its role, one sentence a match."""
    for match in _alone(profile):
        yield _("A match with %(name)s is open. Decline it, take it back or dissolve it first.") % {
            "name": match.other(profile).organisation.name
        }


def match_blockers(user: User) -> Iterable[Blocker]:
    """Why the account of an organisation's only member cannot be closed."""
    for profile in only_theirs(user).order_by("pk"):
        for match in _alone(profile):
            yield Blocker(
                _(
                    "A match with %(name)s is open and you are the only one to act. Decline it, "
                    "take it back or dissolve it first, or invite a colleague."
                )
                % {"name": match.other(profile).organisation.name},
                match.get_absolute_url(),
            )


def _alone(profile: Profile) -> list[Match]:
    """The open matches of the profile that stand for themselves."""
    found = list(open_matches_of(profile).select_related(*_SIDES).order_by("pk"))
    others = carried_on(found)
    return [match for match in found if match.pk not in others]
