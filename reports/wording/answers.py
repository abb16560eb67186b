"""Answers, and what is wrong with them, in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxc_portal.core.types import Text
from profiles.enums import Activity
from reports.enums import QuestionGroup, QuestionKind, ReportOutcome
from reports.models import Report
from reports.queries.questionnaires import questions_of
from reports.questionnaire import Asked, Stay, asked_for
from reports.questionnaire.completeness import (
    DAYS_DONE,
    ENDS_ON,
    FUTURE,
    MISSING,
    NONE_DONE,
    ORDER,
    OUTCOME,
    STARTS_ON,
    TOO_MANY,
)
from reports.questionnaire.questions import BEST_RATING, NOT_APPLICABLE
from reports.questionnaire.reading import NO_DAY, NO_HOURS, NO_NUMBER, TOO_LONG

DAY, SHORT_DAY = "j F Y", "D j F"
LABELS: Mapping[str, Text] = {
    OUTCOME: gettext_lazy("What became of the exchange?"),
    STARTS_ON: gettext_lazy("First day"),
    ENDS_ON: gettext_lazy("Last day"),
    DAYS_DONE: gettext_lazy("Working days without travel"),
}
"""What is asked besides the questions of the questionnaire."""
PROBLEMS: Mapping[str, Text] = {
    MISSING: gettext_lazy("This is still missing."),
    ORDER: gettext_lazy("The last day is before the first. Give a last day that is not earlier."),
    FUTURE: gettext_lazy("This day has not come yet."),
    TOO_MANY: gettext_lazy("There are fewer days between the first and the last."),
    NONE_DONE: gettext_lazy(
        "Tick what took place. If nothing did, choose above that it did not take place."
    ),
    NO_NUMBER: gettext_lazy("Give a whole number, such as 3."),
    NO_HOURS: gettext_lazy("Give the hours as a number, such as 3.5."),
    NO_DAY: gettext_lazy("Choose a day."),
    TOO_LONG: gettext_lazy("This is too long. Its end was cut off."),
}
"""By the code of a gap, or of what could not be read."""


@dataclass(frozen=True)
class AnswerLine:
    """A question and its answer: several texts where it has several lines."""

    key: str
    label: Text
    texts: list[str]


@dataclass(frozen=True)
class AnswerGroup:
    """A part of a report as it is read."""

    code: str
    title: Text
    lines: list[AnswerLine]


def report_in_words(report: Report) -> list[AnswerGroup]:
    """What a report says, part by part; nothing of what was not answered or is not asked of an
    exchange with its outcome."""
    asked = asked_for(questions_of(report), report.outcome)
    groups = {QuestionGroup.OUTCOME: stay_in_words(report)}
    for one in asked:
        if one.key in report.answers:
            texts = in_words(one, report.answers[one.key])
            line = AnswerLine(one.key, one.label, texts)
            groups.setdefault(QuestionGroup(one.group), []).append(line)
    return [
        AnswerGroup(code, code.label, groups[code]) for code in QuestionGroup if groups.get(code)
    ]


def stay_in_words(report: Report) -> list[AnswerLine]:
    """What became of the exchange, and on which days."""
    stay = Stay(report.outcome, report.starts_on, report.ends_on, report.days_done)
    lines = [(OUTCOME, str(ReportOutcome(stay.outcome).label) if stay.outcome else "")]
    if stay.has_happened:
        lines += [(STARTS_ON, _day(stay.starts_on)), (ENDS_ON, _day(stay.ends_on))]
        lines += [(DAYS_DONE, "" if stay.days_done is None else str(stay.days_done))]
    return [AnswerLine(name, LABELS[name], [text]) for name, text in lines if text]


def in_words(one: Asked, answer: Any) -> list[str]:
    """An answer, one text a line."""
    return WORDS[one.kind](one, answer)


def activity_label(line: Mapping[str, Any]) -> str:
    """A line of the activities, such as "Mon 1 March: At work with the team"."""
    what = line["title"] or dict(Activity.choices).get(line["activity"], line["activity"])
    if not line["day"]:
        return str(what)
    return f"{date_format(date.fromisoformat(line['day']), SHORT_DAY)}: {what}"


def _choice(one: Asked, answer: Any) -> list[str]:
    return [_label(one, answer)]


def _several(one: Asked, answer: Any) -> list[str]:
    return [_label(one, code) for code in answer]


def _ratings(one: Asked, answer: Any) -> list[str]:
    return [
        f"{option.label}: {_rating(answer[option.code])}"
        for option in one.options
        if option.code in answer
    ]


def _rating(value: Any) -> str:
    if value == NOT_APPLICABLE:
        return _("does not apply")
    return _("%(value)s of %(best)s") % {"value": value, "best": BEST_RATING}


def _parts(one: Asked, answer: Any) -> list[str]:
    return [
        f"{line['text']}: {_label(one, line['part'])}" if line["part"] else line["text"]
        for line in answer
    ]


def _activities(one: Asked, answer: Any) -> list[str]:
    return [_activity(line) for line in answer]


def _activity(line: Mapping[str, Any]) -> str:
    label = activity_label(line)
    if not line["done"]:
        return _("%(what)s – did not happen") % {"what": label}
    if line["hours"] is None:
        return label
    whole = ceil(line["hours"])  # plural forms are of whole numbers: one hour and a half are two
    hours = ngettext("%(hours)s hour", "%(hours)s hours", whole) % {
        "hours": number_format(line["hours"])
    }
    return f"{label}, {hours}"


def _numbers(one: Asked, answer: Any) -> list[str]:
    return [
        f"{option.label}: {number_format(answer[option.code], force_grouping=True)}"
        for option in one.options
        if option.code in answer
    ]


def _score(one: Asked, answer: Any) -> list[str]:
    return [str(answer)]


def _text(one: Asked, answer: Any) -> list[str]:
    return [answer]


def _steps(one: Asked, answer: Any) -> list[str]:
    return [", ".join(part for part in _step(line) if part) for line in answer]


def _step(line: Mapping[str, str]) -> Iterable[str]:
    yield line["what"]
    yield line["who"]
    if line["by"]:
        yield _("by %(day)s") % {"day": _day(date.fromisoformat(line["by"]))}


def _yes(one: Asked, answer: Any) -> list[str]:
    return [_("Yes")]


def _label(one: Asked, code: str) -> str:
    return next((option.label for option in one.options if option.code == code), code)


def _day(day: date | None) -> str:
    return date_format(day, DAY) if day else ""


WORDS: Mapping[str, Callable[[Asked, Any], list[str]]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.SEVERAL: _several,
    QuestionKind.RATINGS: _ratings,
    QuestionKind.PARTS: _parts,
    QuestionKind.ACTIVITIES: _activities,
    QuestionKind.NUMBERS: _numbers,
    QuestionKind.SCORE: _score,
    QuestionKind.TEXT: _text,
    QuestionKind.STEPS: _steps,
    QuestionKind.YES: _yes,
}
