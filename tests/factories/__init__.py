"""Real objects for tests. States are reached through the real services."""

from tests.factories.profiles import (
    MembershipFactory,
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)

__all__ = [
    "MembershipFactory",
    "OrganisationFactory",
    "ProfileFactory",
    "StaffRoleFactory",
    "UserFactory",
    "published_profile",
    "submitted_profile",
]
