"""A side hands its report in."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from profiles.models import User
from reports.models import Report
from reports.notifications import reports as notifications
from reports.permissions import can_write_report
from reports.queries.questionnaires import gaps_of
from reports.services.locking import locked_report
from reports.signals import report_handed_in
from reports.workflows import report_workflow
from reports.workflows.parties import AUTHOR

DAYS = ("starts_on", "ends_on", "days_done")


def submit_report(*, report_id: int, revision: int, actor: User) -> Report:
    """The report is with the partnership of its side, which hears of it.

    Raises `StaleVersion` when somebody has written in it since, `TransitionRefused` ("incomplete")
    as long as something that has to be answered is missing, ("wrong_state") for a second press.
    """
    with audit.transaction():
        report = locked_report(report_id)
        if AUTHOR not in report_workflow.parties(report, actor):
            raise NotAllowed(_("You may not hand this report in."))
        if can_write_report(actor, report):
            require_revision(report, revision)
            require_complete(report)
        hand_in(report, actor=actor, on_behalf_of=None, source="")
    return report


def require_revision(report: Report, revision: int) -> None:
    """Raises `StaleVersion` for another text than the one that the person saw."""
    if report.revision != revision:
        raise StaleVersion(
            _("A colleague has written in this report since you opened it. Look at it again.")
        )


def require_complete(report: Report) -> None:
    """Raises `TransitionRefused` with the number of answers that are missing."""
    number = len(gaps_of(report))
    if number:
        text = ngettext(
            "%(number)s answer is missing. It is marked below.",
            "%(number)s answers are missing. They are marked below.",
            number,
        )
        raise TransitionRefused("incomplete", text % {"number": number})


def hand_in(report: Report, *, actor: User, **fields: Any) -> None:
    """The step itself, and who hears of it. The caller holds the lock of the exchange."""
    exchange = report.exchange
    changes: Mapping[str, Any] = {"submitted_by": actor, **fields, **_without_days(report)}
    record = {"capacity": exchange.capacity_of(actor)}
    report_workflow.apply(report, "submit", actor=actor, changes=changes, record=record)
    report.exchange = exchange
    notifications.report_handed_in(report)
    report_handed_in.send(sender=Report, report=report)


def _without_days(report: Report) -> dict[str, None]:
    """What did not take place had no days."""
    return {} if report.has_happened else dict.fromkeys(DAYS)
