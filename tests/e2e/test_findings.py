"""What a commitment still lacks, in the browser: everybody reads it, a partnership decides."""

import pytest
from playwright.sync_api import expect

from exchanges.queries.drafts import draft_of
from tests.exchanges.sound_terms import with_part
from tests.factories.exchanges import drafted_exchange, person_of, write_sections

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "It speaks of winning customers."


def test_a_partnership_lets_a_warning_pass_and_the_organisations_read_why(someone):
    exchange = drafted_exchange()
    terms = with_part(draft_of(exchange), "purpose", text="We prepare a recruitment of customers.")
    write_sections(exchange, {"purpose": terms.purpose})
    address = f"/exchanges/{exchange.ref}/commitment/"

    host = someone(person_of(exchange, "HO"))
    host.goto(address)
    found = host.main().locator(".finding")
    expect(found).to_contain_text("The purpose speaks of “recruitment”.")
    expect(found).to_contain_text("No internship and no recruitment")
    host.check()

    officer = someone(person_of(exchange, "HOP"))
    officer.goto(address)
    officer.page.locator(".finding summary").click()
    officer.page.get_by_label("Why it can be let pass").fill(REASON)
    officer.check()
    officer.press("Let it pass")
    expect(officer.main().locator(".finding")).to_contain_text(REASON)
    officer.check()

    host.goto(address)
    expect(found).to_contain_text("Let pass")
    expect(found).to_contain_text(REASON)
    found.get_by_text("EXXTRA").wait_for()
    host.check()

    officer.press("Take this back")
    expect(officer.page.locator(".finding summary")).to_be_visible()


def test_the_rules_are_checked_while_one_writes(someone):
    exchange = drafted_exchange()
    host = someone(person_of(exchange, "HO"))
    host.goto(f"/exchanges/{exchange.ref}/commitment/purpose/")
    said = host.page.get_by_role("complementary", name="Before it can be signed")
    expect(said).to_contain_text("All rules are kept here.")
    words = host.page.locator("textarea").first
    words.fill("We look for an intern.")
    expect(said).to_contain_text("The purpose speaks of “intern”.")
    words.fill("We look at the workshop.")
    expect(said).to_contain_text("All rules are kept here.")
    host.check()
