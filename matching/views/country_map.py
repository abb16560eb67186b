"""The catalogue on the map: one circle a country, moved apart where they would hide each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from cxc_portal.core.maps import HEIGHT, PLACES, WIDTH
from matching.queries.catalogue_list import CountryCount

SMALLEST, LARGEST = 23.0, 52.0
"""Radii in units of the map, which is 1000 wide. A number of three digits fits the smallest."""
A_DIGIT = 9.0
GAP = 3.0
ROUNDS = 80


@dataclass(frozen=True)
class Circle:
    """A country's number on the map; the drawing is 1000 by 840."""

    count: CountryCount
    x: float
    y: float
    radius: float


def map_of(counts: Sequence[CountryCount]) -> list[Circle]:
    """A circle for each country that is on the map, its area by its number."""
    shown = [one for one in counts if one.code in PLACES]
    most = max((one.total for one in shown), default=1)
    radii = [_radius(one.total, most) for one in shown]
    places = _apart([PLACES[one.code] for one in shown], radii)
    return [
        Circle(count, round(x, 1), round(y, 1), round(radius, 1))
        for count, (x, y), radius in zip(shown, places, radii, strict=True)
    ]


def _radius(number: int, most: int) -> float:
    least = SMALLEST + A_DIGIT * max(len(str(number)) - 2, 0)
    return max(least, LARGEST * sqrt(number / most))


def _apart(
    places: Sequence[tuple[float, float]], radii: Sequence[float]
) -> list[tuple[float, float]]:
    """The places, pushed from each other until no two circles overlap, or nearly so."""
    moved = list(places)
    pairs = [(a, b) for a in range(len(moved)) for b in range(a)]
    for _round in range(ROUNDS):
        for a, b in pairs:
            (ax, ay), (bx, by) = moved[a], moved[b]
            dx, dy = ax - bx, ay - by
            distance = hypot(dx, dy) or 1.0
            overlap = radii[a] + radii[b] + GAP - distance
            if overlap > 0:
                sx, sy = dx / distance * overlap / 2, dy / distance * overlap / 2
                moved[a] = _within(ax + sx, ay + sy, radii[a])
                moved[b] = _within(bx - sx, by - sy, radii[b])
    return [_within(x, y, radius) for (x, y), radius in zip(moved, radii, strict=True)]


def _within(x: float, y: float, radius: float) -> tuple[float, float]:
    return min(max(x, radius), WIDTH - radius), min(max(y, radius), HEIGHT - radius)
