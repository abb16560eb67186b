import pytest

from exchanges.enums import ExchangeState
from tests.factories.reports import closed_exchange, reported_exchange

pytestmark = pytest.mark.usefixtures("reference")


def test_with_both_validations_the_exchange_is_closed():
    exchange = closed_exchange()
    assert (exchange.state, exchange.closed_at is None) == (ExchangeState.CLOSED, False)


def test_what_did_not_take_place_fails():
    exchange = closed_exchange(outcome="not_taken_place")
    assert (exchange.state, exchange.closed_at) == (ExchangeState.FAILED, None)


def test_reported():
    assert reported_exchange().state == ExchangeState.REPORTING
