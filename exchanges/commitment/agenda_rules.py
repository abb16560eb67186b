"""What the agenda of a commitment still has to change. No Django in here."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from exchanges.commitment.calendar import (
    days_of_stay,
    full_days,
    workdays_of_stay,
)
from exchanges.commitment.facts import Facts
from exchanges.commitment.findings import Finding
from exchanges.commitment.terms import Slot, Terms
from exchanges.commitment.words import words_of_recruitment


def agenda_findings(terms: Terms, facts: Facts) -> Iterator[Finding]:
    """Whether there is enough on the right days, and each entry makes sense."""
    slots = terms.agenda.slots
    if not slots:
        yield Finding("agenda_missing")
        return
    yield from _entries(slots)
    yield from _days(terms, facts)
    if words := words_of_recruitment(*(slot.title for slot in slots)):
        yield Finding("words_in_agenda", {"words": words})


def _entries(slots: tuple[Slot, ...]) -> Iterator[Finding]:
    if incomplete := [slot for slot in slots if slot.day is None or not slot.title.strip()]:
        yield Finding("entry_incomplete", {"count": len(incomplete)})
    if reversed_ones := [slot for slot in slots if _is_reversed(slot)]:
        yield Finding("entry_times", {"titles": _titles(reversed_ones)})
    for one, other in combinations(slots, 2):
        if _overlap(one, other):
            yield Finding("overlap", {"day": one.day, "titles": _titles([one, other])})
            return


def _days(terms: Terms, facts: Facts) -> Iterator[Finding]:
    with_content, stay = terms.agenda.days, set(days_of_stay(terms))
    if stay and (outside := [day for day in with_content if day not in stay]):
        yield Finding("outside_stay", {"days": outside})
    if terms.when.is_physical:
        yield from _days_without_content(terms, facts, with_content)
    elif with_content:
        yield from _sessions(terms, facts)


def _days_without_content(
    terms: Terms, facts: Facts, with_content: list[date]
) -> Iterator[Finding]:
    """A gap between two days with content breaks the stay apart; at an end the stay is too long."""
    needed = workdays_of_stay(terms, facts.holidays)
    empty = [day for day in needed if day not in with_content]
    gaps = [day for day in empty if with_content and with_content[0] < day < with_content[-1]]
    if gaps:
        yield Finding("not_consecutive", {"days": gaps})
    if rest := [day for day in empty if day not in gaps]:
        yield Finding("days_without_content", {"days": rest})


def _sessions(terms: Terms, facts: Facts) -> Iterator[Finding]:
    """Enough full days or enough half-days."""
    days, halves = len(full_days(terms)), len(terms.agenda.halves)
    least_days, least_halves = (
        facts.numbers["virtual.min_days"],
        facts.numbers["virtual.min_half_days"],
    )
    if days < least_days and halves < least_halves:
        yield Finding(
            "virtual_too_short",
            {"half_days": halves, "least_days": least_days, "least_half_days": least_halves},
        )


def _is_reversed(slot: Slot) -> bool:
    return bool(slot.starts and slot.ends and slot.ends <= slot.starts)


def _overlap(one: Slot, other: Slot) -> bool:
    """Both at once on one day, as far as both say from when until when."""
    if one.day is None or one.day != other.day:
        return False
    if not (one.starts and one.ends and other.starts and other.ends):
        return False
    return one.starts < other.ends and other.starts < one.ends


def _titles(slots: list[Slot]) -> list[str]:
    return [slot.title for slot in slots]
