"""What stands behind the figures, row by row, for exports."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import CharField, Count, F, FilteredRelation, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.exports import Column, Table
from cxc_portal.core.types import Text
from exchanges.enums import OVER, Capacity, ExchangeMode, ExchangeState
from exchanges.models import Exchange
from reports.enums import OutreachKind, PaymentState, ReportOutcome, ReportState
from reports.queries.exchange_counts import is_own_or_hosted
from reports.queries.recorded import actions, records
from reports.queries.scopes import Scope

FLAGGED = {"visitor": Capacity.VO, "host": Capacity.HO}
EXCHANGE_COLUMNS = {
    "ref": _("Reference"),
    "partnership": _("Partnership of the visitor (counts there)"),
    "host_partnership": _("Partnership of the host"),
    "visitor": _("Visitor"),
    "visitor_country": _("Country of the visitor"),
    "visitor_type": _("Type of the visitor"),
    "host": _("Host"),
    "host_country": _("Country of the host"),
    "mode": _("In person or online"),
    "state": _("State"),
    "starts_on": _("From"),
    "ends_on": _("Until"),
    "closed_at": _("Closed"),
    "payment": _("Lump sum"),
    "amount": _("EUR"),
    "visitor_outcome": _("Visitor's report: what became of it"),
    "visitor_report": _("Visitor's report"),
    "visitor_on_behalf": _("Visitor's report: completed by"),
    "host_outcome": _("Host's report: what became of it"),
    "host_report": _("Host's report"),
    "host_on_behalf": _("Host's report: completed by"),
}
CHOICES = {
    "mode": ExchangeMode,
    "state": ExchangeState,
    "payment": PaymentState,
    "visitor_outcome": ReportOutcome,
    "visitor_report": ReportState,
    "host_outcome": ReportOutcome,
    "host_report": ReportState,
    "kind": OutreachKind,
}
"""Columns whose values are codes that people read by their labels."""


def exchanges(scope: Scope) -> Table:
    """Those of the partnership's visitors and hosts: all that are not over, and those that were
    closed or ended within the days. What became of each, and who reported it for a side, stands
    beside it."""
    ended = Q(state=ExchangeState.CLOSED) & scope.within("closed_at") | Q(
        state__in=[one for one in OVER if one != ExchangeState.CLOSED]
    ) & scope.within("state_since")
    rows = Exchange.objects.filter(
        is_own_or_hosted(scope), scope.of_mode(), ended | ~Q(state__in=OVER)
    ).order_by("opened_at", "pk")
    fields: dict[str, Any] = {
        "partnership": F("visitor_partnership__acronym"),
        "host_partnership": F("host_partnership__acronym"),
        "visitor": F("visitor__organisation__name"),
        "visitor_country": F("visitor__organisation__country__name"),
        "visitor_type": F("visitor__organisation__organisation_type__label"),
        "host": F("host__organisation__name"),
        "host_country": F("host__organisation__country__name"),
        "payment": F("payment__state"),
        "amount": F("payment__amount"),
    }
    beside = {
        f"report_of_{side}": FilteredRelation("reports", condition=Q(reports__capacity=capacity))
        for side, capacity in FLAGGED.items()
    }
    for side, relation in zip(FLAGGED, beside, strict=True):
        fields[f"{side}_outcome"] = _or_nothing(f"{relation}__outcome")
        fields[f"{side}_report"] = _or_nothing(f"{relation}__state")
        fields[f"{side}_on_behalf"] = _or_nothing(f"{relation}__on_behalf_of__acronym")
    named = {f"to_{key}": found for key, found in fields.items()}
    names = [f"to_{key}" if key in fields else key for key in EXCHANGE_COLUMNS]
    found = rows.annotate(**beside).annotate(**named)
    return _table(_("Exchanges"), EXCHANGE_COLUMNS, found.values_list(*names))


def _or_nothing(field: str) -> Coalesce:
    return Coalesce(field, Value(""), output_field=CharField())


def record_log(scope: Scope) -> Table:
    """Every record by hand."""
    columns = {
        "partnership__acronym": _("Partnership"),
        "indicator": _("Code"),
        "indicator__label": _("Indicator"),
        "count": _("Counts"),
        "title": _("What"),
        "on": _("When"),
        "place": _("Where"),
        "participants": _("Who took part"),
        "proof_digest": _("SHA-256 of the proof"),
    }
    rows = records(scope).order_by("on", "pk").values_list(*columns)
    return _table(_("Records by hand, one by one"), columns, rows)


def outreach_log(scope: Scope) -> Table:
    """Every action, with the registrations that came by its link."""
    columns = {
        "partnership__acronym": _("Partnership"),
        "kind": _("How"),
        "title": _("What"),
        "on": _("When"),
        "place": _("Where"),
        "channel": _("Channel"),
        "reached": _("People reached"),
        "visits": _("Visits by the link"),
        "registrations": _("Registrations"),
    }
    handed_in = Q(attributions__registration__profile__isnull=False)
    rows = actions(scope).annotate(registrations=Count("attributions", filter=handed_in))
    return _table(
        _("Promotion, action by action"), columns, rows.order_by("on", "pk").values_list(*columns)
    )


LISTS: dict[str, Callable[[Scope], Table]] = {
    "exchanges": exchanges,
    "record_log": record_log,
    "outreach_log": outreach_log,
}


def _table(title: Text, columns: Mapping[str, Text], rows: Iterable[tuple[Any, ...]]) -> Table:
    labels = [dict(CHOICES[key].choices) if key in CHOICES else None for key in columns]
    shown = [
        tuple(
            known.get(value, value) if known is not None else value
            for known, value in zip(labels, row, strict=True)
        )
        for row in rows
    ]
    keys = [key.replace("__acronym", "").replace("__label", "_label") for key in columns]
    found = [Column(key, label) for key, label in zip(keys, columns.values(), strict=True)]
    return Table(title=title, columns=found, rows=shown)
