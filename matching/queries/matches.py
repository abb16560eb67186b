"""The partners of a profile: who is possible and how well they fit, and who is not and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import numpy as np
from django.core.paginator import Page, Paginator
from numpy.typing import NDArray

from matching.index import Snapshot, index
from matching.models import IndexRecord
from matching.queries.facts import facts_of, plain
from matching.queries.rulesets import ruleset_in
from matching.scoring.change import Change, applied, smallest_change_to_green
from matching.scoring.columns import Rows
from matching.scoring.criteria import Criterion, Stop
from matching.scoring.explain import A, Explanation, explain
from matching.scoring.facts import ProfileFacts
from matching.scoring.filters import Filters, mask_of
from matching.scoring.ruleset import GREEN, Ruleset
from matching.scoring.score import score, totals
from matching.scoring.search import Ranking, best, best_and_counts, count_bands, possible_rows
from matching.scoring.vocabulary import UnknownCode
from matching.wording.names import Words
from profiles.enums import Role
from profiles.models import Country, Profile

PER_PAGE = 25
LOOKED_AT = 12
"""How many of the next best partners are asked what would make them fit highly."""
MOST_WAYS = 3
MOST_DIGITS = 6
Mask = NDArray[np.bool_]
Number = TypeVar("Number", np.intp, np.int16)


class Sorting(StrEnum):
    SCORE = "score"
    NAME = "name"
    COUNTRY = "country"


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which partners are shown, and in which order. `words` must all stand in name or texts."""

    filters: Filters = field(default_factory=Filters)
    words: str = ""
    sorting: Sorting = Sorting.SCORE

    @property
    def is_narrow(self) -> bool:
        return bool(self.words) or self.filters != Filters()


@dataclass(frozen=True)
class Partner:
    """A profile that no hard stop keeps apart; `total` in tenths."""

    ref: str
    total: int
    band: str


@dataclass(frozen=True)
class Partners:
    """One page of partners. `counts` by band are of all that the search lets pass, `possible` and
    `excluded` of the whole catalogue of the other role."""

    ruleset: Ruleset
    counts: dict[str, int]
    page: Page[int]
    partners: list[Partner]
    possible: int
    excluded: int
    words: Words


@dataclass(frozen=True)
class Excluded:
    """A profile that hard stops keep apart."""

    ref: str
    stops: Stop


@dataclass(frozen=True)
class ExcludedPage:
    """One page of the excluded profiles of the other role; `same_role` counts the others."""

    page: Page[int]
    excluded: list[Excluded]
    possible: int
    all_excluded: int
    same_role: int
    words: Words


@dataclass(frozen=True)
class ScoredPartner:
    """A partner with the points of each criterion, in tenths."""

    ref: str
    total: int
    band: str
    parts: dict[Criterion, int]


@dataclass(frozen=True)
class Report:
    """What the command tells of a profile: the best partners, and everybody who is excluded."""

    ruleset: Ruleset
    partners: list[ScoredPartner]
    excluded: list[Excluded]
    counts: dict[str, int]


@dataclass(frozen=True)
class Pair:
    """Two profiles as `explain` tells them; `a` is the one whose partners are looked for."""

    ruleset: Ruleset
    a: ProfileFacts
    b: ProfileFacts
    explanation: Explanation
    words: Words


@dataclass(frozen=True)
class Way:
    """A change of the profile's own preferences, and how many more partners then fit highly."""

    changes: tuple[Change, ...]
    gain: int


def partners_of(profile: Profile, search: Search, page_number: str | None) -> Partners:
    """The page of partners of that number, the nearest where there is none of it."""
    named = _refs_with(search.words)
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = _facts_in(snapshot, profile)
        mask = _mask(snapshot, search, named)
        number = _number(page_number)
        top = number * PER_PAGE if search.sorting == Sorting.SCORE else 0
        ranking, counts = best_and_counts(columns, facts, ruleset, top=top, mask=mask)
        page = Paginator(range(ranking.possible), PER_PAGE).get_page(number)
        rows, scores = _rows(snapshot, facts, ruleset, search, mask, page, ranking)
        refs = columns.refs(rows)
        possible = ranking.possible
        if mask is not None:
            possible = best(columns, facts, ruleset, top=0).possible
        counterparts = _count_role(snapshot, Role(profile.role).counterpart)
        words = _words(snapshot)
    partners = [
        Partner(ref, total, ruleset.band(total))
        for ref, total in zip(refs, scores.tolist(), strict=True)
    ]
    return Partners(ruleset, counts, page, partners, possible, counterparts - possible, words)


