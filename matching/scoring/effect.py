"""What another ruleset would change, counted over pairs.

Each profile that is looked at is scored with all its possible partners by both rulesets. Where all
profiles are, every pair is met twice and the counts are exact. Otherwise profiles are drawn among
hosts and visitors of each partnership, as many as their share of the catalogue, and the counts are
estimates with a margin (a stratified sample without replacement).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from matching.scoring.bound import STOPPED, UNIT, least_losses
from matching.scoring.columns import FactColumns, Rows
from matching.scoring.facts import ProfileFacts
from matching.scoring.query import Query
from matching.scoring.record import State
from matching.scoring.ruleset import BANDS, GREEN, Ruleset
from matching.scoring.score import totals_of
from matching.scoring.search import FULL_SCORE
from matching.scoring.vocabulary import HOST

SEED = 5
FEWEST = 2
"""Profiles drawn of each group: with one alone nothing is known of how they differ."""
DEVIATIONS = 1.96
"""So many standard errors hold the truth in 95 of 100 samples."""
EXAMPLES = 3
GREENS = BANDS.index(GREEN)
Values = NDArray[np.float64]
Move = tuple[str, str]
"""The band before and after."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A count; the truth lies within `margin` of it in 95 of 100 samples. Counted where it is 0."""

    value: float
    margin: float


@dataclass(frozen=True, slots=True)
class Greens:
    """Pairs in the highest band that a partnership has a side of."""

    before: Estimate
    after: Estimate
    gain: Estimate


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A pair whose band changes; totals in tenths. The first is the host."""

    ref: str
    other_ref: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """`moves`: pairs by band before and after, those that stay among them. `greens` by the key of a
    partnership, 0 for none. `first_green` and `last_green`: profiles that get their first partner
    in the highest band, or lose their last one."""

    profiles: int
    looked_at: int
    moves: dict[Move, Estimate]
    greens: dict[int, Greens]
    first_green: Estimate
    last_green: Estimate
    examples: dict[Move, list[Example]]

    @property
    def is_exact(self) -> bool:
        return self.looked_at == self.profiles


@dataclass(frozen=True, slots=True)
class _Looks:
    """One line for each profile that was looked at."""

    moves: Values
    greens: Values
    """Before and after, as pairs of the own partnership: one within it counts half for each."""
    partners: NDArray[np.int64]
    """In the highest band, before and after."""


def sample_rows(columns: FactColumns, size: int) -> Rows:
    """All rows where there are no more than `size`; else about so many, drawn among hosts and
    visitors of each partnership. The same ones each time."""
    if len(columns) <= size:
        return np.arange(len(columns))
    random = np.random.default_rng(SEED)
    drawn = []
    for members in _groups(columns, np.arange(len(columns))).values():
        share = max(FEWEST, round(size * len(members) / len(columns)))
        drawn.append(random.choice(members, min(share, len(members)), replace=False))
    return np.sort(np.concatenate(drawn))


def effect_of(columns: FactColumns, now: Ruleset, then: Ruleset, rows: Rows) -> Effect:
    """What changes when `then` takes the place of `now`, as these rows tell it."""
    examples: dict[Move, set[Example]] = {move: set() for move in product(BANDS, BANDS)}
    looks = _look(columns, now, then, rows, examples)
    partnerships = _partnerships(columns)
    estimate = _estimator(columns, rows)
    had, has = looks.partners.T > 0
    keys = np.unique(partnerships).tolist()
    return Effect(
        profiles=len(columns),
        looked_at=len(rows),
        moves={
            move: estimate(looks.moves[:, place] / 2)
            for place, move in enumerate(product(BANDS, BANDS))
        },
        greens={key: _greens(looks, partnerships[rows] == key, estimate) for key in keys},
        first_green=estimate(has & ~had),
        last_green=estimate(had & ~has),
        examples={
            move: sorted(found, key=_by_difference)[:EXAMPLES] for move, found in examples.items()
        },
    )


def _look(
    columns: FactColumns,
    now: Ruleset,
    then: Ruleset,
    rows: Rows,
    examples: dict[Move, set[Example]],
) -> _Looks:
    partnerships = _partnerships(columns)
    moves = np.zeros((len(rows), len(BANDS) ** 2))
    greens = np.zeros((len(rows), 2))
    partners = np.zeros((len(rows), 2), np.int64)
    for line, row in enumerate(rows.tolist()):
        facts = columns.facts(row)
        seen = _pairs(columns, facts, now, then)
        place = len(BANDS) * seen.was + seen.becomes
        moves[line] = np.bincount(place, minlength=len(BANDS) ** 2)
        moves[line, 0] += seen.left_out
        share = np.where(partnerships[seen.rows] == partnerships[row], 0.5, 1.0)
        for side, bands in enumerate((seen.was, seen.becomes)):
            is_green = bands == GREENS
            greens[line, side] = share[is_green].sum()
            partners[line, side] = np.count_nonzero(is_green)
        for move, example in _examples(columns, facts, seen):
            examples[move].add(example)
    return _Looks(moves, greens, partners)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The partners of a profile that are not low by both rulesets for certain."""

    rows: Rows
    before: NDArray[np.int16]
    after: NDArray[np.int16]
    was: NDArray[np.int64]
    becomes: NDArray[np.int64]
    """Positions in `BANDS`."""
    left_out: int
    """How many others are possible: they are low, and stay so."""


