"""From the tickets to the money: one piece is refused and replaced, approved by one officer and
paid by another."""

import pytest
from playwright.sync_api import expect

from reports.models import Payment
from tests.factories.exchanges import person_of
from tests.factories.payments import accepted_evidence, second_officer
from tests.factories.reports import closed_exchange

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PDF = {"mimeType": "application/pdf", "buffer": b"%PDF-1.4 a ticket"}
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def test_evidence_is_replaced_and_the_lump_sum_is_paid(someone, portal):
    exchange = closed_exchange()
    for kind in ("return", "accommodation"):
        accepted_evidence(exchange, kind)
    evidence = f"/exchanges/{exchange.ref}/evidence-of-travel/"
    payment = f"/exchanges/{exchange.ref}/payment/"

    visitor = someone(person_of(exchange, "VO"))
    send(visitor, evidence, "blurred.pdf")

    officer = someone(person_of(exchange, "VOP"))
    officer.goto(evidence)
    officer.check()
    officer.page.get_by_label("Refuse", exact=True).check()
    officer.page.get_by_label("Why not?").first.fill("The name cannot be read.")
    officer.press("Save the decisions")
    expect(officer.main()).to_contain_text("blurred.pdf: Refused")

    visitor.goto(payment)
    expect(visitor.main()).to_contain_text("evidence was refused, send another one")
    send(visitor, evidence, "sharp.pdf")
    enter_account(visitor, exchange)

    officer.goto(evidence)
    officer.tab_to(officer.page.get_by_label("Decide later"))
    officer.page.keyboard.press("ArrowUp")
    officer.page.keyboard.press("ArrowUp")
    officer.by_keyboard("Save the decisions")
    expect(officer.main()).to_contain_text("sharp.pdf: Accepted")
    officer.goto(payment)
    officer.check()
    officer.press("Approve the payment")
    expect(officer.main()).to_contain_text("Somebody else of your partnership")

    pay(someone(second_officer(exchange)), exchange, payment)
    visitor.goto(payment)
    expect(visitor.main()).to_contain_text("The lump sum of 900 EUR was paid on")
    visitor.check()


def send(visitor, path, name):
    visitor.goto(path)
    visitor.check()
    chooser = visitor.page.locator("#id_outward-papers")
    chooser.set_input_files({"name": name, **PDF, "buffer": PDF["buffer"] + name.encode()})
    visitor.page.locator("form", has=chooser).get_by_role("button", name="Send").click()
    expect(visitor.main()).to_contain_text("1 file sent.")


def enter_account(visitor, exchange):
    visitor.goto(f"/exchanges/{exchange.ref}/account/")
    visitor.page.get_by_label("IBAN").fill(IBAN)
    visitor.press("Save the account")
    expect(visitor.main()).to_contain_text("By the IBAN it is AGRIFRPPXXX.")
    visitor.check()
    visitor.press("Save the account")
    expect(visitor.main()).to_contain_text("Your account is kept, encrypted.")


def pay(officer, exchange, payment):
    officer.goto("/payments/")
    officer.check()
    officer.page.get_by_label(f"Choose: {exchange.ref}").check()
    officer.press("Make a list for accounting")
    expect(officer.main()).to_contain_text("RECIPE4MOBILITY-0001")
    officer.check()
    with officer.page.expect_download() as download:
        officer.press("Download the file for accounting")
    assert exchange.ref in download.value.path().read_text()
    officer.goto(payment)
    officer.press("Mark as paid")
    expect(officer.main()).to_contain_text("Noted as paid.")
    assert Payment.objects.get(exchange=exchange).state == "paid"
