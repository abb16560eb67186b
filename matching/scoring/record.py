"""One profile's facts as a record of fixed size.

A database row holds the record; many records, laid side by side, are the index. The dtype below is
the one definition of both.
"""

from datetime import date, timedelta
from enum import IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.scoring.facts import FIRST_DAY, MOST_OWN_SECTORS, MOST_WINDOWS, ProfileFacts
from matching.scoring.vocabulary import (
    COUNTRY_BYTES,
    EITHER,
    HOST,
    LANGUAGE_BYTES,
    PHYSICAL,
    PURPOSE_BYTES,
    SECTOR_BYTES,
    TYPE_BYTES,
    VIRTUAL,
    VISITING,
    CodeList,
    Vocabulary,
)

RECORD: Final = np.dtype(
    [
        ("ref", "S20"),
        ("organisation", "<u4"),
        ("partnership", "<u2"),
        ("state", "u1"),
        ("country", "u1"),
        ("organisation_type", "u1"),
        ("wanted_types", "u1", (TYPE_BYTES,)),
        ("wanted_countries", "u1", (COUNTRY_BYTES,)),
        ("sectors", "u1", (SECTOR_BYTES,)),
        # Only the smaller of two counts is ever used, as a divisor: own sectors count as one at the
        # least, wanted ones as no more than anybody can have. Likewise below.
        ("sector_count", "u1"),
        ("wanted_sectors", "u1", (SECTOR_BYTES,)),
        ("wanted_sector_count", "u1"),
        ("languages", "u1", (LANGUAGE_BYTES,)),
        ("purposes", "u1", (PURPOSE_BYTES,)),
        ("purpose_count", "u1"),
        ("min_days", "u1"),
        ("max_days", "u1"),
        ("first_days", "<i2", (MOST_WINDOWS,)),
        ("last_days", "<i2", (MOST_WINDOWS,)),
    ]
)

NO_PARTNERSHIP = 0
NO_MINIMUM = 0
NO_MAXIMUM = 255
# A window that is not used begins after it ends, and overlaps with nothing.
NO_FIRST_DAY = 32_000
NO_LAST_DAY = 0


class State(IntFlag):
    """What decides whether two profiles can meet at all."""

    NOT_PUBLISHED = 1
    NOT_ELIGIBLE = 2
    HOST = 4
    VISITING = 8
    ONLY_PHYSICAL = 16
    ONLY_VIRTUAL = 32
    VISIT_USED = 64
    NO_VISIT_LEFT = 128
    """Visiting, physical only, and the physical visit is used up: can meet nobody."""


def state_of(facts: ProfileFacts) -> State:
    state = State.HOST if facts.role == HOST else State.VISITING
    if facts.mode != EITHER:
        state |= State.ONLY_PHYSICAL if facts.mode == PHYSICAL else State.ONLY_VIRTUAL
    if not facts.is_published:
        state |= State.NOT_PUBLISHED
    if not facts.is_eligible:
        state |= State.NOT_ELIGIBLE
    if facts.physical_visit_used:
        state |= State.VISIT_USED
    if facts.physical_visit_used and facts.role == VISITING and facts.mode == PHYSICAL:
        state |= State.NO_VISIT_LEFT
    return state


def encode(facts: ProfileFacts, vocabulary: Vocabulary) -> bytes:
    """Raises UnknownCode when a fact is not in the vocabulary."""
    record = np.zeros((), RECORD)
    record["ref"] = facts.ref.encode("ascii")
    record["organisation"] = facts.organisation_id
    record["partnership"] = facts.partnership_id or NO_PARTNERSHIP
    record["state"] = state_of(facts)
    record["country"] = vocabulary.countries.position(facts.country)
    record["organisation_type"] = vocabulary.organisation_types.position(facts.organisation_type)
    for name, codes, wanted in (
        ("wanted_types", vocabulary.organisation_types, facts.wanted_types),
        ("wanted_countries", vocabulary.countries, facts.wanted_countries),
    ):
        record[name] = _bytes(codes.pack(wanted) if wanted else codes.any)
    for name, codes, owned in (
        ("sectors", vocabulary.sectors, facts.sectors),
        ("wanted_sectors", vocabulary.sectors, facts.wanted_sectors),
        ("languages", vocabulary.languages, facts.languages),
        ("purposes", vocabulary.purposes, facts.purposes),
    ):
        record[name] = _bytes(codes.pack(owned))
    record["sector_count"] = len(facts.sectors) or 1
    record["wanted_sector_count"] = min(len(facts.wanted_sectors), MOST_OWN_SECTORS)
    record["purpose_count"] = len(facts.purposes)
    record["min_days"] = facts.min_days or NO_MINIMUM
    record["max_days"] = facts.max_days or NO_MAXIMUM
    record["first_days"] = NO_FIRST_DAY
    for position, (first, last) in enumerate(facts.windows):
        record["first_days"][position] = day_number(first)
        record["last_days"][position] = day_number(last)
    return record.tobytes()


def decode(record: bytes, vocabulary: Vocabulary) -> ProfileFacts:
    """The facts that `encode` was given."""
    row = np.frombuffer(record, RECORD)[0]
    state = State(int(row["state"]))
    return ProfileFacts(
        ref=row["ref"].decode("ascii"),
        role=HOST if State.HOST in state else VISITING,
        organisation_id=int(row["organisation"]),
        organisation_type=vocabulary.organisation_types.codes[row["organisation_type"]],
        country=vocabulary.countries.codes[row["country"]],
        sectors=vocabulary.sectors.unpack(row["sectors"].tobytes()),
        languages=vocabulary.languages.unpack(row["languages"].tobytes()),
        wanted_types=_wish(vocabulary.organisation_types, row["wanted_types"].tobytes()),
        wanted_countries=_wish(vocabulary.countries, row["wanted_countries"].tobytes()),
        wanted_sectors=vocabulary.sectors.unpack(row["wanted_sectors"].tobytes()),
        objectives=(purposes := vocabulary.purposes.unpack(row["purposes"].tobytes()))
        & frozenset(vocabulary.objectives),
        activities=purposes & frozenset(vocabulary.activities),
        min_days=int(row["min_days"]) or None,
        max_days=None if row["max_days"] == NO_MAXIMUM else int(row["max_days"]),
        windows=tuple(
            (day_of(first), day_of(last))
            for first, last in zip(row["first_days"], row["last_days"], strict=True)
            if first != NO_FIRST_DAY
        ),
        mode=_mode(state),
        physical_visit_used=State.VISIT_USED in state,
        is_eligible=State.NOT_ELIGIBLE not in state,
        is_published=State.NOT_PUBLISHED not in state,
        partnership_id=int(row["partnership"]) or None,
    )


def day_number(day: date) -> int:
    return (day - FIRST_DAY).days + 1


def day_of(number: int) -> date:
    return FIRST_DAY + timedelta(days=int(number) - 1)


def _bytes(packed: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(packed, np.uint8)


def _wish(codes: CodeList, packed: bytes) -> frozenset[str]:
    return frozenset() if packed == codes.any else codes.unpack(packed)


def _mode(state: State) -> str:
    if State.ONLY_PHYSICAL in state:
        return PHYSICAL
    return VIRTUAL if State.ONLY_VIRTUAL in state else EITHER
