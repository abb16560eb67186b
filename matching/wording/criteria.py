"""Why a pair has its points, as side a reads it, who is "you"; side b is "they"."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxc_portal.core.types import Text
from matching.scoring.criteria import Criterion
from matching.scoring.explain import Explanation, Overlap, Part, Stay, Wish
from matching.scoring.facts import ProfileFacts
from matching.wording.names import Name, Words, day, days_from_to, listed, purpose_name, share
from profiles.languages import language_name

CRITERIA: dict[Criterion, Text] = {
    Criterion.SECTOR: gettext_lazy("Sectors"),
    Criterion.PURPOSE: gettext_lazy("Purpose"),
    Criterion.ORGANISATION_TYPE: gettext_lazy("Type of organisation"),
    Criterion.COUNTRY: gettext_lazy("Country"),
    Criterion.LANGUAGE: gettext_lazy("Language"),
    Criterion.LENGTH: gettext_lazy("Length of stay"),
    Criterion.AVAILABILITY: gettext_lazy("Dates"),
}


@dataclass(frozen=True)
class Line:
    """One criterion: points reached, points possible, and why."""

    label: Text
    points: float
    weight: float
    note: str


@dataclass(frozen=True)
class CriteriaInWords:
    """Tells of one pair what lies behind each criterion."""

    a: ProfileFacts
    b: ProfileFacts
    words: Words

    def lines(self, explanation: Explanation) -> list[Line]:
        """A line for each criterion, in their order; the points add up to the score."""
        notes: dict[Criterion, Callable[[Part], Iterable[str]]] = {
            Criterion.SECTOR: self._sectors,
            Criterion.PURPOSE: self._purposes,
            Criterion.ORGANISATION_TYPE: self._types,
            Criterion.COUNTRY: self._countries,
            Criterion.LANGUAGE: self._languages,
            Criterion.LENGTH: self._length,
            Criterion.AVAILABILITY: self._availability,
        }
        return [
            Line(
                CRITERIA[part.criterion],
                part.points / 10,
                part.maximum / 10,
                "\n".join(notes[part.criterion](part)),
            )
            for part in explanation.parts
        ]

    def _sectors(self, part: Part) -> Iterable[str]:
        mine, theirs = part.wishes
        if mine.is_any:
            yield _("You look for any sector.")
        else:
            yield _("You look for %(wanted)s; they work in %(offered)s: %(share)s.") % self._both(
                mine, self.words.sector
            )
        if theirs.is_any:
            yield _("They look for any sector.")
        else:
            yield _("They look for %(wanted)s; you work in %(offered)s: %(share)s.") % self._both(
                theirs, self.words.sector
            )

    def _both(self, wish: Wish, name: Name) -> dict[str, str]:
        return {
            "wanted": listed(wish.wanted, name, first=wish.met),
            "offered": listed(wish.offered, name, first=wish.met),
            "share": share(wish),
        }

    def _purposes(self, part: Part) -> Iterable[str]:
        mine, theirs = part.wishes
        if mine.is_any or theirs.is_any:
            if mine.is_any:
                yield _("You have named no purpose: any will do.")
            if theirs.is_any:
                yield _("They have named no purpose: any will do.")
            return
        if mine.met:
            yield _("Both of you want: %(common)s (%(share)s).") % {
                "common": listed(mine.met, purpose_name, most=len(mine.met)),
                "share": share(mine),
            }
        if mine.missed:
            yield _("Only you want: %s.") % listed(mine.missed, purpose_name)
        if theirs.missed:
            yield _("Only they want: %s.") % listed(theirs.missed, purpose_name)

    def _types(self, part: Part) -> Iterable[str]:
        mine, theirs = part.wishes
        names = {"type": self.words.type(self.b.organisation_type)}
        if mine.is_any:
            yield _("You look for any type of organisation.")
        elif mine.met:
            yield _("You look for their type, %(type)s.") % names
        else:
            names["wanted"] = listed(mine.wanted, self.words.type)
            yield _("You look for %(wanted)s; they are %(type)s.") % names
        names = {"type": self.words.type(self.a.organisation_type)}
        if theirs.is_any:
            yield _("They look for any type of organisation.")
        elif theirs.met:
            yield _("They look for your type, %(type)s.") % names
        else:
            names["wanted"] = listed(theirs.wanted, self.words.type)
            yield _("They look for %(wanted)s; you are %(type)s.") % names

    def _countries(self, part: Part) -> Iterable[str]:
        mine, theirs = part.wishes
        names = {"country": self.words.country(self.b.country)}
        if mine.is_any:
            yield _("You look for any country.")
        elif mine.met:
            yield _("You look for partners in their country (%(country)s).") % names
        else:
            names["wanted"] = listed(mine.wanted, self.words.country)
            yield _("You look for %(wanted)s; they are in %(country)s.") % names
        names = {"country": self.words.country(self.a.country)}
        if theirs.is_any:
            yield _("They look for any country.")
        elif theirs.met:
            yield _("They look for partners in your country (%(country)s).") % names
        else:
            names["wanted"] = listed(theirs.wanted, self.words.country)
            yield _("They look for %(wanted)s; you are in %(country)s.") % names

    def _languages(self, part: Part) -> Iterable[str]:
        mine, theirs = part.wishes
        if mine.met:
            yield _("Both of you work in %s.") % listed(mine.met, language_name)
        else:
            yield _("No language in common: you work in %(yours)s, they in %(theirs)s.") % {
                "yours": listed(mine.wanted, language_name) or _("none"),
                "theirs": listed(theirs.wanted, language_name) or _("none"),
            }

    def _length(self, part: Part) -> Iterable[str]:
        stay = cast(Stay, part.stay)
        yield _("You: %(yours)s. They: %(theirs)s.") % {
            "yours": days_from_to(*stay.a),
            "theirs": days_from_to(*stay.b),
        }
        if stay.gap:
            gap = ngettext("%(days)s day apart", "%(days)s days apart", stay.gap)
            meaning = _("near enough for half of the points") if part.points else _("too far")
            yield _("%(gap)s: %(meaning)s.") % {
                "gap": gap % {"days": stay.gap},
                "meaning": meaning,
            }

    def _availability(self, part: Part) -> Iterable[str]:
        overlap = cast(Overlap, part.overlap)
        if overlap.is_open:
            if not self.a.windows:
                yield _("You have named no dates: any time will do.")
            if not self.b.windows:
                yield _("They have named no dates: any time will do.")
        elif overlap.first is None or overlap.last is None:
            yield _("You have no time in common.")
        else:
            days = ngettext("%(days)s day", "%(days)s days", overlap.days) % {"days": overlap.days}
            yield _("Both of you are free from %(first)s to %(last)s (%(days)s).") % {
                "first": day(overlap.first),
                "last": day(overlap.last),
                "days": days,
            }
            if overlap.days < overlap.needed:
                yield _("At least %(needed)s days are needed.") % {"needed": overlap.needed}
