"""Who needs a second factor to work here."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_required_of(user: Any) -> bool:
    """Whether the settings ask this person, being staff, for a second factor."""
    return settings.STAFF_SECOND_FACTOR_REQUIRED and user.is_authenticated and user.is_staff


def has_second_factor(user: Any) -> bool:
    """Whether an app or a passkey is set up. Recovery codes alone are no second factor."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()
