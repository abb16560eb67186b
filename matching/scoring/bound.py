"""A quick look at every row: what it loses at the least.

Most of a million rows are far from the best and need no exact score. Here each row gets one byte:
the half points that it loses for certain, never more than it does lose, or STOPPED. `search.best`
then scores those that remain in question, and every score comes from `score`.

All arithmetic is on bytes, 64 rows an instruction (NumPy does so for *, |, & and ==, but not for <<
and minimum), and what depends on two small counts is a table of 256 answers. Availability is not
looked at: it takes long and decides little.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matching.scoring.columns import Block, FactColumns
from matching.scoring.criteria import NEAR_MISS, Criterion
from matching.scoring.query import Query
from matching.scoring.record import State
from matching.scoring.ruleset import Ruleset

Losses = NDArray[np.uint8]

UNIT = 5
"""Tenths of a point."""
STOPPED = 255
CHUNK = 131_072


def least_losses(
    columns: FactColumns, query: Query, ruleset: Ruleset, mask: NDArray[np.bool_] | None
) -> Losses:
    """For each row, in half points; STOPPED where a hard stop applies or `mask` is False."""
    losses = np.empty(len(columns), np.uint8)
    for start in range(0, len(columns), CHUNK):
        part = slice(start, min(start + CHUNK, len(columns)))
        losses[part] = _losses(columns.block(part), query, ruleset)
    if mask is not None:
        losses[~mask] = STOPPED
    return losses


def _losses(block: Block, query: Query, ruleset: Ruleset) -> Losses:
    weights = ruleset.weights
    loss = _sector(block, query, weights[Criterion.SECTOR])
    loss = loss + _purpose(block, query, weights[Criterion.PURPOSE])
    for criterion, wish in (
        (Criterion.ORGANISATION_TYPE, "wanted_types"),
        (Criterion.COUNTRY, "wanted_countries"),
    ):
        loss += _wishes(block, query, criterion.value, wish, weights[criterion] // (2 * UNIT))
    strangers = block.hits("languages", query.languages) == 0
    loss += strangers.view(np.uint8) * np.uint8(weights[Criterion.LANGUAGE] // UNIT)
    loss += _length(block, query, weights[Criterion.LENGTH] // (2 * UNIT))
    loss |= -_is_stopped(block, query).view(np.uint8)
    return loss


def _sector(block: Block, query: Query, weight: int) -> Losses:
    codes = block.column("wanted_sector_count") * 16 | block.hits("wanted_sectors", query.sectors)
    loss = _look_up(codes, _share_table(weight, 2 * UNIT, query.sector_count))
    if size := query.wanted_sector_count:
        codes = block.column("sector_count") * 16 | block.hits("sectors", query.wanted_sectors)
        loss = loss + _look_up(codes, _share_table(weight, 2 * UNIT, size))
    return loss


def _purpose(block: Block, query: Query, weight: int) -> Losses:
    codes = block.column("purpose_count") * 16 | block.hits("purposes", query.purposes)
    return _look_up(codes, _share_table(weight, UNIT, query.purpose_count))


def _wishes(block: Block, query: Query, name: str, wish: str, units: int) -> Losses:
    unmet = block.has(wish, getattr(query, name)) == 0
    loss: Losses = unmet.view(np.uint8) * np.uint8(units)
    unwanted = 1 - query.wants(getattr(query, wish))
    if unwanted.any():
        table = (unwanted * np.uint8(units)).tobytes().ljust(256, b"\0")
        loss += _look_up(block.column(name), table)
    return loss


def _length(block: Block, query: Query, units: int) -> Losses:
    least, most = block.column("min_days"), block.column("max_days")
    steps = np.zeros(block.length, np.uint8)
    for near in (0, NEAR_MISS):
        steps += (least > query.max_days + near).view(np.uint8)
        steps += (most < query.min_days - near).view(np.uint8)
    steps *= np.uint8(units)
    return steps


def _is_stopped(block: Block, query: Query) -> NDArray[np.bool_]:
    stopped: NDArray[np.bool_] = block.column("state") & _state_that_stops(query) != 0
    stopped |= block.column("country") == query.country
    stopped |= block.column("organisation") == query.organisation
    return stopped


def _state_that_stops(query: Query) -> np.uint8:
    """Any one of these bits in the state of a row stops it."""
    mine = query.state
    spent = State.VISITING | State.VISIT_USED
    if mine & (State.NOT_PUBLISHED | State.NOT_ELIGIBLE | State.NO_VISIT_LEFT):
        return np.uint8(255)
    stops = State.NOT_PUBLISHED | State.NOT_ELIGIBLE | State.NO_VISIT_LEFT
    stops |= mine & (State.HOST | State.VISITING)
    if State.ONLY_PHYSICAL in mine:
        stops |= State.ONLY_VIRTUAL
        stops |= State.VISIT_USED if State.HOST in mine else State(0)
    if State.ONLY_VIRTUAL in mine or spent in mine:
        stops |= State.ONLY_PHYSICAL
    return np.uint8(stops)


def _look_up(codes: NDArray[np.uint8], table: bytes) -> Losses:
    """The table's answer to each code; twice as fast as indexing an array by an array."""
    return np.frombuffer(codes.tobytes().translate(table), np.uint8)


@lru_cache(maxsize=256)
def _share_table(weight: int, unit: int, size: int) -> bytes:
    """What a row loses at the code 16 * count + hits, `size` being the other side's count.

    A count of 0 means any: nothing is lost. Shares are rounded down to units of loss before they
    are added, and points are whole tenths, so the sum is never above the loss after rounding.
    """
    table = bytearray(256)
    for count in range(16):
        smaller = min(count, size)
        for hits in range(smaller):
            table[16 * count + hits] = weight * (smaller - hits) // (unit * smaller)
    return bytes(table)
