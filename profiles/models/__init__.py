from profiles.models.availability import AvailabilityWindow
from profiles.models.indicator import Indicator, IndicatorTarget
from profiles.models.membership import Invitation, Membership, StaffRole
from profiles.models.organisation import Organisation
from profiles.models.profile import Profile
from profiles.models.reference import (
    Cluster,
    Country,
    OrganisationType,
    Partnership,
    ProgrammeRules,
    ReasonText,
    Sector,
)
from profiles.models.registration import Registration
from profiles.models.review import ProfileSubmission, ProfileTransition
from profiles.models.user import User

__all__ = [
    "AvailabilityWindow",
    "Cluster",
    "Country",
    "Indicator",
    "IndicatorTarget",
    "Invitation",
    "Membership",
    "Organisation",
    "OrganisationType",
    "Partnership",
    "Profile",
    "ProfileSubmission",
    "ProfileTransition",
    "ProgrammeRules",
    "ReasonText",
    "Registration",
    "Sector",
    "StaffRole",
    "User",
]
