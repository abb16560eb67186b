"""What a report still lacks before it can be handed in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.questionnaire.questions import (
    ACTIVITIES,
    NEEDED,
    OUTCOMES,
    PARTS,
    RATINGS,
    Answers,
    Asked,
    Stay,
    asked_for,
)

OUTCOME, STARTS_ON, ENDS_ON, DAYS_DONE = "outcome", "starts_on", "ends_on", "days_done"
"""The names under which gaps of the stay are told."""
MISSING, ORDER, FUTURE, TOO_MANY, NONE_DONE = (
    "missing",
    "order",
    "future",
    "too_many",
    "none_done",
)


@dataclass(frozen=True)
class Gap:
    """`key` is that of the question, or one of the names above; `lines` are those of its lines that
    lack something, as they stand in the names of fields."""

    key: str
    code: str = MISSING
    lines: tuple[str, ...] = ()


def missing(
    questions: Iterable[Asked], answers: Answers, stay: Stay, *, today: date | None = None
) -> list[Gap]:
    """What has to be answered and is not, in the order of the page; nothing when the report can be
    handed in. No day may lie after `today`. Without an outcome that alone is told: what else is
    needed depends on it."""
    if stay.outcome not in OUTCOMES:
        return [Gap(OUTCOME)]
    found: list[Gap] = list(_days(stay, today)) if stay.has_happened else []
    asked = asked_for(questions, stay.outcome)
    reasons = [one for one in asked if one.key == NEEDED[0]]
    others = [one for one in asked if one not in reasons]
    return [*_gaps(reasons, answers), *found, *_gaps(others, answers)]


def _gaps(asked: Iterable[Asked], answers: Answers) -> Iterator[Gap]:
    for one in asked:
        if not one.is_required and one.key not in NEEDED:
            continue
        gap = _gap(one, answers.get(one.key))
        if gap:
            yield gap


def _gap(one: Asked, answer: Any) -> Gap | None:
    if one.kind == RATINGS:
        rated = answer or {}
        unrated = tuple(code for code in one.codes if code not in rated)
        return Gap(one.key, lines=unrated) if unrated else None
    if one.kind == PARTS:
        lines = answer or [{}]
        undecided = tuple(str(n) for n, line in enumerate(lines) if not line.get("part"))
        return Gap(one.key, lines=undecided) if undecided else None
    if one.kind == ACTIVITIES:
        return None if any(line["done"] for line in answer or ()) else Gap(one.key, NONE_DONE)
    return Gap(one.key) if answer is None else None


def _days(stay: Stay, today: date | None) -> Iterator[Gap]:
    first, last, done = stay.starts_on, stay.ends_on, stay.days_done
    if first is None:
        yield Gap(STARTS_ON)
    if last is None:
        yield Gap(ENDS_ON)
    elif first and last < first:
        yield Gap(ENDS_ON, ORDER)
    elif today and last > today:
        yield Gap(ENDS_ON, FUTURE)
    if not done:
        yield Gap(DAYS_DONE)
    elif first and last and first <= last and done > (last - first).days + 1:
        yield Gap(DAYS_DONE, TOO_MANY)
