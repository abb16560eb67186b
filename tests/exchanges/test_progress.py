"""How far an exchange has come, as one line of steps."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.queries.progress import phase_of, progress_of
from exchanges.queries.shown import for_batons
from exchanges.services.cancelling import cancel_exchange
from exchanges.services.returning import refuse_version
from exchanges.workflows import exchange_workflow
from exchanges.workflows.parties import open_version
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    opened_exchange,
    person_of,
    signed_by,
    validated_exchange,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

DONE, CURRENT, TO_COME, LEFT_OUT = "done", "current", "to_come", "left_out"


def line(exchange):
    found = for_batons(Exchange.objects.filter(pk=exchange.pk)).get()
    return progress_of(found)


def situations(exchange):
    return [step.situation for step in line(exchange)]


def test_a_draft_is_being_written():
    exchange = drafted_exchange()
    assert situations(exchange) == [CURRENT, *[TO_COME] * 4]
    runs, report = line(exchange)[3:]
    assert (runs.days, runs.is_planned) == ((exchange.starts_on, exchange.ends_on), True)
    assert report.days == (exchange.ends_on + timedelta(days=10),)


def test_without_days_nothing_is_dated():
    assert [step.days for step in line(opened_exchange())] == [()] * 5


def test_a_frozen_text_is_written():
    found = line(frozen_exchange())
    assert [step.situation for step in found] == [DONE, CURRENT, *[TO_COME] * 3]
    assert found[0].days == (clock.today(),)
    assert not found[0].is_planned


def test_the_partnerships_come_after_the_organisations():
    found = line(signed_by(frozen_exchange(), Capacity.HO, Capacity.VO))
    assert [step.situation for step in found] == [DONE, DONE, CURRENT, TO_COME, TO_COME]
    assert found[1].days == (clock.today(),)


def test_one_signature_is_not_yet_a_step():
    assert situations(signed_by(frozen_exchange(), Capacity.HO))[1] == CURRENT


def test_once_signed_it_runs_then_is_reported():
    exchange = validated_exchange()
    assert situations(exchange) == [DONE, DONE, DONE, CURRENT, TO_COME]
    exchange_workflow.apply(exchange, "start", actor=None)
    assert situations(exchange) == [DONE, DONE, DONE, CURRENT, TO_COME]
    exchange_workflow.apply(exchange, "finish", actor=None)
    found = line(exchange)
    assert [step.situation for step in found] == [DONE, DONE, DONE, DONE, CURRENT]
    assert found[3].days == (exchange.starts_on, exchange.ends_on)


def test_what_was_cancelled_stops_where_it_was():
    exchange = validated_exchange()
    cancel_exchange(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), reason="Flood.")
    found = line(exchange)
    assert [step.situation for step in found] == [DONE, DONE, DONE, LEFT_OUT, LEFT_OUT]
    assert found[4].days == ()


def test_what_was_refused_stops_there():
    exchange = frozen_exchange()
    refuse_version(
        version_id=open_version(exchange).pk, comment="No.", actor=person_of(exchange, "HO")
    )
    assert situations(exchange) == [DONE, *[LEFT_OUT] * 4]


def test_the_phase_follows_the_state():
    exchange = drafted_exchange()
    assert phase_of(exchange) == 3
    exchange = validated_exchange()
    assert phase_of(exchange) == 4
    exchange_workflow.apply(
        exchange, "postpone", actor=person_of(exchange, "HOP"), comment="Strike."
    )
    assert phase_of(exchange) == 3


def test_an_end_without_a_step_counts_as_being_written():
    exchange = drafted_exchange()
    Exchange.objects.filter(pk=exchange.pk).update(state="cancelled")
    assert situations(exchange) == [LEFT_OUT] * 5
