"""The questions of the final activity report as plain values, and the shape of their answers.

An answer is JSON. By kind of question:

- choice: the code of an option
- several: codes of options, in their order
- ratings: by the code of a line, 1 to 5 or "n/a"
- parts: `{"text", "part"}` a line; `part` is the code of an option, "" while undecided
- activities: `{"key", "day", "activity", "title", "done", "hours"}` a line; `key` is that of the
  entry of the agenda, "" for what was not planned
- numbers: by the code of a line, a whole number
- score: 0 to 10
- text: a text
- steps: `{"what", "who", "by"}` a line; `by` is a day (ISO 8601) or ""
- yes: true

What was not answered has no entry at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

JSON = Any
Answers = Mapping[str, Any]

CHOICE, SEVERAL, RATINGS, PARTS, ACTIVITIES = (
    "choice",
    "several",
    "ratings",
    "parts",
    "activities",
)
NUMBERS, SCORE, TEXT, STEPS, YES = "numbers", "score", "text", "steps", "yes"
KINDS = (CHOICE, SEVERAL, RATINGS, PARTS, ACTIVITIES, NUMBERS, SCORE, TEXT, STEPS, YES)
WITH_OPTIONS = (CHOICE, SEVERAL, RATINGS, PARTS, NUMBERS)
"""Kinds that say nothing without lines or entries."""

TOOK_PLACE, ENDED_EARLY, NOT_TAKEN_PLACE = "took_place", "ended_early", "not_taken_place"
OUTCOMES = (TOOK_PLACE, ENDED_EARLY, NOT_TAKEN_PLACE)
HAPPENED = (TOOK_PLACE, ENDED_EARLY)

REASON, DECLARATION = "reason", "declaration"
NEEDED = (REASON, DECLARATION)
"""Questions that no version does without: they are all that is asked of an exchange that did not
take place."""

MORE = "more"
"""The part of the report that stays folded until somebody wants to say more."""

NOT_APPLICABLE = "n/a"
LEAST_RATING, BEST_RATING, BEST_SCORE = 1, 5, 10


@dataclass(frozen=True)
class Option:
    """An entry of a list, or a line of a grid."""

    code: str
    label: str


@dataclass(frozen=True)
class Asked:
    """A question as one side is asked it."""

    key: str
    group: str
    kind: str
    label: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    is_required: bool = False
    prefill: str = ""

    @property
    def field(self) -> str:
        """What its fields are called on a page; or how their names begin."""
        return f"q-{self.key}"

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.options)


@dataclass(frozen=True)
class Stay:
    """What a report says of the exchange besides its answers."""

    outcome: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    days_done: int | None = None

    @property
    def has_happened(self) -> bool:
        return self.outcome in HAPPENED


def asked_for(questions: Iterable[Asked], outcome: str) -> list[Asked]:
    """What is asked of an exchange with this outcome. The reason is asked unless it went as
    planned; of one that did not take place nothing is asked but the reason and the declaration."""
    if outcome == NOT_TAKEN_PLACE:
        return [one for one in questions if one.key in NEEDED]
    return [one for one in questions if one.key != REASON or outcome == ENDED_EARLY]


def answers_for(questions: Iterable[Asked], outcome: str, answers: Answers) -> dict[str, Any]:
    """The answers that belong to an exchange with this outcome."""
    keys = {one.key for one in asked_for(questions, outcome)}
    return {key: answer for key, answer in answers.items() if key in keys}
