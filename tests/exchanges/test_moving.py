from datetime import date, time

from exchanges.commitment.terms import Agenda, Slot
from exchanges.services.moving import moved_agenda

MONDAY = date(2027, 3, 1)


def agenda(*days: date | None) -> Agenda:
    return Agenda(
        slots=tuple(Slot(key=f"s{n}", day=day, starts=time(9)) for n, day in enumerate(days))
    )


def moved(*days: date | None, after: date) -> list[date | None]:
    found = moved_agenda(agenda(*days), before=MONDAY, after=after, country="FR")
    by_key = {slot.key: slot.day for slot in found.slots}
    return [by_key[f"s{n}"] for n in range(len(days))]


def test_working_days_keep_their_number() -> None:
    assert moved(MONDAY, date(2027, 3, 2), after=date(2027, 3, 12)) == [
        date(2027, 3, 12),
        date(2027, 3, 15),
    ]


def test_holidays_of_the_host_are_stepped_over() -> None:
    assert moved(MONDAY, date(2027, 3, 2), after=date(2027, 3, 26)) == [
        date(2027, 3, 26),
        date(2027, 3, 30),  # 29 March is Easter Monday
    ]


def test_weekends_keep_their_distance() -> None:
    assert moved(date(2027, 3, 6), after=date(2027, 3, 8)) == [date(2027, 3, 13)]


def test_days_before_the_stay_keep_their_distance() -> None:
    assert moved(date(2027, 2, 26), after=date(2027, 3, 8)) == [date(2027, 3, 5)]


def test_entries_without_a_day_stay_without() -> None:
    assert moved(None, after=date(2027, 3, 8)) == [None]
