"""One visiting organisation, two drafts, one visit in person: also when both freeze at once."""

import pytest

from cxc_portal.core.errors import TransitionRefused
from exchanges.enums import ExchangeState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.queries.drafts import draft_of
from exchanges.services.freezing import freeze_commitment
from exchanges.services.overrides import override_warning
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.exchanges.sound_terms import with_part
from tests.factories.exchanges import drafted_exchange, person_of, write_sections
from tests.factories.matches import host_profile, visitor_profile

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def two_drafts():
    visitor = visitor_profile()
    return [
        drafted_exchange(visitor=visitor, host=host_profile(name=name))
        for name in ("First host", "Second host")
    ]


def freezing(exchange):
    actor = person_of(exchange, "HO")
    return lambda: freeze_commitment(exchange_id=exchange.pk, actor=actor)


def passing(exchange, capacity):
    actor = person_of(exchange, capacity)
    return lambda: override_warning(
        exchange_id=exchange.pk, code="words_in_purpose", reason="No staff is sought.", actor=actor
    )


@pytest.mark.parametrize("attempt", range(3))
def test_two_drafts_that_freeze_at_once_take_the_visit_once(attempt):
    outcomes = at_once(*(freezing(exchange) for exchange in two_drafts()))
    (refusal,) = errors(outcomes)
    assert isinstance(refusal, TransitionRefused)
    assert refusal.code == "not_sound"
    assert "has used up its visit in person" in str(refusal)
    (version,) = values(outcomes)
    assert CommitmentVersion.objects.get() == version
    states = sorted(Exchange.objects.values_list("state", flat=True))
    assert states == [ExchangeState.BUILDING, ExchangeState.SIGNING]


def test_two_partnerships_let_the_same_warning_pass_once():
    exchange = drafted_exchange()
    purpose = with_part(draft_of(exchange), "purpose", text="A recruitment.").purpose
    write_sections(exchange, {"purpose": purpose})
    outcomes = at_once(*(passing(exchange, capacity) for capacity in ("HOP", "VOP")))
    (refusal,) = errors(outcomes)
    assert refusal.code == "passed_already"
    assert exchange.overrides.count() == 1
