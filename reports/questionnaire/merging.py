"""Two people wrote in one report at once: what only one of them changed stands; where both changed
the same answer, both are told."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

Values = Mapping[str, Any]
MARK_LENGTH = 12


@dataclass(frozen=True)
class Merged:
    """`values` are both people's; in `contested` each has changed the same, and there `values` has
    one's own."""

    values: dict[str, Any]
    contested: list[str]


def marks(values: Values) -> dict[str, str]:
    """A short mark of each value: whoever saves shows what they started from."""
    return {key: _mark(value) for key, value in values.items()}


def merged(seen: Mapping[str, str], theirs: Values, mine: Values) -> Merged:
    """What both wrote since the values of which `seen` are the marks."""
    values, contested = dict(theirs), []
    for key in _keys(seen, theirs, mine):
        own, other = mine.get(key), theirs.get(key)
        if own == other or _is_as_seen(seen, key, own):
            continue
        if not _is_as_seen(seen, key, other):
            contested.append(key)
        values.pop(key, None)
        if own is not None:
            values[key] = own
    return Merged(values, contested)


def _keys(*mappings: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys(key for mapping in mappings for key in mapping)


def _is_as_seen(seen: Mapping[str, str], key: str, value: Any) -> bool:
    return seen.get(key, _mark(None)) == _mark(value)


def _mark(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:MARK_LENGTH]
