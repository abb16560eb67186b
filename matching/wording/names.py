"""What codes, lists, days and shares are called."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from babel.lists import format_list
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from matching.scoring.explain import Wish
from profiles.enums import Activity, Objective
from profiles.models import Country, OrganisationType, Partnership, Sector

MOST_NAMED = 3
Name = Callable[[str], str]


@dataclass(frozen=True)
class Words:
    """What the codes are called."""

    sectors: Mapping[str, str]
    countries: Mapping[str, str]
    types: Mapping[str, str]
    partnerships: Mapping[int, str]

    @classmethod
    def load(cls) -> Self:
        return cls(
            dict(Sector.objects.values_list("code", "title")),
            dict(Country.objects.values_list("code", "name")),
            dict(OrganisationType.objects.values_list("code", "label")),
            dict(Partnership.objects.values_list("pk", "acronym")),
        )

    def sector(self, code: str) -> str:
        """The title without what it excepts."""
        return quoted(self.sectors.get(code, code).partition(", except")[0])

    def country(self, code: str) -> str:
        return self.countries.get(code, code)

    def type(self, code: str) -> str:
        return quoted(self.types.get(code, code))


def quoted(name: Text) -> str:
    """A name that may hold commas, so that it can stand in a list."""
    return _("“%s”") % name


def purpose_name(code: str) -> str:
    """The label of an objective or an activity."""
    return quoted(Objective(code).label if code in Objective.values else Activity(code).label)


def listed(
    codes: Iterable[str], name: Name, *, first: Iterable[str] = (), most: int = MOST_NAMED
) -> str:
    """The names by alphabet, those of `first` before the others, and how many more there are."""
    leading = set(first)
    names = sorted((code not in leading, name(code)) for code in codes)
    shown = [text for _is_later, text in names[:most]]
    if more := len(names) - len(shown):
        shown.append(ngettext("%(number)s more", "%(number)s more", more) % {"number": more})
    return format_list(shown, locale=_locale()) if shown else ""


def _locale() -> str:
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language


def share(wish: Wish) -> str:
    """As the score counts: met, of the smaller of the two lists."""
    most = min(len(wish.wanted), len(wish.offered))
    return _("%(met)s of %(most)s") % {"met": len(wish.met), "most": most}


def days_from_to(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return _("any length")
    if least is None:
        return _("up to %(most)s working days") % {"most": most}
    if most is None:
        return _("from %(least)s working days") % {"least": least}
    if least == most:
        return ngettext("%(days)s working day", "%(days)s working days", most) % {"days": most}
    return _("%(least)s to %(most)s working days") % {"least": least, "most": most}


def day(day: date) -> str:
    return date_format(day)
