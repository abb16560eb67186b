"""Reckoning in months. No Django in here."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta


def months_from(day: date, months: int) -> date:
    """The same day so many months later, or earlier where the number is negative; where the month
    is too short, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the months from that of `first` on, as long as they are not after `last`."""
    day = month_end(first)
    while day <= last:
        yield day
        day = month_end(day + timedelta(days=1))
