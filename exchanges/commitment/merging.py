"""Two people changed one section at once: what only one of them changed is taken over, and for the
rest one text, the other or both can be chosen. No Django in here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchanges.commitment.terms import JSON

THEIRS, MINE, BOTH = "theirs", "mine", "both"
PICKS = (THEIRS, MINE, BOTH)
PROSE = ("text", "further", "HO", "VO", "HOP", "VOP")
"""Fields with running text, where one text can follow the other."""
KEY = "key"


@dataclass(frozen=True)
class Question:
    """A field on which the two texts differ. `pick` is what suggests itself; `is_settled` says that
    only one side changed the field."""

    key: str
    pick: str
    is_settled: bool
    has_both: bool


def questions(theirs: JSON, mine: JSON, base: JSON | None = None) -> list[Question]:
    """The fields that differ, in the order of mine: a database may give theirs in any order.
    `base` is what both started from, where known."""
    return [
        _question(key, theirs[key], mine[key], base)
        for key in mine
        if mine[key] != theirs.get(key, mine[key])
    ]


def _question(key: str, theirs: Any, mine: Any, base: JSON | None) -> Question:
    has_both = _can_join(key, theirs, mine)
    if base is not None and base.get(key) == mine:
        return Question(key, THEIRS, True, has_both)
    if base is not None and base.get(key) == theirs:
        return Question(key, MINE, True, has_both)
    return Question(key, BOTH if has_both else MINE, False, has_both)


def merged(theirs: JSON, mine: JSON, picks: Mapping[str, str]) -> JSON:
    """Their text with the fields taken over that were picked; "both" only where it is possible."""
    return {key: _merged(key, theirs[key], mine, picks.get(key, THEIRS)) for key in theirs}


def _merged(key: str, theirs: Any, mine: JSON, pick: str) -> Any:
    if pick == THEIRS or key not in mine:
        return theirs
    if pick == BOTH and _can_join(key, theirs, mine[key]):
        return _joined(theirs, mine[key])
    return mine[key]


def _can_join(key: str, theirs: Any, mine: Any) -> bool:
    if not theirs or not mine:
        return False
    return isinstance(theirs, list) or key in PROSE


def _joined(theirs: Any, mine: Any) -> Any:
    if isinstance(theirs, str):
        if mine in theirs or theirs in mine:
            return max(theirs, mine, key=len)
        return f"{theirs}\n\n{mine}"
    taken = {str(entry[KEY]) for entry in theirs if isinstance(entry, dict) and KEY in entry}
    return theirs + [_renamed(entry, taken) for entry in mine if entry not in theirs]


def _renamed(entry: Any, taken: set[str]) -> Any:
    """An entry of the agenda gets a key of its own when theirs has that key already."""
    if isinstance(entry, dict) and entry.get(KEY) in taken:
        return {**entry, KEY: f"{entry[KEY]}-b"}
    return entry
