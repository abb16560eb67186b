"""What the main navigation offers from this app."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.context import NavigationItem
from profiles.context import own_places
from reports.permissions import (
    can_see_alumni,
    can_see_indicators,
    can_work_at_desk_of_reports,
    can_work_with_payments,
)


def navigation(request: HttpRequest) -> Iterator[NavigationItem]:
    """What follows exchanges, for those who look after them; indicators for observers as well."""
    user = request.user
    if not user.is_authenticated:
        return
    if can_work_at_desk_of_reports(user):
        also = (reverse("reports:stories_desk"),)
        yield NavigationItem(_("Reports"), reverse("reports:reports_desk"), place=36, also=also)
    if can_work_with_payments(user):
        yield NavigationItem(_("Payments"), reverse("reports:payments"), place=37)
    if can_see_indicators(user):
        also = (reverse("reports:outreach"),)
        yield NavigationItem(_("Indicators"), reverse("reports:indicators"), place=38, also=also)
    if not user.is_staff and own_places(request) and can_see_alumni(user):
        yield NavigationItem(_("Alumni"), reverse("reports:alumni"), place=60)
