"""Sending a version back and refusing it: everybody hears, also those who signed."""

import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import OutgoingMail
from exchanges.enums import Capacity, ExchangeState, VersionState
from exchanges.notifications.signing import (
    COMMITMENT_REFUSED,
    COMMITMENT_RETURNED,
    DESK_COMMITMENT_RETURNED,
)
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.services.returning import refuse_version, return_version
from exchanges.workflows.parties import open_version
from matching.enums import MatchState
from tests.factories import UserFactory
from tests.factories.exchanges import frozen_exchange, person_of, signed_by, validated_exchange

pytestmark = pytest.mark.usefixtures("reference")
SERVICES = [return_version, refuse_version]


def told(*kinds):
    return set(
        OutgoingMail.objects.filter(kind__in=[kind.name for kind in kinds]).values_list(
            "to", flat=True
        )
    )


def everybody(exchange):
    return {person_of(exchange, capacity).email for capacity in Capacity}


def amended():
    """A validated exchange with an amendment that is being signed."""
    exchange = validated_exchange()
    row = sections_of(exchange)["when"]
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": "Another workshop, Lyon"},
        revision=row.revision,
        actor=person_of(exchange, "HO"),
    )
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason="Moved.")
    exchange.refresh_from_db()
    return exchange


@pytest.mark.parametrize("capacity", Capacity)
def test_a_returned_text_is_written_again(capacity):
    exchange = signed_by(frozen_exchange(), "HO", "VO")
    version = open_version(exchange)
    actor = person_of(exchange, capacity)
    return_version(version_id=version.pk, comment="Name the trainer.", actor=actor)
    version.refresh_from_db()
    exchange.refresh_from_db()
    assert (version.state, exchange.state) == (VersionState.RETURNED, ExchangeState.BUILDING)
    assert version.transitions.last().comment == "Name the trainer."
    assert version.transitions.last().capacity == capacity
    assert version.signatures.count() == 2


def test_all_others_read_the_comment():
    exchange = signed_by(frozen_exchange(), "HO", "VO")
    people, actor = everybody(exchange), person_of(exchange, "HOP")
    return_version(version_id=open_version(exchange).pk, comment="Name her.", actor=actor)
    assert told(COMMITMENT_RETURNED) == {
        person_of(exchange, "HO").email,
        person_of(exchange, "VO").email,
    }
    assert told(COMMITMENT_RETURNED, DESK_COMMITMENT_RETURNED) == people - {actor.email}
    assert "Name her." in OutgoingMail.objects.filter(kind=COMMITMENT_RETURNED.name)[0].text


def test_a_refusal_ends_the_exchange_and_frees_the_match():
    exchange = signed_by(frozen_exchange(), "HO", "VO")
    people, actor = everybody(exchange), person_of(exchange, "VOP")
    version = refuse_version(
        version_id=open_version(exchange).pk, comment="Not our field.", actor=actor
    )
    exchange.refresh_from_db()
    exchange.match.refresh_from_db()
    assert (version.state, exchange.state) == (VersionState.REFUSED, ExchangeState.CANCELLED)
    assert exchange.match.state == MatchState.FINISHED
    assert told(COMMITMENT_REFUSED) == people - {actor.email}


@pytest.mark.parametrize(
    ("service", "state"),
    [(return_version, VersionState.RETURNED), (refuse_version, VersionState.REFUSED)],
)
def test_an_amendment_that_is_not_wanted_leaves_what_was_agreed(service, state):
    exchange = amended()
    version = open_version(exchange)
    service(version_id=version.pk, comment="No.", actor=person_of(exchange, "VO"))
    exchange.refresh_from_db()
    exchange.match.refresh_from_db()
    assert dict(exchange.versions.values_list("number", "state")) == {
        1: VersionState.IN_FORCE,
        2: state,
    }
    assert exchange.state == ExchangeState.VALIDATED
    assert exchange.match.state == MatchState.CONFIRMED


@pytest.mark.parametrize("service", SERVICES)
def test_a_reason_is_needed(service):
    exchange = frozen_exchange()
    version = open_version(exchange)
    with pytest.raises(TransitionRefused) as refusal:
        service(version_id=version.pk, comment=" ", actor=person_of(exchange, "VO"))
    version.refresh_from_db()
    assert (refusal.value.code, version.state) == ("comment_missing", VersionState.SIGNING)


@pytest.mark.parametrize("service", SERVICES)
def test_strangers_do_neither(service):
    version = open_version(frozen_exchange())
    with pytest.raises(NotAllowed):
        service(version_id=version.pk, comment="No.", actor=UserFactory())
    version.refresh_from_db()
    assert version.state == VersionState.SIGNING


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_in_force_is_neither_returned_nor_refused(service):
    exchange = validated_exchange()
    version = exchange.versions.get()
    with pytest.raises(TransitionRefused) as refusal:
        service(version_id=version.pk, comment="No.", actor=person_of(exchange, "VO"))
    assert refusal.value.code == "wrong_state"
