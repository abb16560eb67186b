"""What keeping and finding add to the page of a profile."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from matching.models import Bookmark
from matching.permissions import can_see_catalogue
from matching.queries.similar import similar_to
from matching.views.catalogue_rows import bookmark_of
from profiles.models import Profile


def bookmark_panel(request: HttpRequest, profile: Profile) -> SafeString:
    """Keeps the profile of somebody else, or lets it go."""
    if not _is_from_catalogue(request, profile):
        return SafeString()
    kept = Bookmark.objects.visible_to(request.user).filter(profile=profile)
    row = bookmark_of(profile.ref, profile.organisation.name, is_kept=kept.exists())
    return render_to_string("matching/_bookmark_panel.html", {"row": row}, request)


def similar_panel(request: HttpRequest, profile: Profile) -> SafeString:
    """Up to three profiles that are like this one."""
    if not _is_from_catalogue(request, profile):
        return SafeString()
    similar = similar_to(profile)
    if not similar:
        return SafeString()
    return render_to_string("matching/_similar.html", {"similar": similar}, request)


def _is_from_catalogue(request: HttpRequest, profile: Profile) -> bool:
    """Whether the viewer looks at it as one of the catalogue, and not as their own."""
    viewer: Any = request.user
    return (
        profile.is_published
        and not profile.organisation.has_member(viewer)
        and can_see_catalogue(viewer)
    )
