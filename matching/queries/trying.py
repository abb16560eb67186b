"""What a stranger's four answers find, without a word that tells who is found.

A card shows the first of several looks, from the most to the least telling, that enough
organisations of the catalogue share: two countries of a region, a branch for its divisions, and in
the end nothing but the score. Reasons hold nothing but what the stranger has answered.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from babel.languages import get_official_languages
from django.core.cache import cache
from django.db.models import Count
from numpy.typing import NDArray

from matching.index import Snapshot, index
from matching.queries.reference import Reference
from matching.queries.rulesets import ruleset_in
from matching.scoring.criteria import Criterion
from matching.scoring.explain import Explanation, Wish, explain
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import GREEN, ORANGE, RED
from matching.scoring.search import best, count_bands
from matching.scoring.vocabulary import UnknownCode
from matching.wording.names import Words
from matching.wording.regions import region_of
from profiles.enums import ProfileState, Role
from profiles.models import Profile

ASSUMED_TYPE = "sme"
"""What a stranger's organisation is taken for: most are."""
COMMON_LANGUAGE = "en"
NOBODY = "try"
"""Stands where a profile has its reference."""
MOST_CARDS = 3
LOOKED_AT = 12
"""Among so many of the best the cards are chosen, so that they do not look alike."""
MOST_REASONS = 3
CROWD = 3
"""So many organisations at least look like the one that a card shows."""
REMEMBERED_SECONDS = 600
FIELDS = (
    "organisation__country_id",
    "organisation__main_sector__section",
    "organisation__main_sector_id",
    "organisation__organisation_type__family",
)


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A stranger's organisation, as far as the four answers tell."""

    role: str
    country: str
    sector: str
    purposes: frozenset[str]

    @property
    def counterpart(self) -> Role:
        return Role(self.role).counterpart

    @property
    def query(self) -> dict[str, Any]:
        """The answers as they stand in an address."""
        return {
            "role": self.role,
            "country": self.country,
            "sector": self.sector,
            "purpose": sorted(self.purposes),
        }


@dataclass(frozen=True)
class Look:
    """What a card shows of an organisation; what is empty is not shown."""

    country: str = ""
    region: str = ""
    section: str = ""
    sector: str = ""
    family: str = ""


