"""Several people at the same instant: four signatures, one document, one set of mails."""

from collections import Counter
from datetime import timedelta

import pytest

from cxc_portal.core import clock
from cxc_portal.core.errors import StaleVersion, TransitionRefused
from cxc_portal.core.models import Document, OutgoingMail
from exchanges.enums import Capacity, ExchangeState, SignatureMethod, VersionState
from exchanges.models import CommitmentVersion, Signature, SigningReminder
from exchanges.queries.drafts import sections_of
from exchanges.services.drafting import save_section
from exchanges.services.freezing import freeze_commitment
from exchanges.services.reminding import remind_missing_signatories, remind_signatory
from exchanges.services.signing import sign_version
from exchanges.workflows.parties import open_version
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    frozen_exchange,
    person_of,
    signed_by,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def signing(exchange, capacity):
    version, actor = open_version(exchange), person_of(exchange, capacity)
    return lambda: sign_version(
        version_id=version.pk,
        digest=version.digest,
        name="Ana Signs",
        method=SignatureMethod.PASSWORD,
        actor=actor,
    )


def persistently(call):
    """Press again until it is one's turn, as a person with the page open does."""

    def pressing():
        for _press in range(200):
            try:
                return call()
            except TransitionRefused as refusal:
                if refusal.code != "not_yet":
                    raise
        raise AssertionError("it was never this person's turn")

    return pressing


def mails():
    kinds = OutgoingMail.objects.values_list("kind", "to")
    return Counter(kind.partition("/")[2] for kind, _to in kinds if kind.startswith("exchanges/"))


@pytest.mark.parametrize("attempt", range(2))
def test_four_people_sign_twice_each_at_the_same_instant(attempt):
    exchange = frozen_exchange()
    calls = [persistently(signing(exchange, capacity)) for capacity in Capacity]
    outcomes = at_once(*calls, *calls)
    assert len(values(outcomes)) == 4
    assert [error.code for error in errors(outcomes)] == ["signed_already"] * 4
    exchange.refresh_from_db()
    version = exchange.versions.get()
    assert exchange.state == ExchangeState.VALIDATED
    assert version.state == VersionState.IN_FORCE
    assert sorted(version.signatures.values_list("capacity", flat=True)) == sorted(Capacity.values)
    assert Document.objects.count() == 1
    assert mails()["commitment_in_force"] == 4
    assert mails()["commitment_to_review"] == 2
    steps = list(exchange.transitions.order_by("pk").values_list("transition", flat=True))
    assert steps == ["freeze", "hand_over", "validate"]


@pytest.mark.parametrize("attempt", range(2))
def test_the_last_two_sign_at_the_same_instant(attempt):
    exchange = signed_by(frozen_exchange(), "HO", "VO")
    outcomes = at_once(signing(exchange, "HOP"), signing(exchange, "VOP"))
    assert errors(outcomes) == []
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.VALIDATED
    assert Document.objects.count() == 1


@pytest.mark.parametrize("attempt", range(2))
def test_nobody_signs_a_text_that_is_changed_at_the_same_instant(attempt):
    exchange = frozen_exchange()
    row, host = sections_of(exchange)["when"], person_of(exchange, "HO")
    version = open_version(exchange)
    signed, edited = at_once(
        signing(exchange, "VO"),
        lambda: save_section(
            exchange_id=exchange.pk,
            name="when",
            content={**row.content, "venue": "Another workshop, Lyon"},
            revision=row.revision,
            actor=host,
        ),
    )
    version.refresh_from_db()
    assert edited.is_success
    assert version.state == VersionState.VOID
    assert signed.is_success or isinstance(signed.error, StaleVersion)
    assert Signature.objects.count() == int(signed.is_success)


def test_two_freeze_at_the_same_instant_and_there_is_one_version():
    exchange = drafted_exchange()
    host, visitor = person_of(exchange, "HO"), person_of(exchange, "VO")
    outcomes = at_once(
        lambda: freeze_commitment(exchange_id=exchange.pk, actor=host),
        lambda: freeze_commitment(exchange_id=exchange.pk, actor=visitor),
    )
    (refused,) = errors(outcomes)
    assert isinstance(refused, TransitionRefused)
    assert refused.code == "open_already"
    assert CommitmentVersion.objects.count() == 1


def test_two_drafts_of_one_visitor_race_for_its_visit():
    first = drafted_exchange()
    second = drafted_exchange(visitor=first.visitor)
    visitor = person_of(first, "VO")
    outcomes = at_once(
        lambda: freeze_commitment(exchange_id=first.pk, actor=visitor),
        lambda: freeze_commitment(exchange_id=second.pk, actor=visitor),
    )
    (refused,) = errors(outcomes)
    assert isinstance(refused, TransitionRefused)
    assert refused.code == "not_sound"
    assert CommitmentVersion.objects.count() == 1


def test_two_remind_at_the_same_instant_and_one_mail_goes():
    exchange = frozen_exchange()
    version = open_version(exchange)
    visitor, officer = person_of(exchange, "VO"), person_of(exchange, "HOP")
    outcomes = at_once(
        lambda: remind_signatory(version_id=version.pk, capacity="HO", actor=visitor),
        lambda: remind_signatory(version_id=version.pk, capacity="HO", actor=officer),
    )
    assert (len(values(outcomes)), len(errors(outcomes))) == (1, 1)
    assert SigningReminder.objects.count() == 1


def test_two_clocks_remind_nobody_twice():
    frozen_exchange(days=free_week(weeks_ahead=2))
    earlier = clock.now() - timedelta(days=2)
    CommitmentVersion.objects.update(state_since=earlier)
    outcomes = at_once(remind_missing_signatories, remind_missing_signatories)
    assert sorted(values(outcomes)) == [0, 2]
    assert SigningReminder.objects.count() == 2
