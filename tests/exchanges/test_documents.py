"""The documents of an exchange: made from what was frozen, sealed, and true until replaced."""

from dataclasses import replace

import pytest
from pypdf import PdfReader

from cxc_portal.core import documents
from cxc_portal.core.documents import Status
from cxc_portal.core.models import Document
from exchanges.commitment.terms import Terms
from exchanges.enums import Capacity
from exchanges.queries.documents import document_of
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.freezing import freeze_commitment
from tests.factories.exchanges import (
    person_of,
    signed_by,
    validated_exchange,
    write_sections,
)

pytestmark = pytest.mark.usefixtures("reference")

REASON = "The workshop moves to a larger hall."


@pytest.fixture
def exchange():
    return validated_exchange()


def amended(exchange):
    """A second version that moves the venue, signed by all four."""
    terms = Terms.from_json(exchange.versions.get().snapshot["terms"])
    write_sections(exchange, {"when": replace(terms.when, venue="Hall B, Lyon")})
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason=REASON)
    return signed_by(exchange, *Capacity)


def made(version):
    document = document_of(version)
    assert documents.make(document.pk)
    document.refresh_from_db()
    return document


def text_of(document):
    with document.file.open("rb") as file:
        reader = PdfReader(file)
        return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def content_of(document):
    with document.file.open("rb") as file:
        return file.read()


def test_the_commitment_shows_all_that_was_signed(exchange):
    version = exchange.versions.get()
    text = text_of(made(version))
    for shown in (
        "Commitment of Quality",
        f"{exchange.ref} v1",
        "AQUIMER",
        "Motores Lda",
        "EXXTRA",
        "RECIPE4MOBILITY",
        "Workshop, Lyon",
        "Day 3 at the workshop",
        "A joint plan",
        "Code of conduct.",
        "900 EUR",
        "Ana Signs",
        "Password entered anew",
        "co-funded by the COSME programme",
        "Page 1 of",
    ):
        assert shown in text, shown
    assert text.replace(" ", "").count(version.digest) == 4


def test_a_document_in_force_is_valid(exchange):
    verdict = documents.verify(content_of(made(exchange.versions.get())))
    assert verdict.status == Status.VALID
    assert str(verdict.sentence) == "This commitment is in force."


def test_a_changed_byte_makes_it_altered(exchange):
    content = bytearray(content_of(made(exchange.versions.get())))
    content[len(content) // 2] ^= 1
    assert documents.verify(bytes(content)).status == Status.ALTERED


def test_an_amendment_says_first_what_it_changes(exchange):
    version = amended(exchange).versions.get(number=2)
    text = text_of(made(version))
    assert "Amendment to the Commitment of Quality" in text
    assert REASON in text
    assert "Workshop, Lyon" in text.partition("Parties")[0]
    assert "Hall B, Lyon" in text.partition("Parties")[0]


def test_what_an_amendment_replaces_is_superseded(exchange):
    first = made(exchange.versions.get())
    second = made(amended(exchange).versions.get(number=2))
    old, new = documents.verify(content_of(first)), documents.verify(content_of(second))
    assert (old.status, new.status) == (Status.SUPERSEDED, Status.VALID)
    assert "Version 2 has replaced this one." in str(old.sentence)


def test_an_amendment_of_an_amendment_is_superseded_as_well(exchange):
    second = made(amended(exchange).versions.get(number=2))
    terms = Terms.from_json(exchange.versions.get(number=2).snapshot["terms"])
    write_sections(exchange, {"when": replace(terms.when, venue="Hall C, Lyon")})
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason=REASON)
    signed_by(exchange, *Capacity)
    assert documents.verify(content_of(second)).status == Status.SUPERSEDED


def test_a_cancelled_exchange_leaves_a_notice(exchange):
    commitment = made(exchange.versions.get())
    cancel_exchange(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="Ill.")
    notice = Document.objects.get(kind="exchanges/cancellation")
    assert documents.make(notice.pk)
    notice.refresh_from_db()
    text = text_of(notice)
    assert "Notice of cancellation" in text
    assert "was cancelled by Motores Lda" in text
    assert "Ill." in text
    assert "keeps its visit in person" in text
    assert documents.verify(content_of(notice)).status == Status.VALID
    old = documents.verify(content_of(commitment))
    assert old.status == Status.SUPERSEDED
    assert "no longer holds" in str(old.sentence)


def test_the_code_alone_tells_no_names(exchange):
    document = made(exchange.versions.get())
    verdict = documents.verify_code(document.code)
    told = " ".join(f"{term} {value}" for term, value in verdict.facts)
    assert verdict.status == Status.VALID
    assert exchange.ref in told
    assert "Ana Signs" not in told
    assert "Motores" not in told
