"""When reports are due next, for whoever moves the clock."""

import pytest

from cxc_portal.core import clock
from cxc_portal.core.day_rounds import MORNING_HOUR
from reports.models import Report
from reports.queries.happenings import next_reports_due
from reports.services.opening import open_due_reports
from tests.factories.reports import finished_exchange

pytestmark = pytest.mark.usefixtures("reference")


def test_the_two_reports_of_an_exchange_are_due_on_one_morning():
    exchange = finished_exchange()
    open_due_reports()
    [due] = next_reports_due(clock.now(), 5)
    day = Report.objects.filter(exchange=exchange).values_list("due_on", flat=True)[0]
    assert due.at == clock.at_hour(day, MORNING_HOUR)
    assert due.text == f"The reports of exchange {exchange.ref} are due"
    assert due.url == exchange.get_absolute_url()
    assert list(next_reports_due(clock.now(), 0)) == []
