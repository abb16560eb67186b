"""Which reports came in time, late or not at all, and what they say of the exchange."""

from collections.abc import Sequence

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from reports.enums import HANDED_IN, ReportOutcome
from reports.models import Report, ReportStep
from reports.queries.answers import SIDES
from reports.queries.exchange_counts import Row
from reports.queries.medians import worked_out_once
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, Shown, named, percent

LABELS = {
    "asked": _("Reports due"),
    "in_time": _("In time"),
    "late": _("Late"),
    "missing": _("Missing"),
    "awaited": _("Not due yet"),
    "returned": _("Returned at least once"),
    "on_behalf": _("Completed on behalf of a side"),
    "ended_early": _("Ended early"),
    "not_taken_place": _("Did not take place"),
}


def reports_due(scope: Scope) -> QuerySet[Report]:
    """Those of either side of the partnership's exchanges whose day is one of those looked at, with
    the day on which each was first handed in (`came_on`), in the portal's time zone."""
    steps = ReportStep.objects.filter(subject=OuterRef("pk")).order_by()
    first = (
        steps.filter(transition="submit")
        .values("subject")
        .annotate(first=Min("at"))
        .values("first")
    )
    day = TruncDate(
        Coalesce(Subquery(first), F("submitted_at")), tzinfo=timezone.get_default_timezone()
    )
    return Report.objects.filter(
        scope.of_partnership("exchange__visitor_partnership"),
        scope.of_mode("exchange__mode"),
        scope.within_days("due_on"),
    ).annotate(came_on=day, was_returned=Exists(steps.filter(transition="return")))


def _cells() -> dict[str, Q]:
    handed_in = Q(state__in=HANDED_IN)
    return {
        "asked": Q(),
        "in_time": Q(came_on__lte=F("due_on")),
        "late": Q(came_on__gt=F("due_on")),
        "missing": Q(came_on__isnull=True, due_on__lt=clock.today()),
        "awaited": Q(came_on__isnull=True, due_on__gte=clock.today()),
        "returned": Q(was_returned=True),
        "on_behalf": handed_in & Q(on_behalf_of__isnull=False),
        "ended_early": handed_in & Q(outcome=ReportOutcome.ENDED_EARLY),
        "not_taken_place": handed_in & Q(outcome=ReportOutcome.NOT_TAKEN_PLACE),
    }


def _reports(scope: Scope) -> list[Row]:
    counts = {
        f"n_{key}_{side}": Count("pk", filter=cell & Q(capacity=capacity))
        for key, cell in _cells().items()
        for side, capacity in SIDES.items()
    }
    found = worked_out_once(reports_due(scope)).aggregate(**counts)
    asked = sum(found[f"n_asked_{side}"] for side in SIDES)
    lines = []
    for key, label in LABELS.items():
        numbers = [found[f"n_{key}_{side}"] for side in SIDES]
        lines.append((key, label, *numbers, sum(numbers), percent(sum(numbers), asked)))
    return lines


def _behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    rows = reports_due(scope).filter(_cells()[row])
    return [Rows(rows.filter(capacity=SIDES[column]) if column in SIDES else rows)]


REPORTS = FigureTable(
    name="reports",
    title=_("Final activity reports"),
    about=_(
        "The reports of both sides of the partnership's exchanges that are due within the days. In "
        "time is what was handed in for the first time on the day on which it was due, or before, "
        "even if it was returned later."
    ),
    columns=(
        *named(_("What")),
        Counted("visitors", _("Visitors"), _("Reports of visiting organisations.")),
        Counted("hosts", _("Hosts"), _("Reports of host organisations.")),
        Counted("both", _("Both"), _("Reports of both sides.")),
        Shown("share", _("Share"), _("In percent of all that are due within the days.")),
    ),
    values=_reports,
    behind=_behind,
    names=lambda: LABELS,
)
