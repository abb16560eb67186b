"""An agenda follows its exchange to other days."""

from dataclasses import replace
from datetime import date, timedelta

from exchanges.commitment.terms import Agenda
from profiles.workdays import add_working_days, is_working_day, working_days_between

ONE_DAY = timedelta(days=1)


def moved_agenda(agenda: Agenda, *, before: date, after: date, country: str) -> Agenda:
    """The agenda of a stay that began on `before`, for one that begins on `after`: what was on its
    third working day is on the third working day again. Entries of weekends and holidays keep their
    distance in days. `country` is the host's."""
    slots = (
        replace(slot, day=_moved(slot.day, before, after, country)) if slot.day else slot
        for slot in agenda.slots
    )
    return Agenda.from_json(Agenda(slots=tuple(slots)).to_json())


def _moved(day: date, before: date, after: date, country: str) -> date:
    if day < before or not is_working_day(day, country):
        return day + (after - before)
    count = working_days_between(before - ONE_DAY, day, country)
    return add_working_days(after - ONE_DAY, count, country)
