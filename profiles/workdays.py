"""Working days: Monday to Friday, less the public holidays of a country."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)
SATURDAY = 5
NO_HOLIDAYS = holidays.HolidayBase()


@lru_cache
def _public_holidays(country: str, language: str | None = None) -> holidays.HolidayBase:
    """The country's calendar; an empty one for a country that the library does not know."""
    try:
        return holidays.country_holidays(country, language=language)
    except NotImplementedError:
        return NO_HOLIDAYS


def is_working_day(day: date, country: str | None = None) -> bool:
    """Whether people work on that day. `country` is an ISO 3166 code; None knows weekends only."""
    if day.weekday() >= SATURDAY:
        return False
    return day not in _public_holidays(country.upper()) if country else True


def is_public_holiday(day: date, country: str) -> bool:
    """Whether the country (ISO 3166 code) keeps that day, on a weekend too."""
    return day in _public_holidays(country.upper())


def name_of_holiday(day: date, country: str, language: str) -> str:
    """What the country (ISO 3166 code) calls this day, in the language (or in English) where the
    library knows it; empty for a day that is no public holiday."""
    return str(_public_holidays(country.upper(), language).get(day, ""))


def holidays_of_year(country: str, year: int, language: str = "en") -> list[tuple[date, str]]:
    """The public holidays of a country (ISO 3166 code) in their order, with their names in the
    language, or else in English; none for a country that the library does not know."""
    try:
        found = holidays.country_holidays(country.upper(), years=year, language=language)
    except NotImplementedError:
        return []
    return sorted(found.items())


def add_working_days(day: date, count: int, country: str | None = None) -> date:
    """The `count`-th working day after `day`; `day` itself for a count of 0."""
    if count < 0:
        raise ValueError("Count working days forwards only.")
    while count:
        day += ONE_DAY
        count -= is_working_day(day, country)
    return day


def working_days_between(start: date, end: date, country: str | None = None) -> int:
    """How many working days have come after `start`, up to and including `end`.

    The counterpart of `add_working_days`; 0 when `end` is not after `start`.
    """
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day, country) for day in days)
