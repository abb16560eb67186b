"""The rules of a commitment: what its text still has to change before it can be signed.

`check` gives a finding for each rule that is not kept. A stop has to be put right; a warning can
be let pass by a partnership that says why. All numbers come with the facts. No Django in here.
"""

from collections.abc import Iterator
from datetime import date

from exchanges.commitment.agenda_rules import agenda_findings
from exchanges.commitment.calendar import (
    apart_from_stay,
    last_day_of_months,
    working_days,
)
from exchanges.commitment.facts import Facts, Side
from exchanges.commitment.findings import KINDS, Finding
from exchanges.commitment.terms import PARTIES, Person, Terms
from exchanges.commitment.words import words_of_recruitment

NO_RECRUITMENT = "no_recruitment"
"""The clause that excludes internships and recruitment."""
_ORDER = {code: position for position, code in enumerate(KINDS)}


def check(terms: Terms, facts: Facts) -> list[Finding]:
    """All that is found, in the order of `KINDS`."""
    found = [
        *_when(terms, facts),
        *_parties(facts),
        *_people(terms),
        *_purpose(terms),
        *agenda_findings(terms, facts),
        *_responsibilities(terms),
        *_outcomes(terms),
        *_clauses(terms, facts),
    ]
    return sorted(found, key=lambda finding: _ORDER[finding.code])


def _when(terms: Terms, facts: Facts) -> Iterator[Finding]:
    when = terms.when
    if when.starts_on is None or when.ends_on is None:
        yield Finding("dates_missing")
    elif when.ends_on < when.starts_on:
        yield Finding("dates_reversed", {"first": when.starts_on, "last": when.ends_on})
    else:
        yield from _dates(terms, facts, when.starts_on, when.ends_on)
    if when.is_physical:
        yield from _in_person(terms, facts)
    elif not when.platform.strip():
        yield Finding("platform_missing")


def _dates(terms: Terms, facts: Facts, first: date, last: date) -> Iterator[Finding]:
    """The stay as such: not over yet, and of a length that the programme allows."""
    if facts.is_running:
        if last < facts.today:
            yield Finding("over_already", {"last": last})
    elif first <= facts.today:
        yield Finding("not_in_future", {"first": first})
    if apart := apart_from_stay(terms):
        yield Finding("travel_apart", {"days": apart})
    if terms.when.is_physical:
        yield from _length_in_person(terms, facts, first, last)
    else:
        yield from _length_online(terms, facts, first, last)


def _length_in_person(terms: Terms, facts: Facts, first: date, last: date) -> Iterator[Finding]:
    days = len(working_days(terms, facts.holidays))
    if days < facts.numbers["physical.min_days"]:
        yield Finding("too_short", {"days": days, "holidays": sorted(facts.holidays)})
    longest = last_day_of_months(first, facts.numbers["physical.max_months"])
    if last > longest:
        yield Finding("too_long", {"first": first, "longest": longest})


def _length_online(terms: Terms, facts: Facts, first: date, last: date) -> Iterator[Finding]:
    """The span is that of the sessions; that of the dates as long as there are none."""
    if last > facts.open_until:
        yield Finding("virtual_window", {"last": last, "until": facts.open_until})
    sessions = terms.agenda.days or [first, last]
    span = (sessions[-1] - sessions[0]).days + 1
    if span > facts.numbers["virtual.max_span_days"]:
        yield Finding("virtual_span", {"days": span})


def _in_person(terms: Terms, facts: Facts) -> Iterator[Finding]:
    if facts.visits_taken >= facts.numbers["physical.visits_per_visitor"]:
        yield Finding("visit_used")
    if not terms.when.venue.strip():
        yield Finding("venue_missing")
    if not facts.is_distance_known:
        yield Finding("distance_unknown")


def _parties(facts: Facts) -> Iterator[Finding]:
    if facts.host.country == facts.visitor.country:
        yield Finding("same_country", {"country": facts.host.country})
    yield from _side("host", facts.host)
    yield from _side("visitor", facts.visitor)


def _side(name: str, side: Side) -> Iterator[Finding]:
    if not side.is_country_eligible:
        yield Finding(f"{name}_country", {"country": side.country})
    if not side.is_type_eligible:
        yield Finding(f"{name}_type")
    if not side.is_standing:
        yield Finding(f"{name}_not_standing")
    if side.lacks:
        yield Finding(f"{name}_incomplete", {"fields": side.lacks})
    if side.lacks_texts:
        yield Finding(f"{name}_texts", {"fields": side.lacks_texts})


def _people(terms: Terms) -> Iterator[Finding]:
    if not _are_named(terms.people.HO):
        yield Finding("host_participants")
    if not _are_named(terms.people.VO):
        yield Finding("visitor_participants")


def _are_named(people: tuple[Person, ...]) -> bool:
    """At least one, and each with name and position."""
    return bool(people) and all(
        person.name.strip() and person.position.strip() for person in people
    )


def _purpose(terms: Terms) -> Iterator[Finding]:
    purpose = terms.purpose
    if not purpose.objectives and not purpose.activities:
        yield Finding("purpose_missing")
    if not purpose.text.strip():
        yield Finding("purpose_text_missing")
    if words := words_of_recruitment(purpose.text):
        yield Finding("words_in_purpose", {"words": words})


def _responsibilities(terms: Terms) -> Iterator[Finding]:
    silent = [party for party in PARTIES if not getattr(terms.responsibilities, party).strip()]
    if silent:
        yield Finding("responsibilities_missing", {"parties": silent})


def _outcomes(terms: Terms) -> Iterator[Finding]:
    named = [outcome for outcome in terms.outcomes.items if outcome.text.strip()]
    if not named:
        yield Finding("outcomes_missing")
    elif without := [outcome for outcome in named if not outcome.measure.strip()]:
        yield Finding("measures_missing", {"outcomes": [outcome.text for outcome in without]})


def _clauses(terms: Terms, facts: Facts) -> Iterator[Finding]:
    if not terms.clauses.language:
        yield Finding("language_missing")
    missing = [code for code in facts.required_clauses if code not in terms.clauses.agreed]
    if NO_RECRUITMENT in missing:
        yield Finding("recruitment_not_excluded")
        missing.remove(NO_RECRUITMENT)
    if missing:
        yield Finding("clauses_missing", {"clauses": missing})
