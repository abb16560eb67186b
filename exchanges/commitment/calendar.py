"""The days of an exchange: how they are counted. No Django in here."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from exchanges.commitment.terms import AFTERNOON, MORNING, Terms

ONE_DAY = timedelta(days=1)
SATURDAY = 5
MONTHS = 12
MOST_DAYS = 400
"""A stay that is longer than any rule allows is not walked through to its end."""


def days_of_stay(terms: Terms) -> list[date]:
    """From the first to the last day; none while they are open or reversed."""
    first, last = terms.when.starts_on, terms.when.ends_on
    if first is None or last is None:
        return []
    count = min((last - first).days + 1, MOST_DAYS)
    return [first + timedelta(days=n) for n in range(count)]


def workdays_of_stay(terms: Terms, holidays: Collection[date]) -> list[date]:
    """The days on which something has to happen: Monday to Friday, without travel and holidays."""
    travel = set(terms.when.travel_days)
    return [
        day
        for day in days_of_stay(terms)
        if day.weekday() < SATURDAY and day not in holidays and day not in travel
    ]


def working_days(terms: Terms, holidays: Collection[date]) -> list[date]:
    """The working days of a visit in person: those above, and days of a weekend that have content.
    Days of travel and public holidays never count."""
    weekends = {
        day
        for day in terms.agenda.days
        if day.weekday() >= SATURDAY and day not in holidays and day not in terms.when.travel_days
    }
    return sorted({*workdays_of_stay(terms, holidays), *weekends.intersection(days_of_stay(terms))})


def full_days(terms: Terms) -> list[date]:
    """The days of which both halves have content."""
    halves = terms.agenda.halves
    return [day for day in terms.agenda.days if {(day, MORNING), (day, AFTERNOON)} <= halves]


def last_day_of_months(first: date, months: int) -> date:
    """The last day of a period of so many months: the day before the one of the same number, and
    the last of its month where that month has no such day (31 January to 28 February)."""
    year, month = divmod(first.year * MONTHS + first.month - 1 + months, MONTHS)
    length = monthrange(year, month + 1)[1]
    if first.day > length:
        return date(year, month + 1, length)
    return date(year, month + 1, first.day) - ONE_DAY


def apart_from_stay(terms: Terms) -> list[date]:
    """The days of travel that neither lie in the stay nor lead up to it day by day."""
    travel, stay = set(terms.when.travel_days), days_of_stay(terms)
    if not stay:
        return []
    near = {*stay, *_led_to(travel, stay[0], -ONE_DAY), *_led_to(travel, stay[-1], ONE_DAY)}
    return sorted(travel - near)


def _led_to(travel: set[date], day: date, step: timedelta) -> Iterator[date]:
    day += step
    while day in travel:
        yield day
        day += step
