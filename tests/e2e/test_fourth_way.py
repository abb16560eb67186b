"""The fourth way through the portal: from the end of an exchange to what a coordinator hands in.
Both sides report, one report comes back and is corrected, both partnerships validate, the visitor
proves the journey and is paid by two people, the certificate verifies, and the coordinator takes
the one of fifty away in every format and freezes it. On a wide and a small screen."""

import io
import json
import re
import shutil
import subprocess

import openpyxl
import pytest
from docx import Document as WordDocument
from PIL import Image
from playwright.sync_api import expect

from cxc_portal.core import clock, documents
from cxc_portal.core.models import Document
from exchanges.models import Exchange
from profiles.models import Partnership
from reports.models import Payment
from reports.services.opening import open_due_reports
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

IBAN, BIC = "PT50 0002 0123 1234 5678 9015 4", "BESCPTPL"


def says(visitor, text):
    expect(visitor.main().get_by_text(text).first).to_be_visible()


def tick(control):
    """By keyboard: the whole label is the target of a finger."""
    control.focus()
    control.press("Space")
    expect(control).to_be_checked()


def write_report(visitor, exchange, *, days):
    """The least that a report needs, everything else as it stands there from the commitment."""
    path = f"/exchanges/{exchange.ref}/report/"
    visitor.goto("/dashboard/")
    visitor.check()
    visitor.by_keyboard("Write the report", "link")
    visitor.arrives_at(path)
    tick(visitor.page.get_by_label("It took place as planned"))
    visitor.page.get_by_label("Working days without travel").fill(str(days))
    for radio in visitor.page.locator("#part-results input[value='fully']:visible").all():
        tick(radio)
    for name in ("Overall", "How well the partner fitted", "Preparation", "Programme"):
        rate(visitor, name, 5)
    for name in ("Length of the exchange", "Usefulness of the match score"):
        rate(visitor, name, 4)
    tick(visitor.page.get_by_label(re.compile("^What this report says is true")))
    visitor.check()


def rate(visitor, name, value):
    lines = visitor.page.locator("#part-ratings").get_by_role("group", name=name, exact=True)
    tick(lines.first.get_by_label(str(value), exact=True))


def hand_in(visitor, exchange):
    visitor.by_keyboard("Hand in the report", most=200)
    expect(visitor.page.get_by_role("button", name="Hand in the report")).to_have_count(0)
    visitor.check()


