"""What occurs in the catalogue, so that filters offer nothing that nobody has."""

from dataclasses import dataclass

import numpy as np

from matching.index import Snapshot, index
from matching.scoring.filters import Filters, mask_of
from matching.scoring.vocabulary import CodeList


@dataclass(frozen=True)
class Occurring:
    """The codes that published profiles of one role, or of both, have."""

    sector: frozenset[str]
    country: frozenset[str]
    type: frozenset[str]
    language: frozenset[str]
    partnership: frozenset[str]
    """Keys as text, as forms have them."""


def occurring_in(role: str | None) -> Occurring:
    """What the published profiles of this role have; of both roles when it is None."""
    with index.reading() as snapshot:
        found: Occurring = snapshot.remembered(
            ("occurring", role), lambda: _occurring(snapshot, role)
        )
        return found


def _occurring(snapshot: Snapshot, role: str | None) -> Occurring:
    columns, vocabulary = snapshot.columns, snapshot.reference.vocabulary
    block = columns.block(np.flatnonzero(mask_of(columns, Filters(role=role))))

    def held(name: str, codes: CodeList) -> frozenset[str]:
        return codes.unpack(np.bitwise_or.reduce(block.column(name), axis=1).tobytes())

    def single(name: str, codes: CodeList) -> frozenset[str]:
        return frozenset(codes.codes[place] for place in np.unique(block.column(name)))

    return Occurring(
        sector=held("sectors", vocabulary.sectors),
        country=single("country", vocabulary.countries),
        type=single("organisation_type", vocabulary.organisation_types),
        language=held("languages", vocabulary.languages),
        partnership=frozenset(
            str(key) for key in np.unique(block.column("partnership")).tolist() if key
        ),
    )
