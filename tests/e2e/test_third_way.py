"""The third way through the portal: from a confirmed match to an exchange that runs. Both sides
write, four parties sign with fresh proof of who they are, a stale signature is refused with what
changed, the sealed document is verified, and the day comes. On a wide and a small screen, the
steps that count by keyboard alone."""

import re
import shutil
import subprocess
from datetime import datetime, time, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from cxc_portal.core import documents
from cxc_portal.core.models import Document, OutgoingMail
from exchanges.models import Exchange
from exchanges.services.running import start_due_exchanges
from tests.factories.exchanges import (
    opened_exchange,
    person_of,
    signed_by,
    validated_exchange,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

PASSWORD = "correct horse battery"
TITLE = "Dinner with the test drivers"


def says(visitor, text):
    expect(visitor.main().get_by_text(text).first).to_be_visible()


def reach(visitor, name, path, role="link"):
    """Press something by keyboard alone and look at the page it leads to."""
    visitor.by_keyboard(name, role)
    visitor.arrives_at(path)
    visitor.check()


def write_draft(visitor, exchange, programme, mode=""):
    """From the dashboard to a draft that lacks nothing, in three choices."""
    page = f"/exchanges/{exchange.ref}/commitment/"
    visitor.goto("/dashboard/")
    says(visitor, "Your turn: write the Commitment of Quality together with AQUIMER.")
    visitor.check()
    reach(visitor, "Write the commitment", page)
    reach(visitor, "Start with three choices", f"{page}start/")
    if mode:
        visitor.press(mode, "link")
        visitor.page.wait_for_url(re.compile("mode="))
    visitor.page.get_by_label(programme).check()
    visitor.by_keyboard("Write the draft")
    visitor.arrives_at(page)
    visitor.check()


def freeze(visitor, exchange):
    visitor.goto(f"/exchanges/{exchange.ref}/commitment/")
    reach(visitor, "Check and freeze", f"/exchanges/{exchange.ref}/commitment/freeze/")
    reach(visitor, "Freeze and go to the signature", f"/exchanges/{exchange.ref}/sign/", "button")


def type_proof(visitor):
    visitor.page.get_by_label("Your name, as it will stand in the document").fill("Ana Signs")
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)


def sign(visitor, exchange):
    """With the password, on the page of the text."""
    visitor.goto(f"/exchanges/{exchange.ref}/sign/")
    visitor.check()
    type_proof(visitor)
    visitor.by_keyboard("Sign")
    visitor.arrives_at(f"/exchanges/{exchange.ref}/")
    says(visitor, "Signed.")
    visitor.check()


def sign_with_code(visitor, exchange, code_sent_to, address):
    """With a code that goes to the mailbox of the person."""
    visitor.goto(f"/exchanges/{exchange.ref}/sign/?way=code")
    visitor.by_keyboard("Send me a code")
    expect(visitor.page.get_by_role("button", name="Send a new code")).to_be_visible()
    visitor.check()
    visitor.page.get_by_label("Your name, as it will stand in the document").fill("Rui Signs")
    visitor.page.get_by_label(re.compile("^Code")).fill(code_sent_to(address))
    visitor.by_keyboard("Sign")
    visitor.arrives_at(f"/exchanges/{exchange.ref}/")
    says(visitor, "Signed.")


def add_to_agenda(host, exchange):
    """The host adds an entry to the last day, and is told beforehand what that means."""
    path = f"/exchanges/{exchange.ref}/commitment/agenda/"
    host.goto(path)
    says(host, "signature")
    host.check()
    host.page.get_by_role("link", name=re.compile("^Add to .*, afternoon$")).last.click()
    host.arrives_at(f"{path}entry/")
    host.page.get_by_label("What happens?").fill(TITLE)
    host.press("Save")
    host.arrives_at(path)
    expect(host.page.locator("#agenda-said")).to_contain_text(TITLE)


def give(reader, content):
    reader.goto("/verify/")
    file = {"name": "commitment.pdf", "mimeType": "application/pdf", "buffer": content}
    reader.main().get_by_label("The file").set_input_files(files=[file])
    reader.press("Verify")


