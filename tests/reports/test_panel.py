"""What the page of an exchange and the dashboard show of reports."""

import pytest

from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, reported_by

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def exchange():
    return finished_exchange()


def test_each_sees_the_turn_of_the_own_report(client, exchange):
    sentences = {}
    for capacity in ("HO", "VO", "HOP", "VOP"):
        client.force_login(person_of(exchange, capacity))
        page = client.get(exchange.get_absolute_url()).context["page"]
        sentences[capacity] = (page.baton.situation, str(page.baton.sentence))
    print(sentences)
    reported_by(exchange, "VO")
    for capacity in ("HO", "VO", "HOP", "VOP"):
        client.force_login(person_of(exchange, capacity))
        page = client.get(exchange.get_absolute_url()).context["page"]
        sentences[capacity] = (page.baton.situation, str(page.baton.sentence))
    print(sentences)
