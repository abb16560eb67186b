"""The two reports of an exchange, as whoever may read them sees them."""

from collections.abc import Iterable
from typing import Any

from exchanges.enums import Capacity
from exchanges.models import Exchange
from reports.models import Report

ORDER = (Capacity.VO, Capacity.HO)
"""The visitor's stands first everywhere."""


def reports_of(exchange: Exchange) -> list[Report]:
    """Both reports, the visitor's first, each with the exchange as it is in memory; none before the
    last day."""
    found = exchange.reports.select_related(
        "questionnaire", "on_behalf_of", "submitted_by", "validated_by"
    )
    return _in_order(found, exchange)


def reports_seen(exchange: Exchange, user: Any) -> list[Report]:
    """Those of the two that this person may read."""
    seen = set(Report.objects.visible_to(user).filter(exchange=exchange).values_list("pk"))
    return [report for report in reports_of(exchange) if (report.pk,) in seen]


def other_report(report: Report) -> Report | None:
    """That of the other side."""
    return next((one for one in reports_of(report.exchange) if one.pk != report.pk), None)


def _in_order(found: Iterable[Report], exchange: Exchange) -> list[Report]:
    reports = sorted(found, key=lambda report: ORDER.index(Capacity(report.capacity)))
    for report in reports:
        report.exchange = exchange
    return reports
