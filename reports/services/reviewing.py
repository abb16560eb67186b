"""A partnership reads whether the report of its side is complete: it validates or returns it."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.models import Exchange
from exchanges.services.locking import locked_with_visit
from profiles.models import User
from reports.enums import ReportState
from reports.models import Report
from reports.notifications import reports as notifications
from reports.permissions import is_still_reported
from reports.queries.contradictions import contradict
from reports.queries.shown import reports_of
from reports.services.closing import settle_exchange
from reports.services.locking import locked_report
from reports.signals import report_returned, report_validated
from reports.workflows import report_workflow


def validate_reports(*, exchange_id: int, actor: User) -> list[Report]:
    """All reports that wait for the actor's partnership are validated, both at once for one
    partnership in both capacities; with the second one the exchange is closed.

    Raises `TransitionRefused` ("nothing_to_validate") when none waits, ("contradiction") when one
    side says that the exchange took place and the other that it did not.
    """
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        reports = reports_of(exchange)
        own = [one for one in reports if report_workflow.may("validate", one, actor)]
        if not own:
            raise NotAllowed(_("You may not validate these reports."))
        due = [one for one in own if one.state == ReportState.SUBMITTED]
        _require_sense(reports, due)
        for report in due:
            _validate(report, exchange, actor)
        settle_exchange(exchange=exchange, actor=actor)
    return due


def return_report(*, report_id: int, comment: str, actor: User) -> Report:
    """Its side reads what is missing and hands it in anew. A validated one can be returned as long
    as the exchange is not closed."""
    with audit.transaction():
        report = locked_report(report_id)
        exchange = report.exchange
        if report_workflow.may("return", report, actor) and not is_still_reported(report):
            raise TransitionRefused("too_late", _("The exchange is over; nothing is returned now."))
        report_workflow.apply(
            report,
            "return",
            actor=actor,
            comment=comment,
            changes={"validated_at": None, "validated_by": None},
            record={"capacity": exchange.capacity_of(actor)},
        )
        report.exchange = exchange
        notifications.report_returned(report, comment.strip(), actor=actor)
        report_returned.send(sender=Report, report=report)
    return report


def _require_sense(reports: list[Report], due: list[Report]) -> None:
    """What is validated now says the same as what has been validated."""
    if not due:
        raise TransitionRefused(
            "nothing_to_validate", _("No report waits for you here now. Look at the page again.")
        )
    validated = [one for one in reports if one.state == ReportState.VALIDATED]
    if contradict([*validated, *due]):
        raise TransitionRefused(
            "contradiction",
            _(
                "One side says that the exchange took place, the other that it did not. Return the "
                "report that has to be put right, with a comment."
            ),
        )


def _validate(report: Report, exchange: Exchange, actor: User) -> None:
    report_workflow.apply(
        report,
        "validate",
        actor=actor,
        changes={"validated_by": actor},
        record={"capacity": report.partnership_capacity},
    )
    report.exchange = exchange
    notifications.report_validated(report)
    report_validated.send(sender=Report, report=report)
