"""The one profile whose partners are looked for, in the bits of the index."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.scoring.facts import ProfileFacts
from matching.scoring.record import RECORD, State, day_number, encode
from matching.scoring.vocabulary import Vocabulary

Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Query:
    state: State
    organisation: int
    country: int
    organisation_type: int
    wanted_types: Bits
    wanted_countries: Bits
    sectors: Bits
    sector_count: int
    wanted_sectors: Bits
    wanted_sector_count: int
    languages: Bits
    purposes: Bits
    purpose_count: int
    min_days: int
    max_days: int
    windows: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, facts: ProfileFacts, vocabulary: Vocabulary) -> Self:
        row = np.frombuffer(encode(facts, vocabulary), RECORD)[0]
        return cls(
            state=State(int(row["state"])),
            organisation=int(row["organisation"]),
            country=int(row["country"]),
            organisation_type=int(row["organisation_type"]),
            wanted_types=row["wanted_types"],
            wanted_countries=row["wanted_countries"],
            sectors=row["sectors"],
            sector_count=int(row["sector_count"]),
            wanted_sectors=row["wanted_sectors"],
            wanted_sector_count=int(row["wanted_sector_count"]),
            languages=row["languages"],
            purposes=row["purposes"],
            purpose_count=int(row["purpose_count"]),
            min_days=int(row["min_days"]),
            max_days=int(row["max_days"]),
            windows=tuple((day_number(first), day_number(last)) for first, last in facts.windows),
        )

    def wants(self, wish: Bits) -> Bits:
        """For each position of a code list, 1 where the wish holds it."""
        return np.unpackbits(wish, bitorder="little")
