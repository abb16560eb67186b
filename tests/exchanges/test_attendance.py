"""Who took part in the sessions of an online exchange."""

from datetime import date, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.commitment.terms import Slot
from exchanges.models import Attendance, Exchange
from exchanges.queries.follow_up import sessions_of, sessions_to_note, start_of, terms_in_force
from exchanges.services.attendance import Note, note_attendance
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from tests.factories.exchanges import person_of
from tests.factories.running import agreed_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

MONDAY = date(2027, 3, 1)
DAYS = [MONDAY + timedelta(days=n) for n in range(3)]


@pytest.fixture
def clock():
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def exchange(clock):
    """Three days with a session each in the morning and in the afternoon; the first one runs."""
    return begun(mode="virtual")


def begun(**fields):
    exchange = agreed_exchange(days=DAYS, **fields)
    start_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def sessions(exchange):
    found = Exchange.objects.get(pk=exchange.pk)
    return {one.slot.key: one for one in sessions_of(found, terms_in_force(found))}


def note(exchange, capacity, **notes):
    return note_attendance(
        exchange_id=exchange.pk,
        actor=person_of(exchange, capacity),
        notes={key: Note(*value) for key, value in notes.items()},
    )


def test_both_notes_together_prove_a_session(exchange):
    note(exchange, "HO", s1m=(True,))
    assert sessions(exchange)["s1m"].noted == {"HO": True, "VO": None}
    assert not sessions(exchange)["s1m"].is_settled
    note(exchange, "VO", s1m=(True, " A good talk. "))
    session = sessions(exchange)["s1m"]
    assert (session.is_settled, session.differs) == (True, False)
    assert session.notes == {"HO": "", "VO": "A good talk."}


def test_notes_that_differ_are_shown_as_such(exchange):
    note(exchange, "HO", s1m=(True,))
    note(exchange, "VO", s1m=(False, "Nobody was there."))
    session = sessions(exchange)["s1m"]
    assert (session.is_settled, session.differs) == (False, True)


def test_a_note_can_be_changed(exchange):
    note(exchange, "HO", s1m=(False,))
    note(exchange, "HO", s1m=(True,))
    assert Attendance.objects.get().was_present is True


def test_a_session_counts_as_begun_at_its_time_at_the_hosts(clock, exchange):
    begun_at = {key for key, one in sessions(exchange).items() if one.has_begun}
    assert begun_at == {"s1m"}
    clock.move_to("2027-03-01T12:00:00Z")  # one o'clock in Paris
    begun_at = {key for key, one in sessions(exchange).items() if one.has_begun}
    assert begun_at == {"s1m", "s1a"}


def test_without_a_time_the_part_of_the_day_says_when(exchange):
    starts = {
        part: start_of(exchange, MONDAY, Slot(key="x", day=MONDAY, part=part)).hour
        for part in ("day", "morning", "afternoon")
    }
    assert starts == {"day": 0, "morning": 0, "afternoon": 12}


@pytest.mark.parametrize("key", ["s1a", "s2m", "nothing"])
def test_a_session_that_has_not_begun_is_not_noted(exchange, key):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        note(exchange, "HO", s1m=(True,), **{key: (True,)})
    assert refusal.value.code == "not_begun"


def test_nothing_is_noted_in_person(clock):
    exchange = begun()
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        note(exchange, "HO", s1=(True,))
    assert refusal.value.code == "no_sessions"
    assert sessions(exchange) == {}


def test_nothing_is_noted_before_the_start(clock):
    clock.move_to("2027-02-27T10:00:00Z")
    exchange = begun(mode="virtual")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        note(exchange, "HO", s1m=(True,))
    assert refusal.value.code == "no_sessions"


def test_after_the_end_it_can_still_be_noted(clock, exchange):
    clock.move_to("2027-03-05T10:00:00Z")
    finish_due_exchanges()
    note(exchange, "VO", s3a=(True,))
    assert Attendance.objects.get().day == DAYS[2]


def test_partnerships_do_not_note(exchange):
    actor = person_of(exchange, "VOP")
    with untouched(), pytest.raises(NotAllowed):
        note_attendance(exchange_id=exchange.pk, actor=actor, notes={"s1m": Note(True)})


def test_what_a_side_has_yet_to_note_has_begun(exchange):
    found = list(sessions(exchange).values())
    assert [one.slot.key for one in sessions_to_note(found, ["HO"])] == ["s1m"]
    note(exchange, "HO", s1m=(True,))
    assert sessions_to_note(sessions(exchange).values(), ["HO"]) == []


def test_a_session_of_another_day_needs_notes_of_its_own(exchange):
    note(exchange, "HO", s1m=(True,))
    version = exchange.versions.get()
    slots = version.snapshot["terms"]["agenda"]["slots"]
    slots[0]["day"] = "2027-03-02"
    slots.append({"key": "open", "title": "Without a day"})
    type(version).objects.filter(pk=version.pk).update(snapshot=version.snapshot)
    assert sessions(exchange)["s1m"].noted["HO"] is None
    assert "open" not in sessions(exchange)
