"""Two people at one agenda at the same instant: nothing of either is lost."""

import pytest

from exchanges.commitment.agenda import entry_of, mark_of
from exchanges.models import SectionChange
from exchanges.queries.drafts import draft_of
from exchanges.services.agenda import EntryChanged, copy_day, move_entry
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.factories.exchanges import drafted_exchange, free_week, person_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def exchange(transactional_db):
    load_reference_data()
    return drafted_exchange()


def moving(exchange, capacity, key, day):
    actor = person_of(exchange, capacity)
    seen = mark_of(entry_of(draft_of(exchange).agenda, key))

    def call():
        return move_entry(
            exchange_id=exchange.pk, key=key, seen=seen, day=day, part="morning", actor=actor
        )

    return call


def agenda_of(exchange):
    return draft_of(type(exchange).objects.get(pk=exchange.pk)).agenda


def test_two_move_different_entries_and_both_are_moved(exchange):
    days = free_week()
    outcomes = at_once(moving(exchange, "HO", "s1", days[3]), moving(exchange, "VO", "s2", days[4]))
    assert errors(outcomes) == []
    agenda = agenda_of(exchange)
    assert [entry_of(agenda, key).day for key in ("s1", "s2")] == [days[3], days[4]]
    assert len(agenda.slots) == 5
    assert SectionChange.objects.count() == 2


def test_two_move_the_same_entry_and_the_second_is_told(exchange):
    days = free_week()
    outcomes = at_once(moving(exchange, "HO", "s1", days[3]), moving(exchange, "VO", "s1", days[4]))
    assert len(values(outcomes)) == 1
    assert [type(error) for error in errors(outcomes)] == [EntryChanged]
    moved = entry_of(values(outcomes)[0].after, "s1")
    assert moved.day in (days[3], days[4])
    assert entry_of(agenda_of(exchange), "s1") == moved


def test_a_day_that_two_copy_at_once_is_copied_once(exchange):
    days = free_week()

    def copying(capacity):
        actor = person_of(exchange, capacity)
        place = {"revision": 0, "day": days[0], "to": days[1]}
        return lambda: copy_day(exchange_id=exchange.pk, actor=actor, **place)

    outcomes = at_once(copying("HO"), copying("VO"))
    assert sorted(outcome.is_success for outcome in outcomes) == [False, True]
    assert len(agenda_of(exchange).slots) == 6
