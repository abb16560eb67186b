"""Both reports of an exchange beside each other, as the page shows them to one viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.formats import date_format

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.queries.batons import baton_of
from exchanges.views.exchange_page import title_of
from profiles.models import User
from reports.enums import QuestionGroup, ReportOutcome, ReportState
from reports.forms.review import ReturnForm
from reports.models import Report, ReportStep
from reports.permissions import (
    can_remind_author,
    can_return_report,
    can_validate_report,
    can_write_on_behalf,
)
from reports.queries.contradictions import Contrast, contradict, contrasts
from reports.queries.questionnaires import gaps_of
from reports.views.panel import TONES
from reports.wording.answers import LABELS, report_in_words
from reports.wording.flags import flags_of
from reports.workflows import report_workflow

DAY = "j F Y"
_ORDER = list(QuestionGroup)


@dataclass(frozen=True)
class Side:
    """One of the two reports with what the viewer can do about it. `is_complete` says that nothing
    is missing; `returned` is the comment with which it went back, as long as it is back."""

    report: Report
    name: str
    label: Text
    tone: str
    flags: list[Text]
    is_complete: bool
    is_late: bool
    returned: ReportStep | None
    reminded_at: datetime | None
    can_remind: bool
    return_form: ReturnForm | None
    on_behalf_url: str


@dataclass(frozen=True)
class Difference:
    """Something that the two sides report differently, in words."""

    label: Text
    visitor: str
    host: str


@dataclass(frozen=True)
class AnswerRow:
    """One question with the answers of both sides, several texts each."""

    label: Text
    visitor: list[str]
    host: list[str]
    is_different: bool


@dataclass(frozen=True)
class AnswerPart:
    title: Text
    rows: list[AnswerRow]


@dataclass(frozen=True)
class ReviewPage:
    """`to_validate` are those that one press of the viewer validates."""

    exchange: Exchange
    title: str
    baton: Baton
    has_action: bool
    sides: list[Side]
    differences: list[Difference]
    is_contradiction: bool
    parts: list[AnswerPart]
    to_validate: list[str]


def review_page(
    exchange: Exchange, reports: Sequence[Report], viewer: User, posted: ReturnForm | None = None
) -> ReviewPage:
    """`posted` is a comment that was refused; what was typed stands beside its report again."""
    prefetch_related_objects(reports, "questionnaire__questions")
    baton = baton_of(exchange, viewer)
    here = reverse("reports:report_review", args=[exchange.ref])
    found = contrasts(reports)
    handed_in = [report for report in reports if report.is_handed_in]
    return ReviewPage(
        exchange=exchange,
        title=title_of(exchange, exchange.capacities_of(viewer)),
        baton=baton,
        has_action=baton.action_url not in ("", here),
        sides=[_side(report, viewer, posted) for report in reports],
        differences=[_difference(one) for one in found],
        is_contradiction=contradict(handed_in),
        parts=_parts(reports, {one.field for one in found}),
        to_validate=[
            exchange.party_name(one.capacity) for one in reports if can_validate_report(viewer, one)
        ],
    )


def _side(report: Report, viewer: Any, posted: ReturnForm | None) -> Side:
    is_open = report.is_writable
    last = report.reminders.order_by("at", "pk").last() if is_open else None
    state = ReportState(report.state)
    can_complete = can_write_on_behalf(viewer, report)
    path = reverse("reports:report_on_behalf", args=[report.ref, report.capacity])
    return Side(
        report=report,
        name=report.exchange.party_name(report.capacity),
        label=report_workflow.states[state].label,
        tone=TONES[state],
        flags=flags_of(report),
        is_complete=report.is_handed_in and not gaps_of(report),
        is_late=is_open and report.due_on < clock.today(),
        returned=_returned(report),
        reminded_at=last.at if last else None,
        can_remind=is_open and can_remind_author(viewer, report.exchange),
        return_form=_return_form(report, viewer, posted),
        on_behalf_url=path if can_complete else "",
    )


def _return_form(report: Report, viewer: Any, posted: ReturnForm | None) -> ReturnForm | None:
    if not can_return_report(viewer, report):
        return None
    if posted and posted["report"].value() == str(report.pk):
        return posted
    return ReturnForm(initial={"report": report.pk}, auto_id=f"id_{report.capacity}_%s")


def _returned(report: Report) -> ReportStep | None:
    if report.state != ReportState.RETURNED:
        return None
    steps = report.transitions.filter(transition="return").select_related("actor")
    return steps.order_by("at", "pk").last()


def _difference(one: Contrast) -> Difference:
    return Difference(LABELS[one.field], _value(one.visitor), _value(one.host))


def _value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, date):
        return date_format(value, DAY)
    return str(ReportOutcome(value).label) if value in ReportOutcome.values else str(value)


def _parts(reports: Sequence[Report], different: set[str]) -> list[AnswerPart]:
    """All questions that one side has answered, those of the visitor in front; nothing of what was
    never handed in."""
    shown = [report for report in reports if report.submitted_at]
    said = {report.capacity: report_in_words(report) for report in shown}
    groups = {group.code: group.title for groups in said.values() for group in groups}
    lines = {
        (capacity, group.code): {line.key: line for line in group.lines}
        for capacity, groups in said.items()
        for group in groups
    }
    parts = []
    for code in sorted(groups, key=_ORDER.index):
        visitor = lines.get((Capacity.VO, code), {})
        host = lines.get((Capacity.HO, code), {})
        rows = [
            AnswerRow(
                label=(visitor.get(key) or host[key]).label,
                visitor=visitor[key].texts if key in visitor else [],
                host=host[key].texts if key in host else [],
                is_different=key in different,
            )
            for key in dict.fromkeys([*visitor, *host])
        ]
        parts.append(AnswerPart(groups[code], rows))
    return parts
