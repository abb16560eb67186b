"""Exchanges that are over, and what is reported of them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine

from cxc_portal.core import clock
from exchanges.enums import ORGANISATIONS, PARTNERSHIPS
from exchanges.models import Exchange
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from profiles.workdays import is_working_day
from reports.enums import ReportOutcome, ReportState
from reports.models import Questionnaire, Report
from reports.queries.questionnaires import questions_of
from reports.questionnaire import Asked, answers_for, asked_for
from reports.questionnaire.questions import NEEDED
from reports.services.answering import save_answers
from reports.services.reviewing import validate_reports
from reports.services.submitting import submit_report
from tests.factories.exchanges import person_of
from tests.factories.running import agreed_exchange


def finished_exchange(*, days: list[date] | None = None, **fields: Any) -> Exchange:
    """An exchange that is over and to be reported: on these days, or on the last five working days
    of which the last was yesterday at the latest."""
    days = days or working_days_until_yesterday(5)
    published_questionnaire()
    with time_machine.travel(datetime.combine(days[0], time(9), tzinfo=UTC)):
        exchange = agreed_exchange(days=days, **fields)
        start_due_exchanges()
    finish_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def reported_exchange(
    *, outcome: str = ReportOutcome.TOOK_PLACE, days: list[date] | None = None, **fields: Any
) -> Exchange:
    """An exchange on which both sides have reported: both partnerships are to validate."""
    exchange = finished_exchange(days=days, **fields)
    for side in ORGANISATIONS:
        reported_by(exchange, side, outcome=outcome)
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def reported_by(
    exchange: Exchange, side: str, *, outcome: str = ReportOutcome.TOOK_PLACE
) -> Report:
    """The report of one side, handed in by its participant."""
    report = report_of(exchange, side)
    report.outcome = outcome
    report.answers = complete_answers(report)
    if report.days_done is None:
        report.starts_on, report.ends_on = exchange.starts_on, exchange.ends_on
        report.days_done = 5
    report.save(update_fields=["outcome", "answers", "starts_on", "ends_on", "days_done"])
    actor = person_of(exchange, side)
    return submit_report(report_id=report.pk, revision=report.revision, actor=actor)


def answered(report: Report, *, outcome: str = ReportOutcome.TOOK_PLACE) -> Report:
    """The report as its side saved it, with every question answered that is asked."""
    report.outcome = outcome
    asked = asked_for(questions_of(report), outcome)
    return save_answers(
        report_id=report.pk,
        answers={one.key: _answer(one, report.answers.get(one.key)) for one in asked},
        outcome=outcome,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        days_done=report.days_done,
        revision=report.revision,
        actor=person_of(report.exchange, report.capacity),
    )


def complete_answers(report: Report) -> dict[str, Any]:
    """What stands there already, with the least that a report with this outcome needs."""
    answers = {**report.prefilled, **report.answers}
    for one in asked_for(questions_of(report), report.outcome):
        if one.is_required or one.key in NEEDED:
            answers[one.key] = _answer(one, answers.get(one.key))
    return answers_for(questions_of(report), report.outcome, answers)


def _answer(one: Asked, present: Any) -> Any:
    if one.kind == "parts":
        return [{**line, "part": one.codes[0]} for line in present or [{"text": "To learn"}]]
    if one.kind == "activities":
        return [{**line, "done": True} for line in present or ()]
    if present is not None and one.kind != "ratings":
        return present
    return {
        "choice": one.codes[0] if one.codes else "",
        "several": list(one.codes[:1]),
        "ratings": dict.fromkeys(one.codes, 4),
        "numbers": dict.fromkeys(one.codes, 1),
        "score": 9,
        "text": "It was worth the journey.",
        "steps": [{"what": "Write a project", "who": "Both", "by": ""}],
        "yes": True,
    }[one.kind]


def closed_exchange(
    *, outcome: str = ReportOutcome.TOOK_PLACE, days: list[date] | None = None, **fields: Any
) -> Exchange:
    """An exchange whose reports both partnerships have validated: closed, or failed where both
    report that it did not take place."""
    return validated_by_all(reported_exchange(outcome=outcome, days=days, **fields))


def validated_by_all(exchange: Exchange) -> Exchange:
    """The exchange with all reports validated that are handed in."""
    for capacity in PARTNERSHIPS:
        if exchange.reports.filter(state=ReportState.SUBMITTED).exists():
            validate_reports(exchange_id=exchange.pk, actor=person_of(exchange, capacity))
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def report_of(exchange: Exchange, side: str) -> Report:
    """The report of this side with all that is asked of it."""
    return Report.objects.with_parties().get(exchange=exchange, capacity=side)


def published_questionnaire() -> Questionnaire:
    """The questionnaire in use; an empty one where there is none."""
    found = Questionnaire.objects.filter(is_draft=False).last()
    return found or Questionnaire.objects.create(number=1, is_draft=False, published_at=clock.now())


def working_days_until_yesterday(count: int, country: str = "FR") -> list[date]:
    """So many consecutive working days, the last of them before today."""
    day = clock.today() - timedelta(days=1)
    found: list[date] = []
    while len(found) < count:
        if is_working_day(day, country):
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]
