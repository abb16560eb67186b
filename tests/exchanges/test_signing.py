"""Signing: in turn, the text that one saw, once, and with the last signature all that follows."""

from collections import Counter

import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, Document, OutgoingMail
from exchanges.enums import Capacity, ExchangeState, SignatureMethod, VersionState
from exchanges.models import Signature
from exchanges.notifications.signing import (
    COMMITMENT_IN_FORCE,
    COMMITMENT_TO_REVIEW,
    COMMITMENT_TO_SIGN,
)
from exchanges.queries.documents import document_of
from exchanges.queries.drafts import sections_of
from exchanges.services.delegating import delegate_signature
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.services.signing import StaleText, note_opened, sign_version
from exchanges.workflows.parties import open_version
from tests.factories.exchanges import (
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)
from tests.factories.matches import host_profile, visitor_profile
from tests.factories.profiles import MembershipFactory, UserFactory

pytestmark = pytest.mark.usefixtures("reference")


def sign(exchange, capacity, *, version=None, actor=None, **options):
    version = version or open_version(exchange)
    return sign_version(
        version_id=version.pk,
        digest=options.pop("digest", version.digest),
        name=options.pop("name", "Ana Signs"),
        method=options.pop("method", SignatureMethod.PASSWORD),
        actor=actor or person_of(exchange, capacity),
        **options,
    )


def refused(exchange, capacity, error=TransitionRefused, **options):
    before = (Signature.objects.count(), AuditEntry.objects.count(), OutgoingMail.objects.count())
    with pytest.raises(error) as refusal:
        sign(exchange, capacity, **options)
    after = (Signature.objects.count(), AuditEntry.objects.count(), OutgoingMail.objects.count())
    assert after == before
    return refusal.value.code


def edit_venue(exchange, venue="Another workshop, Lyon"):
    row = sections_of(exchange)["when"]
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": venue},
        revision=row.revision,
        actor=person_of(exchange, "HO"),
    )


@pytest.mark.parametrize("order", [("HO", "VO", "HOP", "VOP"), ("VO", "HO", "VOP", "HOP")])
def test_four_signatures_validate_the_exchange(order):
    exchange = signed_by(frozen_exchange(), *order)
    version = exchange.versions.get()
    assert exchange.state == ExchangeState.VALIDATED
    assert version.state == VersionState.IN_FORCE
    assert version.in_force_at is not None
    assert [one.capacity for one in version.signatures.all()] == list(order)


def test_a_signature_says_who_agreed_to_what_when_and_how():
    exchange = frozen_exchange()
    version = open_version(exchange)
    (signature,) = sign(exchange, "VO", name="  Ana Silva ", method=SignatureMethod.PASSKEY)
    assert signature.signer == person_of(exchange, "VO")
    assert signature.signer_name == "Ana Silva"
    assert signature.sentence == version.snapshot["sentences"]["VO"]
    assert (signature.method, signature.digest) == (SignatureMethod.PASSKEY, version.digest)


def test_the_audit_chain_keeps_the_proof_with_the_digest_of_the_text():
    exchange = frozen_exchange()
    version = open_version(exchange)
    sign(exchange, "HO", method=SignatureMethod.CODE)
    entry = AuditEntry.objects.get(event="commitment.signed")
    assert entry.data["digest"] == version.digest
    assert (entry.data["capacity"], entry.data["method"]) == ("HO", "code")


def test_partnerships_are_asked_once_both_organisations_have_signed():
    exchange = frozen_exchange()
    officers = {person_of(exchange, "HOP").email, person_of(exchange, "VOP").email}
    asked = OutgoingMail.objects.filter(kind=COMMITMENT_TO_REVIEW.name).values_list("to", flat=True)
    exchange = signed_by(exchange, "VO")
    assert set(asked.all()) == set()
    exchange = signed_by(exchange, "HO")
    assert exchange.state == ExchangeState.REVIEW
    assert set(asked.all()) == officers


@pytest.mark.parametrize("signed", [(), ("HO",), ("VO",)])
def test_partnerships_do_not_sign_before_their_turn(signed):
    exchange = signed_by(frozen_exchange(), *signed)
    assert refused(exchange, "HOP") == "not_yet"


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_a_second_press_is_harmless(capacity):
    exchange = signed_by(frozen_exchange(), capacity)
    assert refused(exchange, capacity) == "signed_already"


def test_a_second_press_after_the_last_signature_is_harmless():
    exchange = validated_exchange()
    version = exchange.versions.get()
    assert refused(exchange, "VOP", version=version) == "signed_already"


def test_a_stranger_does_not_sign():
    assert refused(frozen_exchange(), "", NotAllowed, actor=UserFactory()) == "not_allowed"


def test_a_colleague_of_the_participant_does_not_sign():
    exchange = frozen_exchange()
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    assert refused(exchange, "HO", NotAllowed, actor=colleague) == "not_allowed"


