"""The best partners of one profile among many, and how many there are: exact, and quick at a
million rows."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.scoring.bound import STOPPED, UNIT, Losses, least_losses
from matching.scoring.columns import FactColumns, Rows
from matching.scoring.facts import ProfileFacts
from matching.scoring.query import Query
from matching.scoring.ruleset import GREEN, ORANGE, RED, Ruleset
from matching.scoring.score import totals_of

FULL_SCORE = 1000
BATCH = 256


@dataclass(frozen=True, slots=True)
class Ranking:
    rows: Rows
    totals: NDArray[np.int16]
    """In tenths, best first; equal ones in the order of their refs."""
    possible: int
    """How many rows no hard stop and no mask rules out."""


def best(
    columns: FactColumns,
    facts: ProfileFacts,
    ruleset: Ruleset,
    *,
    top: int,
    mask: NDArray[np.bool_] | None = None,
    engaged: Collection[str] = (),
) -> Ranking:
    """The `top` best partners that no hard stop rules out; fewer when there are not so many.

    `mask`: one truth value a row, False leaves it out. `engaged`: refs of the profiles with which a
    match or exchange is open.
    """
    query = Query.of(facts, columns.vocabulary)
    losses = _losses(columns, query, ruleset, mask, engaged)
    return _best(columns, query, ruleset, losses, top)


def best_and_counts(
    columns: FactColumns,
    facts: ProfileFacts,
    ruleset: Ruleset,
    *,
    top: int,
    mask: NDArray[np.bool_] | None = None,
    engaged: Collection[str] = (),
) -> tuple[Ranking, dict[str, int]]:
    """What `best` and `count_bands` give, in one look at the rows."""
    query = Query.of(facts, columns.vocabulary)
    losses = _losses(columns, query, ruleset, mask, engaged)
    counts = _count(columns, query, ruleset, losses)
    return _best(columns, query, ruleset, losses, top), counts


def _losses(
    columns: FactColumns,
    query: Query,
    ruleset: Ruleset,
    mask: NDArray[np.bool_] | None,
    engaged: Collection[str],
) -> Losses:
    losses = least_losses(columns, query, ruleset, mask)
    losses[columns.rows_of(engaged)] = STOPPED
    return losses


def _best(
    columns: FactColumns, query: Query, ruleset: Ruleset, losses: Losses, top: int
) -> Ranking:
    """Uses the losses up."""
    possible = int(np.count_nonzero(losses != STOPPED))
    rows = np.empty(0, np.intp)
    totals = np.empty(0, np.int16)
    batch = _promising(losses, min(max(top, BATCH), possible)) if top > 0 else rows
    size = BATCH
    while len(batch):
        losses[batch] = STOPPED
        rows = np.concatenate([rows, batch])
        totals = np.concatenate([totals, totals_of(columns, batch, query, ruleset)])
        order = np.lexsort((rows, -totals))[:top]
        rows, totals = rows[order], totals[order]
        batch = _contenders(losses, rows, totals, top)[:size]
        size *= 4
    return Ranking(rows, totals, possible)


def count_bands(
    columns: FactColumns,
    facts: ProfileFacts,
    ruleset: Ruleset,
    *,
    mask: NDArray[np.bool_] | None = None,
    engaged: Collection[str] = (),
) -> dict[str, int]:
    """How many partners that no hard stop rules out stand in each band."""
    query = Query.of(facts, columns.vocabulary)
    return _count(columns, query, ruleset, _losses(columns, query, ruleset, mask, engaged))


def _count(columns: FactColumns, query: Query, ruleset: Ruleset, losses: Losses) -> dict[str, int]:
    rows = np.flatnonzero(losses <= (FULL_SCORE - ruleset.orange_from) // UNIT)
    totals = totals_of(columns, rows, query, ruleset)
    green = int(np.count_nonzero(totals >= ruleset.green_from))
    not_red = int(np.count_nonzero(totals >= ruleset.orange_from))
    possible = int(np.count_nonzero(losses != STOPPED))
    return {GREEN: green, ORANGE: not_red - green, RED: possible - not_red}


def possible_rows(
    columns: FactColumns,
    facts: ProfileFacts,
    ruleset: Ruleset,
    *,
    mask: NDArray[np.bool_] | None = None,
    engaged: Collection[str] = (),
) -> Rows:
    """All rows that no hard stop and no mask rules out, ascending."""
    query = Query.of(facts, columns.vocabulary)
    return np.flatnonzero(_losses(columns, query, ruleset, mask, engaged) != STOPPED)


def _promising(losses: Losses, count: int) -> Rows:
    """At least `count` rows that lose least, and not many more when half the world ties."""
    low, high = 0, STOPPED - 1
    while low < high:
        middle = (low + high) // 2
        if np.count_nonzero(losses <= middle) >= count:
            high = middle
        else:
            low = middle + 1
    tied = np.flatnonzero(losses == low)[:count]
    return np.sort(np.concatenate([np.flatnonzero(losses < low), tied]))


def _contenders(losses: Losses, rows: Rows, totals: NDArray[np.int16], top: int) -> Rows:
    """The rows not yet scored that may still enter the best `top`, of which we have `rows`."""
    if len(rows) < top:
        return np.flatnonzero(losses != STOPPED)
    most, rest = divmod(FULL_SCORE - int(totals[-1]), UNIT)
    contenders = np.flatnonzero(losses <= most)
    if rest == 0:
        only_ties = losses[contenders] == most
        contenders = contenders[~(only_ties & (contenders > rows[-1]))]
    return contenders
