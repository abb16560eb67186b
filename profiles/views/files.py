"""Private files, streamed to whoever may see them."""

from django.db.models import Q
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _

from cxc_portal.core import access, files
from profiles.models import Organisation, Profile
from profiles.permissions import can_see_contact
from profiles.views.profile import visible_profile

A_DAY = "private, max-age=86400"


@access.members
def cv(request: HttpRequest, ref: str) -> FileResponse:
    """The participant's CV, for saving."""
    profile = visible_profile(request, ref)
    access.require(can_see_contact(request.user, profile))
    return files.stream(profile.cv, name=_("CV %(name)s") % {"name": profile.contact_name})


@access.members
def logo(request: HttpRequest, pk: int) -> FileResponse:
    """The logo, for everybody who sees the organisation or one of its profiles."""
    seen = Profile.objects.visible_to(request.user).values("organisation")
    own = Organisation.objects.visible_to(request.user).values("pk")
    visible = Organisation.objects.filter(Q(pk__in=seen) | Q(pk__in=own))
    return files.stream(access.get_visible(visible, pk=pk).logo, cache=A_DAY)
