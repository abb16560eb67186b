"""An officer finds what is late and reminds; both sides read the page of their exchange."""

import pytest
from playwright.sync_api import expect

from exchanges.models import SigningReminder
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import frozen_exchange, person_of, validated_exchange
from tests.factories.matches import host_profile, visitor_profile

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.every_screen,
]


@pytest.fixture
def exchanges(portal):
    """One that waits for its organisations, and one that all four have signed."""
    waiting = frozen_exchange(
        visitor=visitor_profile(name="Braga Foods"), host=host_profile(name="Marseille Mobility")
    )
    return waiting, validated_exchange()


def test_an_officer_reminds_from_the_desk(someone, exchanges):
    waiting, _validated = exchanges
    officer = someone(StaffRoleFactory().user)
    officer.goto("/exchanges/?show=all")
    rows = officer.main().get_by_role("table", name="Exchanges").get_by_role("rowheader")
    expect(rows).to_have_count(2)
    officer.check()
    officer.main().get_by_label("Name or reference").fill("braga")
    officer.press("Apply")
    expect(rows).to_have_count(1)
    officer.press("Braga Foods – Marseille Mobility", "link")
    officer.arrives_at(waiting.get_absolute_url())
    officer.check()
    officer.page.locator("a.back").click()
    officer.arrives_at("/exchanges/")
    expect(rows).to_have_count(1)
    officer.main().get_by_label(f"Remind: {waiting.ref}").check()
    officer.press("Remind whoever has yet to sign")
    officer.arrives_at("/exchanges/remind/")
    expect(officer.main().get_by_text("Marseille Mobility was reminded.")).to_be_visible()
    officer.check()
    assert SigningReminder.objects.count() == 2


def test_both_sides_read_their_exchange_and_take_its_dates(someone, exchanges):
    _waiting, validated = exchanges
    visitor = someone(person_of(validated, "VO"))
    visitor.goto("/exchanges/")
    visitor.check()
    visitor.press("Motores Lda – AQUIMER", "link")
    visitor.arrives_at(validated.get_absolute_url())
    expect(visitor.main().get_by_role("heading", level=1)).to_have_text("You visit AQUIMER")
    visitor.check()
    visitor.press("Good to know about France", "link")
    visitor.arrives_at("/countries/FR/")
    visitor.check()
    visitor.goto("/accounts/calendar/")
    visitor.press("Make my private address")
    expect(visitor.main().get_by_role("button", name="Copy the address")).to_be_visible()
    visitor.check()
