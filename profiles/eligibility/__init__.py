"""What the portal checks by itself before a person decides about a profile."""

from profiles.eligibility.checks import (
    Check,
    blocking_failures,
    check_profile,
    check_profiles,
)

__all__ = ["Check", "blocking_failures", "check_profile", "check_profiles"]
