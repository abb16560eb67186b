"""What the page of an exchange shows of its two reports."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from exchanges.models import Exchange
from reports.enums import ReportState
from reports.models import Report
from reports.permissions import can_write_on_behalf, is_staff_of_reports
from reports.queries.shown import reports_of
from reports.wording.flags import flags_of
from reports.workflows import report_workflow
from reports.workflows.parties import AUTHOR

TONES = {
    ReportState.OPEN: "info",
    ReportState.SUBMITTED: "info",
    ReportState.RETURNED: "warning",
    ReportState.VALIDATED: "success",
}


@dataclass(frozen=True)
class ReportLine:
    """One of the two reports: what it says is for its side and for staff alone, of the other side's
    everybody sees whether it is in. `url` is empty where the viewer does not read it."""

    report: Report
    name: str
    label: Text
    tone: str
    is_late: bool
    is_own: bool
    flags: list[Text]
    url: str
    on_behalf_url: str


@dataclass(frozen=True)
class ReportsPanel:
    """`waiting_name` is the side that has reported and waits for the viewer's report."""

    exchange: Exchange
    lines: list[ReportLine]
    review_url: str
    waiting_name: str


def reports_panel(request: HttpRequest, exchange: Exchange) -> SafeString:
    """Who has reported and who has not; empty before the last day."""
    reports = reports_of(exchange)
    if not reports:
        return SafeString("")
    panel = _panel(exchange, reports, request.user)
    return render_to_string("reports/_panel.html", {"panel": panel}, request=request)


def _panel(exchange: Exchange, reports: list[Report], user: Any) -> ReportsPanel:
    is_staff = is_staff_of_reports(user, exchange)
    lines = [_line(report, user, is_staff) for report in reports]
    is_owing = any(line.is_own and line.report.is_writable for line in lines)
    others_in = [line.name for line in lines if not line.is_own and line.report.is_handed_in]
    review = reverse("reports:report_review", args=[exchange.ref])
    return ReportsPanel(
        exchange=exchange,
        lines=lines,
        review_url=review if is_staff else "",
        waiting_name=others_in[0] if is_owing and others_in else "",
    )


def _line(report: Report, user: Any, is_staff: bool) -> ReportLine:
    is_own = AUTHOR in report_workflow.parties(report, user)
    reads = is_own or is_staff
    state = ReportState(report.state)
    behalf = reverse("reports:report_on_behalf", args=[report.ref, report.capacity])
    return ReportLine(
        report=report,
        name=report.exchange.party_name(report.capacity),
        label=report_workflow.states[state].label if reads else _label_for_others(report),
        tone=TONES[state],
        is_late=report.is_writable and report.due_on < clock.today(),
        is_own=is_own,
        flags=flags_of(report) if reads else [],
        url=f"{report.get_absolute_url()}?side={report.capacity}" if reads else "",
        on_behalf_url=behalf if can_write_on_behalf(user, report) else "",
    )


def _label_for_others(report: Report) -> Text:
    """The other side sees whether it is in, not what its partnership makes of it."""
    return _("Handed in") if report.is_handed_in else _("Still missing")