def test_a_name_is_needed():
    assert refused(frozen_exchange(), "HO", name="  ") == "name_missing"


def test_paper_is_no_proof_of_identity():
    with pytest.raises(ValueError, match="no proof"):
        sign(frozen_exchange(), "HO", method=SignatureMethod.PAPER)


def test_capacities_can_be_chosen_among_the_own_ones():
    assert refused(frozen_exchange(), "HO", capacities=["VO"]) == "not_yet"


def test_another_text_than_the_one_on_the_page_is_not_signed():
    assert refused(frozen_exchange(), "HO", StaleText, digest="0" * 64) == "stale_text"


def test_a_stale_page_is_told_what_changed_since_up_to_the_draft():
    exchange = frozen_exchange()
    version = open_version(exchange)
    edit_venue(exchange)
    with pytest.raises(StaleText) as refusal:
        sign(exchange, "VO", version=version)
    stale = refusal.value
    assert (stale.version, stale.current) == (version, None)
    assert [(one.section, one.path, one.after) for one in stale.differences] == [
        ("when", "venue", "Another workshop, Lyon")
    ]
    assert Signature.objects.count() == 0


def test_a_stale_page_is_told_what_changed_up_to_the_version_that_is_signed_now():
    exchange = frozen_exchange()
    version = open_version(exchange)
    edit_venue(exchange)
    current = freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
    with pytest.raises(StaleText) as refusal:
        sign(exchange, "VO", version=current, digest=version.digest)
    assert (refusal.value.version, refusal.value.current) == (version, current)
    assert len(refusal.value.differences) == 1


def test_one_partnership_on_both_sides_signs_both_at_once():
    exchange = frozen_exchange(
        host=host_profile(acronym="RECIPE4MOBILITY"), visitor=visitor_profile()
    )
    exchange = signed_by(exchange, "HO", "VO")
    signatures = sign(exchange, "VOP")
    exchange.refresh_from_db()
    assert [one.capacity for one in signatures] == [Capacity.HOP, Capacity.VOP]
    assert exchange.state == ExchangeState.VALIDATED


def test_one_partnership_on_both_sides_is_asked_once():
    exchange = frozen_exchange(
        host=host_profile(acronym="RECIPE4MOBILITY"), visitor=visitor_profile()
    )
    officer = person_of(exchange, "VOP")
    signed_by(exchange, "HO", "VO")
    assert (
        OutgoingMail.objects.filter(kind=COMMITMENT_TO_REVIEW.name, recipient=officer).count() == 1
    )


def test_the_last_signature_orders_one_document():
    exchange = validated_exchange()
    version = exchange.versions.get()
    document = document_of(version)
    assert Document.objects.get() == document
    assert document.name == f"{exchange.ref} v1"
    assert [one["capacity"] for one in document.snapshot["signatures"]] == [
        str(capacity.label) for capacity in Capacity
    ]


def test_all_four_parties_hear_once_that_it_is_in_force():
    exchange = frozen_exchange()
    people = {person_of(exchange, capacity).email for capacity in Capacity}
    signed_by(exchange, *Capacity)
    told = Counter(
        OutgoingMail.objects.filter(kind=COMMITMENT_IN_FORCE.name).values_list("to", flat=True)
    )
    assert told == dict.fromkeys(people, 1)


def test_an_invitation_that_has_not_gone_out_is_taken_back_from_whoever_has_signed():
    exchange = signed_by(frozen_exchange(), "HO")
    mail = OutgoingMail.objects.get(kind=COMMITMENT_TO_SIGN.name)
    assert mail.recipient == person_of(exchange, "HO")
    assert mail.status == "cancelled"


def test_the_named_colleague_signs_and_the_signature_says_so():
    exchange = frozen_exchange()
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    delegation = delegate_signature(
        exchange_id=exchange.pk,
        capacity="HO",
        delegate_id=colleague.pk,
        actor=person_of(exchange, "HO"),
    )
    assert refused(exchange, "HO", NotAllowed) == "not_allowed"
    (signature,) = sign(exchange, "HO", actor=colleague)
    assert signature.delegation == delegation


def test_opening_is_noted_once_a_person_and_version():
    exchange = frozen_exchange()
    version, host = open_version(exchange), person_of(exchange, "HO")
    assert note_opened(version=version, actor=host)
    assert not note_opened(version=version, actor=host)
    assert note_opened(version=version, actor=person_of(exchange, "VO"))
    assert AuditEntry.objects.filter(event="commitment.opened").count() == 2


def test_opening_by_somebody_who_is_no_party_is_not_noted():
    version = open_version(frozen_exchange())
    assert not note_opened(version=version, actor=UserFactory())


def test_opening_what_is_in_force_is_not_noted():
    exchange = validated_exchange()
    version = exchange.versions.get()
    assert not note_opened(version=version, actor=person_of(exchange, "HO"))
