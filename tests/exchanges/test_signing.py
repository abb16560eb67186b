import pytest

from exchanges.enums import ExchangeState
from tests.factories.exchanges import validated_exchange

pytestmark = pytest.mark.usefixtures("reference")


def test_all_four_validate():
    exchange = validated_exchange()
    assert exchange.state == ExchangeState.VALIDATED
