"""The document of a commitment: what it prints, and whether it still holds."""

import io

import pytest
from pypdf import PdfReader

from cxc_portal.core import documents
from exchanges.documents import COMMITMENT, in_utc, note_on, order_commitment, standing
from exchanges.enums import VersionState
from exchanges.queries.documents import document_of
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.workflows import commitment_workflow, exchange_workflow
from tests.exchanges.test_paper import enter
from tests.factories.exchanges import (
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def amended(exchange):
    row = sections_of(exchange)["when"]
    host = person_of(exchange, "HO")
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": "Another workshop, Lyon"},
        revision=row.revision,
        actor=host,
    )
    freeze_commitment(exchange_id=exchange.pk, actor=host, reason="Moved.")
    return signed_by(exchange, "HO", "VO", "HOP", "VOP")


def test_it_prints_text_and_signatures():
    exchange = validated_exchange()
    version = exchange.versions.get()
    document = document_of(version)
    assert documents.make(document.pk)
    document.refresh_from_db()
    with document.file.open() as file:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)
    for expected in (exchange.ref, "AQUIMER", "Motores Lda", "Ana Signs", "Day 5 at the workshop"):
        assert expected in text
    assert version.digest[:20] in text.replace("\n", "")


def test_ordering_it_again_gives_the_same():
    version = validated_exchange().versions.get()
    assert order_commitment(version) == document_of(version)


def test_what_is_in_force_holds():
    exchange = validated_exchange()
    version = exchange.versions.get()
    found = standing(document_of(version))
    assert found.is_current
    assert [value for _term, value in found.facts] == [
        exchange.ref,
        "1",
        in_utc(version.in_force_at),
    ]


def test_a_later_version_takes_its_place():
    exchange = amended(validated_exchange())
    first, second = exchange.versions.order_by("number")
    found = standing(document_of(first))
    assert (found.is_current, found.sentence) == (False, "Version 2 has replaced this one.")
    assert document_of(first).superseded_at is not None
    assert standing(document_of(second)).is_current


def test_a_cancelled_exchange_ends_it():
    exchange = validated_exchange()
    actor = person_of(exchange, "VO")
    exchange_workflow.apply(exchange, "cancel", actor=actor, comment="Ill.")
    found = standing(document_of(exchange.versions.get()))
    assert not found.is_current
    assert "cancelled" in found.sentence


def test_a_version_that_ended_holds_no_more():
    exchange = validated_exchange()
    version = exchange.versions.get()
    commitment_workflow.apply(version, "end", actor=None)
    found = standing(document_of(version))
    assert (version.state, found.is_current) == (VersionState.ENDED, False)


def test_a_signature_on_paper_says_who_attached_it():
    exchange = frozen_exchange()
    host, officer = person_of(exchange, "HO"), person_of(exchange, "VOP")
    own, other = enter(exchange, "HO", host), enter(exchange, "VO", officer)
    assert note_on(own).endswith(f"scan attached by {host}.")
    assert note_on(other).endswith(f"scan attached by {officer} for RECIPE4MOBILITY.")


def test_what_has_not_happened_has_no_time():
    assert in_utc(None) == ""


def test_the_kind_is_sealed():
    assert COMMITMENT.is_sealed
    assert COMMITMENT in documents.kinds()
