"""The facts of many profiles, column by column: 117 bytes a profile.

Rows stand in the order of their refs, so "ties by ref" is "ties by row" in every search. Nothing
here locks: whoever changes columns while others read them has to see to that.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.scoring.facts import ProfileFacts
from matching.scoring.record import RECORD, decode, encode
from matching.scoring.vocabulary import Vocabulary

Rows = NDArray[np.intp]
Records = NDArray[np.void]

# Room for rows to come: enough for a day's work, little enough to stay below 128 bytes a profile.
SPARE_SHARE = 64
SPARE_ROWS = 256
FEW = 32
REF_LENGTH = RECORD["ref"].itemsize


class DuplicateRef(ValueError):
    """Two records claim to be the same profile."""


class Block:
    """Some rows of the columns: a slice is a view, an array of rows is gathered when asked for."""

    def __init__(self, arrays: dict[str, NDArray[Any]], rows: slice | Rows) -> None:
        self._arrays = arrays
        self._rows = rows
        self.length = rows.stop - rows.start if isinstance(rows, slice) else len(rows)

    def column(self, name: str) -> NDArray[Any]:
        column: NDArray[Any] = self._arrays[name][..., self._rows]
        return column

    def plane(self, name: str, index: int) -> NDArray[Any]:
        """Byte (or window) `index` of a field that has several."""
        line: NDArray[Any] = self._arrays[name][index]
        return line[self._rows] if isinstance(self._rows, slice) else line.take(self._rows)

    def hits(self, name: str, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """How many of `bits` each row has; bytes that ask for nothing are not read."""
        total = np.zeros(self.length, np.uint8)
        for index in np.flatnonzero(bits):
            total += np.bitwise_count(self.plane(name, int(index)) & bits[index])
        return total

    def has(self, name: str, position: int) -> NDArray[np.uint8]:
        """Not 0 where the row has the code at `position`."""
        bit = np.uint8(1 << (position & 7))
        held: NDArray[np.uint8] = self.plane(name, position >> 3) & bit
        return held


class FactColumns:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._length = 0
        self._arrays: dict[str, NDArray[Any]] = {}
        self._load(np.empty(0, RECORD))

    @classmethod
    def from_facts(cls, facts: Iterable[ProfileFacts], vocabulary: Vocabulary) -> Self:
        return cls.from_records((encode(each, vocabulary) for each in facts), vocabulary)

    @classmethod
    def from_records(cls, records: Iterable[bytes], vocabulary: Vocabulary) -> Self:
        """In any order. Raises DuplicateRef, and ValueError for bytes that are no records."""
        columns = cls(vocabulary)
        columns._load(_joined(records))
        return columns

    def __len__(self) -> int:
        return self._length

    @property
    def nbytes(self) -> int:
        """With the spare room."""
        return sum(int(array.nbytes) for array in self._arrays.values())

    def copy(self) -> Self:
        """The same rows, for whoever reads longer than others should wait for."""
        columns = type(self)(self.vocabulary)
        columns._length = self._length
        columns._arrays = _spacious(self._arrays, self._length)
        return columns

    def block(self, rows: slice | Rows) -> Block:
        return Block(self._arrays, rows)

    def refs(self, rows: slice | Rows | Sequence[int]) -> list[str]:
        return [ref.decode("ascii") for ref in self._arrays["ref"][: self._length][rows].tolist()]

    def row_of(self, ref: str) -> int | None:
        key = ref.encode("ascii", "replace")
        if len(key) > REF_LENGTH:
            return None
        row = self._place_of(key)
        return row if self._is_at(row, key) else None

    def rows_of(self, refs: Iterable[str]) -> Rows:
        """The rows of those refs that are here, ascending."""
        keys = np.array([ref.encode("ascii", "replace") for ref in refs], "S")
        keys = np.unique(keys[np.char.str_len(keys) <= REF_LENGTH]).astype(RECORD["ref"])
        known = self._arrays["ref"][: self._length]
        places = np.searchsorted(known, keys)
        is_here = places < self._length
        is_here[is_here] = known[places[is_here]] == keys[is_here]
        rows: Rows = places[is_here]
        return rows

    def record(self, row: int) -> bytes:
        return self.records(np.array([row], np.intp)).tobytes()

    def records(self, rows: slice | Rows = slice(None)) -> Records:
        here = {name: array[..., : self._length][..., rows] for name, array in self._arrays.items()}
        records = np.empty(here["ref"].shape, RECORD)
        for name, values in here.items():
            records[name] = values.T
        return records

    def facts(self, row: int) -> ProfileFacts:
        return decode(self.record(row), self.vocabulary)

    def put(self, facts: ProfileFacts) -> int:
        """The profile's facts are these from now on; gives its row."""
        return self._put(np.frombuffer(encode(facts, self.vocabulary), RECORD)[0])

    def put_records(self, records: Iterable[bytes]) -> None:
        """Adds or replaces; the last one of a ref counts."""
        joined = _joined(records)[::-1]
        changed = joined[np.unique(joined["ref"], return_index=True)[1]]
        if len(changed) <= FEW:
            for record in changed:
                self._put(record)
            return
        kept = np.isin(self._arrays["ref"][: self._length], changed["ref"], invert=True)
        self._load(np.concatenate([self.records(np.flatnonzero(kept)), changed]))

    def remove(self, ref: str) -> bool:
        """Whether the profile was here."""
        row = self.row_of(ref)
        if row is None:
            return False
        last = self._length - 1
        for line in self._lines():
            line[row:last] = line[row + 1 : last + 1]
        self._length = last
        return True

    def _put(self, record: np.void) -> int:
        row = self._place_of(record["ref"])
        if not self._is_at(row, record["ref"]):
            self._make_room(row)
        for name, array in self._arrays.items():
            array[..., row] = record[name]
        return row

    def _make_room(self, row: int) -> None:
        if self._length == self._arrays["ref"].shape[-1]:
            self._arrays = _spacious(self._arrays, self._length)
        for line in self._lines():
            line[row + 1 : self._length + 1] = line[row : self._length]
        self._length += 1

    def _load(self, records: Records) -> None:
        refs = records["ref"]
        if not np.all(refs[:-1] < refs[1:]):
            records = records[np.argsort(refs, kind="stable")]
            refs = records["ref"]
            if np.any(twice := refs[:-1] == refs[1:]):
                raise DuplicateRef(f"{refs[1:][twice][0].decode()} is here twice.")
        self._length = len(records)
        self._arrays = _spacious(
            {name: records[name].T for name in RECORD.names or ()}, self._length
        )

    def _lines(self) -> Iterable[NDArray[Any]]:
        """Every column as one dimension, several bytes of one field one after another."""
        for array in self._arrays.values():
            yield from array.reshape(-1, array.shape[-1])

    def _place_of(self, ref: bytes) -> int:
        return int(np.searchsorted(self._arrays["ref"][: self._length], ref))

    def _is_at(self, row: int, ref: bytes) -> bool:
        return row < self._length and bool(self._arrays["ref"][row] == ref)


def _spacious(arrays: Mapping[str, NDArray[Any]], length: int) -> dict[str, NDArray[Any]]:
    """The first `length` rows of the arrays, each copied to one with room for more."""
    capacity = length + length // SPARE_SHARE + SPARE_ROWS
    spacious = {}
    for name, array in arrays.items():
        spacious[name] = np.empty((*array.shape[:-1], capacity), array.dtype)
        spacious[name][..., :length] = array[..., :length]
    return spacious


def _joined(records: Iterable[bytes]) -> Records:
    return np.frombuffer(b"".join(records), RECORD)
