"""When reports are due next: what the demo's clock can be moved to."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from cxc_portal.core import clock
from cxc_portal.core.day_rounds import MORNING_HOUR
from cxc_portal.core.happenings import Happening
from exchanges.models import Exchange
from reports.enums import WRITABLE_REPORTS
from reports.models import Report


def next_reports_due(after: datetime, limit: int) -> Iterator[Happening]:
    """The exchanges whose reports are due next, the soonest first."""
    missing = Report.objects.filter(state__in=WRITABLE_REPORTS, due_on__gte=clock.day_of(after))
    days = missing.order_by("due_on", "exchange").values_list("exchange", "due_on").distinct()
    found = list(days[:limit])
    exchanges = Exchange.objects.in_bulk([key for key, _day in found])
    for key, day in found:
        exchange = exchanges[key]
        text = _("The reports of exchange %(ref)s are due") % {"ref": exchange.ref}
        yield Happening(clock.at_hour(day, MORNING_HOUR), text, exchange.get_absolute_url())
