"""Whose turn it is in an exchange that is to be reported, for the app below that does not know of
reports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cxc_portal.core.workflow import Baton
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from exchanges.queries.follow_up import today_there
from exchanges.workflows import exchange_workflow
from reports.models import Report
from reports.workflows import report_workflow
from reports.workflows.parties import AUTHOR, OWN_PARTNERSHIP

SITUATIONS = ("yours", "waiting")
"""What the viewer has to do comes before what others have."""


def batons_of_reports(exchanges: Iterable[Exchange], viewer: Any) -> Mapping[int, Baton]:
    """By the keys of the exchanges: the viewer's own report as long as it needs something, else the
    report that the exchange waits for. On its last day an exchange still runs for everybody who has
    nothing to do."""
    asked = {one.pk: one for one in exchanges if _is_reported(one)}
    if not asked:
        return {}
    found: dict[int, list[Report]] = defaultdict(list)
    for report in Report.objects.filter(exchange__in=asked).order_by("exchange", "capacity"):
        report.exchange = asked[report.exchange_id]
        found[report.exchange_id].append(report)
    batons = {key: _baton(asked[key], reports, viewer) for key, reports in found.items()}
    return {key: baton for key, baton in batons.items() if baton}


def _is_reported(exchange: Exchange) -> bool:
    """From its last day on; one that was made longer on that day runs on."""
    if exchange.state == ExchangeState.ONGOING and exchange.ends_on:
        return exchange.ends_on <= today_there(exchange)
    return exchange.state == ExchangeState.REPORTING


def _baton(exchange: Exchange, reports: list[Report], viewer: Any) -> Baton | None:
    """The one that matters most to this viewer; none once both are validated."""
    own_first = sorted(reports, key=lambda report: not _is_own(report, viewer))
    batons = [report_workflow.baton(report, viewer) for report in own_first]
    open_ones = [baton for baton in batons if baton.situation in SITUATIONS]
    first = min(open_ones, key=lambda one: SITUATIONS.index(one.situation), default=None)
    is_news = exchange.state == ExchangeState.REPORTING
    if first is None or not (is_news or first.situation == "yours"):
        return None
    return replace(first, label=exchange_workflow.states[exchange.state].label)


def _is_own(report: Report, viewer: Any) -> bool:
    return bool(report_workflow.parties(report, viewer) & {AUTHOR, OWN_PARTNERSHIP})
