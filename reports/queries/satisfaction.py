"""What both sides say in their reports: how satisfied they are, and what came of it in numbers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import IntegerField, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from reports.enums import QuestionKind
from reports.queries.answers import (
    SIDES,
    Line,
    Numbers,
    handed_in,
    lines_of,
    numbers_of,
    with_number,
)
from reports.queries.exchange_counts import Row
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, Shown, named

NOTHING = Numbers()
RATED = (QuestionKind.RATINGS, QuestionKind.SCORE)


def _sides(scope: Scope, *kinds: QuestionKind) -> list[tuple[Line, list[Numbers]]]:
    lines = lines_of(*kinds)
    found = numbers_of(handed_in(scope), lines)
    return [
        (line, [found.get((side, line.question, line.code), NOTHING) for side in SIDES.values()])
        for line in lines
    ]


def _satisfaction(scope: Scope) -> list[Row]:
    return [
        (
            line.key,
            line.label,
            line.asks if line.code else "",
            *(
                value
                for side in sides
                for value in (
                    side.answers,
                    side.mean,
                    None if line.code else side.net_promoter_score,
                )
            ),
        )
        for line, sides in _sides(scope, *RATED)
    ]


def _answered(scope: Scope, row: str, side: str, *kinds: QuestionKind) -> QuerySet[Any]:
    """The reports of a side that answer the line; raises `KeyError` for a line that nobody asks."""
    line = {one.key: one for one in lines_of(*kinds)}[row]
    return with_number(handed_in(scope).filter(capacity=SIDES[side]), line.question, line.code)


def _behind_satisfaction(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    return [Rows(_answered(scope, row, column, *RATED))]


_ANSWERS = _("Reports handed in within the days that answer with a number, not with “n/a”.")
_MEAN = _("The mean of these answers: 1 to 5, for the recommendation 0 to 10.")
_NPS = _("Those who answer 9 or 10 less those who answer 0 to 6, in percent of all answers.")

SATISFACTION = FigureTable(
    name="satisfaction",
    title=_("Satisfaction"),
    about=_("From the reports on the partnership's exchanges, visitors and hosts apart."),
    columns=(
        *named(_("What")),
        Shown("question", _("Question")),
        Counted("visitors", _("Visitors: answers"), _ANSWERS),
        Shown("visitors_mean", _("Visitors: mean"), _MEAN),
        Shown("visitors_nps", _("Visitors: net promoter score"), _NPS),
        Counted("hosts", _("Hosts: answers"), _ANSWERS),
        Shown("hosts_mean", _("Hosts: mean"), _MEAN),
        Shown("hosts_nps", _("Hosts: net promoter score"), _NPS),
    ),
    values=_satisfaction,
    behind=_behind_satisfaction,
)


def _results(scope: Scope) -> list[Row]:
    return [
        (
            line.key,
            line.label,
            line.asks,
            *(value for side in sides for value in (side.answers, side.total)),
        )
        for line, sides in _sides(scope, QuestionKind.NUMBERS)
    ]


def _behind_results(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    side, _underscore, kind = column.partition("_")
    rows = _answered(scope, row, side, QuestionKind.NUMBERS)
    if not kind:
        return [Rows(rows)]
    return [Rows(rows.annotate(number=Cast("answer", IntegerField())), "number")]


_TOTAL = _("What these answers add up to.")

RESULTS = FigureTable(
    name="results",
    title=_("What came of it, in numbers"),
    about=_(
        "As the two sides report it. What both report, such as an agreement that they signed, "
        "stands on both sides, so that the two columns are never added."
    ),
    columns=(
        *named(_("What")),
        Shown("question", _("Question")),
        Counted("visitors", _("Visitors: answers"), _ANSWERS),
        Counted("visitors_total", _("Visitors: together"), _TOTAL),
        Counted("hosts", _("Hosts: answers"), _ANSWERS),
        Counted("hosts_total", _("Hosts: together"), _TOTAL),
    ),
    values=_results,
    behind=_behind_results,
)
