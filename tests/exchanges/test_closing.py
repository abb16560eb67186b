"""An exchange that is closed, or did not take place, as everything else of the portal sees it."""

import icalendar
import pytest
from django.db import transaction

from cxc_portal.core.errors import NotAllowed
from exchanges.enums import ExchangeState
from exchanges.exports import calendar_of
from exchanges.models import CheckIn, Exchange
from exchanges.queries.calendar import entries_of, with_signed_versions
from exchanges.queries.exchange_list import DeskFilters, Show, desk, own_rows
from exchanges.services.closing import close_exchange, fail_exchange
from exchanges.services.locking import locked_with_visit
from profiles.obstacles import obstacles
from profiles.personal_data import blockers
from tests.factories.exchanges import drafted_exchange, person_of
from tests.factories.reports import finished_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")
END = {"close": close_exchange, "fail": fail_exchange}


def ended(how):
    exchange = finished_exchange()
    with transaction.atomic():
        locked = locked_with_visit(exchange.pk)
        END[how](exchange=locked, actor=person_of(exchange, "HOP"))
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def dates_of(exchange):
    (found,) = with_signed_versions(Exchange.objects.filter(pk=exchange.pk))
    body = calendar_of(entries_of(found), name="dates")
    events = icalendar.Calendar.from_ical(body).events
    return {(str(event["STATUS"]), int(event["SEQUENCE"])) for event in events}


@pytest.mark.parametrize(
    ("how", "state", "dates"),
    [
        ("close", ExchangeState.CLOSED, {("CONFIRMED", 0)}),
        ("fail", ExchangeState.FAILED, {("CANCELLED", 1)}),
    ],
)
def test_nothing_waits_for_it_any_more(client, how, state, dates):
    exchange = ended(how)
    officer, visitor = person_of(exchange, "VOP"), person_of(exchange, "VO")
    assert exchange.state == state
    assert (obstacles(exchange.visitor), obstacles(exchange.host)) == ([], [])
    assert [one for one in blockers(visitor) if exchange.ref in str(one.reason)] == []
    assert dates_of(exchange) == dates
    for show in (Show.WAITING, Show.SOON, Show.RUNNING, Show.LATE):
        assert desk(officer, show, DeskFilters(), None).rows == []
    found = desk(officer, Show.ALL, DeskFilters(state=state.value), None)
    assert [row.exchange for row in found.rows] == [exchange]
    client.force_login(visitor)
    page = client.get(exchange.get_absolute_url()).content.decode()
    assert ("button-primary" in page, "Something went wrong" in page) == (False, False)


def test_who_was_there_stays_on_the_page(client):
    exchange = ended("close")
    there = CheckIn.objects.create(exchange=exchange, capacity="HO", by=person_of(exchange, "HO"))
    client.force_login(person_of(exchange, "HOP"))
    shown = client.get(exchange.get_absolute_url()).context["follow_up"]
    assert (shown["is_shown"], shown["arrived"]) == (True, [("AQUIMER", there.at, "")])
    assert shown["not_arrived"] == []


def test_in_the_list_of_a_side_it_stands_below_what_goes_on():
    exchange = ended("close")
    going_on = drafted_exchange(host=exchange.host)
    rows = own_rows(person_of(exchange, "HO"))
    assert [row.exchange for row in rows] == [going_on, exchange]


@pytest.mark.parametrize("how", ["close", "fail"])
def test_the_sides_do_not_end_it_themselves(how):
    exchange = finished_exchange()
    actor = person_of(exchange, "VO")
    with untouched(), pytest.raises(NotAllowed), transaction.atomic():
        END[how](exchange=locked_with_visit(exchange.pk), actor=actor)
