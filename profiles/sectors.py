"""The sectors to choose from, by branch, and how they are found by ordinary words."""

import unicodedata
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from profiles.models import Sector

SECTIONS: dict[str, Promise | str] = {
    "A": _("Agriculture, forestry and fishing"),
    "B": _("Mining and quarrying"),
    "C": _("Manufacturing"),
    "D": _("Electricity, gas, steam and air conditioning"),
    "E": _("Water, sewerage, waste and remediation"),
    "F": _("Construction"),
    "G": _("Wholesale and retail trade"),
    "H": _("Transportation and storage"),
    "I": _("Accommodation and food service"),
    "J": _("Information and communication"),
    "K": _("Finance and insurance"),
    "L": _("Real estate"),
    "M": _("Professional, scientific and technical activities"),
    "N": _("Administrative and support services"),
    "O": _("Public administration"),
    "P": _("Education"),
    "Q": _("Health and social work"),
    "R": _("Arts, entertainment and recreation"),
    "S": _("Other services"),
    "T": _("Households"),
    "U": _("International organisations"),
}
"""The sections of NACE Rev. 2."""

NOISE = frozenset("a an and for in of on or other the to with".split())
SHORT = 3
SIMILAR = 82
MOST = 8


def sectors_by_section(sectors: Iterable[Sector]) -> list[tuple[str | Promise, list[Sector]]]:
    """The sectors under the names of their sections, in the order of the classification."""
    found: dict[str, list[Sector]] = {}
    for sector in sectors:
        found.setdefault(sector.section, []).append(sector)
    return [(SECTIONS.get(section, section), found[section]) for section in sorted(found)]


def find_sectors(text: str) -> list[Sector]:
    """The sectors that fit what somebody typed, best first, at most `MOST`.

    Looks at titles, keywords and codes; beginnings of words are enough, and misspellings do not
    matter. A sector that fits more of the words comes before one that fits fewer.
    """
    wanted = _words(text)
    if not wanted:
        return []
    fits = {sector: _fit(wanted, sector) for sector in Sector.objects.all()}
    hits = [sector for sector, fit in fits.items() if fit]
    return sorted(hits, key=lambda sector: (-fits[sector], sector.code))[:MOST]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        c if c.isalnum() or c in "&.-" else " " for c in plain if not unicodedata.combining(c)
    )
    return [word.strip(".-") for word in letters.split() if word not in NOISE]


def _fit(wanted: list[str], sector: Sector) -> float:
    """How well the best word of the sector fits each wanted word, summed; 0 when none does."""
    by_keyword = _words(f"{sector.code} {sector.keywords}")
    by_title = _words(sector.title.partition(", except")[0])
    return sum(
        max(_likeness(word, by_keyword) * 1.05, _likeness(word, by_title)) for word in wanted
    )


def _likeness(word: str, known: list[str]) -> float:
    """1.5 for the word itself, 1.25 for the beginning of one, up to 1 for a misspelling, else 0."""
    if word in known:
        return 1.5
    if len(word) < SHORT:
        return 0.0
    if any(other.startswith(word) for other in known):
        return 1.25
    best = max((fuzz.ratio(word, other) for other in known), default=0.0)
    return best / 100 if best >= SIMILAR else 0.0
