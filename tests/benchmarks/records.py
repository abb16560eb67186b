"""Invented records by the hundred thousand, for benchmarks that need no database."""

import numpy as np
from numpy.typing import NDArray

from matching.scoring.record import NO_FIRST_DAY, RECORD, State
from matching.scoring.vocabulary import Vocabulary

VOCABULARY = Vocabulary.of(
    sectors=[f"{number:02}" for number in range(1, 89)],
    countries=[f"C{number:02}" for number in range(41)],
    organisation_types=[f"type_{number}" for number in range(14)],
)

COUNTS = {
    "sectors": "sector_count",
    "wanted_sectors": "wanted_sector_count",
    "purposes": "purpose_count",
}


def random_records(random: np.random.Generator, size: int) -> NDArray[np.void]:
    """Up to 5 own and 10 wanted sectors, up to 4 languages; a third of the wishes are open."""
    records = np.zeros(size, RECORD)
    records["ref"] = random_refs(random, size)
    records["organisation"] = random.integers(0, size, size)
    is_host = random.random(size) < 0.4
    mode = random.choice([0, 0, State.ONLY_PHYSICAL, State.ONLY_VIRTUAL], size)
    records["state"] = np.where(is_host, State.HOST, State.VISITING) | mode
    records["country"] = random.integers(0, 41, size)
    records["organisation_type"] = random.integers(0, 11, size)
    for name, codes, least, most, open_share in (
        ("wanted_types", 11, 1, 6, 0.33),
        ("wanted_countries", 41, 1, 12, 0.33),
        ("sectors", 88, 1, 5, 0),
        ("wanted_sectors", 88, 1, 10, 0.33),
        ("languages", 24, 1, 3, 0),
        ("purposes", 14, 1, 8, 0.1),
    ):
        chosen = random_sets(random, size, codes, least, most)
        chosen[random.random(size) < open_share] = False
        packed = np.packbits(chosen, axis=1, bitorder="little")
        records[name][:, : packed.shape[1]] = packed
        counts = chosen.sum(axis=1)
        if name in ("wanted_types", "wanted_countries"):
            records[name][counts == 0] = 255
        if name in COUNTS:
            records[COUNTS[name]] = counts
    records["languages"][:, 0] |= random.random(size) < 0.7
    records["min_days"] = random.integers(3, 8, size)
    records["max_days"] = records["min_days"] + random.integers(0, 10, size)
    add_windows(random, records)
    return records


def random_refs(random: np.random.Generator, size: int) -> NDArray[np.bytes_]:
    """P- and eight characters, all different, in no order."""
    alphabet = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789", "S1")
    numbers = np.unique(random.integers(0, 2**40, size + size // 8))
    numbers = random.permutation(numbers)[:size]
    letters = np.empty((size, 10), "S1")
    letters[:, 0], letters[:, 1] = b"P", b"-"
    for place in range(8):
        letters[:, 2 + place] = alphabet[numbers >> 5 * place & 31]
    return letters.view("S10")[:, 0]


def random_sets(
    random: np.random.Generator, size: int, codes: int, least: int, most: int
) -> NDArray[np.bool_]:
    chosen = np.zeros((size, codes), np.bool_)
    wished = random.integers(least, most + 1, size)
    for turn in range(most):
        takes = np.flatnonzero(wished > turn)
        chosen[takes, random.integers(0, codes, len(takes))] = True
    return chosen


def add_windows(random: np.random.Generator, records: NDArray[np.void]) -> None:
    size = len(records)
    windows = random.integers(0, 6, size)
    for turn in range(5):
        used = windows > turn
        first = random.integers(9800, 10500, size)
        records["first_days"][:, turn] = np.where(used, first, NO_FIRST_DAY)
        records["last_days"][:, turn] = np.where(used, first + random.integers(3, 60, size), 0)
