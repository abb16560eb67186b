"""The two reports of an exchange, as whoever may read them sees them."""

from typing import Any

from django.db.models import QuerySet

from exchanges.enums import Capacity
from exchanges.models import Exchange
from reports.models import Report
from reports.permissions import sides_read_by

ORDER = (Capacity.VO, Capacity.HO)
"""The visitor's stands first everywhere."""


def reports_of(exchange: Exchange) -> list[Report]:
    """Both reports, the visitor's first, each with the exchange as it is in memory; none before the
    last day."""
    return _in_order(exchange.reports.all(), exchange)


def reports_seen(exchange: Exchange, user: Any) -> list[Report]:
    """Those of the two that this person may read, each with its version of the questionnaire."""
    seen = exchange.reports.filter(capacity__in=sides_read_by(user, exchange))
    seen = seen.select_related("questionnaire")
    return _in_order(seen, exchange)


def other_report(report: Report) -> Report | None:
    """That of the other side."""
    return next((one for one in reports_of(report.exchange) if one.pk != report.pk), None)


def _in_order(found: QuerySet[Report], exchange: Exchange) -> list[Report]:
    shown = found.prefetch_related("on_behalf_of")  # most sides report themselves
    reports = sorted(shown, key=lambda report: ORDER.index(Capacity(report.capacity)))
    for report in reports:
        report.exchange = exchange
    return reports
