"""A partnership completes the report of its participant who does not, and says on what grounds."""

from datetime import date

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.queries.follow_up import days_begun
from profiles.models import User
from reports.models import Report
from reports.permissions import can_write_on_behalf
from reports.queries.questionnaires import stay_of
from reports.questionnaire import missing
from reports.services.locking import locked_report
from reports.services.submitting import hand_in, require_revision
from reports.workflows import report_workflow
from reports.workflows.parties import OWN_PARTNERSHIP


def submit_on_behalf(
    *,
    report_id: int,
    outcome: str,
    starts_on: date | None,
    ends_on: date | None,
    days_done: int | None,
    source: str,
    revision: int,
    actor: User,
) -> Report:
    """The report is handed in for its side, which hears of it; that it was completed by the
    partnership, and from what source, stands with it for ever. What became of the exchange and on
    which days has to be known; opinions stay as the side left them.

    Raises `TransitionRefused` ("source_missing"), ("incomplete"), ("wrong_state") when it is handed
    in already, and `StaleVersion` when somebody has written in it since.
    """
    with audit.transaction():
        report = locked_report(report_id)
        if OWN_PARTNERSHIP not in report_workflow.parties(report, actor):
            raise NotAllowed(_("Only the partnership of this side can complete its report."))
        facts = {
            "outcome": outcome,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "days_done": days_done,
        }
        if can_write_on_behalf(actor, report):
            require_revision(report, revision)
            for name, value in facts.items():
                setattr(report, name, value)
            _require_grounds(report, source)
        partnership = report.exchange.partnership_of(report.capacity)
        hand_in(report, actor=actor, on_behalf_of=partnership, source=source.strip(), **facts)
    return report


def _require_grounds(report: Report, source: str) -> None:
    if not source.strip():
        raise TransitionRefused(
            "source_missing", _("Say from where you know this: it stands with the report.")
        )
    if missing((), {}, stay_of(report), today=days_begun()):
        raise TransitionRefused(
            "incomplete", _("Say what became of the exchange, and on which days it took place.")
        )
