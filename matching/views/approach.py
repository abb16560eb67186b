"""What a viewer can do about two profiles: write, propose, introduce, or go to what is open."""

from dataclasses import dataclass

from django.urls import reverse

from cxc_portal.core.types import Text
from matching.permissions import can_act_for_profile, can_introduce_pair
from matching.queries.conversations import contact_refusals
from matching.queries.engaged import open_match_between
from profiles.models import Profile, User


@dataclass(frozen=True)
class Approach:
    """The ways that are open; an empty address is none. `refusal` says why nothing can begin."""

    match_url: str = ""
    conversation_url: str = ""
    contact_url: str = ""
    propose_url: str = ""
    introduce_url: str = ""
    refusal: Text = ""


def approach(viewer: User, profile: Profile, other: Profile, *, is_possible: bool) -> Approach:
    """What the viewer, a member or the desk of the profile, can do.

    `is_possible`: no hard stop keeps the two apart.
    """
    if match := open_match_between(profile, other):
        return Approach(match_url=match.get_absolute_url())
    if not is_possible:
        return Approach()
    if can_act_for_profile(viewer, profile):
        return _for_members(profile, other)
    if can_introduce_pair(viewer, profile, other):
        refs = (profile.ref, other.ref)
        return Approach(introduce_url=reverse("matching:introduce", args=refs))
    return Approach()


def _for_members(profile: Profile, other: Profile) -> Approach:
    refs = (profile.ref, other.ref)
    refusal = contact_refusals(profile, [other]).get(other.pk)
    propose_url = reverse("matching:propose", args=refs)
    if refusal is None:
        contact_url = reverse("matching:contact", args=refs)
        return Approach(contact_url=contact_url, propose_url=propose_url)
    if refusal.conversation:
        return Approach(
            conversation_url=refusal.conversation.get_absolute_url(), propose_url=propose_url
        )
    return Approach(refusal=refusal.message)
