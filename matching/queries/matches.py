"""The partners of a profile: who is possible and how well they fit, and who is not and why."""

from dataclasses import dataclass

import numpy as np
from django.core.paginator import Page, Paginator
from numpy.typing import NDArray

from matching.index import Snapshot, index
from matching.queries.engaged import engaged_refs, open_match_between
from matching.queries.facts import facts_of
from matching.queries.narrowing import (
    PER_PAGE,
    Mask,
    Search,
    Sorting,
    count_role,
    mask_for,
    of_page,
    page_number,
    places_by_age,
    places_by_name,
    places_of_countries,
    words_of,
)
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
from matching.wording.names import Words
from profiles.enums import Role
from profiles.models import Profile

LOOKED_AT = 12
"""How many of the next best partners are asked what would make them fit highly."""
MOST_WAYS = 3
ORDERS = {Sorting.NAME: places_by_name, Sorting.NEWEST: places_by_age}


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


@dataclass(frozen=True)
class _Chosen:
    """Whose partners are looked for, by which rules, and which of them."""

    facts: ProfileFacts
    ruleset: Ruleset
    search: Search
    mask: Mask | None
    engaged: list[str]


def partners_of(profile: Profile, search: Search, wanted_page: str | None) -> Partners:
    """The page of partners of that number, the nearest where there is none of it."""
    engaged = engaged_refs(profile)
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = facts_in(snapshot, profile)
        mask = mask_for(snapshot, search)
        number = page_number(wanted_page)
        top = number * PER_PAGE if search.sorting == Sorting.SCORE else 0
        ranking, counts = best_and_counts(
            columns, facts, ruleset, top=top, mask=mask, engaged=engaged
        )
        page = Paginator(range(ranking.possible), PER_PAGE).get_page(number)
        chosen = _Chosen(facts, ruleset, search, mask, engaged)
        rows, scores = _rows(snapshot, chosen, page, ranking)
        refs = columns.refs(rows)
        possible = ranking.possible
        if mask is not None:
            possible = best(columns, facts, ruleset, top=0, engaged=engaged).possible
        counterparts = count_role(snapshot, Role(profile.role).counterpart)
        words = words_of(snapshot)
    partners = [
        Partner(ref, total, ruleset.band(total))
        for ref, total in zip(refs, scores.tolist(), strict=True)
    ]
    return Partners(ruleset, counts, page, partners, possible, counterparts - possible, words)


def excluded_from(profile: Profile, search: Search, wanted_page: str | None) -> ExcludedPage:
    """A page of those of the other role whom a hard stop keeps apart, by name."""
    engaged = engaged_refs(profile)
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = facts_in(snapshot, profile)
        possible = possible_rows(columns, facts, ruleset, engaged=engaged)
        mask = mask_of(columns, Filters(role=Role(profile.role).counterpart))
        all_excluded = int(np.count_nonzero(mask)) - len(possible)
        if (narrow := mask_for(snapshot, search)) is not None:
            mask &= narrow
        mask[possible] = False
        rows = np.flatnonzero(mask)
        page = Paginator(range(len(rows)), PER_PAGE).get_page(page_number(wanted_page))
        rows = of_page(rows[np.argsort(places_by_name(snapshot)[rows], kind="stable")], page)
        stops = score(columns, rows, facts, ruleset, engaged=engaged).stops.tolist()
        refs, words = columns.refs(rows), words_of(snapshot)
        same_role = count_role(snapshot, Role(profile.role)) - (
            columns.row_of(facts.ref) is not None
        )
    excluded = [Excluded(ref, Stop(stop)) for ref, stop in zip(refs, stops, strict=True)]
    return ExcludedPage(page, excluded, len(possible), all_excluded, same_role, words)


def report_on(profile: Profile, top: int) -> Report:
    """The `top` best partners with their points, and all published profiles that are excluded."""
    engaged = engaged_refs(profile)
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = facts_in(snapshot, profile)
        counts = count_bands(columns, facts, ruleset, engaged=engaged)
        found = best(columns, facts, ruleset, top=top, engaged=engaged)
        scores = score(columns, found.rows, facts, ruleset)
        refs = columns.refs(found.rows)
        everybody = score(columns, None, facts, ruleset, engaged=engaged)
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
    is_open = open_match_between(profile, other) is not None
    with index.reading() as snapshot:
        ruleset = ruleset_in(snapshot)
        a, b = facts_in(snapshot, profile), facts_in(snapshot, other)
        words = words_of(snapshot)
    return Pair(ruleset, a, b, explain(a, b, ruleset, is_open=is_open), words)


def ways_to_more_partners(profile: Profile) -> list[Way]:
    """What the profile could change itself so that more partners fit highly, most first.

    Each way is the smallest change that does it for one of the next best partners; its gain is
    counted over the whole catalogue.
    """
    gains: dict[tuple[Change, ...], int] = {}
    engaged = engaged_refs(profile)
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        facts = facts_in(snapshot, profile)
        now = count_bands(columns, facts, ruleset, engaged=engaged)[GREEN]
        ranking = best(columns, facts, ruleset, top=now + LOOKED_AT, engaged=engaged)
        for row in ranking.rows[now:].tolist():
            changes = smallest_change_to_green(facts, columns.facts(row), ruleset)
            if changes and changes not in gains and all(change.side == A for change in changes):
                changed = applied(facts, changes)
                then = count_bands(columns, changed, ruleset, engaged=engaged)[GREEN]
                gains[changes] = then - now
    ways = [Way(changes, gain) for changes, gain in gains.items()]
    return sorted(ways, key=lambda way: -way.gain)[:MOST_WAYS]


def facts_in(snapshot: Snapshot, profile: Profile) -> ProfileFacts:
    """As the index has them; from the rows where the profile is not in it."""
    row = snapshot.columns.row_of(profile.ref)
    if row is None:
        return facts_of(profile, snapshot.reference)
    return snapshot.columns.facts(row)


def _rows(
    snapshot: Snapshot, chosen: _Chosen, page: Page[int], ranking: Ranking
) -> tuple[Rows, NDArray[np.int16]]:
    """The rows of this page in order, and their totals."""
    columns, facts, ruleset = snapshot.columns, chosen.facts, chosen.ruleset
    if chosen.search.sorting == Sorting.SCORE:
        return of_page(ranking.rows, page), of_page(ranking.totals, page)
    rows = possible_rows(columns, facts, ruleset, mask=chosen.mask, engaged=chosen.engaged)
    if chosen.search.sorting in ORDERS:
        order = ORDERS[chosen.search.sorting](snapshot)[rows]
        shown = of_page(rows[np.argsort(order, kind="stable")], page)
        return shown, totals(columns, shown, facts, ruleset)
    places = places_of_countries(snapshot).take(columns.block(rows).column("country"))
    scores = totals(columns, rows, facts, ruleset)
    order = of_page(np.lexsort((-scores, places)), page)
    return rows[order], scores[order]
