"""A partnership completes the report of its participant who does not, and says on what grounds."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.models import User
from reports.models import Report
from reports.permissions import can_write_on_behalf
from reports.queries.completeness import missing_facts
from reports.services.locking import locked_report
from reports.services.submitting import hand_in, require_revision
from reports.workflows import report_workflow
from reports.workflows.parties import OWN_PARTNERSHIP


def submit_on_behalf(*, report_id: int, source: str, revision: int, actor: User) -> Report:
    """The report is handed in for its side, which hears of it; that it was completed by the
    partnership, and from what source, stands with it for ever. What became of the exchange and on
    which days has to be known, opinions have not.

    Raises `TransitionRefused` ("source_missing"), ("incomplete"), ("wrong_state") when it is handed
    in already, and `StaleVersion` when somebody has written in it since.
    """
    with transaction.atomic():
        report = locked_report(report_id)
        if OWN_PARTNERSHIP not in report_workflow.parties(report, actor):
            raise NotAllowed(_("Only the partnership of this side can complete its report."))
        if can_write_on_behalf(actor, report):
            require_revision(report, revision)
            _require_grounds(report, source)
        hand_in(
            report,
            actor=actor,
            on_behalf_of=report.exchange.partnership_of(report.capacity),
            source=source.strip(),
        )
    return report


def _require_grounds(report: Report, source: str) -> None:
    if not source.strip():
        raise TransitionRefused(
            "source_missing", _("Say from where you know this: it stands with the report.")
        )
    number = len(missing_facts(report))
    if number:
        text = ngettext(
            "%(number)s answer is missing: what became of the exchange, and on which days.",
            "%(number)s answers are missing: what became of the exchange, and on which days.",
            number,
        )
        raise TransitionRefused("incomplete", text % {"number": number})
