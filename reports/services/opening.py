"""Reports open by themselves on the last day at the host's, and go when it is set back."""

import logging
from datetime import date

from cxc_portal.core import audit
from exchanges.enums import ORGANISATIONS, ExchangeState
from exchanges.models import Exchange
from exchanges.queries.follow_up import (
    days_begun,
    days_of_work,
    has_last_day_begun,
    open_interruption,
    terms_in_force,
    until,
)
from exchanges.queries.progress import report_due_on
from exchanges.services.locking import locked_with_visit
from exchanges.services.running import each, where
from exchanges.workflows.interruption import ASKED
from profiles.models import User
from reports.enums import WRITABLE_REPORTS, ReportState
from reports.models import Questionnaire, Report
from reports.notifications import reports as notifications
from reports.queries.prefill import known_outcome, prefilled
from reports.queries.questionnaires import current_questionnaire
from reports.queries.shown import reports_of

logger = logging.getLogger(__name__)
REPORTED = (ExchangeState.ONGOING, ExchangeState.REPORTING)


def open_due_reports() -> int:
    """The reports of exchanges whose last day has begun at the host's are open; says of how many.

    A second run changes nothing, and one that fails does not stop the others.
    """
    due = Exchange.objects.filter(state__in=REPORTED, ends_on__lte=days_begun(), reports=None)
    decided = due.exclude(interruptions__state=ASKED).order_by("ends_on", "pk")
    return each(where(decided, has_last_day_begun), open_due)


def open_due(exchange_id: int) -> bool:
    """Whether there was anything to do: while a request to change course is open, both sides wait
    for the decision."""
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        is_due = exchange.state in REPORTED and has_last_day_begun(exchange)
        if not is_due or open_interruption(exchange):
            return False
        return bool(open_reports(exchange=exchange))


def open_reports(*, exchange: Exchange) -> list[Report]:
    """Both reports are open and due after the days of the rules; the caller holds the lock of the
    exchange. Those that are open already are due by its last day as it is now, and say what is
    known by now as long as nobody has written in them. Gives the new ones.
    """
    due_on = report_due_on(_last_day(exchange))
    present = {report.capacity: report for report in reports_of(exchange)}
    for report in present.values():
        _follow_course(report, due_on)
    try:
        questionnaire = current_questionnaire()
    except Questionnaire.DoesNotExist:  # the end of an exchange does not wait for it
        logger.exception("without a questionnaire the reports of exchange %s wait", exchange.pk)
        return []
    opened = [
        _open(exchange, side, questionnaire, due_on)
        for side in ORGANISATIONS
        if side not in present
    ]
    for report in opened:
        notifications.report_opened(report)
    return opened


def take_reports_away(*, exchange: Exchange, actor: User | None) -> int:
    """Nothing is to be reported of this exchange any more: it is written anew or was broken off.
    What was written so far goes; that it was there stays in the audit. Says how many went."""
    reports = reports_of(exchange)
    for report in reports:
        notifications.forget_report(report)
        said = {"capacity": report.capacity, "state": report.state, "exchange": exchange.ref}
        audit.record("report.take_away", subject=report, actor=actor, data=said)
        report.reminders.all().delete()
        report.transitions.all().delete()
        report.delete()
    return len(reports)


def _open(exchange: Exchange, side: str, questionnaire: Questionnaire, due_on: date) -> Report:
    report = Report.objects.create(
        exchange=exchange,
        capacity=side,
        questionnaire=questionnaire,
        due_on=due_on,
        **_known(exchange, side, questionnaire),
    )
    data = {"capacity": side, "exchange": exchange.ref, "due_on": str(due_on)}
    audit.record("report.open", subject=report, actor=None, data=data)
    return report


def _follow_course(report: Report, due_on: date) -> None:
    """The exchange ended on another day than was thought when the report was opened, or more was
    noted since."""
    if report.state not in WRITABLE_REPORTS:
        return
    changes: dict[str, object] = {"due_on": due_on}
    if report.state == ReportState.OPEN and report.saved_at is None:
        changes |= _known(report.exchange, report.capacity, report.questionnaire)
    changes = {name: value for name, value in changes.items() if getattr(report, name) != value}
    for name, value in changes.items():
        setattr(report, name, value)
    if changes:
        report.save(update_fields=list(changes))


def _known(exchange: Exchange, side: str, questionnaire: Questionnaire) -> dict[str, object]:
    """All that a report says before anybody has written in it."""
    answers = prefilled(exchange, side, questionnaire)
    return {
        "answers": answers,
        "prefilled": answers,
        "outcome": known_outcome(exchange, side),
        **_days(exchange),
    }


def _days(exchange: Exchange) -> dict[str, object]:
    """The days as they were agreed, or until the exchange ended."""
    terms = until(terms_in_force(exchange), _last_day(exchange))
    return {
        "starts_on": exchange.starts_on,
        "ends_on": exchange.ends_on,
        "days_done": days_of_work(exchange, terms),
    }


def _last_day(exchange: Exchange) -> date:
    if exchange.ends_on is None:
        raise ValueError(f"{exchange.ref} has no last day")
    return exchange.ends_on
