"""Figures as people read them, on pages and on paper."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cxc_portal.core import clock

NOTHING = "–"
NUMBERS = int | float | Decimal


def in_words(value: Any) -> str:
    """A value of a table in the reader's language, numbers with a fraction to one decimal; a dash
    where nothing stands."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(clock.local(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    return _number(value) if isinstance(value, NUMBERS) else str(value)


def is_number(value: Any) -> bool:
    """Whether a value stands on the right of its column."""
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def _number(value: float | Decimal) -> str:
    if isinstance(value, int):
        if -1000 < value < 1000:
            return str(value)  # the same in every language
        return number_format(value, force_grouping=True)
    return number_format(f"{value:.1f}", decimal_pos=1, force_grouping=True)
