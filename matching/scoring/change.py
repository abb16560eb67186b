"""The smallest change of preferences that makes a pair green.

Wishes, purposes, languages, lengths and windows can change; what an organisation is (its type,
country and sectors) cannot. Every variant is scored by `score`: nothing here knows how many points
it brings.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from matching.scoring.columns import FactColumns
from matching.scoring.criteria import NEAR_MISS, Criterion
from matching.scoring.explain import A, B, overlap_of
from matching.scoring.facts import MOST_WINDOWS, ProfileFacts, Window
from matching.scoring.ruleset import GREEN, Ruleset
from matching.scoring.score import score, score_pair, vocabulary_of

CRITERIA = {
    "wanted_sectors": Criterion.SECTOR,
    "objectives": Criterion.PURPOSE,
    "activities": Criterion.PURPOSE,
    "wanted_types": Criterion.ORGANISATION_TYPE,
    "wanted_countries": Criterion.COUNTRY,
    "languages": Criterion.LANGUAGE,
    "min_days": Criterion.LENGTH,
    "max_days": Criterion.LENGTH,
    "windows": Criterion.AVAILABILITY,
}
ENGLISH = "en"
Criteria = tuple[Criterion, ...]
# Criteria that share a field are looked at together: a shorter minimum also fits into more windows.
GROUPS: tuple[Criteria, ...] = (
    (Criterion.SECTOR,),
    (Criterion.PURPOSE,),
    (Criterion.ORGANISATION_TYPE,),
    (Criterion.COUNTRY,),
    (Criterion.LANGUAGE,),
    (Criterion.LENGTH, Criterion.AVAILABILITY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """On one side, one field of its preferences."""

    side: str
    field: str
    add: frozenset[str] = frozenset()
    """Codes that the wish, or the list, gains."""
    days: int | None = None
    """What `min_days` or `max_days` becomes."""
    window: Window | None = None
    """A time of availability to add."""
    steps: int = 1
    """How far the change goes: codes added, or days moved."""


Changes = tuple[Change, ...]
Variant = tuple[Changes, ProfileFacts]
# Criteria touched, fields touched (objectives and activities are one), steps, steps of side b.
Cost = tuple[int, int, int, int]


def smallest_change_to_green(a: ProfileFacts, b: ProfileFacts, ruleset: Ruleset) -> Changes | None:
    """The fewest criteria first, then the fewest fields and steps, then what side a can do alone.

    None when the pair is green already, when a hard stop keeps it apart, or when nothing suffices.
    """
    now = score_pair(a, b, ruleset)
    if now.stops or now.band == GREEN:
        return None
    reached: dict[int, tuple[Cost, Changes]] = {0: (_cost(()), ())}
    for group in GROUPS:
        options = list(_options(group, a, b, ruleset))
        for gain, (_, changes) in list(reached.items()):
            for more, further in options:
                candidate = (_cost(changes + further), changes + further)
                held = reached.get(gain + more)
                if held is None or candidate[0] < held[0]:
                    reached[gain + more] = candidate
    missing = ruleset.green_from - now.total
    enough = [(cost, -gain) for gain, (cost, _) in reached.items() if gain >= missing]
    return reached[-min(enough)[1]][1] if enough else None


def applied(facts: ProfileFacts, changes: Iterable[Change]) -> ProfileFacts:
    """The facts after the changes, all of which are meant for this side."""
    for change in changes:
        value: Any = change.days
        if change.add:
            value = getattr(facts, change.field) | change.add
        if change.window:
            value = (*facts.windows, change.window)
        facts = replace(facts, **{change.field: value})
    return facts


def _options(
    group: Criteria, a: ProfileFacts, b: ProfileFacts, ruleset: Ruleset
) -> Iterator[tuple[int, Changes]]:
    """What each change of this group alone adds to the score of the pair."""
    mine = _variants(group, A, a, b, ruleset)
    partners = _variants(group, B, b, a, ruleset)
    columns = FactColumns.from_facts(
        (replace(facts, ref=f"{number:03}") for number, (_, facts) in enumerate(partners)),
        vocabulary_of(a, b),
    )
    places = [list(Criterion).index(criterion) for criterion in group]
    points = [
        score(columns, None, facts, ruleset).parts[:, places].sum(axis=1).tolist()
        for _, facts in mine
    ]
    for (changes, _), line in zip(mine, points, strict=True):
        for (further, _), after in zip(partners, line, strict=True):
            if after > points[0][0]:
                yield after - points[0][0], changes + further


def _variants(
    group: Criteria, side: str, own: ProfileFacts, other: ProfileFacts, ruleset: Ruleset
) -> list[Variant]:
    """The facts as they are, then each way to change them towards the other side."""
    match group[0]:
        case Criterion.SECTOR:
            found = _wider(side, "wanted_sectors", own.wanted_sectors, other.sectors)
        case Criterion.PURPOSE:
            found = _more_purposes(side, own, other)
        case Criterion.ORGANISATION_TYPE:
            found = _wider(side, "wanted_types", own.wanted_types, {other.organisation_type})
        case Criterion.COUNTRY:
            found = _wider(side, "wanted_countries", own.wanted_countries, {other.country})
        case Criterion.LANGUAGE:
            found = _one_language(side, own, other)
        case _:
            lengths = [(), *_other_lengths(side, own, other, ruleset)]
            windows = [(), *_one_window(side, own, other)]
            found = [length + window for length, window in product(lengths, windows)][1:]
    return [((), own), *((changes, applied(own, changes)) for changes in found)]


def _wider(side: str, field: str, wish: Set[str], offered: Set[str]) -> list[Changes]:
    missing = sorted(offered - wish) if wish else []
    return [
        (Change(side=side, field=field, add=frozenset(missing[:count]), steps=count),)
        for count in range(1, len(missing) + 1)
    ]


def _more_purposes(side: str, own: ProfileFacts, other: ProfileFacts) -> list[Changes]:
    found = []
    for (change,) in _wider(side, "purposes", own.purposes, other.purposes):
        split = (
            ("objectives", change.add & other.objectives),
            ("activities", change.add & other.activities),
        )
        found.append(
            tuple(
                Change(side=side, field=field, add=codes, steps=len(codes))
                for field, codes in split
                if codes
            )
        )
    return found


def _one_language(side: str, own: ProfileFacts, other: ProfileFacts) -> list[Changes]:
    """English where one side has it, being the easiest to find somebody for: the other adds it."""
    if own.languages & other.languages or not other.languages or ENGLISH in own.languages:
        return []
    language = min(other.languages, key=lambda code: (code != ENGLISH, code))
    return [(Change(side=side, field="languages", add=frozenset({language})),)]


def _other_lengths(
    side: str, own: ProfileFacts, other: ProfileFacts, ruleset: Ruleset
) -> list[Changes]:
    """A shorter minimum or a longer maximum: to meet the other's range, to come near enough for
    half of the points, or to fit into the time that both are free."""
    found = {}
    if own.min_days is not None:
        shorter = {overlap_of(own, other, ruleset).days}
        if other.max_days is not None:
            shorter |= {other.max_days, other.max_days + NEAR_MISS}
        least = ruleset.minimum_days
        found["min_days"] = [days for days in shorter if least <= days < own.min_days]
    if own.max_days is not None and other.min_days is not None:
        longer = {other.min_days, other.min_days - NEAR_MISS}
        found["max_days"] = [days for days in longer if days > own.max_days]
    return [
        (Change(side=side, field=field, days=days, steps=abs(getattr(own, field) - days)),)
        for field, targets in found.items()
        for days in sorted(targets)
    ]


def _one_window(side: str, own: ProfileFacts, other: ProfileFacts) -> list[Changes]:
    """The other side's longest window, the earliest if several."""
    if not own.windows or not other.windows or len(own.windows) == MOST_WINDOWS:
        return []
    longest = max(sorted(other.windows), key=lambda window: window[1] - window[0])
    return [(Change(side=side, field="windows", window=longest),)]


def _cost(changes: Changes) -> Cost:
    touched = {(change.side, CRITERIA[change.field]) for change in changes}
    return (
        len({criterion for _, criterion in touched}),
        len(touched),
        sum(change.steps for change in changes),
        sum(change.steps for change in changes if change.side == B),
    )
