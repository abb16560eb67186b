"""How much of a report is written already.

A field is one value that the report holds: a line of ratings is one, an activity is five (day,
kind, what, whether it took place, hours), a next step three (what, who, by when), an objective two
(what, and how far it was reached).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.questionnaire.questions import (
    ACTIVITIES,
    NUMBERS,
    PARTS,
    RATINGS,
    STEPS,
    Answers,
    Asked,
    Stay,
)

WIDTH = {ACTIVITIES: 5, STEPS: 3, PARTS: 2}
FIELDS_OF_STAY = 4


@dataclass(frozen=True)
class Share:
    """So many of `total` fields are filled."""

    filled: int
    total: int

    def __add__(self, other: "Share") -> "Share":
        return Share(self.filled + other.filled, self.total + other.total)

    @property
    def percent(self) -> int:
        return 100 * self.filled // self.total if self.total else 0


def share(questions: Iterable[Asked], answers: Answers, stay: Stay) -> Share:
    """The fields of the stay and of these questions."""
    values = (stay.outcome or None, stay.starts_on, stay.ends_on, stay.days_done)
    known = sum(value is not None for value in values)
    return sum(
        (_share(one, answers.get(one.key)) for one in questions), Share(known, FIELDS_OF_STAY)
    )


def _share(one: Asked, answer: Any) -> Share:
    if one.kind in (RATINGS, NUMBERS):
        return Share(len(answer or ()), len(one.options))
    if one.kind in WIDTH and answer:
        blank = sum(value is None or value == "" for line in answer for value in line.values())
        keys = sum(not line["key"] for line in answer) if one.kind == ACTIVITIES else 0
        total = WIDTH[one.kind] * len(answer)
        return Share(total - blank + keys, total)
    return Share(int(answer is not None), 1)
