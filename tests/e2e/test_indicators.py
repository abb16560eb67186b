"""The page of indicators in the browser: a coordinator reads the answer and opens what is behind
it; an observer reads totals."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cxc_portal.core import clock
from exchanges.enums import ExchangeState
from profiles.enums import StaffRoleName
from tests.factories import StaffRoleFactory, visitor_profile
from tests.reports.exchange_rows import exchange_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
S = ExchangeState


@pytest.fixture
def world(portal):
    """Three exchanges that are closed, one that runs, and a visitor who waits for a partner."""
    today = clock.today()
    for number, country in enumerate(["PT", "HU", "PT"], start=1):
        exchange_row(closed_on=today - timedelta(days=20 * number), visitor_country=country)
    exchange_row(S.ONGOING, ends_on=today + timedelta(days=3))
    visitor_profile(name="Rodas Novas")


def test_a_coordinator_opens_what_is_behind_a_number(someone, world):
    window = someone(StaffRoleFactory(role=StaffRoleName.COORDINATOR).user)
    window.goto("/dashboard/")
    if window.page.get_by_role("button", name="Menu").is_visible():
        window.press("Menu")
    window.press("Indicators", "link")
    window.arrives_at("/indicators/")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Will we reach 50?")
    expect(window.main()).to_contain_text("3 of 50 are closed. 1 more is on its way")
    expect(window.main()).to_contain_text("1 published visitor of them has no match yet")
    expect(window.page.get_by_role("link", name="Rodas Novas")).to_be_visible()
    window.check()

    window.main().locator("summary").evaluate_all("all => all.forEach(one => one.click())")
    expect(window.main()).to_contain_text("Further ones: 3 were closed in the last 6 months.")
    window.check()

    window.page.locator("tr", has_text="Exchanges carried out").get_by_role(
        "link", name="3", exact=True
    ).first.click()
    window.arrives_at("/indicators/indicators.5.5.1:actual/")
    expect(window.main().locator("tbody tr")).to_have_count(3)
    window.check()

    window.main().get_by_role("link", name="Indicators", exact=True).click()
    window.arrives_at("/indicators/")


def test_an_observer_narrows_the_totals(someone, world):
    window = someone(StaffRoleFactory(role=StaffRoleName.OBSERVER).user)
    window.goto("/indicators/")
    choices = window.page.get_by_role("search")
    choices.get_by_label("Partnership").select_option("RECIPE4MOBILITY")
    choices.get_by_label("In person or online").select_option("Online")
    window.press("Apply")
    window.page.wait_for_url("**mode=virtual**")
    expect(window.main()).to_contain_text("0 of 50 are closed.")
    expect(window.main()).not_to_contain_text("Rodas Novas")
    window.check()
