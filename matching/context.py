"""What the main navigation offers from this app."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.context import NavigationItem
from matching.permissions import can_see_catalogue
from matching.queries.inbox import unread_count
from profiles.context import own_places
from profiles.permissions import can_work_at_desk


def navigation(request: HttpRequest) -> Iterator[NavigationItem]:
    """Whoever has no account may look at partners without names; members have their messages,
    whoever may see it the catalogue, and the desk who is left behind."""
    if not request.user.is_authenticated:
        yield NavigationItem(_("See your partners"), reverse("matching:try"), place=10)
        return
    places = own_places(request)
    if any(place.is_published for place in places) or can_see_catalogue(request.user):
        yield NavigationItem(_("Catalogue"), reverse("matching:catalogue"), place=40)
    if can_work_at_desk(request.user):
        yield NavigationItem(_("Left behind"), reverse("matching:partnerships"), place=20)
    if places:
        own = [place.profile_id for place in places if place.profile_id]
        url = reverse("matching:conversations")
        yield NavigationItem(_("Messages"), url, news=unread_count(request.user, own))