def document_of(visitor, exchange, number):
    """The sealed document, once a worker has made it, as its reader saves it."""
    url = f"/exchanges/{exchange.ref}/versions/{number}/document/"
    visitor.goto(url)
    says(visitor, "The document is being made")
    visitor.check()
    assert documents.make(Document.objects.get(kind="exchanges/commitment").pk)
    answer = visitor.context.request.get(visitor.address + url)
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def verify(reader, content, tmp_path):
    """By anybody who holds the file, in the portal and with the tools of others."""
    give(reader, content)
    expect(reader.main().get_by_role("heading", level=1)).to_contain_text("Valid")
    says(reader, "This commitment is in force.")
    reader.check()
    changed = bytearray(content)
    changed[len(content) // 3] ^= 1
    give(reader, bytes(changed))
    expect(reader.main().get_by_role("heading", level=1)).to_contain_text("Altered")
    reader.check()
    if pdfsig := shutil.which("pdfsig"):
        file = tmp_path / "commitment.pdf"
        file.write_bytes(content)
        told = subprocess.run([pdfsig, file], capture_output=True, text=True, check=False)
        assert "Signature is Valid." in told.stdout


@pytest.mark.every_screen
def test_from_a_match_to_a_running_exchange(someone, portal, code_sent_to, tmp_path):
    exchange = opened_exchange()
    people = {one: person_of(exchange, one) for one in ("HO", "VO", "HOP", "VOP")}
    visitor, host = someone(people["VO"]), someone(people["HO"])

    write_draft(visitor, exchange, "Learn from actors in another cluster: 5 days", "In person")
    freeze(visitor, exchange)
    sign(visitor, exchange)
    says(visitor, "Waiting for the signature of AQUIMER.")

    late = someone(people["HO"])
    late.goto(f"/exchanges/{exchange.ref}/sign/")
    add_to_agenda(host, exchange)
    type_proof(late)
    late.press("Sign")
    expect(late.main().get_by_role("heading", level=1)).to_have_text("The text has changed")
    says(late, TITLE)
    late.page.wait_for_load_state()
    late.complaints.clear()  # the browser notes the answer 409, which is meant
    late.check()
    assert not exchange.versions.get().signatures.filter(capacity="HO").exists()

    freeze(host, exchange)
    says(host, "What changed since version 1")
    sign(host, exchange)
    sign_with_code(visitor, exchange, code_sent_to, people["VO"].email)
    sign(someone(people["HOP"]), exchange)
    last = someone(people["VOP"])
    sign(last, exchange)
    says(last, "All four have signed.")
    told = OutgoingMail.objects.filter(kind="exchanges/commitment_in_force")
    assert sorted(told.values_list("to", flat=True)) == sorted(
        person.email for person in people.values()
    )

    verify(someone(), document_of(host, exchange, 2), tmp_path)
    the_day_comes(someone, exchange, people)


def the_day_comes(someone, exchange, people):
    """The portal starts the exchange by itself, and the host checks in with one press."""
    exchange.refresh_from_db()
    morning = datetime.combine(exchange.starts_on, time(9), tzinfo=exchange.zone)
    with time_machine.travel(morning - timedelta(hours=9, minutes=1), tick=True):
        assert start_due_exchanges() == 0
    with time_machine.travel(morning, tick=True):
        assert start_due_exchanges() == 1
        host = someone(people["HO"])
        host.goto(f"/exchanges/{exchange.ref}/")
        says(host, "The exchange is running until")
        host.check()
        host.by_keyboard("Check in")
        says(host, "AQUIMER checked in")
        host.check()


def test_an_online_exchange_of_six_half_days(someone, portal):
    exchange = opened_exchange(mode="virtual")
    visitor = someone(person_of(exchange, "VO"))
    write_draft(visitor, exchange, "Learn from actors in another cluster: 6 half-days")
    says(visitor, "An online exchange brings no lump sum")
    visitor.goto(f"/exchanges/{exchange.ref}/commitment/agenda/")
    says(visitor, "6 half-days")
    visitor.check()
    freeze(visitor, exchange)
    sign(visitor, exchange)
    signed_by(exchange, "HO", "HOP", "VOP")
    visitor.goto(f"/exchanges/{exchange.ref}/")
    says(visitor, "All four have signed.")
    visitor.check()
    exchange.refresh_from_db()
    assert (exchange.state, exchange.mode) == ("validated", "virtual")
    assert len(exchange.versions.get().snapshot["terms"]["agenda"]["slots"]) >= 6


def test_a_visit_is_cancelled_and_everybody_reads_why(someone, portal):
    exchange = validated_exchange()
    host, page = someone(person_of(exchange, "HO")), f"/exchanges/{exchange.ref}/"
    host.goto(page)
    reach(host, "Cancel the exchange …", f"{page}cancel/")
    says(host, "The visitor keeps the visit")
    host.page.get_by_label("Our plans have changed.").check()
    host.by_keyboard("Cancel the exchange")
    host.arrives_at(page)
    says(host, "This exchange was cancelled before it started.")
    host.check()
    assert documents.make(Document.objects.get(kind="exchanges/cancellation").pk)
    answer = host.context.request.get(f"{host.address}{page}notice/")
    assert answer.headers["content-type"] == "application/pdf"

    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(page)
    says(visitor, "Our plans have changed.")
    visitor.check()
    assert Exchange.objects.get().organisations()[1].physical_visit_used_on is None
