"""Which partners are missing: what those look for whom nobody fits, and how much of it there is."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matching.index import Snapshot, index
from matching.queries.left_behind import Lack, LeftBehind
from matching.scoring.filters import Filters, mask_of
from profiles.enums import Role

ANY = ""
"""As a sector or country: whoever looks does not mind."""
Wish = tuple[str, str]
"""A sector and a country."""


@dataclass(frozen=True)
class Missing:
    """`number` profiles of one role look for partners in each of these sectors and each of these
    countries, and nobody in the catalogue fits them highly."""

    role: str
    sectors: tuple[str, ...]
    countries: tuple[str, ...]
    number: int
    offered: int
    """How many published profiles of the other role work in one of these sectors and countries."""


def missing_partners(found: Iterable[LeftBehind]) -> list[Missing]:
    """What is missing most comes first; wishes of the very same profiles are told together."""
    with index.reading() as snapshot:
        seekers: dict[tuple[str, Wish], set[str]] = {}
        for one in found:
            if Lack.FIT in one.lacks:
                for wish in wishes_of(snapshot, one.ref):
                    seekers.setdefault((one.role, wish), set()).add(one.ref)
        together: dict[tuple[str, frozenset[str]], list[Wish]] = {}
        for (role, wish), refs in seekers.items():
            together.setdefault((role, frozenset(refs)), []).append(wish)
        missing = [
            Missing(role, *rectangle, len(refs), _offered(snapshot, role, *rectangle))
            for (role, refs), wishes in together.items()
            for rectangle in _rectangles(wishes)
        ]
    return sorted(missing, key=lambda one: (-one.number, one.role, one.sectors, one.countries))


def wishes_of(snapshot: Snapshot, ref: str) -> list[Wish]:
    """Every sector with every country that the profile looks for."""
    row = snapshot.columns.row_of(ref)
    if row is None:  # it left the catalogue a moment ago
        return []
    facts = snapshot.columns.facts(row)
    return [
        (sector, country)
        for sector in sorted(facts.wanted_sectors) or [ANY]
        for country in sorted(facts.wanted_countries) or [ANY]
    ]


def seekers_of(found: Iterable[LeftBehind], role: str, wish: Wish) -> list[LeftBehind]:
    """Those without a partner who fits whose wishes name this sector and this country."""
    with index.reading() as snapshot:
        return [
            one
            for one in found
            if Lack.FIT in one.lacks and one.role == role and wish in wishes_of(snapshot, one.ref)
        ]


def _rectangles(wishes: Iterable[Wish]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The same wishes as few products of sectors and countries."""
    countries_of: dict[str, list[str]] = {}
    for sector, country in sorted(wishes):
        countries_of.setdefault(sector, []).append(country)
    sectors_of: dict[tuple[str, ...], list[str]] = {}
    for sector, countries in countries_of.items():
        sectors_of.setdefault(tuple(countries), []).append(sector)
    return [(tuple(sectors), countries) for countries, sectors in sectors_of.items()]


def _offered(
    snapshot: Snapshot, role: str, sectors: tuple[str, ...], countries: tuple[str, ...]
) -> int:
    filters = Filters(
        role=Role(role).counterpart,
        sectors=frozenset(sectors) - {ANY},
        countries=frozenset(countries) - {ANY},
    )
    return int(np.count_nonzero(mask_of(snapshot.columns, filters)))
