"""Figures as people read them, in documents."""

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cxc_portal.core import clock

NOTHING = "–"


def in_words(value: Any) -> str:
    """A value of a table in the language of the reader."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(clock.local(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, int | float):
        decimals = None if isinstance(value, int) else 1
        return number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return str(value)


def is_number(value: Any) -> bool:
    """Whether a value stands in a column of numbers."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