def photo():
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "tan").save(content, "JPEG")
    return {"name": "ticket.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def send_evidence(visitor, exchange, *kinds):
    path = f"/exchanges/{exchange.ref}/evidence-of-travel/"
    for kind in kinds:
        visitor.goto(path)
        panel = visitor.page.locator("section.panel").filter(
            has=visitor.page.get_by_role("heading", name=kind, exact=True)
        )
        if (again := panel.get_by_text("Send another file")).count():
            again.click()
        panel.get_by_label("Photos or PDFs").set_input_files(files=[photo()])
        panel.get_by_role("button").last.click()
        visitor.page.wait_for_load_state()
        says(visitor, "ticket.jpg")
    visitor.check()


def enter_account(visitor, exchange):
    path = f"/exchanges/{exchange.ref}/account/"
    visitor.goto(path)
    visitor.page.get_by_label("IBAN", exact=True).fill("PT50 0002 0123 1234 5678 9015 5")
    visitor.page.get_by_label(re.compile("^BIC")).fill(BIC)
    visitor.by_keyboard("Save the account")
    says(visitor, "A digit of this IBAN is wrong or two are exchanged. Compare them.")
    visitor.check()
    visitor.page.get_by_label("IBAN", exact=True).fill(IBAN)
    visitor.by_keyboard("Save the account")
    expect(visitor.page.get_by_role("button", name="Save the account")).to_have_count(0)


def decide_evidence(officer, exchange, refused=""):
    """Accepts what waits; what stands under the heading `refused` is refused."""
    officer.goto(f"/exchanges/{exchange.ref}/evidence-of-travel/")
    for panel in officer.page.locator("section.panel").all():
        heading = panel.get_by_role("heading").first.inner_text()
        if heading == refused:
            tick(panel.get_by_label("Refuse", exact=True))
            panel.get_by_label(re.compile("^Why not")).fill("The date cannot be read.")
        else:
            tick(panel.get_by_label("Accept", exact=True))
    officer.check()
    officer.by_keyboard("Save the decisions")
    says(officer, "Decided")


def made(kind):
    """The documents of this kind are made, as a worker does."""
    found = Document.objects.filter(kind=kind)
    for document in found:
        documents.make(document.pk)
    return found


def taken(visitor, path):
    """The file behind an address, as its reader saves it."""
    answer = visitor.context.request.get(visitor.address + path)
    assert answer.ok, (path, answer.status)
    return answer.body()


@pytest.mark.every_screen
@pytest.mark.pdf
def test_from_the_end_of_a_visit_to_the_indicators(someone, tmp_path):
    exchange = finished_exchange()
    open_due_reports()
    visitor, host = someone(person_of(exchange, "VO")), someone(person_of(exchange, "HO"))
    officer, other_officer = (
        someone(person_of(exchange, "VOP")),
        someone(person_of(exchange, "HOP")),
    )
    coordinator = someone(StaffRoleFactory(acronym="RECIPE4MOBILITY", role="coordinator").user)

    both_report(visitor, host, exchange)
    one_is_returned_and_both_are_validated(visitor, officer, other_officer, exchange)
    the_visitor_is_paid(visitor, officer, coordinator, exchange)
    the_certificate_verifies(visitor, someone(), exchange)
    the_coordinator_takes_the_figures_away(coordinator, exchange, tmp_path)


def both_report(visitor, host, exchange):
    write_report(visitor, exchange, days=5)
    hand_in(visitor, exchange)
    host.goto(f"/exchanges/{exchange.ref}/report/")
    says(host, re.compile("has reported"))
    write_report(host, exchange, days=5)
    hand_in(host, exchange)


def one_is_returned_and_both_are_validated(visitor, officer, other_officer, exchange):
    path = f"/exchanges/{exchange.ref}/report/review/"
    officer.goto(path)
    officer.page.get_by_text(re.compile("^Return the report of")).click()
    officer.page.get_by_label("What is missing").fill("Which joint plan did you write?")
    officer.check()
    officer.press("Return with a comment")
    officer.arrives_at(path)
    visitor.goto(f"/exchanges/{exchange.ref}/report/")
    says(visitor, "Which joint plan did you write?")
    visitor.page.get_by_text("Say more").click()
    visitor.page.get_by_label("What came of it, in your words").fill("A plan for batteries.")
    visitor.check()
    hand_in(visitor, exchange)
    for partnership in (other_officer, officer):
        partnership.goto(path)
        partnership.page.get_by_role("button", name=re.compile("^Validate")).click()
        partnership.page.wait_for_load_state()
        partnership.check()
    assert Exchange.objects.get(pk=exchange.pk).state == "closed"


def the_visitor_is_paid(visitor, officer, coordinator, exchange):
    path = f"/exchanges/{exchange.ref}/payment/"
    visitor.goto(path)
    says(visitor, "What blocks the payment")
    visitor.check()
    send_evidence(visitor, exchange, "Travel there", "Travel back", "Accommodation")
    enter_account(visitor, exchange)
    decide_evidence(officer, exchange, refused="Travel back")
    visitor.goto(f"/exchanges/{exchange.ref}/evidence-of-travel/")
    says(visitor, "The date cannot be read.")
    visitor.check()
    send_evidence(visitor, exchange, "Travel back")
    decide_evidence(officer, exchange)
    officer.goto(path)
    officer.check()
    officer.by_keyboard("Approve the payment")
    says(officer, "You approved this payment. Somebody else of your partnership marks it as paid.")
    officer.check()
    coordinator.goto("/payments/")
    coordinator.check()
    coordinator.goto(path)
    coordinator.by_keyboard("Mark as paid")
    says(coordinator, "Paid")
    visitor.goto(path)
    says(visitor, re.compile("is paid"))
    visitor.check()
    assert Payment.objects.get(exchange=exchange).state == "paid"


def the_certificate_verifies(visitor, reader, exchange):
    made("reports/certificate")
    content = taken(visitor, f"/exchanges/{exchange.ref}/certificate/VO/")
    reader.goto("/verify/")
    file = {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": content}
    reader.main().get_by_label("The file").set_input_files(files=[file])
    reader.press("Verify")
    expect(reader.main().get_by_role("heading", level=1)).to_contain_text("Valid")
    reader.check()


def the_coordinator_takes_the_figures_away(coordinator, exchange, tmp_path):
    coordinator.goto("/indicators/")
    expect(coordinator.main().get_by_role("heading", level=1)).to_have_text("Will we reach 50?")
    says(coordinator, re.compile("^1 of 50|1 of 50"))
    coordinator.check()
    coordinator.main().locator("section[aria-labelledby='indicators']").get_by_role(
        "link", name="1", exact=True
    ).first.click()
    coordinator.page.wait_for_url(re.compile(r"/indicators/[^/]*5\.5\.1[^/]*/"))
    says(coordinator, exchange.ref)
    coordinator.check()
    assert b"5.5.1" in taken(coordinator, "/indicators/export/csv/")
    assert json.loads(taken(coordinator, "/indicators/export/json/"))
    book = openpyxl.load_workbook(io.BytesIO(taken(coordinator, "/indicators/export/xlsx/")))
    assert len(book.sheetnames) > 5
    opens_as_a_report(taken(coordinator, "/indicators/export/docx/"), tmp_path)
    print_figures(coordinator)
    freeze(coordinator)


def print_figures(coordinator):
    coordinator.goto("/indicators/export/pdf/")
    coordinator.check()
    coordinator.by_keyboard("Make the PDF")
    says(coordinator, "The document is being made")
    coordinator.check()
    (document,) = made("reports/indicators")
    content = taken(coordinator, f"/indicators/documents/{document.code}/")
    assert content.startswith(b"%PDF")


def opens_as_a_report(content, tmp_path):
    text = "\n".join(p.text for p in WordDocument(io.BytesIO(content)).paragraphs)
    assert "Issues and opportunities" in text
    if not (office := shutil.which("soffice")):
        return
    (tmp_path / "report.docx").write_bytes(content)
    command = [office, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "report.docx")], check=True, timeout=120)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def freeze(coordinator):
    coordinator.goto("/indicators/periods/")
    coordinator.page.get_by_label("Name").fill("Mid-term report")
    coordinator.page.get_by_label("From").fill(str(clock.today().replace(month=1, day=1)))
    coordinator.page.get_by_label("Until").fill(str(clock.today()))
    coordinator.check()
    coordinator.by_keyboard("Freeze")
    coordinator.page.wait_for_url(re.compile(r"/indicators/periods/\d+/"))
    says(coordinator, "Mid-term report")
    coordinator.check()
    assert Partnership.objects.get(acronym="RECIPE4MOBILITY").reporting_periods.count() == 1
