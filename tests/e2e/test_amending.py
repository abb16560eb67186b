"""A change of what all four have signed, in the browser: written, given up, and what holds at
once."""

import pytest
from playwright.sync_api import expect

from exchanges.enums import VersionState
from exchanges.workflows.parties import open_version
from tests.factories.exchanges import person_of, validated_exchange

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write(visitor, exchange, label, text):
    page = f"/exchanges/{exchange.ref}/commitment/"
    visitor.goto(f"{page}when/")
    visitor.page.get_by_label(label).fill(text)
    visitor.main().get_by_role("button", name="Save", exact=True).last.click()
    visitor.arrives_at(page)


def test_a_change_is_written_signed_anew_and_given_up(someone, portal):
    exchange = validated_exchange()
    page = f"/exchanges/{exchange.ref}/commitment/"
    host = someone(person_of(exchange, "HO"))
    host.goto(page)
    expect(host.main().get_by_text("Until then version 1 stays in force")).to_be_visible()
    write(host, exchange, "Where to report on the first day", "Gate 4")
    expect(host.main().get_by_text("Changed since the text was frozen")).to_be_visible()
    expect(host.main().get_by_role("link", name="Check and freeze")).to_have_count(0)
    host.check()

    write(host, exchange, "Where it takes place", "Another workshop, Lyon")
    expect(host.main().get_by_text("What differs from version 1")).to_be_visible()
    host.check()
    host.press("Check and freeze", "link")
    host.arrives_at(f"{page}freeze/")
    host.check()
    host.page.get_by_label("Why is the commitment changed?").fill("We have moved.")
    host.press("Freeze and go to the signature")
    host.arrives_at(f"/exchanges/{exchange.ref}/sign/")
    assert open_version(exchange).number == 2

    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(f"/exchanges/{exchange.ref}/")
    expect(visitor.main().get_by_text("Report to: Gate 4")).to_be_visible()
    visitor.goto(page)
    visitor.press("Give the change up …", "link")
    visitor.arrives_at(f"{page}give-up/")
    visitor.check()
    visitor.by_keyboard("Give the change up")
    visitor.arrives_at(page)
    expect(visitor.main().get_by_text("What differs from version 1")).to_have_count(0)
    visitor.check()
    states = dict(exchange.versions.values_list("number", "state"))
    assert states == {1: VersionState.IN_FORCE, 2: VersionState.VOID}
