"""What this app adds to the page of a profile."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from matching.queries.conversations import reply_bands
from matching.queries.matches import pair_of
from matching.views.approach import approach
from profiles.models import Profile, User


def partner_panel(request: HttpRequest, profile: Profile) -> SafeString:
    """How well the viewer's own profile of the other role fits, and what to do about it."""
    viewer: Any = request.user
    if not profile.is_published or profile.organisation.has_member(viewer):
        return SafeString()
    own = _own_counterpart(viewer, profile)
    if own is None:
        return SafeString()
    pair = pair_of(own, profile)
    stops = pair.explanation.stops
    context = {
        "profile": profile,
        "own": own,
        "score": pair.explanation.total / 10,
        "band": pair.explanation.band,
        "is_possible": not stops,
        "version": pair.ruleset.version,
        "approach": approach(viewer, own, profile, is_possible=not stops),
        "bands": reply_bands(profile),
    }
    return render_to_string("matching/_panel.html", context, request)


def _own_counterpart(viewer: User, profile: Profile) -> Profile | None:
    """The viewer's published profile of the other role, the latest where there are several."""
    own = Profile.objects.published().of_member(viewer).filter(role=profile.counterpart)
    return own.select_related("organisation").order_by("-published_at").first()
