"""Moving the entries of an agenda about, as plain values. No Django in here.

Every function gives a new agenda and leaves the old one as it was. An entry that comes to stand
among others gets its time from them, so that the order on the page is the order of the clock.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from hashlib import sha256
from itertools import pairwise

from exchanges.commitment.terms import AFTERNOON, DAY, MORNING, Agenda, Slot

USUAL = {
    DAY: (time(9), time(17)),
    MORNING: (time(9), time(12, 30)),
    AFTERNOON: (time(14), time(17)),
}
"""When a day and its halves usually begin and end: what a new entry starts with."""
NOON = time(13)
AT_THE_END = ""
LAST_MINUTE = 24 * 60 - 1
_LATEST = {DAY: LAST_MINUTE, MORNING: 14 * 60, AFTERNOON: LAST_MINUTE}
"""Until which minute a part of the day may be filled up."""


class NoTimeLeft(ValueError):
    """The entries do not fit into the day any more."""


def entry_of(agenda: Agenda, key: str) -> Slot | None:
    return next((slot for slot in agenda.slots if slot.key == key), None)


def entries_of(agenda: Agenda, day: date, part: str) -> list[Slot]:
    """The entries of one half of a day (or those that take all of it), in their order."""
    return [slot for slot in agenda.slots if (slot.day, slot.part) == (day, part)]


def entries_on(agenda: Agenda, day: date) -> list[Slot]:
    return [slot for slot in agenda.slots if slot.day == day]


def with_entry(agenda: Agenda, slot: Slot) -> Agenda:
    """The agenda with this entry, in place of the one of that key where there is one."""
    return _of([*without(agenda, slot.key).slots, slot])


def without(agenda: Agenda, key: str) -> Agenda:
    return Agenda(slots=tuple(slot for slot in agenda.slots if slot.key != key))


def without_day(agenda: Agenda, day: date) -> Agenda:
    return Agenda(slots=tuple(slot for slot in agenda.slots if slot.day != day))


def placed(
    agenda: Agenda, slot: Slot, *, day: date, part: str, before: str | None = None
) -> Agenda:
    """The agenda with the entry on this day and in this part of it.

    Without `before` it keeps its time where nothing else stands, or comes after the rest if that
    leaves room; else both stand at the same time, for people to settle. `before` is the key of the
    entry that it comes to stand before, or `AT_THE_END`: then all entries of that half are timed
    anew in their new order, each as long as it was. Raises `NoTimeLeft`.
    """
    there = [one for one in entries_of(agenda, day, part) if one.key != slot.key]
    if before is None:
        return with_entry(agenda, _fitted(slot, day, part, there))
    moved = _fitted(slot, day, part, [])
    position = next((n for n, one in enumerate(there) if one.key == before), len(there))
    order = [*there[:position], moved, *there[position:]]
    known = [*there, *([slot] if (slot.day, slot.part) == (day, part) else [])]
    for one in _one_after_the_other(order, known or [moved]):
        agenda = with_entry(agenda, one)
    return agenda


def day_copied(agenda: Agenda, day: date, to: date, new_key: Callable[[], str]) -> Agenda:
    """The agenda with all entries of a day once more on another one, beside what stands there."""
    copies = [replace(slot, key=new_key(), day=to) for slot in entries_on(agenda, day)]
    return _of([*agenda.slots, *copies])


def overlapping(agenda: Agenda, slot: Slot) -> list[Slot]:
    """The other entries of that day that run at the same time."""
    if slot.day is None:
        return []
    return [
        one for one in entries_on(agenda, slot.day) if one.key != slot.key and _overlap(one, slot)
    ]


def mark_of(slot: Slot) -> str:
    """A short mark of what the entry says: whoever acts on it shows which text they saw."""
    text = json.dumps(Agenda(slots=(slot,)).to_json(), sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def _of(slots: Sequence[Slot]) -> Agenda:
    """An agenda in the order of its days and times."""
    return Agenda.from_json(Agenda(slots=tuple(slots)).to_json())


def _fitted(slot: Slot, day: date, part: str, there: Sequence[Slot]) -> Slot:
    """The entry with a time that suits the place."""
    starts, ends = slot.starts, slot.ends
    if DAY in (part, slot.part) and part != slot.part:
        starts, ends = USUAL[part]
    elif part != slot.part and starts is not None:
        length = _length(slot)
        starts = USUAL[part][0]
        ends = _clock(_minutes(starts) + length) if slot.ends else None
    moved = replace(slot, day=day, part=part, starts=starts, ends=ends)
    if not any(_overlap(one, moved) for one in there):
        return moved
    last = max(_minutes(one.ends) for one in there)
    return _from(moved, last) if last + _length(moved) <= _LATEST[part] else moved


def _one_after_the_other(order: Sequence[Slot], known: Sequence[Slot]) -> list[Slot]:
    """The entries in this order from the time when the first of the known ones begins, with the
    pauses that were between them. Untouched where an entry has no time."""
    if any(slot.starts is None or slot.ends is None for slot in [*order, *known]):
        return list(order)
    clock = sorted(known, key=lambda slot: (slot.starts or time.min, slot.key))
    pauses = [
        max(0, _minutes(after.starts) - _minutes(before.ends)) for before, after in pairwise(clock)
    ]
    minute, timed = _minutes(clock[0].starts), []
    for number, slot in enumerate(order):
        timed.append(_from(slot, minute))
        minute += _length(slot) + (pauses[number] if number < len(pauses) else 0)
    return timed


def _from(slot: Slot, minute: int) -> Slot:
    """The entry from this minute of the day on, as long as it is."""
    ends = _clock(minute + _length(slot))
    return replace(slot, starts=_clock(minute), ends=ends if slot.ends else None)


def _length(slot: Slot) -> int:
    if slot.starts is None or slot.ends is None:
        return 0
    return max(0, _minutes(slot.ends) - _minutes(slot.starts))


def _overlap(one: Slot, other: Slot) -> bool:
    if None in (one.starts, one.ends, other.starts, other.ends):
        return False
    first, second = sorted((one, other), key=lambda slot: _minutes(slot.starts))
    return _minutes(second.starts) < _minutes(first.ends)


def _minutes(moment: time | None) -> int:
    return moment.hour * 60 + moment.minute if moment else 0


def _clock(minute: int) -> time:
    if minute > LAST_MINUTE:
        raise NoTimeLeft
    return time(minute // 60, minute % 60)
