"""Whether an answer has the shape of its question."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from reports.questionnaire.questions import (
    ACTIVITIES,
    BEST_RATING,
    BEST_SCORE,
    CHOICE,
    LEAST_RATING,
    NOT_APPLICABLE,
    NUMBERS,
    PARTS,
    RATINGS,
    SCORE,
    SEVERAL,
    STEPS,
    TEXT,
    YES,
    Answers,
    Asked,
)

LONGEST_TEXT = 3000
LONGEST_LINE = 300
MOST_LINES = 80
MOST_NUMBER = 1_000_000
MOST_HOURS = 500


class BadAnswer(ValueError):
    """A value that is not of the shape of its question; says which."""


def checked(questions: Iterable[Asked], answers: Answers) -> dict[str, Any]:
    """The answers in their one shape, without those that say nothing. Raises `BadAnswer` for a
    value of another shape, and for the answer to a question that is not asked."""
    known = {one.key: one for one in questions}
    unknown = sorted(set(answers) - set(known))
    if unknown:
        raise BadAnswer(f"{unknown[0]}: there is no such question.")
    found = {}
    for key, one in known.items():
        if key not in answers:
            continue
        try:
            answer = CHECKS[one.kind](one, answers[key])
        except BadAnswer as wrong:
            raise BadAnswer(f"{key}: {wrong}") from wrong
        if not is_blank(answer):
            found[key] = answer
    return found


def is_blank(answer: Any) -> bool:
    """Whether an answer says nothing. Zero says something."""
    return answer in (None, "", False, [], {}) and not (answer == 0 and answer is not False)


def _choice(one: Asked, answer: Any) -> str:
    code = _text(answer)
    if code and code not in one.codes:
        raise BadAnswer(f"{code!r} is no option.")
    return code


def _several(one: Asked, answer: Any) -> list[str]:
    codes = [_text(code) for code in _list(answer)]
    for code in codes:
        _choice(one, code)
    return [code for code in one.codes if code in codes]


def _ratings(one: Asked, answer: Any) -> dict[str, Any]:
    return _by_line(one, answer, _rating)


def _rating(value: Any) -> int | str:
    if value == NOT_APPLICABLE:
        return NOT_APPLICABLE
    return _whole(value, LEAST_RATING, BEST_RATING)


def _numbers(one: Asked, answer: Any) -> dict[str, Any]:
    return _by_line(one, answer, lambda value: _whole(value, 0, MOST_NUMBER))


def _by_line(one: Asked, answer: Any, check: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(answer, Mapping):
        raise BadAnswer(f"{answer!r} does not go by lines.")
    unknown = sorted(set(answer) - set(one.codes))
    if unknown:
        raise BadAnswer(f"{unknown[0]!r} is no line.")
    return {code: check(answer[code]) for code in one.codes if answer.get(code) not in (None, "")}


def _parts(one: Asked, answer: Any) -> list[dict[str, str]]:
    found = []
    for line in _lines(answer):
        text = _line(line.get("text"))
        if text:
            found.append({"text": text, "part": _choice(one, line.get("part"))})
    return found


def _activities(one: Asked, answer: Any) -> list[dict[str, Any]]:
    found = []
    for line in _lines(answer):
        title, activity = _line(line.get("title")), _line(line.get("activity"))
        if not title and not activity:
            continue
        found.append(
            {
                "key": _line(line.get("key")),
                "day": _day(line.get("day")),
                "activity": activity,
                "title": title,
                "done": bool(line.get("done")),
                "hours": _hours(line.get("hours")),
            }
        )
    return found


def _steps(one: Asked, answer: Any) -> list[dict[str, str]]:
    lines = [
        {"what": _line(line.get("what")), "who": _line(line.get("who")), "by": _day(line.get("by"))}
        for line in _lines(answer)
    ]
    return [line for line in lines if any(line.values())]


def _score(one: Asked, answer: Any) -> int | None:
    return None if answer in (None, "") else _whole(answer, 0, BEST_SCORE)


def _long_text(one: Asked, answer: Any) -> str:
    return _text(answer, LONGEST_TEXT).strip()


def _yes(one: Asked, answer: Any) -> bool:
    if not isinstance(answer, bool):
        raise BadAnswer(f"{answer!r} is neither yes nor no.")
    return answer


def _text(value: Any, longest: int = LONGEST_LINE) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadAnswer(f"{value!r} is not a text.")
    if len(value) > longest:
        raise BadAnswer(f"The text is longer than {longest} characters.")
    return value


def _line(value: Any) -> str:
    return _text(value).strip()


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise BadAnswer(f"{value!r} is not a list.")
    if len(value) > MOST_LINES:
        raise BadAnswer(f"There are more than {MOST_LINES} lines.")
    return list(value)


def _lines(value: Any) -> list[Mapping[str, Any]]:
    lines = _list(value)
    for line in lines:
        if not isinstance(line, Mapping):
            raise BadAnswer(f"{line!r} is not a line.")
    return lines


def _whole(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAnswer(f"{value!r} is not a whole number.")
    if not least <= value <= most:
        raise BadAnswer(f"{value} is not from {least} to {most}.")
    return value


def _hours(value: Any) -> int | float | None:
    """Whole hours stay whole, so that every database gives them back as they were."""
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAnswer(f"{value!r} is not a number of hours.")
    if not 0 <= value <= MOST_HOURS:
        raise BadAnswer(f"{value} hours are not from 0 to {MOST_HOURS}.")
    rounded = round(float(value), 2)
    return int(rounded) if rounded.is_integer() else rounded


def _day(value: Any) -> str:
    text = _text(value)
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as wrong:
        raise BadAnswer(f"{text!r} is not a day such as 2027-03-01.") from wrong


CHECKS: Mapping[str, Callable[[Asked, Any], Any]] = {
    CHOICE: _choice,
    SEVERAL: _several,
    RATINGS: _ratings,
    PARTS: _parts,
    ACTIVITIES: _activities,
    NUMBERS: _numbers,
    SCORE: _score,
    TEXT: _long_text,
    STEPS: _steps,
    YES: _yes,
}
