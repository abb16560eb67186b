"""The page on which a side writes its report: its fields as templates draw them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core.types import Text
from reports.enums import QuestionGroup, ReportOutcome
from reports.forms.question import DATE, WHOLE, Draw, Problems, QuestionField, Tick, field_of, ticks
from reports.models import Report
from reports.queries.questionnaires import questions_of, stay_of
from reports.questionnaire import Asked, Gap, Stay
from reports.questionnaire.merging import marks, merged
from reports.questionnaire.questions import ACTIVITIES, ENDED_EARLY, PARTS, RATINGS
from reports.questionnaire.reading import Posted, read
from reports.wording.answers import LABELS, PROBLEMS, in_words

OUTCOME = "outcome"
DAYS = {"starts_on": DATE, "ends_on": DATE, "days_done": WHOLE}
FOLDED = (QuestionGroup.PLANNED, QuestionGroup.MORE)
"""Parts that most people have nothing to add to."""
NOTHING = Asked("", "", "", "")


@dataclass(frozen=True)
class Part:
    """One part of the page. With a `fold` it is folded until somebody or a problem opens it."""

    code: str
    title: Text
    fields: list[QuestionField]
    fold: Text = ""
    is_open: bool = True


@dataclass
class ReportForm:
    """What the page shows: the report as it is kept, or as somebody has typed it. `posted` has what
    could not be read, as it was typed."""

    report: Report
    answers: Mapping[str, Any]
    stay: Stay
    problems: Problems = field(default_factory=Problems)
    posted: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def kept(cls, report: Report) -> "ReportForm":
        """As it was saved last."""
        return cls(report, report.answers, stay_of(report))

    @classmethod
    def sent(cls, report: Report, data: Posted) -> "ReportForm":
        """As somebody sent it."""
        found = read(questions_of(report), data, report.prefilled)
        posted = {name: data.get(name) for name in found.wrong}
        form = cls(report, found.answers, found.stay, posted=posted)
        for name, code in found.wrong.items():
            form.tell(name, PROBLEMS[code])
        return form

    @cached_property
    def questions(self) -> list[Asked]:
        return questions_of(self.report)

    @property
    def values(self) -> dict[str, Any]:
        """All that the page says, by the names of its fields."""
        stay = {
            OUTCOME: self.stay.outcome or None,
            "starts_on": _iso(self.stay.starts_on),
            "ends_on": _iso(self.stay.ends_on),
            "days_done": self.stay.days_done,
        }
        known = {one.field: self.answers.get(one.key) for one in self.questions}
        return {name: value for name, value in (stay | known).items() if value is not None}

    @property
    def seen(self) -> str:
        """What the person starts from: the report as it is kept."""
        return json.dumps(marks(ReportForm.kept(self.report).values))

    # --- what the page draws ---------------------------------------------------------------------

    @property
    def outcomes(self) -> list[Tick]:
        return ticks(OUTCOME, ReportOutcome.choices, self.stay.outcome)

    @property
    def outcome_error(self) -> Text:
        return self.problems.of(OUTCOME)

    @property
    def days(self) -> list[Any]:
        """The first and the last day, and how many of them."""
        draw = Draw(NOTHING, None, self.problems, self.posted)
        values = self.values
        return [draw.cell(name, LABELS[name], values.get(name), DAYS[name]) for name in DAYS]

    @property
    def first_part(self) -> list[QuestionField]:
        """What is asked along with the outcome."""
        return self._fields()[QuestionGroup.OUTCOME]

    @property
    def parts(self) -> list[Part]:
        """The parts of the page after the outcome."""
        found = self._fields()
        groups = [one for one in QuestionGroup if one != QuestionGroup.OUTCOME and found[one]]
        return [self._part(group, found[group]) for group in groups]

    def _part(self, group: QuestionGroup, fields: list[QuestionField]) -> Part:
        if group not in FOLDED:
            return Part(group, group.label, fields)
        is_open = any(one.has_problem for one in fields)
        if group == QuestionGroup.PLANNED:
            is_open = is_open or self.stay.outcome == ENDED_EARLY
        return Part(group, group.label, fields, _fold(group, fields), is_open)

    def _fields(self) -> dict[str, list[QuestionField]]:
        found: dict[str, list[QuestionField]] = {group: [] for group in QuestionGroup}
        for one in self.questions:
            answer = self.answers.get(one.key)
            found[one.group].append(field_of(one, answer, self.problems, self.posted))
        return found

    # --- what is wrong ---------------------------------------------------------------------------

    def add_gaps(self, gaps: Iterable[Gap]) -> None:
        """Tell at each field what is missing."""
        asked = {one.key: one for one in self.questions}
        for gap in gaps:
            for name in _fields_of(gap, asked.get(gap.key)):
                self.tell(name, PROBLEMS[gap.code])

    def tell(self, name: str, text: Text) -> None:
        """Something is wrong with this field."""
        if name in LABELS:
            target = f"id_{name}_0" if name == OUTCOME else f"id_{name}"
            self.problems.add(name, text, LABELS[name], target)
            return
        for fields in self._fields().values():
            for one in fields:
                for known, label, target in one.targets():
                    if known == name:
                        self.problems.add(name, text, label, target)

    # --- two at once -----------------------------------------------------------------------------

    def merged_with_kept(self, seen: str) -> "tuple[ReportForm, list[tuple[Text, list[str]]]]":
        """Both people's answers on top of what is kept now, and what the other one wrote where both
        changed the same."""
        kept = ReportForm.kept(self.report)
        both = merged(_marks_in(seen), kept.values, self.values)
        return self._with(both.values), [kept._told(name) for name in both.contested]

    def _with(self, values: Mapping[str, Any]) -> "ReportForm":
        answers = {one.key: values[one.field] for one in self.questions if one.field in values}
        first, last = (values.get(name) for name in ("starts_on", "ends_on"))
        stay = Stay(
            outcome=values.get(OUTCOME, ""),
            starts_on=date.fromisoformat(first) if first else None,
            ends_on=date.fromisoformat(last) if last else None,
            days_done=values.get("days_done"),
        )
        return ReportForm(self.report, answers, stay, self.problems, self.posted)

    def _told(self, name: str) -> tuple[Text, list[str]]:
        """A field and what it says."""
        value = self.values.get(name)
        asked = next((one for one in self.questions if one.field == name), None)
        if asked:
            return asked.label, in_words(asked, value) if value is not None else []
        if name == OUTCOME and value:
            value = ReportOutcome(value).label
        return LABELS[name], [] if value is None else [str(value)]


def _fields_of(gap: Gap, asked: Asked | None) -> list[str]:
    """The names of the fields at which a gap is told."""
    if asked is None:
        return [gap.key]
    if asked.kind == RATINGS:
        return [f"{asked.field}-{line}" for line in gap.lines]
    if asked.kind == PARTS:
        return [f"{asked.field}-{line}-part" for line in gap.lines]
    return [asked.field]


def _fold(group: QuestionGroup, fields: Iterable[QuestionField]) -> str:
    """What stands on a part while it is folded."""
    lines = [line for one in fields if one.asked.kind == ACTIVITIES for line in one.answer or ()]
    done = [line for line in lines if line["done"]]
    if group == QuestionGroup.MORE:
        return _("Say more")
    if not done:
        return _("As planned – look at it or change it")
    text = ngettext(
        "%(number)d activity, %(hours)s hours – look at it or change it",
        "%(number)d activities, %(hours)s hours – look at them or change them",
        len(done),
    )
    hours = sum(line["hours"] or 0 for line in done)
    return text % {"number": len(done), "hours": number_format(round(hours, 2))}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _marks_in(seen: str) -> dict[str, str]:
    """What the page carried along; nothing where that is broken."""
    try:
        found = json.loads(seen)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
