"""What an organisation sets so that contacts stay bearable."""

from datetime import date

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed
from matching.models import ContactLimits
from matching.permissions import can_set_limits
from profiles.models import Profile, User


def set_contact_limits(
    *,
    profile_id: int,
    actor: User,
    capacity: int | None,
    contacts_per_month: int | None,
    paused_until: date | None,
) -> ContactLimits:
    """These are the profile's limits from now on; None is no limit. What runs already goes on."""
    values = {
        "capacity": capacity,
        "contacts_per_month": contacts_per_month,
        "paused_until": paused_until,
    }
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",), no_key=True).get(pk=profile_id)
        if not can_set_limits(actor, profile):
            raise NotAllowed(_("You may not set the limits of this profile."))
        limits, _is_new = ContactLimits.objects.update_or_create(profile=profile, defaults=values)
        audit.record("profile.contact_limits_set", subject=profile, actor=actor)
    return limits
