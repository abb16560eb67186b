"""What the main navigation offers to each role."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.context import NavigationItem
from profiles.enums import ProfileState
from profiles.models import Membership
from profiles.permissions import can_work_at_desk


def navigation(request: HttpRequest) -> Iterator[NavigationItem]:
    """The places of this app and, for members, their matches."""
    user = request.user
    if not user.is_authenticated:
        yield NavigationItem(_("Rules and lump sums"), reverse("profiles:rules"), place=90)
        return
    yield NavigationItem(_("Dashboard"), reverse("profiles:dashboard"), place=0)
    if can_work_at_desk(user):
        yield NavigationItem(_("Validation desk"), reverse("admin:index"), place=10)
    rows = Membership.objects.filter(user=user).order_by("organisation__profiles__published_at")
    memberships = list(
        rows.values_list(
            "organisation", "organisation__profiles__ref", "organisation__profiles__state"
        )
    )
    published = [ref for _pk, ref, state in memberships if state == ProfileState.PUBLISHED]
    if published:
        url = reverse("matching:matches", args=[published[0]])
        yield NavigationItem(_("My matches"), url, place=30)
    if memberships:
        pk = min(pk for pk, _ref, _state in memberships)
        url = reverse("profiles:organisation", args=[pk])
        yield NavigationItem(_("My organisation"), url, place=60)
    yield NavigationItem(_("Rules"), reverse("profiles:rules"), place=90)
