"""The terms of a commitment as plain values, and the one JSON shape that drafts and frozen
versions share. No Django in here.

A section is kept as a JSON object under its name; `Terms.from_json` reads all of them and
`to_json` writes them back unchanged: days as ISO 8601 (`2027-03-01`), times as `HH:MM` in the
host's time zone, absent days and times as null.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, time
from typing import Any, Self

JSON = dict[str, Any]

PHYSICAL, VIRTUAL = "physical", "virtual"
DAY, MORNING, AFTERNOON = "day", "morning", "afternoon"
PARTIES = ("HO", "VO", "HOP", "VOP")
SIDES = ("HO", "VO")


class BadTerms(ValueError):
    """A value that is not of the shape of its field; says which."""


def _day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise BadTerms(f"{value!r} is not a day such as 2027-03-01.") from wrong


def _time(value: Any) -> time | None:
    if value in (None, ""):
        return None
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise BadTerms(f"{value!r} is not a time such as 09:30.") from wrong


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadTerms(f"{value!r} is not a text.")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise BadTerms(f"{value!r} is not a list.")
    return tuple(_text(one) for one in value)


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


class Part(ABC):
    """A piece of the terms that is read from and written to JSON."""

    @classmethod
    @abstractmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Raises `BadTerms` for a value of the wrong shape; what is missing takes its default."""

    def to_json(self) -> JSON:
        return {name: plain(value) for name, value in asdict(self).items()}  # type: ignore[call-overload]


@dataclass(frozen=True)
class When(Part):
    """Days, place and way of meeting. Travel days lie in or beside the stay and count for nothing.

    `room` is where to report on the first day; changing it needs no new signatures.
    """

    mode: str = PHYSICAL
    starts_on: date | None = None
    ends_on: date | None = None
    travel_days: tuple[date, ...] = ()
    venue: str = ""
    platform: str = ""
    room: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        travel = [_day(one) for one in content.get("travel_days", ())]
        return cls(
            mode=_text(content.get("mode", PHYSICAL)),
            starts_on=_day(content.get("starts_on")),
            ends_on=_day(content.get("ends_on")),
            travel_days=tuple(sorted({day for day in travel if day})),
            venue=_text(content.get("venue")),
            platform=_text(content.get("platform")),
            room=_text(content.get("room")),
        )

    @property
    def is_physical(self) -> bool:
        return self.mode == PHYSICAL


@dataclass(frozen=True)
class Person:
    """Who takes part for one side; contact data can change without new signatures."""

    name: str = ""
    position: str = ""
    email: str = ""
    phone: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(**{one.name: _text(content.get(one.name)) for one in fields(cls)})


@dataclass(frozen=True)
class People(Part):
    """The participants of both sides, the first one being the contact, and who signs for each."""

    HO: tuple[Person, ...] = ()
    VO: tuple[Person, ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            **{
                side: tuple(Person.from_json(one) for one in content.get(side, ()))
                for side in SIDES
            }
        )


@dataclass(frozen=True)
class Purpose(Part):
    """What the exchange is for: codes of objectives and activities, and a text."""

    objectives: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    text: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            objectives=_texts(content.get("objectives", ())),
            activities=_texts(content.get("activities", ())),
            text=_text(content.get("text")),
        )


@dataclass(frozen=True)
class Slot:
    """One entry of the agenda. `key` names it for good, `part` is a day or half of it; times are
    the host's. A whole day counts as two half-days."""

    key: str
    day: date | None
    part: str = DAY
    starts: time | None = None
    ends: time | None = None
    activity: str = ""
    title: str = ""
    responsible: str = "host"
    place: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            key=_text(content.get("key")),
            day=_day(content.get("day")),
            part=_text(content.get("part", DAY)),
            starts=_time(content.get("starts")),
            ends=_time(content.get("ends")),
            activity=_text(content.get("activity")),
            title=_text(content.get("title")),
            responsible=_text(content.get("responsible", "host")),
            place=_text(content.get("place")),
        )

    @property
    def halves(self) -> frozenset[tuple[date, str]]:
        """The half-days that it fills."""
        if self.day is None:
            return frozenset()
        parts = (MORNING, AFTERNOON) if self.part == DAY else (self.part,)
        return frozenset((self.day, part) for part in parts)


@dataclass(frozen=True)
class Agenda(Part):
    """The entries, in the order of their days and times."""

    slots: tuple[Slot, ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        slots = [Slot.from_json(one) for one in content.get("slots", ())]
        return cls(slots=tuple(sorted(slots, key=_in_time)))

    @property
    def days(self) -> list[date]:
        """The days with content, in order."""
        return sorted({slot.day for slot in self.slots if slot.day})

    @property
    def halves(self) -> frozenset[tuple[date, str]]:
        """The half-days with content."""
        return frozenset().union(*(slot.halves for slot in self.slots))


_ORDER = {DAY: 0, MORNING: 0, AFTERNOON: 1}


def _in_time(slot: Slot) -> tuple[date, int, time, str]:
    return (
        slot.day or date.max,
        _ORDER.get(slot.part, 0),
        slot.starts or time.min,
        slot.key,
    )


@dataclass(frozen=True)
class Responsibilities(Part):
    """What each of the four parties sees to."""

    HO: str = ""
    VO: str = ""
    HOP: str = ""
    VOP: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(**{party: _text(content.get(party)) for party in PARTIES})


@dataclass(frozen=True)
class Outcome:
    """What is expected, and how one recognises that it came about."""

    text: str = ""
    measure: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(text=_text(content.get("text")), measure=_text(content.get("measure")))


@dataclass(frozen=True)
class Outcomes(Part):
    items: tuple[Outcome, ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(items=tuple(Outcome.from_json(one) for one in content.get("items", ())))


@dataclass(frozen=True)
class Clauses(Part):
    """The working language (ISO 639-1), the clauses agreed to by their codes, and further ones."""

    language: str = ""
    agreed: tuple[str, ...] = ()
    further: str = ""

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            language=_text(content.get("language")),
            agreed=_texts(content.get("agreed", ())),
            further=_text(content.get("further")),
        )


@dataclass(frozen=True)
class Terms:
    """All that the two sides agree on. The names of the fields are those of the sections."""

    when: When = field(default_factory=When)
    people: People = field(default_factory=People)
    purpose: Purpose = field(default_factory=Purpose)
    agenda: Agenda = field(default_factory=Agenda)
    responsibilities: Responsibilities = field(default_factory=Responsibilities)
    outcomes: Outcomes = field(default_factory=Outcomes)
    clauses: Clauses = field(default_factory=Clauses)

    @classmethod
    def from_json(cls, contents: Mapping[str, Mapping[str, Any]]) -> Self:
        """From the contents of the sections by name. Raises `BadTerms` naming the section."""
        return cls(**{name: section(name, contents.get(name, {})) for name in SECTIONS})

    def to_json(self) -> dict[str, JSON]:
        return {name: getattr(self, name).to_json() for name in SECTIONS}


SECTIONS: Mapping[str, type[Part]] = {
    "when": When,
    "people": People,
    "purpose": Purpose,
    "agenda": Agenda,
    "responsibilities": Responsibilities,
    "outcomes": Outcomes,
    "clauses": Clauses,
}


def section(name: str, content: Mapping[str, Any]) -> Any:
    """The content of one section as its values. Raises `BadTerms` naming the section."""
    try:
        return SECTIONS[name].from_json(content)
    except BadTerms as wrong:
        raise BadTerms(f"{name}: {wrong}") from wrong
