"""Writing a report while it is open, so that nobody overwrites what they have not seen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from profiles.models import User
from reports.enums import ReportOutcome
from reports.models import Report
from reports.permissions import can_write_report
from reports.queries.questionnaires import questions_of
from reports.questionnaire import BadAnswer, checked
from reports.services.locking import locked_report

WRITTEN = ("answers", "outcome", "starts_on", "ends_on", "days_done")


def save_answers(
    *,
    report_id: int,
    answers: Mapping[str, Any],
    outcome: str,
    starts_on: date | None,
    ends_on: date | None,
    days_done: int | None,
    revision: int,
    actor: User,
) -> Report:
    """The report says this from now on; it may still lack things.

    `revision` is the one that the person started from: with a newer one in place `StaleVersion` is
    raised, unless it says the same already. Saying the same again changes nothing. Raises
    `TransitionRefused` for answers of another shape than their questions, and once the report is
    handed in.
    """
    with audit.transaction():
        report = locked_report(report_id)
        _require_writer(report, actor)
        values = {
            "answers": _checked(report, answers),
            "outcome": _outcome(outcome),
            "starts_on": starts_on,
            "ends_on": ends_on,
            "days_done": days_done,
        }
        _require_order(starts_on, ends_on)
        if values == {name: getattr(report, name) for name in WRITTEN}:
            return report
        if report.revision != revision:
            raise StaleVersion(
                _("A colleague has written in this report meanwhile."), code="report_changed"
            )
        _write(report, values, actor)
    return report


def _write(report: Report, values: Mapping[str, Any], actor: User) -> None:
    changes = {
        **values,
        "revision": report.revision + 1,
        "saved_at": clock.now(),
        "saved_by": actor,
    }
    for name, value in changes.items():
        setattr(report, name, value)
    report.save(update_fields=list(changes))
    data = {"revision": report.revision, "exchange": report.exchange.ref}
    audit.record("report.save", subject=report, actor=actor, data=data)


def _require_writer(report: Report, actor: User) -> None:
    if can_write_report(actor, report):
        return
    if report.capacity in report.exchange.capacities_of(actor):
        raise TransitionRefused(
            "handed_in", _("The report is handed in. Nothing more can be written in it.")
        )
    raise NotAllowed(_("You may not write in this report."))


def _checked(report: Report, answers: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return checked(questions_of(report), answers)
    except BadAnswer as wrong:
        raise TransitionRefused(
            "bad_answer", _("Something could not be read: %(what)s") % {"what": wrong}
        ) from wrong


def _outcome(outcome: str) -> str:
    if outcome and outcome not in ReportOutcome.values:
        raise TransitionRefused("outcome", _("Choose what became of the exchange."))
    return outcome


def _require_order(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise TransitionRefused("order", _("The last day is before the first."))
