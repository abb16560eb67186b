"""Real objects for tests. States are reached through the real services."""

from tests.factories.matches import (
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)
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
    "host_profile",
    "introduction_of",
    "match_between",
    "published_profile",
    "submitted_profile",
    "visitor_profile",
]
