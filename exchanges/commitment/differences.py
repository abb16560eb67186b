"""What two texts of a commitment differ in, and whether that voids signatures. No Django in here.

Both are read as JSON, section by section. Entries of the agenda are recognised by their `key`,
whatever their place; people and outcomes by their position. A field that is missing says the same
as an empty one.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from exchanges.commitment.terms import SECTIONS

IMMATERIAL = Path(__file__).resolve().parents[1] / "data" / "immaterial_fields.csv"
KEY = "key"
Contents = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """One field that differs. `path` names it within its section (`HO.0.email`,
    `slots.s3.title`); `field` is the same without positions and keys. An entry that came or went is
    one difference, its other value None. `entry` is the one that the field belongs to."""

    section: str
    path: str
    field: str
    before: Any
    after: Any
    entry: Contents | None = None

    @property
    def full_field(self) -> str:
        """As the list of immaterial fields names it: `people.HO.email`."""
        return f"{self.section}.{self.field}"

    @property
    def is_material(self) -> bool:
        return self.full_field not in immaterial_fields()


def differences(before: Contents, after: Contents) -> list[Difference]:
    """All fields that differ between the contents of two texts, in the order of the sections."""
    names = [*SECTIONS, *sorted((before.keys() | after.keys()) - SECTIONS.keys())]
    return [
        Difference(name, ".".join(way.path), ".".join(way.field), one, other, way.entry)
        for name in names
        for way, one, other in _compare(before.get(name), after.get(name), Way())
    ]


def is_material(before: Contents, after: Contents) -> bool:
    """Whether what changed needs new signatures."""
    return any(difference.is_material for difference in differences(before, after))


@lru_cache
def immaterial_fields() -> frozenset[str]:
    """The fields whose change voids no signature. They are data."""
    with IMMATERIAL.open(encoding="utf-8-sig", newline="") as file:
        return frozenset(row["path"] for row in csv.DictReader(file))


@dataclass(frozen=True)
class Way:
    """The way from a section down to a value."""

    path: tuple[str, ...] = ()
    field: tuple[str, ...] = ()
    entry: Contents | None = None

    def to_field(self, name: str) -> "Way":
        return Way((*self.path, name), (*self.field, name), self.entry)

    def to_entry(self, name: str, entry: Contents) -> "Way":
        return Way((*self.path, name), self.field, entry)


Found = tuple[Way, Any, Any]


def _compare(before: Any, after: Any, way: Way) -> Iterator[Found]:
    if before == after or (_is_empty(before) and _is_empty(after)):
        return
    if _all_are(Mapping, before, after):
        yield from _compare_fields(before or {}, after or {}, way)
    elif _all_are(list, before, after) and (_holds_entries(before) or _holds_entries(after)):
        yield from _compare_entries(before or [], after or [], way)
    else:
        yield way, before, after


def _compare_fields(before: Contents, after: Contents, way: Way) -> Iterator[Found]:
    for name in dict.fromkeys([*before, *after]):
        if name != KEY:
            yield from _compare(before.get(name), after.get(name), way.to_field(name))


def _compare_entries(
    before: Sequence[Contents], after: Sequence[Contents], way: Way
) -> Iterator[Found]:
    old, new = _named(before), _named(after)
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        entry = way.to_entry(name, one or other or {})
        if one is None or other is None:
            yield entry, one, other
        else:
            yield from _compare_fields(one, other, entry)


def _named(entries: Sequence[Contents]) -> dict[str, Contents]:
    """By key, or by position where there is none or it stands twice."""
    named: dict[str, Contents] = {}
    for position, entry in enumerate(entries):
        name = str(entry.get(KEY) or position)
        named[f"{name}#{position}" if name in named else name] = entry
    return named


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _all_are(kind: type, *values: Any) -> bool:
    return all(value is None or isinstance(value, kind) for value in values)


def _holds_entries(values: list[Any] | None) -> bool:
    return bool(values) and _all_are(Mapping, *(values or ()))
