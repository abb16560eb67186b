"""What the main navigation offers from this app."""

from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.context import NavigationItem
from exchanges.models import Exchange
from exchanges.permissions import can_work_at_desk_of_exchanges
from profiles.context import own_places


def navigation(request: HttpRequest) -> Iterator[NavigationItem]:
    """The exchanges, for those who have one and for those who look after them."""
    user = request.user
    if not user.is_authenticated:
        return
    if can_work_at_desk_of_exchanges(user) or _has_exchange(request):
        yield NavigationItem(_("Exchanges"), reverse("exchanges:exchanges"), place=35)


def _has_exchange(request: HttpRequest) -> bool:
    """Whoever has no published profile and never had one needs no query."""
    own = [place.profile_id for place in own_places(request) if place.profile_id]
    if not own:
        return False
    return Exchange.objects.filter(Q(host__in=own) | Q(visitor__in=own)).exists()
