"""How alike two profiles of the same role are. This is not how well two fit each other.

Out of 100: shared sectors 40 and shared purposes 30, each as the share of what the two have
together (|A∩B| / |A∪B|), the same type of organisation 15, the same country 15.
"""

import numpy as np
from numpy.typing import NDArray

from matching.scoring.columns import FactColumns, Rows
from matching.scoring.facts import ProfileFacts
from matching.scoring.query import Query
from matching.scoring.record import State

SECTORS, PURPOSES, TYPE, COUNTRY = 40.0, 30.0, 15.0, 15.0
ALIKE = 40.0
"""With less nobody would call two profiles alike: all sectors shared, or some of several things."""
Likeness = NDArray[np.float64]


def likeness(columns: FactColumns, facts: ProfileFacts) -> Likeness:
    """One number a row, 0 to 100."""
    query = Query.of(facts, columns.vocabulary)
    block = columns.block(slice(0, len(columns)))
    found: Likeness = (
        SECTORS
        * _shared(
            block.hits("sectors", query.sectors), block.column("sector_count"), query.sector_count
        )
        + PURPOSES
        * _shared(
            block.hits("purposes", query.purposes),
            block.column("purpose_count"),
            query.purpose_count,
        )
        + TYPE * (block.column("organisation_type") == query.organisation_type)
        + COUNTRY * (block.column("country") == query.country)
    )
    return found


def most_alike(columns: FactColumns, facts: ProfileFacts, *, top: int) -> Rows:
    """The rows of the same role and of other organisations that are most alike, best first, equal
    ones in the order of their refs; none that is not alike."""
    query = Query.of(facts, columns.vocabulary)
    block = columns.block(slice(0, len(columns)))
    found = likeness(columns, facts)
    side = query.state & (State.HOST | State.VISITING)
    found[block.column("state") & side == 0] = 0
    found[block.column("state") & State.NOT_PUBLISHED != 0] = 0
    found[block.column("organisation") == query.organisation] = 0
    rows = np.flatnonzero(found >= ALIKE)
    return rows[np.argsort(-found[rows], kind="stable")][:top]


def _shared(common: NDArray[np.uint8], counts: NDArray[np.uint8], count: int) -> Likeness:
    """|A∩B| / |A∪B|; 0 where both have nothing."""
    together = counts.astype(np.int32) + count - common
    shared: Likeness = common / np.maximum(together, 1)
    return shared
