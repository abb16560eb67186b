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
    `slots.s3.title`), empty for the entire section; `field` is the same without positions and
    keys. An entry that came or went is one difference, its other value None."""

    section: str
    path: str
    field: str
    before: Any
    after: Any

    @property
    def full_field(self) -> str:
        """As the list of immaterial fields names it: `people.HO.email`."""
        return f"{self.section}.{self.field}" if self.field else self.section

    @property
    def is_material(self) -> bool:
        return self.full_field not in immaterial_fields()


def differences(before: Contents, after: Contents) -> list[Difference]:
    """All fields that differ between the contents of two texts, in the order of the sections."""
    names = [*SECTIONS, *sorted((before.keys() | after.keys()) - SECTIONS.keys())]
    return [
        Difference(name, ".".join(path), ".".join(field), one, other)
        for name in names
        for path, field, one, other in _compare(before.get(name), after.get(name), (), ())
    ]


def is_material(before: Contents, after: Contents) -> bool:
    """Whether what changed needs new signatures."""
    return any(difference.is_material for difference in differences(before, after))


@lru_cache
def immaterial_fields() -> frozenset[str]:
    """The fields whose change voids no signature. They are data."""
    with IMMATERIAL.open(encoding="utf-8-sig", newline="") as file:
        return frozenset(row["path"] for row in csv.DictReader(file))


Way = tuple[str, ...]
Found = tuple[Way, Way, Any, Any]


def _compare(before: Any, after: Any, path: Way, field: Way) -> Iterator[Found]:
    if before == after or (_is_empty(before) and _is_empty(after)):
        return
    if _all_are(Mapping, before, after):
        yield from _compare_fields(before or {}, after or {}, path, field)
    elif _all_are(list, before, after) and (_holds_entries(before) or _holds_entries(after)):
        yield from _compare_entries(before or [], after or [], path, field)
    else:
        yield path, field, before, after


def _compare_fields(before: Contents, after: Contents, path: Way, field: Way) -> Iterator[Found]:
    for name in dict.fromkeys([*before, *after]):
        if name != KEY:
            yield from _compare(before.get(name), after.get(name), (*path, name), (*field, name))


def _compare_entries(
    before: Sequence[Contents], after: Sequence[Contents], path: Way, field: Way
) -> Iterator[Found]:
    old, new = _named(before), _named(after)
    for name in dict.fromkeys([*old, *new]):
        if name in old and name in new:
            yield from _compare_fields(old[name], new[name], (*path, name), field)
        else:
            yield (*path, name), field, old.get(name), new.get(name)


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
