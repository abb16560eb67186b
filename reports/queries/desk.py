"""The desk of reports: what staff of partnerships and the Support Office look after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from exchanges.enums import OVER
from exchanges.models import Exchange
from profiles.models import Partnership
from reports.enums import HANDED_IN, WRITABLE_REPORTS, ReportState
from reports.models import Report, ReportReminder
from reports.permissions import can_remind_author
from reports.queries.waiting import late_reports, reports_waiting_for
from reports.wording.flags import flags_of
from reports.workflows import report_workflow

PER_PAGE = 25


class Show(TextChoices):
    """The views of the desk."""

    WAITING = "waiting", _("Waiting for us")
    LATE = "late", _("Late")
    RETURNED = "returned", _("Returned")
    AWAITED = "awaited", _("To be written")
    CLOSED = "closed", _("Closed")
    ALL = "all", _("All")


ORDERS: dict[Show, tuple[str, ...]] = {
    Show.WAITING: ("submitted_at", "pk"),
    Show.LATE: ("due_on", "pk"),
    Show.RETURNED: ("state_since", "pk"),
    Show.AWAITED: ("due_on", "pk"),
    Show.CLOSED: ("-exchange__state_since", "-exchange", "-capacity"),
    Show.ALL: ("-due_on", "-exchange", "-capacity"),
}


@dataclass(frozen=True)
class DeskFilters:
    """What narrows the desk; empty for everything."""

    partnership: Partnership | None = None
    side: str = ""
    outcome: str = ""
    is_on_behalf: bool = False
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One report: whose turn it is, what has to be known of it, when its side was last reminded."""

    report: Report
    name: str
    baton: Baton
    flags: list[Text]
    is_late: bool
    reminded_at: datetime | None
    can_remind: bool


@dataclass(frozen=True)
class Desk:
    """One page of the desk with the number of reports in each of its views."""

    rows: list[Row]
    page: Page[Report]
    counts: dict[Show, int]

    @property
    def can_remind(self) -> bool:
        return any(row.can_remind for row in self.rows)


def desk(user: Any, show: Show, filters: DeskFilters, page: str | None) -> Desk:
    """What the partnerships of this member of staff look after; for the Support Office all."""
    found = narrowed(looked_after_by(user), filters)
    views = _views(user)
    counts = found.order_by().aggregate(
        **{view.value: Count("pk", filter=condition) for view, condition in views.items()}
    )
    shown = _prepared(found.filter(views[show]).order_by(*ORDERS[show]))
    paginated = Paginator(shown, PER_PAGE).get_page(page)
    return Desk(
        rows=[_row(report, user) for report in paginated.object_list],
        page=paginated,
        counts={Show(key): number for key, number in counts.items()},
    )


def looked_after_by(user: Any) -> QuerySet[Report]:
    return Report.objects.filter(exchange__in=Exchange.objects.of_staff(user).values("pk"))


def narrowed(found: QuerySet[Report], filters: DeskFilters) -> QuerySet[Report]:
    if filters.partnership:
        of = filters.partnership
        found = found.filter(Q(exchange__host_partnership=of) | Q(exchange__visitor_partnership=of))
    if filters.side:
        found = found.filter(capacity=filters.side)
    if filters.outcome:
        found = found.filter(outcome=filters.outcome, state__in=HANDED_IN)
    if filters.is_on_behalf:
        found = found.filter(on_behalf_of__isnull=False, state__in=HANDED_IN)
    if filters.text:
        found = found.filter(
            Q(exchange__ref__icontains=filters.text)
            | Q(exchange__host__organisation__name__icontains=filters.text)
            | Q(exchange__visitor__organisation__name__icontains=filters.text)
        )
    return found


def _views(user: Any) -> dict[Show, Q]:
    is_over = Q(exchange__state__in=OVER)
    return {
        Show.WAITING: Q(pk__in=reports_waiting_for(user).order_by().values("pk")),
        Show.LATE: late_reports(),
        Show.RETURNED: Q(state=ReportState.RETURNED),
        Show.AWAITED: Q(state__in=WRITABLE_REPORTS),
        Show.CLOSED: is_over,
        Show.ALL: Q(pk__isnull=False),
    }


def _prepared(found: QuerySet[Report]) -> QuerySet[Report]:
    """With all that the rows tell, in a fixed number of queries."""
    reminders = ReportReminder.objects.filter(report=OuterRef("pk")).order_by()
    last = reminders.values("report").annotate(last=Max("at")).values("last")
    shown = found.with_parties()  # type: ignore[attr-defined]
    return shown.select_related("on_behalf_of").annotate(reminded_at=Subquery(last))


def _row(report: Any, user: Any) -> Row:
    return Row(
        report=report,
        name=report.exchange.party_name(report.capacity),
        baton=report_workflow.baton(report, user),
        flags=flags_of(report),
        is_late=report.is_writable and report.due_on < clock.today(),
        reminded_at=report.reminded_at,
        can_remind=report.is_writable and can_remind_author(user, report.exchange),
    )
