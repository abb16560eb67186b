"""Somebody cancels while somebody signs: one comes after the other, and nothing is left halfway."""

import pytest

from cxc_portal.core.errors import StaleVersion
from cxc_portal.core.models import Document, OutgoingMail
from exchanges.enums import Capacity, ExchangeState, VersionState
from exchanges.models import Signature
from exchanges.queries.documents import CANCELLATION_KIND, COMMITMENT_KIND
from exchanges.services.cancelling import cancel_exchange
from matching.enums import MatchState
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once
from tests.exchanges.test_signing_concurrency import signing
from tests.factories.exchanges import frozen_exchange, person_of, signed_by

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def cancelling(exchange, capacity):
    actor = person_of(exchange, capacity)
    return lambda: cancel_exchange(exchange_id=exchange.pk, actor=actor, reason="Ill.")


@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize("capacity", ["VO", "HOP"])
def test_one_cancels_at_the_instant_of_the_fourth_signature(capacity, attempt):
    exchange = signed_by(frozen_exchange(), "HO", "VO", "HOP")
    calls = [signing(exchange, "VOP"), cancelling(exchange, capacity)]
    signed, cancelled = at_once(*calls) if attempt % 2 else reversed(at_once(*reversed(calls)))
    assert cancelled.is_success, cancelled.error
    assert signed.is_success or isinstance(signed.error, StaleVersion), signed.error
    exchange.refresh_from_db()
    version = exchange.versions.get()
    assert exchange.state == ExchangeState.CANCELLED
    assert exchange.match.state == MatchState.FINISHED
    steps = list(exchange.transitions.order_by("pk").values_list("transition", flat=True))
    kinds = Document.objects.order_by("kind").values_list("kind", flat=True)
    if signed.is_success:
        assert version.state == VersionState.ENDED
        assert steps == ["freeze", "hand_over", "validate", "cancel"]
        assert list(kinds) == [CANCELLATION_KIND, COMMITMENT_KIND]
    else:
        assert version.state == VersionState.VOID
        assert steps == ["freeze", "hand_over", "cancel"]
        assert list(kinds) == [CANCELLATION_KIND]
    assert Signature.objects.count() == len(Capacity) - (not signed.is_success)
    told = OutgoingMail.objects.filter(kind="exchanges/exchange_cancelled")
    assert told.count() == len(Capacity) - 1


def test_two_cancel_at_the_same_instant_and_one_notice_is_made():
    exchange = signed_by(frozen_exchange(), "HO")
    first, second = at_once(cancelling(exchange, "HO"), cancelling(exchange, "VO"))
    assert first.is_success != second.is_success
    refused = first.error or second.error
    assert refused.code == "too_late"
    assert exchange.transitions.filter(transition="cancel").count() == 1
    assert Document.objects.get().kind == CANCELLATION_KIND
