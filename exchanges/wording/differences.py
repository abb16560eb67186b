"""What two texts of a commitment differ in, as people read it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cxc_portal.core.types import Text
from exchanges.commitment.differences import Difference
from exchanges.enums import DayPart, ExchangeMode, Responsible, Section
from exchanges.wording.values import clause_text, day_text, listed, purpose_text, quoted
from profiles.languages import language_name

SAME, GONE, NEW = "same", "gone", "new"
LONG = 40
"""Longer texts are compared word by word."""

FIELDS: Mapping[str, Text] = {
    "when.mode": _lazy("In person or online"),
    "when.starts_on": _lazy("First day"),
    "when.ends_on": _lazy("Last day"),
    "when.travel_days": _lazy("Days of travel"),
    "when.venue": _lazy("Venue"),
    "when.platform": _lazy("Platform"),
    "when.room": _lazy("Where to report on the first day"),
    "people.HO": _lazy("Participant of the host"),
    "people.VO": _lazy("Participant of the visitor"),
    "people.name": _lazy("name"),
    "people.position": _lazy("position"),
    "people.email": _lazy("e-mail address"),
    "people.phone": _lazy("telephone"),
    "purpose.objectives": _lazy("Objectives"),
    "purpose.activities": _lazy("Activities"),
    "purpose.text": _lazy("In words"),
    "agenda.slots": _lazy("Entry"),
    "agenda.slots.day": _lazy("day"),
    "agenda.slots.part": _lazy("part of the day"),
    "agenda.slots.starts": _lazy("from"),
    "agenda.slots.ends": _lazy("until"),
    "agenda.slots.activity": _lazy("activity"),
    "agenda.slots.title": _lazy("title"),
    "agenda.slots.responsible": _lazy("responsible"),
    "agenda.slots.place": _lazy("place"),
    "responsibilities.HO": _lazy("Host organisation"),
    "responsibilities.VO": _lazy("Visiting organisation"),
    "responsibilities.HOP": _lazy("Partnership of the host"),
    "responsibilities.VOP": _lazy("Partnership of the visitor"),
    "outcomes.items": _lazy("Outcome"),
    "outcomes.items.text": _lazy("what is expected"),
    "outcomes.items.measure": _lazy("how one recognises it"),
    "clauses.language": _lazy("Working language"),
    "clauses.agreed": _lazy("Clauses agreed to"),
    "clauses.further": _lazy("Further agreements"),
}


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: the same in both, gone from the first or new in the second."""

    kind: str
    text: str


@dataclass(frozen=True)
class DifferenceInWords:
    """One field as it was and as it is; an empty side is an empty text. `pieces` are both texts in
    one, word by word, where they are long; else there are none."""

    section: Text
    label: str
    before: str
    after: str
    pieces: list[Piece]
    is_material: bool


def in_words(differences: Iterable[Difference]) -> list[DifferenceInWords]:
    return [_in_words(difference) for difference in differences]


def _in_words(difference: Difference) -> DifferenceInWords:
    before, after = (_text(difference, value) for value in (difference.before, difference.after))
    is_long = min(len(before), len(after)) > LONG
    return DifferenceInWords(
        section=Section(difference.section).label,
        label=_label(difference),
        before=before,
        after=after,
        pieces=word_by_word(before, after) if is_long else [],
        is_material=difference.is_material,
    )


def word_by_word(before: str, after: str) -> list[Piece]:
    """Both texts in one: what went stands before what came in its place."""
    old, new = before.split(), after.split()
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(SAME, " ".join(old[a:b])))
            continue
        if a < b:
            pieces.append(Piece(GONE, " ".join(old[a:b])))
        if c < d:
            pieces.append(Piece(NEW, " ".join(new[c:d])))
    return pieces


def _label(difference: Difference) -> str:
    """The field, and to which entry it belongs: `Entry “Visit of the plant”: from`."""
    name = difference.full_field
    if difference.entry is None:
        return str(FIELDS.get(name, name))
    if difference.section == Section.PEOPLE:
        side, _dot, field = difference.field.partition(".")
        owner, name = str(FIELDS[f"people.{side}"]), f"people.{field}" if field else ""
    else:
        owner = str(FIELDS.get(_owner(name), name))
        name = "" if name in _ENTRIES else name
    entry = next((difference.entry[key] for key in _NAMES if difference.entry.get(key)), "")
    owner = f"{owner} {quoted(entry)}" if entry else owner
    if not name:
        return owner
    return _("%(entry)s: %(field)s") % {"entry": owner, "field": FIELDS.get(name, name)}


_NAMES = ("title", "name", "text")
_ENTRIES = ("agenda.slots", "outcomes.items")


def _owner(name: str) -> str:
    return next((entries for entries in _ENTRIES if name.startswith(entries)), name)


def _text(difference: Difference, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    name = difference.full_field
    if isinstance(value, Mapping):
        return _entry_text(name, value)
    if isinstance(value, list):
        return listed((_value(name, one) for one in value), most=len(value))
    return _value(name, value)


def _entry_text(name: str, entry: Mapping[str, Any]) -> str:
    """A whole entry in one line, as far as it says something."""
    values = (
        _value(f"{name}.{key}", value) for key, value in entry.items() if value and key != "key"
    )
    return ", ".join(values)


def _value(name: str, value: Any) -> str:
    reading = _READINGS.get(name)
    return str(reading(value)) if reading else str(value)


def _choice(choices: Any) -> Callable[[str], Text]:
    """The label of a code; the code itself where it is none of the choices."""
    return lambda code: choices(code).label if code in choices.values else code


def _day(value: str) -> str:
    return day_text(date.fromisoformat(value))


_READINGS: Mapping[str, Callable[[Any], Text]] = {
    "when.mode": _choice(ExchangeMode),
    "when.starts_on": _day,
    "when.ends_on": _day,
    "when.travel_days": _day,
    "purpose.objectives": purpose_text,
    "purpose.activities": purpose_text,
    "agenda.slots.day": _day,
    "agenda.slots.part": _choice(DayPart),
    "agenda.slots.activity": purpose_text,
    "agenda.slots.responsible": _choice(Responsible),
    "clauses.language": language_name,
    "clauses.agreed": clause_text,
}
