"""The notice of a cancellation and the evidence: made once, given to the parties alone."""

import pytest
from pypdf import PdfReader

from cxc_portal.core import documents
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import Document
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.evidence import ask_for_evidence
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)

pytestmark = pytest.mark.usefixtures("reference")


def text_of(document):
    document.refresh_from_db()
    with document.file.open("rb") as file:
        return " ".join(" ".join(page.extract_text() for page in PdfReader(file).pages).split())


def test_the_evidence_lists_every_event_with_its_hash():
    exchange = signed_by(frozen_exchange(), "HO")
    document = ask_for_evidence(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
    assert documents.make(document.pk)
    text = text_of(document).replace(" ", "")
    events = document.snapshot["events"]
    assert [event["event"] for event in events if event["event"].startswith("commitment")] == [
        "commitment.frozen",
        "commitment.signed",
    ]
    assert [event["hash"] for event in events if event["hash"] not in text] == []
    assert exchange.versions.get().digest in text


def test_with_nothing_new_the_same_evidence_is_given_again():
    exchange = frozen_exchange()
    actor = person_of(exchange, "VO")
    first = ask_for_evidence(exchange_id=exchange.pk, actor=actor)
    assert ask_for_evidence(exchange_id=exchange.pk, actor=actor) == first
    signed_by(exchange, "HO")
    assert ask_for_evidence(exchange_id=exchange.pk, actor=actor) != first
    assert Document.objects.filter(kind="exchanges/evidence").count() == 2


def test_evidence_stays_true_for_its_day():
    exchange = frozen_exchange()
    document = ask_for_evidence(exchange_id=exchange.pk, actor=person_of(exchange, "HOP"))
    documents.make(document.pk)
    signed_by(exchange, "HO")
    assert documents.verify_code(document.code).is_valid


@pytest.mark.parametrize("who", ["stranger", "observer"])
def test_evidence_is_not_for_others(who):
    exchange = frozen_exchange()
    user = UserFactory() if who == "stranger" else StaffRoleFactory(role="observer").user
    with pytest.raises(NotAllowed):
        ask_for_evidence(exchange_id=exchange.pk, actor=user)
    assert Document.objects.count() == 0


def test_there_is_no_evidence_of_a_draft():
    exchange = drafted_exchange()
    with pytest.raises(TransitionRefused) as refusal:
        ask_for_evidence(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
    assert refusal.value.code == "nothing_frozen"
    assert Document.objects.count() == 0


def test_a_press_asks_and_the_page_waits_until_it_is_made(client):
    exchange = frozen_exchange()
    client.force_login(StaffRoleFactory(role="support").user)
    path = f"/exchanges/{exchange.ref}/evidence/document/"
    assert client.get(path).status_code == 404
    assert client.post(path).headers["Location"] == path
    assert "The document is being made" in client.get(path).content.decode()
    documents.make(Document.objects.get(kind="exchanges/evidence").pk)
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_a_failed_document_says_so(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VO"))
    path = f"/exchanges/{exchange.ref}/evidence/document/"
    client.post(path)
    Document.objects.update(status="failed", error="out of paper")
    assert "Something went wrong" in client.get(path).content.decode()


def test_the_notice_is_given_to_the_parties(client):
    exchange = validated_exchange()
    cancel_exchange(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason="Ill.")
    documents.make(Document.objects.get(kind="exchanges/cancellation").pk)
    path = f"/exchanges/{exchange.ref}/notice/"
    client.force_login(person_of(exchange, "VOP"))
    answer = client.get(path)
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    client.force_login(UserFactory())
    assert client.get(path).status_code == 404


def test_there_is_no_notice_of_what_goes_on(client):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "VO"))
    assert client.get(f"/exchanges/{exchange.ref}/notice/").status_code == 404
