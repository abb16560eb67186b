"""The sections of a commitment as people read them: one line a field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from exchanges.commitment.terms import (
    PARTIES,
    SIDES,
    Agenda,
    Clauses,
    Outcomes,
    People,
    Person,
    Purpose,
    Responsibilities,
    When,
)
from exchanges.enums import Capacity, ExchangeMode
from exchanges.models import Exchange
from exchanges.wording.agenda import name_of_day, time_of
from exchanges.wording.values import clause_text, day_text, purpose_text
from profiles.languages import language_name


@dataclass(frozen=True)
class Line:
    """One field: its `key` in the section, what it is called, and what it says, maybe in several
    entries."""

    key: str
    label: Text
    texts: list[str]

    @property
    def is_list(self) -> bool:
        return len(self.texts) > 1


def lines_of(name: str, values: Any, exchange: Exchange) -> list[Line]:
    """The fields of one section, with those that the way of meeting leaves out left out too."""
    return _LINES[name](values, exchange)


def _line(key: str, label: Text, *texts: Text) -> Line:
    return Line(key, label, [str(text) for text in texts if text])


def _when(when: When, exchange: Exchange) -> list[Line]:
    lines = [
        _line("mode", _("How you meet"), _mode(when.mode)),
        _line("starts_on", _("First day"), _day(when.starts_on)),
        _line("ends_on", _("Last day"), _day(when.ends_on)),
    ]
    if when.is_physical or when.travel_days:
        lines.append(_line("travel_days", _("Days of travel"), *map(day_text, when.travel_days)))
    if when.is_physical or when.venue:
        lines.append(_line("venue", _("Where"), when.venue))
    if not when.is_physical or when.platform:
        lines.append(_line("platform", _("Platform"), when.platform))
    return [*lines, _line("room", _("Where to report on the first day"), when.room)]


def _day(day: date | None) -> str:
    return day_text(day) if day else ""


def _mode(mode: str) -> Text:
    return ExchangeMode(mode).label if mode in ExchangeMode.values else mode


def _people(people: People, exchange: Exchange) -> list[Line]:
    return [
        _line(side, exchange.party_name(side), *map(_person, getattr(people, side)))
        for side in SIDES
    ]


def _person(person: Person) -> str:
    return ", ".join(text for text in person.__dict__.values() if text)


def _purpose(purpose: Purpose, exchange: Exchange) -> list[Line]:
    return [
        _line("objectives", _("Objectives"), *map(purpose_text, purpose.objectives)),
        _line("activities", _("Activities"), *map(purpose_text, purpose.activities)),
        _line("text", _("In own words"), purpose.text),
    ]


def _agenda(agenda: Agenda, exchange: Exchange) -> list[Line]:
    entries = (f"{name_of_day(slot.day)}, {time_of(slot)}: {slot.title}" for slot in agenda.slots)
    return [_line("slots", _("Entries"), *entries)]


def _responsibilities(texts: Responsibilities, exchange: Exchange) -> list[Line]:
    return [_line(party, _party(party, exchange), getattr(texts, party)) for party in PARTIES]


def _party(capacity: str, exchange: Exchange) -> str:
    return _("%(name)s (%(role)s)") % {
        "name": exchange.party_name(capacity),
        "role": Capacity(capacity).label,
    }


def _outcomes(outcomes: Outcomes, exchange: Exchange) -> list[Line]:
    entries = (
        _("%(outcome)s – seen by: %(measure)s")
        % {"outcome": outcome.text, "measure": outcome.measure}
        if outcome.measure
        else outcome.text
        for outcome in outcomes.items
    )
    return [_line("items", _("Expected outcomes"), *entries)]


def _clauses(clauses: Clauses, exchange: Exchange) -> list[Line]:
    language = language_name(clauses.language) if clauses.language else ""
    return [
        _line("language", _("Working language"), language),
        _line("agreed", _("Agreed clauses"), *map(clause_text, clauses.agreed)),
        _line("further", _("Further clauses"), clauses.further),
    ]


_LINES: Mapping[str, Callable[[Any, Exchange], list[Line]]] = {
    "when": _when,
    "people": _people,
    "purpose": _purpose,
    "agenda": _agenda,
    "responsibilities": _responsibilities,
    "outcomes": _outcomes,
    "clauses": _clauses,
}