def excluded_from(profile: Profile, search: Search, page_number: str | None) -> ExcludedPage:
    """A page of those of the other role whom a hard stop keeps apart, by name."""
    named = _refs_with(search.words)
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = _facts_in(snapshot, profile)
        possible = possible_rows(columns, facts, ruleset)
        mask = mask_of(columns, Filters(role=Role(profile.role).counterpart))
        all_excluded = int(np.count_nonzero(mask)) - len(possible)
        if (narrow := _mask(snapshot, search, named)) is not None:
            mask &= narrow
        mask[possible] = False
        rows = np.flatnonzero(mask)
        page = Paginator(range(len(rows)), PER_PAGE).get_page(_number(page_number))
        rows = _slice(rows[np.argsort(_names(snapshot)[rows], kind="stable")], page)
        stops = score(columns, rows, facts, ruleset).stops.tolist()
        refs, words = columns.refs(rows), _words(snapshot)
        same_role = _count_role(snapshot, Role(profile.role)) - (
            columns.row_of(facts.ref) is not None
        )
    excluded = [Excluded(ref, Stop(stop)) for ref, stop in zip(refs, stops, strict=True)]
    return ExcludedPage(page, excluded, len(possible), all_excluded, same_role, words)


def report_on(profile: Profile, top: int) -> Report:
    """The `top` best partners with their points, and all published profiles that are excluded."""
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = _facts_in(snapshot, profile)
        counts = count_bands(columns, facts, ruleset)
        found = best(columns, facts, ruleset, top=top)
        scores = score(columns, found.rows, facts, ruleset)
        refs = columns.refs(found.rows)
        everybody = score(columns, None, facts, ruleset)
        stopped = np.flatnonzero(everybody.stops)
        excluded_refs, stops = columns.refs(stopped), everybody.stops[stopped].tolist()
    partners = [
        ScoredPartner(ref, total, ruleset.band(total), dict(zip(Criterion, parts, strict=True)))
        for ref, total, parts in zip(
            refs, scores.totals.tolist(), scores.parts.tolist(), strict=True
        )
    ]
    excluded = [
        Excluded(ref, Stop(stop))
        for ref, stop in zip(excluded_refs, stops, strict=True)
        if ref != facts.ref
    ]
    return Report(ruleset, partners, excluded, counts)


def pair_of(profile: Profile, other: Profile) -> Pair:
    """Both profiles' facts and what their score is made of."""
    with index.reading() as snapshot:
        ruleset = ruleset_in(snapshot)
        a, b = _facts_in(snapshot, profile), _facts_in(snapshot, other)
        words = _words(snapshot)
    return Pair(ruleset, a, b, explain(a, b, ruleset), words)


def ways_to_more_partners(profile: Profile) -> list[Way]:
    """What the profile could change itself so that more partners fit highly, most first.

    Each way is the smallest change that does it for one of the next best partners; its gain is
    counted over the whole catalogue.
    """
    gains: dict[tuple[Change, ...], int] = {}
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = _facts_in(snapshot, profile)
        now = count_bands(columns, facts, ruleset)[GREEN]
        ranking = best(columns, facts, ruleset, top=now + LOOKED_AT)
        for row in ranking.rows[now:].tolist():
            changes = smallest_change_to_green(facts, columns.facts(row), ruleset)
            if changes and changes not in gains and all(change.side == A for change in changes):
                then = count_bands(columns, applied(facts, changes), ruleset)[GREEN]
                gains[changes] = then - now
    ways = [Way(changes, gain) for changes, gain in gains.items()]
    return sorted(ways, key=lambda way: -way.gain)[:MOST_WAYS]


def _words(snapshot: Snapshot) -> Words:
    found: Words = snapshot.remembered("words", Words.load)
    return found


