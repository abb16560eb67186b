"""The formula: seven criteria, the hard stops, and the arithmetic of points.

Points are whole tenths, and every criterion is a fraction of small whole numbers, so rounding half
up is exact. The functions take Python numbers and NumPy arrays alike.
"""

from enum import IntFlag, StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Tenths = TypeVar("Tenths", int, NDArray[np.int32])

NEAR_MISS = 2
"""Working days that two ranges of stay may lie apart for half of the points."""


class Criterion(StrEnum):
    SECTOR = "sector"
    PURPOSE = "purpose"
    ORGANISATION_TYPE = "organisation_type"
    COUNTRY = "country"
    LANGUAGE = "language"
    LENGTH = "length"
    AVAILABILITY = "availability"


class Stop(IntFlag):
    """Why two profiles cannot meet, whatever their score."""

    SAME_COUNTRY = 1
    SAME_ORGANISATION = 2
    SAME_ROLE = 4
    TYPE_NOT_ELIGIBLE = 8
    MODES_EXCLUDE = 16
    PHYSICAL_VISIT_USED = 32
    NOT_PUBLISHED = 64
    ALREADY_OPEN = 128

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(str(stop.name).lower() for stop in self)


def half_up(numerator: Tenths, denominator: Tenths) -> Tenths:
    return (2 * numerator + denominator) // (2 * denominator)


def sector_points(
    weight: int, hits: Tenths, size: Tenths, partner_hits: Tenths, partner_size: Tenths
) -> Tenths:
    """The mean of both directions; each is wishes met over the smaller of wishes and sectors."""
    return half_up(weight * (hits * partner_size + partner_hits * size), 2 * size * partner_size)


def purpose_points(weight: int, common: Tenths, size: Tenths) -> Tenths:
    return half_up(weight * common, size)


def mutual_points(weight: int, wishes_met: Tenths) -> Tenths:
    """For organisation type and country: 0, 1 or 2 of the two sides get what they want."""
    return (weight * wishes_met + 1) // 2


def length_points(weight: int, gap: Tenths) -> Tenths:
    """`gap`: working days between the two ranges of stay, 0 or less where they overlap."""
    return (weight * ((gap <= 0) * 1 + (gap <= NEAR_MISS) * 1) + 1) // 2
