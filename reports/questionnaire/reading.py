"""Reading what a page sent into answers.

The fields of a question are called `q-<key>`, `q-<key>-<line>` and `q-<key>-<line>-<part>`; lists
send under `q-<key>-count` how many lines they have. What cannot be read is left out of the answer
and told by the name of its field, so that all the rest can be kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from reports.questionnaire.checking import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_HOURS,
    MOST_LINES,
    MOST_NUMBER,
    checked,
    is_blank,
)
from reports.questionnaire.questions import (
    ACTIVITIES,
    BEST_RATING,
    BEST_SCORE,
    CHOICE,
    LEAST_RATING,
    NOT_APPLICABLE,
    NUMBERS,
    OUTCOMES,
    PARTS,
    RATINGS,
    SCORE,
    SEVERAL,
    STEPS,
    TEXT,
    YES,
    Answers,
    Asked,
    Stay,
)

NO_NUMBER, NO_HOURS, NO_DAY, TOO_LONG, ORDER = "number", "hours", "day", "long", "order"
"""Why a field could not be read."""
MOST_DAYS = 366
ON = "on"
"""What a ticked box sends."""


class Posted(Protocol):
    """What a page sent, such as a `QueryDict`."""

    def get(self, name: str, default: Any = None, /) -> Any: ...

    def getlist(self, name: str, /) -> list[Any]: ...


@dataclass
class Reader:
    """Reads one field after the other, and notes in `wrong` what it cannot read."""

    posted: Posted
    wrong: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, longest: int = LONGEST_LINE) -> str:
        """Line ends count as one character, as the browser counts them."""
        text = str(self.posted.get(name, "")).replace("\r\n", "\n").strip()
        if len(text) > longest:
            self.wrong[name] = TOO_LONG
            return text[:longest]
        return text

    def one_of(self, name: str, codes: Iterable[str]) -> str:
        """One of a list that the page offered; anything else was never offered."""
        code = str(self.posted.get(name, ""))
        return code if code in codes else ""

    def whole(self, name: str, most: int = MOST_NUMBER) -> int | None:
        text = self.text(name).replace(" ", "")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or int(text) > most:
            self.wrong[name] = NO_NUMBER
            return None
        return int(text)

    def hours(self, name: str) -> float | None:
        """With a point or a comma."""
        text = self.text(name).replace(",", ".")
        if not text:
            return None
        try:
            hours = float(text)
        except ValueError:
            hours = -1
        if not 0 <= hours <= MOST_HOURS:
            self.wrong[name] = NO_HOURS
            return None
        return hours

    def day(self, name: str) -> str:
        text = self.text(name)
        if not text:
            return ""
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            self.wrong[name] = NO_DAY
            return ""

    def ticked(self, name: str) -> bool:
        return bool(self.posted.get(name) == ON)

    def lines(self, name: str) -> range:
        sent = str(self.posted.get(f"{name}-count", ""))
        return range(min(int(sent), MOST_LINES) if sent.isdecimal() else 0)


@dataclass(frozen=True)
class Reading:
    """The answers and the stay as read, and why which fields could not be."""

    answers: dict[str, Any]
    stay: Stay
    wrong: dict[str, str]


def read(questions: Iterable[Asked], posted: Posted, known: Answers) -> Reading:
    """The answers that a page sent. `known` are those that stood in the report when it was opened:
    what the commitment planned keeps its words."""
    reader, questions = Reader(posted), list(questions)
    answers = {}
    for one in questions:
        answer = READERS[one.kind](reader, one, known.get(one.key))
        if not is_blank(answer):
            answers[one.key] = answer
    return Reading(checked(questions, answers), _stay(reader), reader.wrong)


def _stay(reader: Reader) -> Stay:
    """A last day before the first one is not taken."""
    first, last = reader.day("starts_on"), reader.day("ends_on")
    if first and last and last < first:
        reader.wrong["ends_on"], last = ORDER, ""
    return Stay(
        outcome=reader.one_of("outcome", OUTCOMES),
        starts_on=date.fromisoformat(first) if first else None,
        ends_on=date.fromisoformat(last) if last else None,
        days_done=reader.whole("days_done", MOST_DAYS),
    )


def _choice(reader: Reader, one: Asked, known: Any) -> str:
    return reader.one_of(one.field, one.codes)


def _several(reader: Reader, one: Asked, known: Any) -> list[str]:
    chosen = reader.posted.getlist(one.field)
    return [code for code in one.codes if code in chosen]


def _ratings(reader: Reader, one: Asked, known: Any) -> dict[str, Any]:
    offered = [str(n) for n in range(LEAST_RATING, BEST_RATING + 1)]
    found: dict[str, Any] = {}
    for code in one.codes:
        rated = reader.one_of(f"{one.field}-{code}", [*offered, NOT_APPLICABLE])
        if rated:
            found[code] = rated if rated == NOT_APPLICABLE else int(rated)
    return found


def _parts(reader: Reader, one: Asked, known: Any) -> list[dict[str, str]]:
    return [
        {
            "text": reader.text(f"{one.field}-{n}-text"),
            "part": reader.one_of(f"{one.field}-{n}-part", one.codes),
        }
        for n in reader.lines(one.field)
    ]


def _activities(reader: Reader, one: Asked, known: Any) -> list[dict[str, Any]]:
    planned = {line["key"]: line for line in known or ()}
    found = []
    for n in reader.lines(one.field):
        name = f"{one.field}-{n}"
        key = reader.one_of(f"{name}-key", planned)
        hours = reader.hours(f"{name}-hours")
        if key:
            done = reader.ticked(f"{name}-done")
            found.append({**planned[key], "done": done, "hours": hours})
        else:
            title, day = reader.text(f"{name}-title"), reader.day(f"{name}-day")
            line = {"key": "", "day": day, "activity": "", "title": title, "hours": hours}
            found.append({**line, "done": True})
    return found


def _numbers(reader: Reader, one: Asked, known: Any) -> dict[str, int]:
    numbers = {code: reader.whole(f"{one.field}-{code}") for code in one.codes}
    return {code: number for code, number in numbers.items() if number is not None}


def _score(reader: Reader, one: Asked, known: Any) -> int | None:
    score = reader.one_of(one.field, [str(n) for n in range(BEST_SCORE + 1)])
    return int(score) if score else None


def _text(reader: Reader, one: Asked, known: Any) -> str:
    return reader.text(one.field, LONGEST_TEXT)


def _steps(reader: Reader, one: Asked, known: Any) -> list[dict[str, str]]:
    """A step that stood there and lost its words is gone, whoever was to see to it."""
    named = {step["who"] for step in known or ()}
    lines = [
        {
            "what": reader.text(f"{one.field}-{n}-what"),
            "who": reader.text(f"{one.field}-{n}-who"),
            "by": reader.day(f"{one.field}-{n}-by"),
        }
        for n in reader.lines(one.field)
    ]
    return [line for line in lines if line["what"] or line["by"] or line["who"] not in named]


def _yes(reader: Reader, one: Asked, known: Any) -> bool:
    return reader.ticked(one.field)


READERS: Mapping[str, Callable[[Reader, Asked, Any], Any]] = {
    CHOICE: _choice,
    SEVERAL: _several,
    RATINGS: _ratings,
    PARTS: _parts,
    ACTIVITIES: _activities,
    NUMBERS: _numbers,
    SCORE: _score,
    TEXT: _text,
    STEPS: _steps,
    YES: _yes,
}