@dataclass(frozen=True)
class Reason:
    """Why somebody fits: `codes` are answers of the stranger that they share; none means that they
    are open to anything."""

    criterion: Criterion
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A partner without a name; `total` in tenths."""

    total: int
    band: str
    look: Look
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Found:
    """How many partners stand in each band, and a few of the best as cards."""

    counts: Mapping[str, int]
    cards: tuple[Card, ...]

    @property
    def fitting(self) -> int:
        """How many are green or orange."""
        return self.counts[GREEN] + self.counts[ORANGE]


def found_for(sketch: Sketch) -> Found:
    """The partners of a stranger as the catalogue is now; worked out once for equal answers."""
    with index.reading() as snapshot:
        key = _key(snapshot, sketch)
        known: Found | None = cache.get(key)
        if known is not None:
            return known
        found = _found(snapshot, sketch)
    cache.set(key, found, REMEMBERED_SECONDS)
    return found


def current_words() -> Words:
    """What the codes are called, as this process remembers it."""
    with index.reading() as snapshot:
        words: Words = snapshot.remembered("words", Words.load)
    return words


def fitting_in(snapshot: Snapshot, sketch: Sketch) -> int:
    """How many published profiles would be green or orange."""
    counts = _counts(snapshot, facts_of_sketch(sketch, snapshot.reference))
    return counts[GREEN] + counts[ORANGE]


def facts_of_sketch(sketch: Sketch, reference: Reference) -> ProfileFacts:
    """The facts that a profile with these answers would have: an SME that works in English and in
    the languages of its country, and is open to everything that was not asked."""
    vocabulary = reference.vocabulary
    tags = get_official_languages(sketch.country, de_facto=True)
    spoken = {tag.partition("_")[0] for tag in tags}
    return ProfileFacts(
        ref=NOBODY,
        role=sketch.role,
        organisation_id=0,
        organisation_type=ASSUMED_TYPE,
        country=sketch.country,
        sectors=frozenset({sketch.sector}),
        languages=frozenset({COMMON_LANGUAGE, *spoken}).intersection(vocabulary.languages.codes),
        objectives=sketch.purposes.intersection(vocabulary.objectives),
        activities=sketch.purposes.intersection(vocabulary.activities),
        is_eligible=reference.may_take(ASSUMED_TYPE, sketch.role),
    )


def _key(snapshot: Snapshot, sketch: Sketch) -> str:
    text = repr((snapshot.marks, sorted(sketch.query.items())))
    return f"matching:try:{sha256(text.encode()).hexdigest()}"


def _counts(snapshot: Snapshot, facts: ProfileFacts) -> dict[str, int]:
    try:
        return count_bands(snapshot.columns, facts, ruleset_in(snapshot))
    except UnknownCode:  # an answer that no profile has yet
        return dict.fromkeys((GREEN, ORANGE, RED), 0)


def _found(snapshot: Snapshot, sketch: Sketch) -> Found:
    facts = facts_of_sketch(sketch, snapshot.reference)
    counts = _counts(snapshot, facts)
    most = min(LOOKED_AT, counts[GREEN] + counts[ORANGE])
    return Found(counts, _varied(_cards(snapshot, facts, most)) if most else ())


def _varied(cards: Iterable[Card]) -> tuple[Card, ...]:
    """A few of the cards, in their order, as different from one another as possible."""
    seen: Counter[Look] = Counter()
    ranked = []
    for place, card in enumerate(cards):
        ranked.append((seen[card.look], place, card))
        seen[card.look] += 1
    chosen = sorted(ranked, key=lambda entry: entry[:2])[:MOST_CARDS]
    return tuple(card for _again, _place, card in sorted(chosen, key=lambda entry: entry[1]))


def _cards(snapshot: Snapshot, facts: ProfileFacts, most: int) -> Iterator[Card]:
    """Of the best partners that agreed to be shown, at most `most` that are not red."""
    ruleset, columns = ruleset_in(snapshot), snapshot.columns
    ranking = best(columns, facts, ruleset, top=most, mask=_shown(snapshot))
    others = [columns.facts(row) for row in ranking.rows.tolist()]
    rows = _rows([other.ref for other in others])
    crowds = _crowds(snapshot)
    for other in others:
        explained = explain(facts, other, ruleset)
        if other.ref in rows and explained.band != RED:
            look = _look(rows[other.ref], crowds)
            yield Card(explained.total, explained.band, look, _reasons(explained, look))


def _shown(snapshot: Snapshot) -> NDArray[np.bool_]:
    """One truth value a row: who agreed to be shown to strangers."""

    def make() -> NDArray[np.bool_]:
        hidden = Profile.objects.published().filter(is_in_teaser=False)
        mask = np.ones(len(snapshot.columns), np.bool_)
        mask[snapshot.columns.rows_of(hidden.values_list("ref", flat=True))] = False
        return mask

    found: NDArray[np.bool_] = snapshot.remembered("shown to strangers", make)
    return found


def _rows(refs: list[str]) -> dict[str, tuple[str, ...]]:
    """Country, section, sector and family by ref, of those who agree to be shown at this moment."""
    found = Profile.objects.filter(ref__in=refs)  # by ref alone: a state would mislead the database
    return {
        ref: tuple(row)
        for ref, state, is_shown, *row in found.values_list("ref", "state", "is_in_teaser", *FIELDS)
        if is_shown and state == ProfileState.PUBLISHED
    }


def _crowds(snapshot: Snapshot) -> Counter[Look]:
    """How many organisations of the catalogue share each look."""

    def make() -> Counter[Look]:
        crowds: Counter[Look] = Counter()
        groups = Profile.objects.published().order_by().values_list(*FIELDS)
        for *facts, number in groups.annotate(number=Count("organisation", distinct=True)):
            crowds.update(dict.fromkeys(_looks(*facts), number))
        return crowds

    found: Counter[Look] = snapshot.remembered("crowds", make)
    return found


def _looks(country: str, section: str, sector: str, family: str) -> Iterator[Look]:
    """What could be shown of an organisation, the most telling first."""
    region = region_of(country)
    yield Look(country=country, section=section, sector=sector, family=family)
    yield Look(country=country, section=section, family=family)
    yield Look(region=region, section=section, sector=sector, family=family)
    yield Look(region=region, section=section, family=family)
    yield Look(country=country, family=family)
    yield Look(region=region, family=family)
    yield Look(family=family)


def _look(row: tuple[str, ...], crowds: Counter[Look]) -> Look:
    """The most telling one in which the organisation is lost in a crowd."""
    return next((look for look in _looks(*row) if crowds[look] >= CROWD), Look())


def _reasons(explained: Explanation, look: Look) -> tuple[Reason, ...]:
    """What speaks for the partner: what both share before what it leaves open."""
    parts = {part.criterion: part.wishes for part in explained.parts}
    shared: list[Reason] = []
    is_open: list[Reason] = []
    for criterion in (Criterion.SECTOR, Criterion.PURPOSE, Criterion.COUNTRY):
        theirs = parts[criterion][1]
        if theirs.is_any:
            is_open.append(Reason(criterion))
        elif theirs.met:
            shared.append(Reason(criterion, tuple(sorted(theirs.met))))
    if codes := _languages(parts[Criterion.LANGUAGE][0], look):
        shared.append(Reason(Criterion.LANGUAGE, codes))
    return tuple([*shared, *is_open][:MOST_REASONS])


def _languages(mine: Wish, look: Look) -> tuple[str, ...]:
    """The common languages; a rare one would tell the country that is not shown."""
    told = mine.met if look.country else mine.met & {COMMON_LANGUAGE}
    return tuple(sorted(told))
