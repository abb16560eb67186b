"""The draft becomes a version: frozen with its digest, in turn, and only when it is sound."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock, documents
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.commitment.terms import When
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import CommitmentVersion, DraftSection, Exchange
from exchanges.notifications.signing import COMMITMENT_TO_SIGN
from exchanges.queries.drafts import draft_of, sections_of
from exchanges.services.freezing import freeze_commitment
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
    write_sections,
)

pytestmark = pytest.mark.usefixtures("reference")


def freeze(exchange, capacity="VO", **options):
    return freeze_commitment(
        exchange_id=exchange.pk, actor=person_of(exchange, capacity), **options
    )


def refused(exchange, capacity="VO", **options):
    before = (CommitmentVersion.objects.count(), AuditEntry.objects.count())
    with pytest.raises((TransitionRefused, NotAllowed, StaleVersion)) as refusal:
        freeze(exchange, capacity, **options)
    assert (CommitmentVersion.objects.count(), AuditEntry.objects.count()) == before
    return refusal.value.code


def moved(exchange, days=7):
    """The draft with the whole stay some days later."""
    terms = draft_of(Exchange.objects.get(pk=exchange.pk))
    later = free_week(weeks_ahead=12)
    write_sections(
        exchange,
        {"when": When(starts_on=later[0], ends_on=later[-1], venue=terms.when.venue)},
    )
    row = DraftSection.objects.get(exchange=exchange, name="agenda")
    for slot, day in zip(row.content["slots"], later, strict=True):
        slot["day"] = day.isoformat()
    row.save()
    return later


def test_version_one_waits_for_both_organisations():
    exchange = drafted_exchange()
    version = freeze(exchange)
    exchange.refresh_from_db()
    assert (version.number, version.state) == (1, VersionState.SIGNING)
    assert exchange.state == ExchangeState.SIGNING
    assert version.digest == documents.digest_of(version.snapshot)
    assert version.snapshot["terms"] == draft_of(exchange).to_json()


def test_the_digest_survives_the_database():
    version = freeze(drafted_exchange())
    version.refresh_from_db()
    assert version.digest == documents.digest_of(version.snapshot)


def test_the_other_organisation_is_asked_to_sign():
    exchange = drafted_exchange()
    freeze(exchange, "VO")
    mail = OutgoingMail.objects.get(kind=COMMITMENT_TO_SIGN.name)
    assert mail.recipient == person_of(exchange, "HO")
    assert mail.link_path == f"/exchanges/{exchange.ref}/sign/"


def test_what_the_rules_find_stands_in_the_way():
    exchange = drafted_exchange()
    write_sections(exchange, {"when": When(starts_on=None, ends_on=None)})
    assert refused(exchange) == "not_sound"


def test_a_text_that_was_changed_meanwhile_is_read_again():
    exchange = drafted_exchange()
    seen = {name: row.revision for name, row in sections_of(exchange).items()}
    assert refused(exchange, revisions={**seen, "when": 99}) == "stale_version"
    assert freeze(exchange, revisions=seen).number == 1


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_do_not_freeze(capacity):
    assert refused(drafted_exchange(), capacity) == "not_allowed"


def test_one_version_at_a_time():
    assert refused(frozen_exchange()) == "open_already"


def test_an_amendment_needs_something_new():
    assert refused(validated_exchange(), reason="Why not") == "nothing_new"


def test_an_amendment_needs_a_reason():
    exchange = validated_exchange()
    moved(exchange)
    assert refused(exchange, reason="  ") == "reason_missing"


def test_an_amendment_leaves_the_exchange_where_it_is():
    exchange = validated_exchange()
    moved(exchange)
    version = freeze(exchange, reason=" We travel later. ")
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.VALIDATED
    assert (version.number, version.is_amendment, version.reason) == (2, True, "We travel later.")
    assert exchange.versions.get(number=1).state == VersionState.IN_FORCE


def test_an_amendment_that_all_sign_takes_the_place_of_the_one_before():
    exchange = validated_exchange()
    later = moved(exchange)
    freeze(exchange, reason="We travel later.")
    exchange = signed_by(exchange, "VO", "HO", "VOP", "HOP")
    states = dict(exchange.versions.values_list("number", "state"))
    assert states == {1: VersionState.SUPERSEDED, 2: VersionState.IN_FORCE}
    assert (exchange.starts_on, exchange.ends_on) == (later[0], later[-1])
    assert (exchange.state, exchange.calendar_sequence) == (ExchangeState.VALIDATED, 1)


def test_an_amendment_is_refused_while_another_is_open():
    exchange = validated_exchange()
    moved(exchange)
    freeze(exchange, reason="We travel later.")
    assert refused(exchange, reason="Again") == "open_already"


def test_the_moment_of_freezing_is_that_of_the_clock():
    version = freeze(drafted_exchange())
    assert clock.now() - version.frozen_at < timedelta(minutes=1)
    assert version.snapshot["frozen"]["at"] == version.frozen_at.isoformat()
