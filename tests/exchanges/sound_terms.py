"""A text of a commitment that keeps all rules, and the world around it, without a database."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from exchanges.commitment.facts import Facts, Side
from exchanges.commitment.rules import check
from exchanges.commitment.terms import (
    VIRTUAL,
    Agenda,
    Clauses,
    Outcome,
    Outcomes,
    People,
    Person,
    Purpose,
    Responsibilities,
    Slot,
    Terms,
    When,
)

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (
    date(2027, 3, day) for day in range(1, 8)
)
TODAY = date(2027, 2, 1)
NUMBERS = {
    "physical.min_days": 3,
    "physical.max_months": 1,
    "physical.visits_per_visitor": 1,
    "virtual.min_days": 3,
    "virtual.min_half_days": 6,
    "virtual.max_span_days": 21,
}
FACTS = Facts(
    today=TODAY,
    host=Side(country="FR"),
    visitor=Side(country="PT"),
    numbers=NUMBERS,
    open_until=date(2027, 12, 31),
    required_clauses=("conduct", "no_recruitment"),
)


def slot(day: date | None, **values: Any) -> Slot:
    """A whole day from nine to five, unless told otherwise."""
    key = values.pop("key", f"s{day}{values.get('part', '')}")
    values = {"title": "At the workshop", "starts": time(9), "ends": time(17)} | values
    return Slot(key=key, day=day, **values)


def agenda(*days: date, **values: Any) -> Agenda:
    return Agenda(slots=tuple(slot(day, **values) for day in days))


def in_person(*days: date, **when: Any) -> Terms:
    """A visit from the first to the last of these days, with content on each of them."""
    when = {"starts_on": days[0], "ends_on": days[-1], "venue": "Workshop, Lyon"} | when
    return Terms(
        when=When(**when),
        people=People(
            HO=(Person(name="Hana", position="Director"),),
            VO=(Person(name="Vera", position="Engineer"),),
        ),
        purpose=Purpose(objectives=("learn",), text="See how others do it."),
        agenda=agenda(*days),
        responsibilities=Responsibilities("Receives.", "Travels.", "Informs.", "Pays."),
        outcomes=Outcomes(items=(Outcome(text="A joint plan", measure="It is written down"),)),
        clauses=Clauses(language="en", agreed=("conduct", "no_recruitment")),
    )


def online(*days: date, part: str = "day", **when: Any) -> Terms:
    """Sessions on these days; whole days unless a part of the day is named."""
    when = {"mode": VIRTUAL, "venue": "", "platform": "Video calls"} | when
    terms = in_person(*days, **when)
    return replace(terms, agenda=agenda(*days, part=part))


SOUND = in_person(MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)


def with_part(terms: Terms, section: str, **values: Any) -> Terms:
    """The terms with other values in one section."""
    return replace(terms, **{section: replace(getattr(terms, section), **values)})


def codes(terms: Terms, **facts: Any) -> list[str]:
    """The codes of what is found, with these facts changed."""
    return [finding.code for finding in check(terms, replace(FACTS, **facts))]


def params(terms: Terms, **facts: Any) -> dict[str, Any]:
    """The values that the one finding names."""
    (finding,) = check(terms, replace(FACTS, **facts))
    return dict(finding.params)
