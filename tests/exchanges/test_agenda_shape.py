"""Moving entries of an agenda about, as plain values."""

from dataclasses import replace
from datetime import date, time
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.commitment.agenda import (
    AT_THE_END,
    NoTimeLeft,
    day_copied,
    entries_of,
    entry_of,
    mark_of,
    overlapping,
    placed,
    with_entry,
    without,
    without_day,
)
from exchanges.commitment.terms import AFTERNOON, DAY, MORNING, Agenda, Slot

MONDAY, TUESDAY = date(2027, 3, 1), date(2027, 3, 2)


def slot(key, starts="", ends="", *, day=MONDAY, part=MORNING):
    return Slot(
        key=key,
        day=day,
        part=part,
        starts=time.fromisoformat(starts) if starts else None,
        ends=time.fromisoformat(ends) if ends else None,
        title=f"Entry {key}",
    )


def agenda(*slots):
    return Agenda(slots=slots)


def told(found):
    """Each entry as `key part 09:00-10:00`."""
    return [
        f"{one.key} {one.part} {one.starts:%H:%M}-{one.ends:%H:%M}"
        for one in found.slots
        if one.starts and one.ends
    ]


TALK, TOUR, LAB = (
    slot("talk", "09:00", "10:00"),
    slot("tour", "10:15", "11:15"),
    slot("lab", "11:15", "12:30"),
)
BUSY = agenda(TALK, TOUR, LAB)


def test_a_new_entry_stands_in_the_order_of_the_clock():
    found = with_entry(agenda(TALK, LAB), TOUR)
    assert [one.key for one in found.slots] == ["talk", "tour", "lab"]


def test_an_entry_takes_the_place_of_the_one_of_its_key():
    found = with_entry(BUSY, slot("talk", "08:00", "08:30"))
    assert told(found)[0] == "talk morning 08:00-08:30"
    assert len(found.slots) == 3


def test_an_entry_is_found_by_its_key():
    assert entry_of(BUSY, "tour") == TOUR
    assert entry_of(BUSY, "nothing") is None


def test_an_entry_is_taken_out():
    assert without(BUSY, "tour") == agenda(TALK, LAB)


def test_a_day_is_cleared():
    other = slot("other", "09:00", "10:00", day=TUESDAY)
    assert without_day(agenda(TALK, other), MONDAY) == agenda(other)


def test_on_a_free_half_of_another_day_an_entry_keeps_its_time():
    found = placed(BUSY, TOUR, day=TUESDAY, part=MORNING)
    assert entries_of(found, TUESDAY, MORNING) == [slot("tour", "10:15", "11:15", day=TUESDAY)]


def test_in_the_other_half_an_entry_begins_when_that_usually_begins():
    found = placed(BUSY, TOUR, day=MONDAY, part=AFTERNOON)
    assert told(found)[-1] == "tour afternoon 14:00-15:00"


def test_an_entry_without_an_end_gets_none():
    found = placed(agenda(slot("talk", "09:00")), slot("talk", "09:00"), day=MONDAY, part=AFTERNOON)
    assert found == agenda(slot("talk", "14:00", part=AFTERNOON))


def test_an_entry_without_a_time_gets_none():
    found = placed(agenda(slot("talk")), slot("talk"), day=MONDAY, part=AFTERNOON)
    assert found == agenda(slot("talk", part=AFTERNOON))


def test_where_something_stands_already_an_entry_comes_after_it():
    there = slot("there", "10:00", "12:00", day=TUESDAY)
    found = placed(with_entry(BUSY, there), TOUR, day=TUESDAY, part=MORNING)
    assert told(found)[-2:] == ["there morning 10:00-12:00", "tour morning 12:00-13:00"]


@pytest.mark.parametrize("part", [MORNING, DAY])
def test_where_no_room_is_left_both_stand_at_the_same_time(part):
    """People see the clash in words and settle it."""
    first = slot("first", "09:00", "17:00" if part == DAY else "12:30", day=TUESDAY, part=part)
    second = replace(first, key="second", day=MONDAY)
    found = placed(agenda(first, second), second, day=TUESDAY, part=part)
    assert found.slots == (first, replace(second, day=TUESDAY))


def test_an_entry_fits_between_others_where_its_time_is_free():
    there = slot("there", "09:00", "10:00", day=TUESDAY)
    found = placed(with_entry(BUSY, there), TOUR, day=TUESDAY, part=MORNING)
    assert told(found)[-1] == "tour morning 10:15-11:15"


def test_a_whole_day_becomes_half_a_day_of_the_usual_times():
    whole = slot("whole", "09:00", "17:00", part=DAY)
    found = placed(agenda(whole), whole, day=TUESDAY, part=AFTERNOON)
    assert told(found) == ["whole afternoon 14:00-17:00"]