def _pairs(columns: FactColumns, facts: ProfileFacts, now: Ruleset, then: Ruleset) -> _Pairs:
    query = Query.of(facts, columns.vocabulary)
    losses = [least_losses(columns, query, ruleset, None) for ruleset in (now, then)]
    may_be_more = [
        loss <= (FULL_SCORE - ruleset.orange_from) // UNIT
        for loss, ruleset in zip(losses, (now, then), strict=True)
    ]
    rows = np.flatnonzero(may_be_more[0] | may_be_more[1])
    before, after = (totals_of(columns, rows, query, ruleset) for ruleset in (now, then))
    return _Pairs(
        rows,
        before,
        after,
        _bands(before, now),
        _bands(after, then),
        int(np.count_nonzero(losses[0] != STOPPED)) - len(rows),
    )


def _bands(totals: NDArray[np.int16], ruleset: Ruleset) -> NDArray[np.int64]:
    return np.searchsorted([ruleset.orange_from, ruleset.green_from], totals, side="right")


def _examples(
    columns: FactColumns, facts: ProfileFacts, seen: _Pairs
) -> Iterator[tuple[Move, Example]]:
    """For each change of band the pair of this profile whose score changes most."""
    difference = np.abs(seen.after.astype(np.int32) - seen.before)
    for was, becomes in product(range(len(BANDS)), repeat=2):
        if was == becomes:
            continue
        places = np.flatnonzero((seen.was == was) & (seen.becomes == becomes))
        if len(places):
            place = int(places[np.argmax(difference[places])])
            (other,) = columns.refs(seen.rows[[place]])
            pair = (facts.ref, other) if facts.role == HOST else (other, facts.ref)
            totals = int(seen.before[place]), int(seen.after[place])
            yield (BANDS[was], BANDS[becomes]), Example(*pair, *totals)


def _by_difference(example: Example) -> tuple[int, Example]:
    return -abs(example.after - example.before), example


def _greens(
    looks: _Looks, is_own: NDArray[np.bool_], estimate: Callable[[Values], Estimate]
) -> Greens:
    before, after = (np.where(is_own, looks.greens[:, side], 0.0) for side in (0, 1))
    return Greens(estimate(before), estimate(after), estimate(after - before))


def _estimator(columns: FactColumns, rows: Rows) -> Callable[[Values], Estimate]:
    """Makes of one value for each looked-at profile what all profiles together would have."""
    everybody, drawn = _groups(columns, np.arange(len(columns))), _groups(columns, rows)

    def estimate(values: Values) -> Estimate:
        total = variance = 0.0
        for key, lines in drawn.items():
            size, known = len(everybody[key]), values[lines]
            if size == len(lines):
                total += float(known.sum())
            else:
                total += size * float(known.mean())
                rest = 1 - len(lines) / size
                variance += size**2 * rest * float(known.var(ddof=1)) / len(lines)
        return Estimate(total, DEVIATIONS * variance**0.5)

    return estimate


def _partnerships(columns: FactColumns) -> NDArray[np.uint16]:
    return columns.block(slice(0, len(columns))).column("partnership")


def _groups(columns: FactColumns, rows: Rows) -> dict[int, Rows]:
    """The places in `rows` of each group: a partnership's hosts, and its visitors."""
    block = columns.block(rows)
    is_host = block.column("state") & State.HOST != 0
    groups = block.column("partnership").astype(np.int32) * 2 + is_host
    order = np.argsort(groups, kind="stable")
    keys, starts = np.unique(groups[order], return_index=True)
    return dict(zip(keys.tolist(), np.split(order, starts)[1:], strict=True))
