"""The values of a commitment as people read them: days, lists, and what codes are called."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from babel.lists import format_list
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from exchanges.enums import Capacity
from exchanges.queries.clauses import clause_titles
from profiles.enums import Activity, Objective
from profiles.rules import COUNTED
from profiles.strength import FIELDS

DAY = "j F Y"
MOST_NAMED = 6


def day_text(day: date) -> str:
    return date_format(day, DAY)


def counted(number: int, unit: str) -> str:
    """A number with its unit: `counted(3, "working days")`."""
    return str(COUNTED[unit] % {"number": number})


def listed(names: Iterable[Text], *, most: int = MOST_NAMED) -> str:
    """The names as a list of the reader's language, and how many more there are."""
    texts = [str(name) for name in names]
    shown = texts[:most]
    if more := len(texts) - len(shown):
        shown.append(_("%(number)s more") % {"number": more})
    return format_list(shown, locale=_locale()) if shown else ""


def quoted(name: Text) -> str:
    return _("“%s”") % name


def purpose_text(code: str) -> Text:
    """What an objective or an activity is called; the code itself when there is none any more."""
    for choices in (Objective, Activity):
        if code in choices.values:
            return choices(code).label
    return code


def party_text(code: str) -> Text:
    return Capacity(code).label


def clause_text(code: str) -> str:
    return clause_titles().get(code, code)


def field_text(name: str) -> Text:
    """What a field of a profile is called, where one fills it in."""
    return _field_labels().get(name, name)


@lru_cache
def _field_labels() -> dict[str, Text]:
    return {field.name: field.label for field in FIELDS}


def _locale() -> str:
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language
