"""Signing in the browser: with a password, with a code by mail, and what a stale page shows."""

import pytest
from playwright.sync_api import expect

from exchanges.models import Signature
from exchanges.notifications.signing import SIGNING_CODE
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from tests.factories.exchanges import frozen_exchange, person_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_signs_with_a_password_and_one_with_a_code(someone, portal, code_sent_to):
    exchange = frozen_exchange()
    path = f"/exchanges/{exchange.ref}/sign/"
    host = someone(person_of(exchange, "HO"))
    host.goto(path)
    expect(host.main().get_by_text("Day 5 at the workshop")).to_be_visible()
    host.check()
    host.press("Sign")
    expect(host.main().get_by_role("alert")).to_be_visible()
    host.check()
    host.page.get_by_label("Password", exact=True).fill("correct horse battery")
    host.by_keyboard("Sign")
    host.arrives_at(f"/exchanges/{exchange.ref}/")
    expect(host.page.get_by_text("Signed. Thank you.")).to_be_visible()

    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(path)
    visitor.press("With a code by e-mail", "link")
    visitor.press("Send me a code")
    expect(visitor.page.get_by_label("Code", exact=True)).to_be_visible()
    visitor.check()
    code = code_sent_to(person_of(exchange, "VO").email)
    visitor.page.get_by_label("Code", exact=True).fill(code)
    visitor.press("Sign")
    visitor.arrives_at(f"/exchanges/{exchange.ref}/")
    assert dict(Signature.objects.values_list("capacity", "method")) == {
        "HO": "password",
        "VO": "code",
    }
    assert SIGNING_CODE.is_confidential


def test_a_stale_page_is_refused_with_the_difference(someone, portal):
    exchange = frozen_exchange()
    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(f"/exchanges/{exchange.ref}/sign/")
    row = sections_of(exchange)["when"]
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": "Another workshop, Lyon"},
        revision=row.revision,
        actor=person_of(exchange, "HO"),
    )
    visitor.page.get_by_label("Password", exact=True).fill("correct horse battery")
    visitor.press("Sign")
    expect(visitor.main().get_by_text("Nothing was signed.")).to_be_visible()
    expect(visitor.main().get_by_text("Another workshop, Lyon")).to_be_visible()
    visitor.complaints.clear()  # the browser notes the answer 409
    visitor.check()
    assert Signature.objects.count() == 0
