"""Who is on which side of two profiles that are in contact."""

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from profiles.models import Profile


class TwoSides(Protocol):
    """Conversations and matches have a host and a visitor."""

    host: Profile
    visitor: Profile


def staffs(user: Any, pair: TwoSides) -> bool:
    """Whether the user works for a partnership in charge of one of the two."""
    involved = {pair.host.partnership_id, pair.visitor.partnership_id}
    return not involved.isdisjoint(user.staffed_partnership_ids)


def names_of(user: Any, **sides: Profile) -> Mapping[str, Text]:
    """What each side is called for this reader: one's own is "you"."""
    return {
        place: _("you") if profile.organisation.has_member(user) else profile.organisation.name
        for place, profile in sides.items()
    }
