"""What people agree to, in numbered versions. A profile keeps the number and the time."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock


@dataclass(frozen=True)
class Consent:
    """One version of the text, and the day since when it is the one to agree to."""

    version: str
    since: date
    text: str | Promise


CONSENTS = (
    Consent(
        version="1",
        since=date(2026, 1, 1),
        text=_(
            "I agree to the terms of use, and that my reference partnership checks these details. "
            "Once my profile is published, other participants can see it, but not my contact "
            "details."
        ),
    ),
)


def current_consent() -> Consent:
    """The version to agree to today."""
    today = clock.today()
    return max((c for c in CONSENTS if c.since <= today), key=lambda c: c.since)
