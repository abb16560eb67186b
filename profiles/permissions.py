"""What a person may do with organisations and profiles. Services and views ask the same."""

from typing import Any

from profiles.models import Organisation, Profile
from profiles.workflows import profile_workflow


def can_edit_organisation(user: Any, organisation: Organisation) -> bool:
    """Its members may."""
    return organisation.has_member(user)


def can_invite_colleague(user: Any, organisation: Organisation) -> bool:
    """Its members may."""
    return organisation.has_member(user)


def can_edit_profile(user: Any, profile: Profile) -> bool:
    """The members of its organisation may, unless it is withdrawn or rejected."""
    return profile.organisation.has_member(user) and profile.state not in ("withdrawn", "rejected")


def can_take_step(user: Any, profile: Profile, name: str) -> bool:
    """Whether the person may take this step of the profile's life now."""
    return profile_workflow.is_open(name, profile, user)


def can_validate_profile(user: Any, profile: Profile) -> bool:
    """Staff of its partnership and the Support Office may, never for their own organisation."""
    return profile_workflow.may("publish", profile, user)


def can_reassign_profile(user: Any, profile: Profile) -> bool:
    """Whoever may validate it may hand it to another partnership."""
    return can_validate_profile(user, profile)


def can_see_matches(user: Any, profile: Profile) -> bool:
    """The members of a published profile, and the staff that validates it."""
    return profile.is_published and (
        profile.organisation.has_member(user) or can_validate_profile(user, profile)
    )


def can_see_contact(user: Any, profile: Profile) -> bool:
    """Its members, and the staff that validates it; others once a match is confirmed."""
    return profile.organisation.has_member(user) or can_validate_profile(user, profile)
