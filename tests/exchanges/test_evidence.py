"""The evidence: every event in order, with hashes that fit the audit chain and the rows."""

import pytest

from cxc_portal.core import documents
from cxc_portal.core.models import AuditEntry
from exchanges.enums import SignatureMethod
from exchanges.queries.documents import document_of
from exchanges.queries.evidence import evidence_of
from exchanges.services.delegating import delegate_signature
from exchanges.services.reminding import remind_signatory
from exchanges.services.returning import return_version
from exchanges.services.signing import note_opened, sign_version
from exchanges.workflows.parties import open_version
from tests.exchanges.test_paper import enter
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)
from tests.factories.profiles import MembershipFactory

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def events(exchange):
    return [event["event"] for event in evidence_of(exchange)["events"]]


def test_a_draft_has_little_to_tell():
    found = evidence_of(drafted_exchange())
    assert (found["versions"], found["documents"]) == ([], [])
    assert [event["event"] for event in found["events"]] == ["exchange.open"]


def test_all_that_happened_stands_there_in_order():
    exchange = frozen_exchange()
    version, host = open_version(exchange), person_of(exchange, "HO")
    note_opened(version=version, actor=host)
    remind_signatory(version_id=version.pk, capacity="HO", actor=person_of(exchange, "VO"))
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    delegate_signature(exchange_id=exchange.pk, capacity="HO", delegate_id=colleague.pk, actor=host)
    enter(exchange, "VO", person_of(exchange, "VO"))
    return_version(version_id=version.pk, comment="Name her.", actor=host)
    assert events(exchange) == [
        "exchange.open",
        "exchange.freeze",
        "commitment.frozen",
        "commitment.opened",
        "commitment.reminded",
        "commitment.delegated",
        "commitment.signed_on_paper",
        "commitment.return",
        "exchange.return",
    ]


def test_each_event_carries_its_place_in_the_audit_chain():
    exchange = validated_exchange()
    found = evidence_of(exchange)["events"]
    entries = {entry.sequence: entry for entry in AuditEntry.objects.all()}
    assert [(event["hash"], event["previous_hash"]) for event in found] == [
        (entries[event["sequence"]].hash, entries[event["sequence"]].previous_hash)
        for event in found
    ]


def test_versions_and_signatures_carry_the_digest_of_the_text():
    exchange = validated_exchange()
    (version,) = evidence_of(exchange)["versions"]
    assert version["digest"] == documents.digest_of(exchange.versions.get().snapshot)
    assert {one["digest"] for one in version["signatures"]} == {version["digest"]}
    assert [one["method"] for one in version["signatures"]] == [SignatureMethod.PASSWORD] * 4


def test_paper_carries_the_digest_of_its_scan():
    exchange = frozen_exchange()
    officer = person_of(exchange, "HOP")
    signature = enter(exchange, "HO", officer)
    (found,) = evidence_of(exchange)["versions"][0]["signatures"]
    assert found["paper"] == {
        "signed_on": signature.signed_on.isoformat(),
        "scan_digest": signature.scan_digest,
        "entered_by": str(officer),
        "entered_for": "EXXTRA",
    }


def test_a_delegation_stands_with_the_signature_and_by_itself():
    exchange = frozen_exchange()
    host = person_of(exchange, "HO")
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    delegate_signature(exchange_id=exchange.pk, capacity="HO", delegate_id=colleague.pk, actor=host)
    version = open_version(exchange)
    sign_version(
        version_id=version.pk, digest=version.digest, name="B", method="code", actor=colleague
    )
    found = evidence_of(exchange)
    assert found["versions"][0]["signatures"][0]["delegated_by"] == str(host)
    assert [(one["by"], one["to"]) for one in found["delegations"]] == [(str(host), str(colleague))]


def test_the_document_stands_with_both_of_its_digests():
    exchange = validated_exchange()
    document = document_of(exchange.versions.get())
    assert documents.make(document.pk)
    document.refresh_from_db()
    (found,) = evidence_of(exchange)["documents"]
    assert found["digest"] == document.digest
    assert found["file_digest"] == document.file_digest != ""
    made = evidence_of(exchange)["events"][-1]
    assert (made["event"], made["document"], made["actor"]) == ("document.made", document.code, "")


def test_comments_and_reminders_stand_with_the_version():
    exchange = signed_by(frozen_exchange(), "VO")
    version, visitor = open_version(exchange), person_of(exchange, "VO")
    remind_signatory(version_id=version.pk, capacity="HO", actor=visitor)
    return_version(version_id=version.pk, comment="Name her.", actor=visitor)
    found = evidence_of(exchange)["versions"][0]
    assert [(one["capacity"], one["by"]) for one in found["reminders"]] == [("HO", str(visitor))]
    assert [(one["step"], one["comment"]) for one in found["comments"]] == [("return", "Name her.")]


def test_other_exchanges_are_not_told_of():
    first, second = validated_exchange(), frozen_exchange()
    assert len(evidence_of(second)["versions"]) == 1
    assert "exchange.validate" in events(first)
    assert "exchange.validate" not in events(second)