def test_half_a_day_becomes_a_whole_day_of_the_usual_times():
    found = placed(agenda(TALK), TALK, day=TUESDAY, part=DAY)
    assert told(found) == ["talk day 09:00-17:00"]


def test_earlier_among_others_all_are_timed_anew():
    """The pauses stay where they were: a quarter of an hour after the first, none after that."""
    found = placed(BUSY, TOUR, day=MONDAY, part=MORNING, before="talk")
    assert told(found) == [
        "tour morning 09:00-10:00",
        "talk morning 10:15-11:15",
        "lab morning 11:15-12:30",
    ]


def test_to_the_end_among_others():
    found = placed(BUSY, TALK, day=MONDAY, part=MORNING, before=AT_THE_END)
    assert told(found) == [
        "tour morning 09:00-10:00",
        "lab morning 10:15-11:30",
        "talk morning 11:30-12:30",
    ]


def test_into_another_half_before_one_of_its_entries():
    later = slot("later", "14:30", "15:30", part=AFTERNOON)
    found = placed(with_entry(BUSY, later), LAB, day=MONDAY, part=AFTERNOON, before="later")
    assert told(found)[-2:] == ["lab afternoon 14:30-15:45", "later afternoon 15:45-16:45"]


def test_before_an_entry_that_is_gone_means_at_the_end():
    found = placed(BUSY, TALK, day=MONDAY, part=MORNING, before="gone")
    assert found == placed(BUSY, TALK, day=MONDAY, part=MORNING, before=AT_THE_END)


def test_to_the_end_of_an_empty_half():
    found = placed(agenda(TALK), TALK, day=MONDAY, part=AFTERNOON, before=AT_THE_END)
    assert told(found) == ["talk afternoon 14:00-15:00"]


def test_entries_without_times_are_not_timed():
    found = placed(agenda(TALK, slot("open")), TALK, day=MONDAY, part=MORNING, before="open")
    assert found == Agenda.from_json(agenda(slot("open"), TALK).to_json())


def test_a_day_has_an_end():
    late = slot("late", "20:00", "23:30", part=AFTERNOON)
    long = slot("long", "09:00", "12:30")
    with pytest.raises(NoTimeLeft):
        placed(agenda(late, long), long, day=MONDAY, part=AFTERNOON, before=AT_THE_END)


def test_a_day_is_copied_under_new_names():
    numbers = count(1)
    found = day_copied(agenda(TALK, TOUR), MONDAY, TUESDAY, lambda: f"new{next(numbers)}")
    assert [(one.key, one.day) for one in found.slots] == [
        ("talk", MONDAY),
        ("tour", MONDAY),
        ("new1", TUESDAY),
        ("new2", TUESDAY),
    ]


def test_entries_at_the_same_time_are_named():
    clash = slot("clash", "09:30", "10:30")
    assert overlapping(with_entry(BUSY, clash), clash) == [TALK, TOUR]


def test_entries_one_after_the_other_are_no_clash():
    assert overlapping(BUSY, TOUR) == []


def test_without_times_or_day_nothing_clashes():
    assert overlapping(BUSY, slot("open")) == []
    assert overlapping(BUSY, Slot(key="undated", day=None)) == []


def test_the_mark_follows_the_text():
    assert mark_of(TALK) == mark_of(slot("talk", "09:00", "10:00"))
    assert mark_of(TALK) != mark_of(slot("talk", "09:00", "10:01"))


lengths = st.integers(min_value=5, max_value=90)
pauses = st.integers(min_value=0, max_value=20)


@st.composite
def mornings(draw):
    minute, slots = 6 * 60, []
    for number in range(draw(st.integers(min_value=1, max_value=5))):
        length = draw(lengths)
        begin, end = minute, minute + length
        text = [f"{one // 60:02}:{one % 60:02}" for one in (begin, end)]
        slots.append(slot(f"e{number}", *text))
        minute = end + draw(pauses)
    return agenda(*slots)


@given(mornings(), st.data())
def test_changing_the_order_loses_no_entry_and_makes_no_clash(found, data):
    moved = data.draw(st.sampled_from(found.slots))
    before = data.draw(st.sampled_from([*[one.key for one in found.slots], AT_THE_END]))
    after = placed(found, moved, day=MONDAY, part=MORNING, before=before)
    assert {one.key for one in after.slots} == {one.key for one in found.slots}
    assert [one for one in after.slots if overlapping(after, one)] == []
    assert after.slots[0].starts == found.slots[0].starts
