"""Which bit stands for which code.

The index keeps sets of codes (sectors, languages, wanted countries, ...) as bits. Sectors,
countries and organisation types are reference data that the Support Office extends, so a vocabulary
is built from the lists as they stand. Positions follow the order of the lists;
`Vocabulary.fingerprint` tells whether records written with another one can still be read.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

HOST = "host"
VISITING = "visiting"
ROLES = (HOST, VISITING)

PHYSICAL = "physical"
VIRTUAL = "virtual"
EITHER = "either"
MODES = (PHYSICAL, VIRTUAL, EITHER)

OBJECTIVES = ("learn", "markets", "technology", "investment")
ACTIVITIES = (
    "market_research",
    "project_development",
    "fresh_look",
    "financing",
    "branding",
    "joint_work",
    "observation",
    "training",
    "knowledge",
    "networking",
)

# ISO 639-1. The languages of the participating countries come first: a search reads eight languages
# at a time and skips the groups that nobody in question speaks.
LANGUAGES = tuple(
    """
    en fr de es it pt nl pl hu ro el cs sv da fi bg hr sk sl lt lv et mt ga lb sq hy bs is mk sr
    tr uk ru ca eu gl cy no nb nn be ka az ar he aa ab ae af ak am an as av ay ba bi bm bn bo
    br ce ch co cr cu cv dv dz ee eo fa ff fj fo fy gd gn gu gv ha hi ho ht hz ia id ie ig ii ik
    io iu ja jv kg ki kj kk kl km kn ko kr ks ku kv kw ky la lg li ln lo lu mg mh mi ml mn mr ms
    my na nd ne ng nr nv ny oc oj om or os pa pi ps qu rm rn rw sa sc sd se sg si sm sn so ss st
    su sw ta te tg th ti tk tl tn to ts tt tw ty ug ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()
)

SECTOR_BYTES = 13
COUNTRY_BYTES = 8
TYPE_BYTES = 3
LANGUAGE_BYTES = 24
PURPOSE_BYTES = 2


class VocabularyError(ValueError):
    """A code list cannot serve the index, or a code is not in it."""


class UnknownCode(VocabularyError):
    def __init__(self, *, codes: str, code: str) -> None:
        super().__init__(f"“{code}” is not in the list of {codes}.")
        self.codes = codes
        self.code = code


@dataclass(frozen=True)
class CodeList:
    """The codes of one kind, each with its bit.

    The last bit is never given to a code: a set with all bits on means "any".
    """

    name: str
    codes: tuple[str, ...]
    width: int
    """Bytes that a set of these codes takes in the index."""
    _positions: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.codes) > self.capacity:
            raise VocabularyError(
                f"The index has room for {self.capacity} {self.name},"
                f" the list has {len(self.codes)}."
            )
        positions = {code: position for position, code in enumerate(self.codes)}
        if len(positions) < len(self.codes):
            twice = sorted(code for code in positions if self.codes.count(code) > 1)
            raise VocabularyError(f"The list of {self.name} names twice: {', '.join(twice)}.")
        object.__setattr__(self, "_positions", positions)

    @property
    def capacity(self) -> int:
        return 8 * self.width - 1

    @property
    def any(self) -> bytes:
        return b"\xff" * self.width

    def position(self, code: str) -> int:
        try:
            return self._positions[code]
        except KeyError:
            raise UnknownCode(codes=self.name, code=code) from None

    def pack(self, codes: Iterable[str]) -> bytes:
        """The set as bytes, position p being bit p % 8 of byte p // 8."""
        bits = 0
        for code in codes:
            bits |= 1 << self.position(code)
        return bits.to_bytes(self.width, "little")

    def unpack(self, packed: bytes) -> frozenset[str]:
        bits = int.from_bytes(packed, "little")
        return frozenset(code for position, code in enumerate(self.codes) if bits >> position & 1)


@dataclass(frozen=True)
class Vocabulary:
    sectors: CodeList
    countries: CodeList
    organisation_types: CodeList
    languages: CodeList
    objectives: tuple[str, ...]
    activities: tuple[str, ...]
    purposes: CodeList
    """Objectives and activities, which the score compares as one set."""

    @classmethod
    def of(
        cls,
        *,
        sectors: Iterable[str],
        countries: Iterable[str],
        organisation_types: Iterable[str],
        languages: Iterable[str] = LANGUAGES,
        objectives: Iterable[str] = OBJECTIVES,
        activities: Iterable[str] = ACTIVITIES,
    ) -> Self:
        """Raises VocabularyError when a list is too long for the index or names a code twice."""
        objectives, activities = tuple(objectives), tuple(activities)
        return cls(
            sectors=CodeList("sectors", tuple(sectors), SECTOR_BYTES),
            countries=CodeList("countries", tuple(countries), COUNTRY_BYTES),
            organisation_types=CodeList(
                "organisation types", tuple(organisation_types), TYPE_BYTES
            ),
            languages=CodeList("languages", tuple(languages), LANGUAGE_BYTES),
            objectives=objectives,
            activities=activities,
            purposes=CodeList("objectives and activities", objectives + activities, PURPOSE_BYTES),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Where it differs, records written with one vocabulary say something else in the other."""
        lists = (self.sectors, self.countries, self.organisation_types, self.languages)
        text = "|".join(
            " ".join(codes) for codes in (*(each.codes for each in lists), self.purposes.codes)
        )
        return hashlib.sha256(text.encode()).hexdigest()
