"""What reports answer in numbers, summed by the database from their JSON.

Every number of a report is read in one pass: an answer that is a whole number by itself (a score),
and each line of an answer that goes by lines (ratings, numbers). Anything else, "n/a" as well, is
no number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.models import JSONField, QuerySet
from django.db.models.fields.json import KeyTransform

from exchanges.enums import Capacity
from reports.enums import HANDED_IN, QuestionKind
from reports.models import Question, Report
from reports.queries.scopes import Scope
from reports.questionnaire.questions import NOT_APPLICABLE

SIDES = {"visitors": Capacity.VO, "hosts": Capacity.HO}
PROMOTES_FROM, DETRACTS_UNTIL = 9, 6
"""Of the scale from 0 to 10, as the net promoter score divides it."""

# Each engine has its own name for the rows that a JSON object is made of.
_POSTGRESQL = """
    SELECT report.capacity, answer.key, line.key, COUNT(*), SUM(line.value::int),
        COUNT(*) FILTER (WHERE line.value::int >= %s), COUNT(*) FILTER (WHERE line.value::int <= %s)
    FROM ({reports}) report, jsonb_each(report.answers) answer, jsonb_each_text(
        CASE jsonb_typeof(answer.value)
        WHEN 'object' THEN answer.value ELSE jsonb_build_object('', answer.value) END) line
    WHERE answer.key IN ({keys}) AND line.value ~ '^[0-9]+$'
    GROUP BY 1, 2, 3"""
_SQLITE = """
    SELECT report.capacity, answer.key, line.key, COUNT(*), SUM(line.value),
        COUNT(*) FILTER (WHERE line.value >= %s), COUNT(*) FILTER (WHERE line.value <= %s)
    FROM ({reports}) report, json_each(report.answers) answer, json_each(
        CASE answer.type
        WHEN 'object' THEN answer.value ELSE json_object('', answer.value) END) line
    WHERE answer.key IN ({keys}) AND line.type = 'integer'
    GROUP BY 1, 2, 3"""


@dataclass(frozen=True)
class Line:
    """One line of a question, or (`code` empty) a question that is one number."""

    question: str
    code: str
    asks: str
    label: str

    @property
    def key(self) -> str:
        """The name of its row in a table."""
        return f"{self.question}.{self.code}" if self.code else self.question


@dataclass(frozen=True)
class Numbers:
    """What one side answered: how many reports, their sum, and the two ends of a score."""

    answers: int = 0
    total: int = 0
    promoters: int = 0
    detractors: int = 0

    @property
    def mean(self) -> float | None:
        return round(self.total / self.answers, 2) if self.answers else None

    @property
    def net_promoter_score(self) -> int | None:
        """Promoters less detractors, in percent of the answers."""
        if not self.answers:
            return None
        return round(100 * (self.promoters - self.detractors) / self.answers)


def handed_in(scope: Scope) -> QuerySet[Report]:
    """The reports of either side of the partnership's exchanges handed in within the days."""
    return Report.objects.filter(
        scope.of_partnership("exchange__visitor_partnership"),
        scope.of_mode("exchange__mode"),
        scope.within("submitted_at"),
        state__in=HANDED_IN,
    )


def lines_of(*kinds: QuestionKind) -> list[Line]:
    """Every line of these questions that any published version has, in the words of the latest."""
    questions = Question.objects.filter(kind__in=kinds, questionnaire__is_draft=False)
    found: dict[str, Line] = {}
    for one in questions.order_by("-questionnaire__number", "position"):
        options = one.options or [{"code": "", "label": one.label}]
        for option in options:
            line = Line(one.key, option["code"], one.label, option["label"])
            found.setdefault(line.key, line)
    return list(found.values())


def numbers_of(
    reports: QuerySet[Report], lines: Sequence[Line]
) -> Mapping[tuple[str, str, str], Numbers]:
    """By (capacity, question, line), in one query."""
    keys = list(dict.fromkeys(line.question for line in lines))
    if not keys:
        return {}
    connection = connections[reports.db]
    chosen, parameters = reports.order_by().values("capacity", "answers").query.sql_with_params()
    template = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    query = template.format(reports=chosen, keys=", ".join(["%s"] * len(keys)))
    with connection.cursor() as cursor:
        cursor.execute(query, [PROMOTES_FROM, DETRACTS_UNTIL, *parameters, *keys])
        return {(side, key, line): Numbers(*map(int, n)) for side, key, line, *n in cursor}


def with_number(reports: QuerySet[Report], question: str, line: str) -> QuerySet[Report]:
    """Those that answered this line with a number."""
    answer = KeyTransform(question, "answers", output_field=JSONField())
    if line:
        answer = KeyTransform(line, answer, output_field=JSONField())
    answered = reports.annotate(answer=answer).filter(answer__isnull=False)
    return answered.exclude(answer=NOT_APPLICABLE)
