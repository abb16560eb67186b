"""Scores of one profile with others. One pair is a column of length 1."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.scoring.columns import Block, FactColumns, Rows
from matching.scoring.criteria import (
    Criterion,
    Stop,
    length_points,
    mutual_points,
    purpose_points,
    sector_points,
)
from matching.scoring.facts import ProfileFacts
from matching.scoring.query import Query
from matching.scoring.record import NO_LAST_DAY, NO_MINIMUM, State
from matching.scoring.ruleset import Ruleset
from matching.scoring.vocabulary import Vocabulary

Points = NDArray[np.int32]

CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Scores:
    """Points and totals in tenths. A total is worth nothing where `stops` is not 0."""

    rows: Rows
    parts: NDArray[np.int16]
    """One line a row, one column a criterion, in the order of `Criterion`."""
    totals: NDArray[np.int16]
    stops: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class PairScore:
    parts: dict[Criterion, int]
    total: int
    band: str
    stops: Stop


def score(
    columns: FactColumns,
    rows: slice | Rows | None,
    facts: ProfileFacts,
    ruleset: Ruleset,
    *,
    engaged: Collection[str] = (),
) -> Scores:
    """Scores `facts` with those rows, all when None, in their order.

    `engaged`: refs of the profiles with which a match or exchange is open.
    """
    query = Query.of(facts, columns.vocabulary)
    chosen = _as_rows(columns, rows)
    parts = np.empty((len(chosen), len(Criterion)), np.int16)
    stops = np.empty(len(chosen), np.uint16)
    for part, block in _chunks(columns, chosen):
        for column, points in enumerate(_points(block, query, ruleset)):
            parts[part, column] = points
        stops[part] = _stops(block, query)
    stops[np.isin(chosen, columns.rows_of(engaged))] |= Stop.ALREADY_OPEN.value
    return Scores(chosen, parts, parts.sum(axis=1, dtype=np.int16), stops)


def totals(
    columns: FactColumns, rows: slice | Rows | None, facts: ProfileFacts, ruleset: Ruleset
) -> NDArray[np.int16]:
    """The totals alone, in tenths, without regard to stops."""
    return totals_of(columns, _as_rows(columns, rows), Query.of(facts, columns.vocabulary), ruleset)


def totals_of(
    columns: FactColumns, rows: Rows, query: Query, ruleset: Ruleset
) -> NDArray[np.int16]:
    found = np.empty(len(rows), np.int16)
    for part, block in _chunks(columns, rows):
        found[part] = sum(_points(block, query, ruleset))
    return found


def score_pair(
    a: ProfileFacts, b: ProfileFacts, ruleset: Ruleset, *, is_open: bool = False
) -> PairScore:
    """The same whichever comes first. `is_open`: a match or exchange between the two is open."""
    columns = FactColumns.from_facts([b], vocabulary_of(a, b))
    scores = score(columns, None, a, ruleset, engaged=[b.ref] if is_open else [])
    total = int(scores.totals[0])
    return PairScore(
        parts=dict(zip(Criterion, scores.parts[0].tolist(), strict=True)),
        total=total,
        band=ruleset.band(total),
        stops=Stop(int(scores.stops[0])),
    )


def vocabulary_of(a: ProfileFacts, b: ProfileFacts) -> Vocabulary:
    """Just the codes of two profiles: the positions of codes do not touch a score."""
    return Vocabulary.of(
        sectors=sorted(a.sectors | a.wanted_sectors | b.sectors | b.wanted_sectors),
        countries=sorted({a.country, b.country} | a.wanted_countries | b.wanted_countries),
        organisation_types=sorted(
            {a.organisation_type, b.organisation_type} | a.wanted_types | b.wanted_types
        ),
        languages=sorted(a.languages | b.languages),
        objectives=sorted(a.objectives | b.objectives),
        activities=sorted(a.activities | b.activities),
    )


def _as_rows(columns: FactColumns, rows: slice | Rows | None) -> Rows:
    everything = np.arange(len(columns))
    return everything if rows is None else everything[rows]


def _chunks(columns: FactColumns, rows: Rows) -> Iterator[tuple[slice, Block]]:
    for start in range(0, len(rows), CHUNK):
        part = slice(start, min(start + CHUNK, len(rows)))
        chosen = rows[part]
        first, last = int(chosen[0]), int(chosen[-1])
        together = last - first + 1 == len(chosen) and bool(np.all(np.diff(chosen) == 1))
        yield part, columns.block(slice(first, last + 1) if together else chosen)


def _points(block: Block, query: Query, ruleset: Ruleset) -> Iterator[Points]:
    """The points of each criterion, in the order of `Criterion`."""
    weights = ruleset.weights
    yield _sector(block, query, weights[Criterion.SECTOR])
    yield _purpose(block, query, weights[Criterion.PURPOSE])
    yield mutual_points(
        weights[Criterion.ORGANISATION_TYPE],
        _wishes_met(block, "organisation_type", "wanted_types", query),
    )
    yield mutual_points(
        weights[Criterion.COUNTRY], _wishes_met(block, "country", "wanted_countries", query)
    )
    common = block.hits("languages", query.languages) > 0
    yield common.astype(np.int32) * weights[Criterion.LANGUAGE]
    yield length_points(weights[Criterion.LENGTH], _gap(block, query))
    fits = _fits(block, query, ruleset.minimum_days)
    yield fits.astype(np.int32) * weights[Criterion.AVAILABILITY]


def _sector(block: Block, query: Query, weight: int) -> Points:
    mine = _share(
        block.hits("sectors", query.wanted_sectors),
        block.column("sector_count"),
        query.wanted_sector_count,
    )
    partners = _share(
        block.hits("wanted_sectors", query.sectors),
        block.column("wanted_sector_count"),
        query.sector_count,
    )
    return sector_points(weight, *mine, *partners)


def _purpose(block: Block, query: Query, weight: int) -> Points:
    common = block.hits("purposes", query.purposes)
    return purpose_points(
        weight, *_share(common, block.column("purpose_count"), query.purpose_count)
    )


def _share(hits: NDArray[np.uint8], counts: NDArray[np.uint8], count: int) -> tuple[Points, Points]:
    """Numerator and denominator of |A∩B| / min(|A|, |B|); 1 / 1 where a count of 0 says any."""
    smaller = np.minimum(counts, count).astype(np.int32)
    is_any = smaller == 0
    return hits + is_any.astype(np.int32), smaller + is_any


def _wishes_met(block: Block, name: str, wish: str, query: Query) -> Points:
    """0, 1 or 2: of query and row, how many want what the other is."""
    met = query.wants(getattr(query, wish)).take(block.column(name)).astype(np.int32)
    met += block.has(wish, getattr(query, name)) != 0
    return met


def _gap(block: Block, query: Query) -> Points:
    least = block.column("min_days").astype(np.int32)
    most = block.column("max_days").astype(np.int32)
    return np.maximum(least - query.max_days, query.min_days - most)


def _fits(block: Block, query: Query, minimum_days: int) -> NDArray[np.bool_]:
    """Whether windows overlap long enough for both, or one side has none."""
    lasts = block.column("last_days")
    fits: NDArray[np.bool_] = lasts[0] == NO_LAST_DAY
    if not query.windows:
        return np.ones_like(fits)
    least = block.column("min_days").astype(np.int16)
    least[least == NO_MINIMUM] = minimum_days
    # The last day of the stay, counted from its first.
    span = np.maximum(least, query.min_days or minimum_days) - np.int16(1)
    firsts = block.column("first_days")
    latest_start, earliest_end = lasts - span, firsts + span
    is_long = latest_start >= firsts
    for first, last in query.windows:
        overlaps = (latest_start >= first) & (earliest_end <= last) & is_long
        fits |= overlaps.any(axis=0) & (span <= last - first)
    return fits


def _stops(block: Block, query: Query) -> NDArray[np.uint16]:
    state = block.column("state")
    stops = np.zeros(block.length, np.uint16)
    for stop, applies in (
        (Stop.SAME_COUNTRY, block.column("country") == query.country),
        (Stop.SAME_ORGANISATION, block.column("organisation") == query.organisation),
        (Stop.SAME_ROLE, state & query.state & (State.HOST | State.VISITING) != 0),
        (Stop.TYPE_NOT_ELIGIBLE, (state | query.state) & State.NOT_ELIGIBLE != 0),
        (Stop.MODES_EXCLUDE, _modes_exclude(state, query)),
        (Stop.PHYSICAL_VISIT_USED, _visit_is_used(state, query)),
        (Stop.NOT_PUBLISHED, (state | query.state) & State.NOT_PUBLISHED != 0),
    ):
        stops |= applies.astype(np.uint16) * np.uint16(stop.value)
    return stops


def _modes_exclude(state: NDArray[np.uint8], query: Query) -> NDArray[np.bool_]:
    both = State.ONLY_PHYSICAL | State.ONLY_VIRTUAL
    exclude: NDArray[np.bool_] = (state | query.state) & both == both
    return exclude


def _visit_is_used(state: NDArray[np.uint8], query: Query) -> NDArray[np.bool_]:
    """The two can only meet in person, and the visiting side has had its physical visit."""
    spent = State.VISITING | State.VISIT_USED
    modes = (state | query.state) & (State.ONLY_PHYSICAL | State.ONLY_VIRTUAL)
    is_used: NDArray[np.bool_] = (state & spent == spent) | (query.state & spent == spent)
    is_used &= modes == State.ONLY_PHYSICAL
    return is_used
