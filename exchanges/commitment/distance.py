"""How far two organisations are apart, along the great circle. No Django in here."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of the Earth (IUGG)."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


def distance_km(first: Point, second: Point) -> float:
    """The great-circle distance in kilometres, by the haversine formula."""
    (north_1, east_1), (north_2, east_2) = first, second
    half_north = radians(north_2 - north_1) / 2
    half_east = radians(east_2 - east_1) / 2
    shares = cos(radians(north_1)) * cos(radians(north_2))
    chord = sin(half_north) ** 2 + shares * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
