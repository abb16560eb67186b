"""Records by hand: the list with its filters, and their sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, Sum

from profiles.enums import CountedFrom
from profiles.models import Indicator, Partnership
from reports.models import HandRecord

PER_PAGE = 25


@dataclass(frozen=True)
class RecordFilters:
    """What narrows the list; empty means any."""

    partnership: Partnership | None = None
    indicator: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    text: str = ""


@dataclass(frozen=True)
class IndicatorSum:
    """How much counts for an indicator: its own records, and with those of its parts."""

    indicator: Indicator
    own: int
    total: int


def recordable_indicators() -> QuerySet[Indicator]:
    """Those that records count for, in their order."""
    return Indicator.objects.exclude(counted_from=CountedFrom.EXCHANGES)


def records_seen_by(user: Any, filters: RecordFilters) -> QuerySet[HandRecord]:
    """Those that stand, the latest first. An indicator finds the records of its parts as well."""
    found = HandRecord.objects.visible_to(user).filter(removed_at=None)
    if filters.partnership:
        found = found.filter(partnership=filters.partnership)
    if filters.indicator:
        code = filters.indicator
        found = found.filter(Q(indicator=code) | Q(indicator__parent=code))
    if filters.starts_on:
        found = found.filter(on__gte=filters.starts_on)
    if filters.ends_on:
        found = found.filter(on__lte=filters.ends_on)
    if filters.text:
        words = filters.text
        found = found.filter(
            Q(title__icontains=words) | Q(place__icontains=words) | Q(participants__icontains=words)
        )
    return found.select_related("indicator", "partnership", "recorded_by")


def page_of_records(records: QuerySet[HandRecord], number: Any) -> Page[HandRecord]:
    return Paginator(records, PER_PAGE).get_page(number)


def sums_of(records: QuerySet[HandRecord]) -> Sequence[IndicatorSum]:
    """The sum of each indicator among these records; a line of a part stands below its whole."""
    counted = dict(
        records.order_by()
        .values_list("indicator")
        .annotate(count=Sum("count"))
        .values_list("indicator", "count")
    )
    indicators = list(recordable_indicators())
    return [
        IndicatorSum(
            indicator=one,
            own=counted.get(one.pk, 0),
            total=counted.get(one.pk, 0)
            + sum(counted.get(part.pk, 0) for part in indicators if part.parent_id == one.pk),
        )
        for one in indicators
    ]
