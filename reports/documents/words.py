"""Words that several documents print."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import ngettext

DAY = "j F Y"


def dates_in_words(first: date | None, last: date | None) -> list[str]:
    """The first and the last day; one day alone once."""
    return list(dict.fromkeys(date_format(day, DAY) for day in (first, last) if day))


def days_in_words(first: date | None, last: date | None) -> str:
    """From when to when."""
    return " – ".join(dates_in_words(first, last))


def working_days_in_words(count: int) -> str:
    return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}
