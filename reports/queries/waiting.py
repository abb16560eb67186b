"""Which reports wait for whom, and which are late."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from cxc_portal.core import clock
from exchanges.enums import Capacity
from exchanges.models import Exchange
from profiles.rules import current_rules
from reports.enums import WRITABLE_REPORTS, ReportState
from reports.models import Report


def reports_waiting_for(user: Any) -> QuerySet[Report]:
    """Those that the partnerships of this member of staff have to validate. Members of one of the
    two organisations never validate as staff."""
    waiting = own_sides(user).filter(state=ReportState.SUBMITTED)
    own = Exchange.objects.of_member(user).values("pk")
    return waiting.exclude(exchange__in=own)


def own_sides(user: Any) -> QuerySet[Report]:
    """The reports of the sides that the partnerships of this member of staff look after."""
    staffed = user.staffed_partnership_ids
    return Report.objects.filter(
        Q(capacity=Capacity.HO, exchange__host_partnership__in=staffed)
        | Q(capacity=Capacity.VO, exchange__visitor_partnership__in=staffed)
    )


def late_reports() -> Q:
    """A condition on reports: not handed in by the day on which they were due."""
    return Q(state__in=WRITABLE_REPORTS, due_on__lt=clock.today())


def slow_validations() -> Q:
    """A condition on reports: handed in, and not read within the days of the rules."""
    days = timedelta(days=current_rules().integer("report.validation_days"))
    return Q(state=ReportState.SUBMITTED, submitted_at__lt=clock.now() - days)


def exchanges_waiting_for(user: Any) -> Q:
    """A condition on exchanges: a report of them waits for this member of staff."""
    return Q(pk__in=reports_waiting_for(user).order_by().values("exchange"))


def exchanges_with_late_reports() -> Q:
    """A condition on exchanges."""
    return _with(late_reports())


def exchanges_with_slow_validations() -> Q:
    """A condition on exchanges."""
    return _with(slow_validations())


def _with(condition: Q) -> Q:
    return Q(pk__in=Report.objects.filter(condition).order_by().values("exchange"))