def _facts_in(snapshot: Snapshot, profile: Profile) -> ProfileFacts:
    """As the index has them; from the rows where the profile is not in it."""
    row = snapshot.columns.row_of(profile.ref)
    if row is None:
        return facts_of(profile, snapshot.reference)
    return snapshot.columns.facts(row)


def _refs_with(words: str) -> list[str] | None:
    """The profiles in whose name or texts all of these words stand; None without words."""
    wanted = plain(words).split()
    if not wanted:
        return None
    records = IndexRecord.objects.listed()
    for word in wanted:
        records = records.filter(words__contains=word)
    return list(records.values_list("ref", flat=True))


def _mask(snapshot: Snapshot, search: Search, named: Sequence[str] | None) -> Mask | None:
    if not search.is_narrow:
        return None
    try:
        mask = mask_of(snapshot.columns, search.filters)
    except UnknownCode:  # so nobody has it
        return np.zeros(len(snapshot.columns), np.bool_)
    if named is not None:
        has_name = np.zeros_like(mask)
        has_name[_rows_named(snapshot, named)] = True
        mask &= has_name
    return mask


def _number(page: str | None) -> int:
    """The number of a page as it stands in an address; 1 for what is none."""
    if page is None or not page.isdecimal() or len(page) > MOST_DIGITS:
        return 1
    return max(int(page), 1)


def _rows(
    snapshot: Snapshot,
    facts: ProfileFacts,
    ruleset: Ruleset,
    search: Search,
    mask: Mask | None,
    page: Page[int],
    ranking: Ranking,
) -> tuple[Rows, NDArray[np.int16]]:
    """The rows of this page in order, and their totals."""
    columns = snapshot.columns
    if search.sorting == Sorting.SCORE:
        return _slice(ranking.rows, page), _slice(ranking.totals, page)
    rows = possible_rows(columns, facts, ruleset, mask=mask)
    if search.sorting == Sorting.NAME:
        chosen = _slice(rows[np.argsort(_names(snapshot)[rows], kind="stable")], page)
        return chosen, totals(columns, chosen, facts, ruleset)
    places = _countries(snapshot).take(columns.block(rows).column("country"))
    scores = totals(columns, rows, facts, ruleset)
    order = _slice(np.lexsort((-scores, places)), page)
    return rows[order], scores[order]


def _slice(rows: NDArray[Number], page: Page[int]) -> NDArray[Number]:
    start = (page.number - 1) * PER_PAGE
    return rows[start : start + PER_PAGE]


def _rows_named(snapshot: Snapshot, refs: Sequence[str]) -> Rows:
    """The rows of those refs that are here, in the order of the refs."""
    known = snapshot.columns.block(slice(0, len(snapshot.columns))).column("ref")
    wanted = np.array(refs, known.dtype)
    rows = np.searchsorted(known, wanted)
    is_here = rows < len(known)
    is_here[is_here] = known[rows[is_here]] == wanted[is_here]
    return rows[is_here]


def _names(snapshot: Snapshot) -> NDArray[np.int64]:
    """For each row its place in the order of names."""

    def in_order() -> NDArray[np.int64]:
        refs = IndexRecord.objects.listed().order_by("name", "ref").values_list("ref", flat=True)
        rows = _rows_named(snapshot, list(refs))
        places = np.empty(len(snapshot.columns), np.int64)
        places.fill(len(rows))
        places[rows] = np.arange(len(rows))
        return places

    return snapshot.remembered("names", in_order)


def _countries(snapshot: Snapshot) -> NDArray[np.int64]:
    """For each position in the list of countries its place in the order of their names."""

    def in_order() -> NDArray[np.int64]:
        codes = snapshot.reference.vocabulary.countries.codes
        by_name = list(Country.objects.order_by("name").values_list("code", flat=True))
        return np.array(
            [by_name.index(code) if code in by_name else len(by_name) for code in codes]
        )

    return snapshot.remembered("countries", in_order)


def _count_role(snapshot: Snapshot, role: Role) -> int:
    return snapshot.remembered(
        ("role", role),
        lambda: int(np.count_nonzero(mask_of(snapshot.columns, Filters(role=role)))),
    )
