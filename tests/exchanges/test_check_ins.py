"""Both sides say that they have met, and half-way how it goes."""

from datetime import date, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges import tasks
from exchanges.models import CheckIn, Exchange, MidwayAnswer
from exchanges.notifications import follow_up as mails
from exchanges.services.announcing import announce_start, mind_exchange
from exchanges.services.check_ins import answer_midway, check_in
from exchanges.services.running import start_due_exchanges
from tests.factories.exchanges import person_of
from tests.factories.profiles import MembershipFactory, UserFactory
from tests.factories.running import agreed_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

MONDAY = date(2027, 3, 1)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
TWO_WEEKS = [*WEEK, *(MONDAY + timedelta(days=n) for n in range(7, 12))]


@pytest.fixture
def clock():
    with time_machine.travel("2027-03-01T08:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def exchange(clock):
    return begun(WEEK)


@pytest.fixture
def long_exchange(clock):
    """Ten working days, the middle one being Monday 8 March."""
    return begun(TWO_WEEKS)


def begun(days, **fields):
    exchange = agreed_exchange(days=days, **fields)
    start_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def sent(kind):
    rows = OutgoingMail.objects.filter(kind=kind.name).order_by("to")
    return list(rows.values_list("to", flat=True))


# --- checking in -------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_each_side_checks_in_with_one_press(exchange, capacity):
    actor = person_of(exchange, capacity)
    check_in(exchange_id=exchange.pk, actor=actor, note=" At the gate. ")
    row = CheckIn.objects.get()
    assert (row.capacity, row.by, row.note) == (capacity, actor, "At the gate.")
    assert AuditEntry.objects.filter(event="exchange.check_in").count() == 1


def test_a_second_press_changes_nothing(exchange):
    check_in(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
    colleague = MembershipFactory(organisation=exchange.visitor.organisation).user
    with untouched():
        check_in(exchange_id=exchange.pk, actor=colleague)


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_do_not_check_in(exchange, capacity):
    actor = person_of(exchange, capacity)
    with untouched(), pytest.raises(NotAllowed):
        check_in(exchange_id=exchange.pk, actor=actor)


def test_nobody_checks_in_before_the_first_day(clock):
    clock.move_to("2027-02-27T08:00:00Z")
    exchange = agreed_exchange(days=WEEK)
    actor = person_of(exchange, "VO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        check_in(exchange_id=exchange.pk, actor=actor)
    assert refusal.value.code == "not_running"


def test_both_partnerships_hear_the_day_after_who_is_missing(clock, exchange):
    officers = [person_of(exchange, capacity) for capacity in ("HOP", "VOP")]
    check_in(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
    assert tasks.mind_running() == 0
    clock.move_to("2027-03-02T08:00:00Z")
    assert tasks.mind_running() == 1
    assert tasks.mind_running() == 0
    assert sent(mails.CHECK_IN_MISSING) == sorted(officer.email for officer in officers)
    text = OutgoingMail.objects.filter(kind=mails.CHECK_IN_MISSING.name).first().text
    assert "Not checked in so far: Motores Lda." in text


def test_nobody_hears_when_both_are_there(clock, exchange):
    for capacity in ("HO", "VO"):
        check_in(exchange_id=exchange.pk, actor=person_of(exchange, capacity))
    clock.move_to("2027-03-02T08:00:00Z")
    assert tasks.mind_running() == 0
    assert sent(mails.CHECK_IN_MISSING) == []


def test_what_ended_meanwhile_is_not_minded(clock, exchange):
    Exchange.objects.filter(pk=exchange.pk).update(state="reporting")
    assert mind_exchange(exchange.pk) is False


def test_what_started_meanwhile_is_not_announced(exchange):
    assert announce_start(exchange.pk) is False


# --- half-way ----------------------------------------------------------------------------------


def test_five_days_are_too_short_to_be_asked(clock, exchange):
    clock.move_to("2027-03-05T08:00:00Z")
    for capacity in ("HO", "VO"):
        check_in(exchange_id=exchange.pk, actor=person_of(exchange, capacity))
    assert tasks.mind_running() == 0
    with pytest.raises(TransitionRefused) as refusal:
        answer_midway(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), rating=4)
    assert refusal.value.code == "not_asked"


def test_both_sides_are_asked_on_the_middle_day(clock, long_exchange):
    for capacity in ("HO", "VO"):
        check_in(exchange_id=long_exchange.pk, actor=person_of(long_exchange, capacity))
    clock.move_to("2027-03-07T20:00:00Z")
    assert tasks.mind_running() == 0
    clock.move_to("2027-03-07T23:00:00Z")
    assert tasks.mind_running() == 1
    assert tasks.mind_running() == 0
    people = [person_of(long_exchange, capacity).email for capacity in ("HO", "VO")]
    assert sent(mails.MIDWAY_ASKED) == sorted(people)


def test_whoever_has_answered_is_not_asked(clock, long_exchange):
    clock.move_to("2027-03-08T08:00:00Z")
    visitor = person_of(long_exchange, "VO")
    answer_midway(exchange_id=long_exchange.pk, actor=visitor, rating=5)
    tasks.mind_running()
    assert sent(mails.MIDWAY_ASKED) == [person_of(long_exchange, "HO").email]


def test_online_two_half_days_count_as_one(clock):
    six_days = [MONDAY + timedelta(days=n) for n in (0, 1, 7, 8, 14, 15)]
    exchange = begun(six_days, mode="virtual")
    clock.move_to("2027-03-08T10:00:00Z")
    with pytest.raises(TransitionRefused):
        answer_midway(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), rating=4)
    clock.move_to("2027-03-09T10:00:00Z")
    answer = answer_midway(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), rating=4)
    assert (answer.capacity, answer.rating) == ("VO", 4)


def test_an_answer_is_given_once_for_a_side(clock, long_exchange):
    clock.move_to("2027-03-08T08:00:00Z")
    visitor = person_of(long_exchange, "VO")
    answer_midway(exchange_id=long_exchange.pk, actor=visitor, rating=3, text=" More time. ")
    assert MidwayAnswer.objects.get().text == "More time."
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        answer_midway(exchange_id=long_exchange.pk, actor=visitor, rating=5)
    assert refusal.value.code == "answered_already"


@pytest.mark.parametrize(("rating", "alarms"), [(1, 2), (2, 2), (3, 0), (5, 0)])
def test_a_low_rating_alarms_both_partnerships(clock, long_exchange, rating, alarms):
    clock.move_to("2027-03-08T08:00:00Z")
    answer_midway(
        exchange_id=long_exchange.pk,
        actor=person_of(long_exchange, "VO"),
        rating=rating,
        text="Nobody has time for us.",
    )
    assert len(sent(mails.MIDWAY_LOW)) == alarms


def test_a_stranger_does_not_answer(clock, long_exchange):
    clock.move_to("2027-03-08T08:00:00Z")
    stranger = UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        answer_midway(exchange_id=long_exchange.pk, actor=stranger, rating=1)
