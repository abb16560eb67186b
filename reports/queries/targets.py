"""The targets of a partnership beside all indicators."""

from collections.abc import Sequence
from dataclasses import dataclass

from profiles.models import Indicator, IndicatorTarget, Partnership


@dataclass(frozen=True)
class TargetLine:
    """An indicator with the target of the partnership, None where it set none."""

    indicator: Indicator
    target: IndicatorTarget | None


def target_lines(partnership: Partnership) -> Sequence[TargetLine]:
    found = IndicatorTarget.objects.filter(partnership=partnership).select_related("changed_by")
    targets = {target.indicator_id: target for target in found}
    return [TargetLine(one, targets.get(one.pk)) for one in Indicator.objects.all()]


def target_of(partnership: Partnership, indicator: Indicator) -> IndicatorTarget | None:
    return IndicatorTarget.objects.filter(partnership=partnership, indicator=indicator).first()
