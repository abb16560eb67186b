"""Values of tables as people read them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text

NOTHING = "–"


def in_words(value: Any) -> Text:
    """A cell of a table in the reader's language; a dash where nothing stands."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(clock.local(value), "j M Y, H:i")
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, int | float | Decimal):
        return number_format(value, force_grouping=True)
    return str(value)


def is_number(value: Any) -> bool:
    """Whether it stands on the right of its column."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
