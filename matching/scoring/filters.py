"""Which rows a list shows: the filters of the pages that the columns can answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.scoring.columns import Block, FactColumns
from matching.scoring.record import NO_LAST_DAY, State, day_number
from matching.scoring.vocabulary import HOST, PHYSICAL, CodeList

NOBODY = frozenset[str]()


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is empty or None lets everybody pass; of several codes in one field, one is enough."""

    role: str | None = None
    countries: Collection[str] = NOBODY
    organisation_types: Collection[str] = NOBODY
    partnership_ids: Collection[int] = frozenset[int]()
    sectors: Collection[str] = NOBODY
    languages: Collection[str] = NOBODY
    purposes: Collection[str] = NOBODY
    mode: str | None = None
    """Physical or virtual: who takes part in that way, also among others."""
    days: int | None = None
    """A stay of so many working days suits the profile."""
    available: tuple[date, date] | None = None
    """On one of these days, both counted; who names no period is always available."""


def mask_of(columns: FactColumns, filters: Filters) -> NDArray[np.bool_]:
    """One truth value a row, for `best`. Raises UnknownCode."""
    vocabulary = columns.vocabulary
    block = columns.block(slice(0, len(columns)))
    mask: NDArray[np.bool_] = block.column("state") & _unwanted_state(filters) == 0
    for name, codes, chosen in (
        ("country", vocabulary.countries, filters.countries),
        ("organisation_type", vocabulary.organisation_types, filters.organisation_types),
    ):
        if chosen:
            passes = np.unpackbits(_bits(codes, chosen), bitorder="little").view(np.bool_)
            mask &= passes.take(block.column(name))
    for name, codes, chosen in (
        ("sectors", vocabulary.sectors, filters.sectors),
        ("languages", vocabulary.languages, filters.languages),
        ("purposes", vocabulary.purposes, filters.purposes),
    ):
        if chosen:
            mask &= block.hits(name, _bits(codes, chosen)) > 0
    if filters.partnership_ids:
        mask &= np.isin(block.column("partnership"), list(filters.partnership_ids))
    if filters.days is not None:
        mask &= block.column("min_days") <= filters.days
        mask &= block.column("max_days") >= filters.days
    if filters.available:
        mask &= _is_available(block, *filters.available)
    return mask


def _is_available(block: Block, first: date, last: date) -> NDArray[np.bool_]:
    firsts, lasts = block.column("first_days"), block.column("last_days")
    meets = (firsts <= day_number(last)) & (lasts >= day_number(first))
    is_available: NDArray[np.bool_] = meets.any(axis=0) | (lasts[0] == NO_LAST_DAY)
    return is_available


def _unwanted_state(filters: Filters) -> State:
    unwanted = State(0)
    if filters.role is not None:
        unwanted |= State.VISITING if filters.role == HOST else State.HOST
    if filters.mode is not None:
        unwanted |= State.ONLY_VIRTUAL if filters.mode == PHYSICAL else State.ONLY_PHYSICAL
    return unwanted


def _bits(codes: CodeList, chosen: Collection[str]) -> NDArray[np.uint8]:
    return np.frombuffer(codes.pack(chosen), np.uint8)
