"""How many exchanges a partnership promised, by category of the visitor."""

from dataclasses import dataclass

from profiles.enums import CountedFrom
from profiles.models import IndicatorTarget, Partnership


@dataclass(frozen=True)
class Target:
    """`code` as in the list of indicators; `category` is an organisation type's `kpi_category`,
    empty for all together."""

    code: str
    label: str
    category: str
    number: int


def exchange_targets(partnership: Partnership) -> list[Target]:
    """In the order of the indicators; without a list the exchanges planned, all together."""
    found = IndicatorTarget.objects.filter(
        partnership=partnership, indicator__counted_from=CountedFrom.EXCHANGES
    ).select_related("indicator")
    targets = [
        Target(one.indicator_id, one.indicator.label, one.indicator.category, one.number)
        for one in found.order_by("indicator__position")
    ]
    return targets or [Target("", "", "", partnership.planned_exchanges)]
