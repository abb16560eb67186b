"""What the main navigation offers to each role."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.context import NavigationItem
from profiles.enums import ProfileState
from profiles.models import Membership
from profiles.permissions import can_work_at_desk

PLACE = (
    "organisation",
    "organisation__profiles",
    "organisation__profiles__ref",
    "organisation__profiles__state",
)


@dataclass(frozen=True)
class OwnPlace:
    """An organisation that somebody belongs to, with one of its profiles where it has any."""

    organisation_id: int
    profile_id: int | None
    ref: str | None
    state: str | None

    @property
    def is_published(self) -> bool:
        return self.state == ProfileState.PUBLISHED


def own_places(request: HttpRequest) -> list[OwnPlace]:
    """Where whoever asks belongs, the first published first. Asked once in each request: the
    navigation stands on every page, and all apps add to it."""
    known: list[OwnPlace] | None = getattr(request, "own_places", None)
    if known is None:
        rows = Membership.objects.filter(user=request.user.pk)
        rows = rows.order_by("organisation__profiles__published_at")
        known = [OwnPlace(*values) for values in rows.values_list(*PLACE)]
        request.own_places = known  # type: ignore[attr-defined]
    return known


def navigation(request: HttpRequest) -> Iterator[NavigationItem]:
    """The places of this app and, for members, their matches."""
    user = request.user
    if not user.is_authenticated:
        yield NavigationItem(_("Rules and lump sums"), reverse("profiles:rules"), place=90)
        return
    yield NavigationItem(_("Dashboard"), reverse("profiles:dashboard"), place=0)
    if can_work_at_desk(user):
        yield NavigationItem(_("Validation desk"), reverse("admin:index"), place=10)
    places = own_places(request)
    published = next((place for place in places if place.is_published), None)
    if published:
        url = reverse("matching:matches", args=[published.ref])
        yield NavigationItem(_("My matches"), url, place=30)
    if places:
        pk = min(place.organisation_id for place in places)
        url = reverse("profiles:organisation", args=[pk])
        yield NavigationItem(_("My organisation"), url, place=60)
    if not user.is_staff:  # who has more places finds the rules at the foot of each page
        yield NavigationItem(_("Rules"), reverse("profiles:rules"), place=90)
