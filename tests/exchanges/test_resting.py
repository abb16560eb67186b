from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.models import OutgoingMail
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from exchanges.notifications.building import DRAFT_RESTS
from exchanges.services.comments import comment_section
from exchanges.services.resting import recall_drafts
from exchanges.tasks import recall_drafts as recall_by_clock
from tests.factories.exchanges import opened_exchange, person_of

pytestmark = pytest.mark.usefixtures("reference")


def later(days: int):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


def reminded() -> list[str]:
    return sorted(OutgoingMail.objects.filter(kind=DRAFT_RESTS.name).values_list("to", flat=True))


def test_a_draft_that_rests_is_recalled_once_to_both_sides() -> None:
    exchange = opened_exchange()
    sides = sorted(person_of(exchange, capacity).email for capacity in ("HO", "VO"))
    with later(9):
        assert recall_drafts() == 0
    with later(10):
        assert recall_by_clock() == 1
        assert recall_drafts() == 0
    with later(11):
        assert recall_drafts() == 0
    assert reminded() == sides
    mail = OutgoingMail.objects.filter(kind=DRAFT_RESTS.name).first()
    assert mail.subject == "Go on writing the commitment of Motores Lda and AQUIMER"
    assert "for 10 days" in mail.text


def test_who_goes_on_writing_or_talking_is_left_in_peace() -> None:
    exchange = opened_exchange()
    with later(8):
        comment_section(
            exchange_id=exchange.pk, section="when", text="In May?", actor=person_of(exchange, "VO")
        )
    with later(12):
        assert recall_drafts() == 0
    with later(18):
        assert recall_drafts() == 1


def test_a_reminder_that_the_clock_missed_for_long_is_not_sent() -> None:
    opened_exchange()
    with later(30):
        assert recall_drafts() == 0
    assert reminded() == []


def test_only_drafts_are_recalled() -> None:
    exchange = opened_exchange()
    Exchange.objects.filter(pk=exchange.pk).update(state=ExchangeState.SIGNING)
    with later(10):
        assert recall_drafts() == 0


def test_a_draft_frozen_in_between_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = opened_exchange()
    from exchanges.services import resting

    def frozen_meanwhile(key: int) -> Exchange:
        Exchange.objects.filter(pk=key).update(state=ExchangeState.SIGNING)
        return Exchange.objects.get(pk=key)

    monkeypatch.setattr(resting, "locked_exchange", frozen_meanwhile)
    with later(10):
        assert recall_drafts() == 0
    assert exchange.state == ExchangeState.BUILDING


def test_a_draft_written_in_between_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    opened_exchange()
    from exchanges.services import resting

    def written_meanwhile(key: int) -> Exchange:
        comment_section(
            exchange_id=key,
            section="when",
            text="In May?",
            actor=person_of(Exchange.objects.get(pk=key), "VO"),
        )
        return Exchange.objects.get(pk=key)

    monkeypatch.setattr(resting, "locked_exchange", written_meanwhile)
    with later(10):
        assert recall_drafts() == 0
    assert reminded() == []
