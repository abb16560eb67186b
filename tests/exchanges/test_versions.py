"""An edit while a version is being signed: material ones void it, others are written down."""

import pytest

from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.enums import ExchangeState, VersionState
from exchanges.notifications.signing import COMMITMENT_VOID
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.workflows.parties import open_version
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
)

pytestmark = pytest.mark.usefixtures("reference")


def edit(exchange, name, capacity="HO", **changes):
    row = sections_of(exchange)[name]
    save_section(
        exchange_id=exchange.pk,
        name=name,
        content={**row.content, **changes},
        revision=row.revision,
        actor=person_of(exchange, capacity),
    )
    exchange.refresh_from_db()


@pytest.mark.parametrize("signed", [(), ("VO",), ("VO", "HO"), ("VO", "HO", "HOP")])
def test_a_material_edit_voids_the_version_and_the_text_is_written_again(signed):
    exchange = signed_by(frozen_exchange(), *signed)
    version = open_version(exchange)
    edit(exchange, "when", venue="Another workshop, Lyon")
    version.refresh_from_db()
    assert (version.state, exchange.state) == (VersionState.VOID, ExchangeState.BUILDING)
    assert version.signatures.count() == len(signed)


def test_whoever_signed_is_told():
    exchange = signed_by(frozen_exchange(), "VO", "HO")
    edit(exchange, "when", "HO", venue="Another workshop, Lyon")
    told = OutgoingMail.objects.filter(kind=COMMITMENT_VOID.name)
    assert [mail.recipient for mail in told] == [person_of(exchange, "VO")]


def test_the_next_version_has_the_next_number():
    exchange = signed_by(frozen_exchange(), "VO")
    edit(exchange, "when", venue="Another workshop, Lyon")
    version = freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
    assert (version.number, version.state) == (2, VersionState.SIGNING)
    assert version.signatures.count() == 0


def test_an_edit_of_what_needs_no_signatures_is_written_down_and_nothing_else():
    exchange = signed_by(frozen_exchange(), "VO")
    version = open_version(exchange)
    edit(exchange, "when", room="Gate 4")
    version.refresh_from_db()
    assert (version.state, exchange.state) == (VersionState.SIGNING, ExchangeState.SIGNING)
    entry = AuditEntry.objects.get(event="commitment.edited_aside")
    assert entry.data == {"fields": ["when.room"]}


def test_an_edit_while_nothing_is_open_voids_nothing():
    exchange = drafted_exchange()
    edit(exchange, "when", venue="Another workshop, Lyon")
    assert exchange.state == ExchangeState.BUILDING
    assert exchange.versions.count() == 0


def test_an_edit_voids_an_amendment_and_leaves_what_is_in_force():
    exchange = validated_exchange()
    edit(exchange, "when", venue="Another workshop, Lyon")
    freeze_commitment(
        exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="Another place."
    )
    edit(exchange, "when", venue="A third workshop, Lyon")
    states = dict(exchange.versions.values_list("number", "state"))
    assert states == {1: VersionState.IN_FORCE, 2: VersionState.VOID}
    assert exchange.state == ExchangeState.VALIDATED
