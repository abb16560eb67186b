"""Two at the same instant: one start, one decision, one set of mails."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import OutgoingMail
from exchanges.enums import ExchangeState, InterruptionState
from exchanges.models import CheckIn, Exchange, Interruption
from exchanges.services.check_ins import check_in
from exchanges.services.interruptions import (
    agree_interruption,
    ask_interruption,
    refuse_interruption,
)
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.factories.exchanges import person_of
from tests.factories.running import agreed_exchange, running_exchange, working_days_from_today

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def mails():
    rows = OutgoingMail.objects.filter(kind__startswith="exchanges/")
    return Counter(kind.partition("/")[2] for kind in rows.values_list("kind", flat=True))


def test_two_clocks_start_and_end_once():
    exchange = agreed_exchange(days=working_days_from_today(5))
    assert sorted(values(at_once(start_due_exchanges, start_due_exchanges))) == [0, 1]
    assert mails()["exchange_starts"] == 2
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):
        assert sorted(values(at_once(finish_due_exchanges, finish_due_exchanges))) == [0, 1]
    assert Exchange.objects.get(pk=exchange.pk).state == ExchangeState.REPORTING


def test_two_presses_check_in_once():
    exchange = running_exchange()
    actor = person_of(exchange, "VO")
    outcomes = at_once(*[lambda: check_in(exchange_id=exchange.pk, actor=actor)] * 2)
    assert errors(outcomes) == []
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_both_partnerships_agree_at_once_and_it_takes_effect_once(attempt):
    interruption, officers = asked_of_running()
    outcomes = at_once(
        *(
            (lambda actor=actor: agree_interruption(interruption_id=interruption.pk, actor=actor))
            for actor in officers
        )
    )
    assert errors(outcomes) == []
    interruption.refresh_from_db()
    assert interruption.state == InterruptionState.ACCEPTED
    steps = interruption.transitions.order_by("pk").values_list("transition", flat=True)
    assert list(steps) == ["agree", "accept"]
    exchange = Exchange.objects.get(pk=interruption.exchange_id)
    assert exchange.state == ExchangeState.ABORTED
    assert exchange.transitions.filter(transition="abort").count() == 1
    assert mails()["interruption_accepted"] == 2


def test_two_officers_of_one_partnership_agree_once():
    interruption, officers = asked_of_running()
    outcomes = at_once(
        *[lambda: agree_interruption(interruption_id=interruption.pk, actor=officers[0])] * 2
    )
    (refused,) = errors(outcomes)
    assert isinstance(refused, DomainError)
    assert interruption.transitions.get().transition == "agree"


def test_agreeing_and_refusing_at_once_end_in_one_state():
    interruption, officers = asked_of_running()
    agree_interruption(interruption_id=interruption.pk, actor=officers[0])
    outcomes = at_once(
        lambda: agree_interruption(interruption_id=interruption.pk, actor=officers[1]),
        lambda: refuse_interruption(
            interruption_id=interruption.pk, comment="No.", actor=officers[0]
        ),
    )
    assert (len(values(outcomes)), len(errors(outcomes))) == (1, 1)
    interruption.refresh_from_db()
    is_over = Exchange.objects.get(pk=interruption.exchange_id).state == ExchangeState.ABORTED
    assert is_over is (interruption.state == InterruptionState.ACCEPTED)


def test_two_ask_at_once_and_one_is_told_to_wait():
    exchange = running_exchange()
    host, visitor = (person_of(exchange, capacity) for capacity in ("HO", "VO"))
    what = {"exchange_id": exchange.pk, "kind": "cancel", "reason": "A strike."}
    outcomes = at_once(
        lambda: ask_interruption(**what, actor=host),
        lambda: ask_interruption(**what, actor=visitor),
    )
    assert (len(values(outcomes)), len(errors(outcomes))) == (1, 1)
    assert Interruption.objects.count() == 1


def asked_of_running():
    exchange = running_exchange()
    interruption = ask_interruption(
        exchange_id=exchange.pk,
        kind="cancel",
        reason="A strike.",
        actor=person_of(exchange, "VO"),
    )
    return interruption, [person_of(exchange, capacity) for capacity in ("HOP", "VOP")]
