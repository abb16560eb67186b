"""Writing a commitment in the browser: three choices, a section, and two changes at once."""

import pytest
from playwright.sync_api import expect

from exchanges.models import Exchange
from exchanges.queries.drafts import draft_of
from tests.factories.exchanges import opened_exchange, person_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_three_choices_make_a_draft_and_two_who_write_at_once_lose_nothing(someone, portal):
    exchange = opened_exchange()
    visitor = someone(person_of(exchange, "VO"))
    host = someone(person_of(exchange, "HO"))
    page = f"/exchanges/{exchange.ref}/commitment/"

    visitor.goto(page)
    visitor.check()
    visitor.press("Start with three choices", "link")
    visitor.arrives_at(f"{page}start/")
    visitor.check()
    visitor.press("In person", "link")
    visitor.page.get_by_label("Learn from actors in another cluster: 5 days").check()
    visitor.by_keyboard("Write the draft")
    visitor.arrives_at(page)
    expect(visitor.main().get_by_text("The draft stands.")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Check and freeze")).to_be_visible()
    visitor.check()
    visitor.picture("commitment")

    for one, text in ((visitor, "The visitor's words."), (host, "The host's words.")):
        one.goto(f"{page}purpose/")
        one.page.get_by_label("In your own words").evaluate(
            "(field, text) => { field.value = text }", text
        )
        one.check()
    visitor.press("Save")
    visitor.arrives_at(page)
    host.press("Save")
    expect(host.main().get_by_role("heading", level=1)).to_have_text(
        "Two of you changed this at once"
    )
    expect(host.main().get_by_role("paragraph").get_by_text("The visitor's words.")).to_be_visible()
    expect(host.main().get_by_role("paragraph").get_by_text("The host's words.")).to_be_visible()
    host.check()
    host.picture("two-at-once")
    host.page.get_by_label("Keep both, one after the other").check()
    host.by_keyboard("Save my choice")
    host.arrives_at(page)
    text = draft_of(Exchange.objects.get(pk=exchange.pk)).purpose.text
    assert text == "The visitor's words.\n\nThe host's words."

    host.goto(f"{page}people/")
    host.page.get_by_role("button", name="Add a person").first.click()
    expect(host.page.get_by_label("Name")).to_have_count(3)
    host.check()
    host.goto(f"{page}changes/")
    expect(host.main().get_by_text("The visitor's words.").first).to_be_visible()
    host.check()

    host.goto(page)
    part = host.main().get_by_role("region", name="Purpose")
    part.get_by_text("Comment on this").click()
    part.get_by_label("Your comment").fill("Shall we name the machines?")
    part.get_by_role("button", name="Add the comment").click()
    expect(part.get_by_text("Shall we name the machines?", exact=True)).to_be_visible()
    host.check()
