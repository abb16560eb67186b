"""Who stands behind a profile or a partnership, as recipients of mails."""

from collections.abc import Iterable

from cxc_portal.core.mail import Recipient
from profiles.enums import StaffRoleName
from profiles.models import Profile, User


def members_of(profile: Profile) -> list[Recipient]:
    """The members of its organisation who can log in."""
    users = User.objects.filter(memberships__organisation=profile.organisation_id, is_active=True)
    return [Recipient.of(user) for user in users.order_by("pk")]


def desks_of(*profiles: Profile) -> list[Recipient]:
    """The staff of the partnerships in charge, each person once; the Support Office where there is
    nobody."""
    keys = {profile.partnership_id for profile in profiles} - {None}
    people = _staff(staff_roles__partnership__in=keys)
    return people or _staff(staff_roles__role=StaffRoleName.SUPPORT)


def _staff(**role: object) -> list[Recipient]:
    users: Iterable[User] = User.objects.filter(is_active=True, **role).order_by("pk").distinct()
    return [Recipient.of(user) for user in users]
