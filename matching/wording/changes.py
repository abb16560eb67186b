"""What would have to change, in words: "you" is side a, "they" is side b."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from matching.scoring.change import Change
from matching.scoring.explain import A
from matching.wording.names import Name, Words, day, listed, purpose_name
from profiles.languages import language_name

SECTIONS = {
    "wanted_sectors": "wishes",
    "wanted_types": "wishes",
    "wanted_countries": "wishes",
    "objectives": "purpose",
    "activities": "purpose",
    "languages": "languages",
    "min_days": "time",
    "max_days": "time",
    "windows": "time",
}
"""On which page of a profile a field stands."""


@dataclass(frozen=True)
class Proposal:
    """One thing to change, in words. `section` is the page of the own profile where it stands."""

    is_own: bool
    text: str
    section: str


def proposals(changes: Iterable[Change], words: Words) -> list[Proposal]:
    """Each change as a sentence."""
    return [
        Proposal(
            is_own=change.side == A,
            text=_own(change, words) if change.side == A else _theirs(change, words),
            section=SECTIONS[change.field],
        )
        for change in changes
    ]


def _own(change: Change, words: Words) -> str:
    texts = {
        "wanted_sectors": _("Add %(add)s to the sectors you look for."),
        "wanted_types": _("Add %(add)s to the types of organisation you look for."),
        "wanted_countries": _("Add %(add)s to the countries you look for."),
        "objectives": _("Add to what you want to achieve: %(add)s."),
        "activities": _("Add to what you would like to do: %(add)s."),
        "languages": _("Add %(add)s to your working languages."),
        "min_days": _("Let a stay be as short as %(days)s working days."),
        "max_days": _("Let a stay be as long as %(days)s working days."),
        "windows": _("Add %(first)s to %(last)s to the times when you are free."),
    }
    return texts[change.field] % _values(change, words)


def _theirs(change: Change, words: Words) -> str:
    texts = {
        "wanted_sectors": _("They would have to look for %(add)s as well."),
        "wanted_types": _("They would have to look for this type as well: %(add)s."),
        "wanted_countries": _("They would have to look for partners in %(add)s as well."),
        "objectives": _("They would have to add to what they want to achieve: %(add)s."),
        "activities": _("They would have to add to what they would like to do: %(add)s."),
        "languages": _("They would have to work in %(add)s as well."),
        "min_days": _("They would have to take a stay of %(days)s working days."),
        "max_days": _("They would have to take a stay of %(days)s working days."),
        "windows": _("They would have to be free from %(first)s to %(last)s."),
    }
    return texts[change.field] % _values(change, words)


def _values(change: Change, words: Words) -> dict[str, str]:
    names: dict[str, Name] = {
        "wanted_sectors": words.sector,
        "wanted_types": words.type,
        "wanted_countries": words.country,
        "objectives": purpose_name,
        "activities": purpose_name,
        "languages": language_name,
    }
    values = {"days": str(change.days)}
    if change.add:
        values["add"] = listed(change.add, names[change.field], most=len(change.add))
    if change.window:
        values["first"], values["last"] = map(day, change.window)
    return values
