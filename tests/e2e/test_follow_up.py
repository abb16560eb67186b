"""A running exchange in the browser: checking in, an incident, an early end."""

import pytest
from playwright.sync_api import expect

from cxc_portal.core import clock
from exchanges.enums import ExchangeState, IncidentState
from exchanges.models import Exchange, Incident, Interruption
from tests.factories.exchanges import person_of
from tests.factories.running import running_exchange

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_visit_begins_goes_wrong_and_ends_early(someone, portal):
    exchange = running_exchange()
    home = exchange.get_absolute_url()
    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(home)
    visitor.check()
    visitor.by_keyboard("Check in")
    expect(visitor.main().get_by_text("Motores Lda checked in on")).to_be_visible()

    visitor.press("Something went wrong …", "link")
    visitor.arrives_at(f"{home}incidents/")
    visitor.press("Report it")
    expect(visitor.main().get_by_role("alert")).to_contain_text("Choose what it is about.")
    visitor.check()
    visitor.page.get_by_label("The agenda is not kept").check()
    visitor.page.get_by_label("It cannot go on like this").check()
    visitor.page.get_by_label("What happened?").fill("The workshop was closed.")
    visitor.press("Report it")
    visitor.page.wait_for_url("**/incidents/*/")
    expect(visitor.main().get_by_text("Waiting for RECIPE4MOBILITY to help.")).to_be_visible()
    visitor.check()

    officer = someone(person_of(exchange, "VOP"))
    incident = Incident.objects.get()
    officer.goto(incident.get_absolute_url())
    officer.page.get_by_label("What was agreed?").fill("It opens at eight now.")
    officer.press("Settled")
    expect(officer.main().get_by_text("This incident is settled.")).to_be_visible()
    incident.refresh_from_db()
    assert incident.state == IncidentState.SETTLED

    visitor.goto(f"{home}interrupt/")
    visitor.check()
    visitor.page.get_by_label("End early", exact=True).check()
    visitor.page.get_by_label("Last day").fill(f"{clock.today():%Y-%m-%d}")
    visitor.press("Show what follows")
    expect(visitor.main().get_by_text("1 of 5 working days")).to_be_visible()
    visitor.check()
    visitor.page.get_by_label("Why?").fill("Our guide has fallen ill.")
    visitor.press("Ask both partnerships")
    visitor.page.wait_for_url("**/interruptions/*/")
    request = Interruption.objects.get().get_absolute_url()

    officer.goto(request)
    officer.check()
    officer.by_keyboard("Agree")
    expect(officer.main().get_by_text("Waiting for the decision of EXXTRA.")).to_be_visible()
    other = someone(person_of(exchange, "HOP"))
    other.goto(request)
    other.press("Agree")
    expect(other.main().get_by_text("Both partnerships agreed.")).to_be_visible()
    other.check()
    assert Exchange.objects.get(pk=exchange.pk).state == ExchangeState.ABORTED
