"""What a person may do with organisations and profiles. Services and views ask the same."""

from typing import Any

from profiles.contacts import is_open_to
from profiles.enums import StaffRoleName
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


def can_see_matches(user: Any, profile: Profile) -> bool:
    """The members of a published profile, and the staff that validates it."""
    return profile.is_published and (
        profile.organisation.has_member(user) or can_validate_profile(user, profile)
    )


def can_see_contact(user: Any, profile: Profile) -> bool:
    """Its members, and the staff that validates it; others once a match is confirmed."""
    return (
        profile.organisation.has_member(user)
        or can_validate_profile(user, profile)
        or is_open_to(user, profile)
    )


def can_erase_account(user: Any, person: Any) -> bool:
    """The person may, and the Support Office where somebody asks for it."""
    return bool(user.pk == person.pk or user.is_support)


def can_work_at_desk(user: Any) -> bool:
    """Officers, coordinators and the Support Office may; observers have no say about profiles."""
    return bool(
        user.is_authenticated
        and user.is_active
        and (user.is_support or user.staffed_partnership_ids)
    )


def can_keep_reference_data(user: Any) -> bool:
    """The Support Office may change rules, countries, partnerships and ready-made texts."""
    return bool(user.is_authenticated and user.is_support)


def roles_to_give(user: Any) -> list[tuple[str, int | None]]:
    """Which roles a person may give and take, as role and partnership; None for any partnership.

    The Support Office gives all, a coordinator makes officers of the own partnership.
    """
    if user.is_support:
        return [(role.value, None) for role in StaffRoleName]
    own = sorted(user.coordinated_partnership_ids)
    return [(StaffRoleName.OFFICER.value, partnership_id) for partnership_id in own]


def can_give_role(user: Any, role: str, partnership_id: int | None) -> bool:
    """Whether a person may give or take this role."""
    return any(
        allowed == role and within in (None, partnership_id)
        for allowed, within in roles_to_give(user)
    )
