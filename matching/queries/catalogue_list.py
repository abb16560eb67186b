"""The catalogue: all published profiles of both roles, and how well they fit one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.core.paginator import Page, Paginator
from numpy.typing import NDArray

from matching.index import Snapshot, index
from matching.queries.engaged import engaged_refs
from matching.queries.matches import facts_in
from matching.queries.narrowing import (
    PER_PAGE,
    Search,
    Sorting,
    mask_for,
    of_page,
    other_spelling,
    page_number,
    places_by_age,
    places_by_name,
    places_of_countries,
    refs_for,
    rows_in_order,
    words_of,
)
from matching.queries.rulesets import ruleset_in
from matching.scoring.columns import Rows
from matching.scoring.criteria import Stop
from matching.scoring.record import State
from matching.scoring.ruleset import Ruleset
from matching.scoring.score import score, totals
from matching.scoring.search import possible_rows
from matching.wording.names import Words
from profiles.models import Profile

NOT_SCORED = -1
FEW = 1000
"""So many references can be named in a question to any database."""


@dataclass(frozen=True)
class Listed:
    """A profile of the catalogue. `own_ref` is one's own profile of the other role, with which it
    has `total` (in tenths) and `band`; the band is "" where a hard stop keeps the two apart."""

    ref: str
    own_ref: str = ""
    total: int = NOT_SCORED
    band: str = ""


@dataclass(frozen=True)
class Listing:
    """One page of what the search lets pass. `hosts` and `visitors` count all of it; `spelling` is
    what was probably meant where nothing was found."""

    page: Page[int]
    listed: list[Listed]
    hosts: int
    visitors: int
    ruleset: Ruleset
    words: Words
    spelling: str = ""


@dataclass(frozen=True)
class CountryCount:
    """How many of what the search lets pass are in a country."""

    code: str
    name: str
    hosts: int
    visitors: int

    @property
    def total(self) -> int:
        return self.hosts + self.visitors


@dataclass(frozen=True)
class Own:
    """One's own published profile, and with whom it has an open match."""

    profile: Profile
    engaged: list[str]


def own_published(user: Any) -> list[Own]:
    """One's own published profiles, of each role the one that was published first."""
    rows = Profile.objects.of_member(user).published().select_related("organisation")
    found: dict[str, Profile] = {}
    for profile in rows.order_by("published_at", "ref"):
        found.setdefault(profile.role, profile)
    return [Own(profile, engaged_refs(profile)) for profile in found.values()]


def listing_of(search: Search, own: Sequence[Own], wanted_page: str | None) -> Listing:
    """The page of that number, the nearest where there is none of it."""
    with index.reading() as snapshot:
        ruleset, words = ruleset_in(snapshot), words_of(snapshot)
        rows = _rows(snapshot, search)
        page = Paginator(range(len(rows)), PER_PAGE).get_page(page_number(wanted_page))
        rows_of_page = of_page(_in_order(snapshot, rows, search, own), page)
        listed = _listed(snapshot, rows_of_page, own)
        hosts = _count_hosts(snapshot, rows)
    spelling = other_spelling(search.words) if search.words and not len(rows) else ""
    return Listing(page, listed, hosts, len(rows) - hosts, ruleset, words, spelling)


def listed_among(refs: Sequence[str], own: Sequence[Own]) -> tuple[list[Listed], Words]:
    """Those of the refs that are in the catalogue, in their order, and what codes are called."""
    with index.reading() as snapshot:
        rows = rows_in_order(snapshot, refs)
        return _listed(snapshot, rows, own), words_of(snapshot)


def count_of(search: Search) -> int:
    """How many profiles the search lets pass."""
    with index.reading() as snapshot:
        return len(_rows(snapshot, search))


def countries_of(search: Search) -> list[CountryCount]:
    """How many hosts and visitors the search lets pass in each country, most first."""
    with index.reading() as snapshot:
        columns, words = snapshot.columns, words_of(snapshot)
        codes = snapshot.reference.vocabulary.countries.codes
        block = columns.block(_rows(snapshot, search))
        is_host = block.column("state") & State.HOST != 0
        places = block.column("country")
        hosts = np.bincount(places[is_host], minlength=len(codes)).tolist()
        visitors = np.bincount(places[~is_host], minlength=len(codes)).tolist()
    found = [
        CountryCount(code, words.country(code), *counts)
        for code, *counts in zip(codes, hosts, visitors, strict=True)
        if any(counts)
    ]
    return sorted(found, key=lambda one: (-one.total, one.name))


def fitting(search: Search, refs: Sequence[str]) -> list[str]:
    """Those of the refs that the search lets pass, in their order."""
    if 0 < len(refs) <= FEW and (named := refs_for(search, among=refs)) is not None:
        is_named = set(named)
        refs = [ref for ref in refs if ref in is_named]
        search = replace(search, words="", clusters=frozenset())
    with index.reading() as snapshot:
        mask = mask_for(snapshot, search)
        rows = rows_in_order(snapshot, refs)
        return snapshot.columns.refs(rows if mask is None else rows[mask[rows]])


def _rows(snapshot: Snapshot, search: Search) -> Rows:
    mask = mask_for(snapshot, search)
    return np.arange(len(snapshot.columns)) if mask is None else np.flatnonzero(mask)


def _in_order(snapshot: Snapshot, rows: Rows, search: Search, own: Sequence[Own]) -> Rows:
    if search.sorting == Sorting.SCORE:
        return rows[np.argsort(-_totals(snapshot, own)[rows], kind="stable")]
    names = places_by_name(snapshot)[rows] if search.sorting != Sorting.NEWEST else None
    if names is None:
        return rows[np.argsort(places_by_age(snapshot)[rows], kind="stable")]
    if search.sorting == Sorting.NAME:
        return rows[np.argsort(names, kind="stable")]
    countries = snapshot.columns.block(rows).column("country")
    return rows[np.lexsort((names, places_of_countries(snapshot).take(countries)))]


def _totals(snapshot: Snapshot, own: Sequence[Own]) -> NDArray[np.int16]:
    """For each row its score with one's own profile of the other role, where one is possible."""
    columns, ruleset = snapshot.columns, ruleset_in(snapshot)
    found = np.full(len(columns), NOT_SCORED, np.int16)
    for one in own:
        facts = facts_in(snapshot, one.profile)
        rows = possible_rows(columns, facts, ruleset, engaged=one.engaged)
        found[rows] = totals(columns, rows, facts, ruleset)
    return found


def _listed(snapshot: Snapshot, rows: Rows, own: Sequence[Own]) -> list[Listed]:
    columns, ruleset = snapshot.columns, ruleset_in(snapshot)
    found = [Listed(ref) for ref in columns.refs(rows)]
    for one in own:
        facts = facts_in(snapshot, one.profile)
        scores = score(columns, rows, facts, ruleset, engaged=one.engaged)
        for place, (total, stops) in enumerate(
            zip(scores.totals.tolist(), scores.stops.tolist(), strict=True)
        ):
            if Stop.SAME_ROLE not in Stop(stops):
                band = "" if stops else ruleset.band(total)
                found[place] = Listed(found[place].ref, one.profile.ref, total, band)
    return found


def _count_hosts(snapshot: Snapshot, rows: Rows) -> int:
    states = snapshot.columns.block(rows).column("state")
    return int(np.count_nonzero(states & State.HOST))
