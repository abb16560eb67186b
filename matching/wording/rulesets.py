"""Rulesets in words."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from matching.scoring.ruleset import Ruleset
from matching.wording.criteria import CRITERIA

ORANGE_FROM: Text = gettext_lazy("Medium fit from")
GREEN_FROM: Text = gettext_lazy("High fit from")
MINIMUM_DAYS: Text = gettext_lazy("Shortest stay, in working days")

REFUSALS: dict[str, Text] = {
    "weight": gettext_lazy("A weight is from 0 to 100 points."),
    "bands": gettext_lazy(
        "“High fit from” must be above “medium fit from”; both are above 0 and at most 100."
    ),
    "minimum_days": gettext_lazy("Give a number of working days from 1 to 254."),
}


class Setting(NamedTuple):
    """One number of a ruleset, as a person reads it."""

    label: Text
    value: str


class Difference(NamedTuple):
    """A number that two rulesets do not share."""

    label: Text
    before: str
    after: str


def points(tenths: int) -> str:
    """Tenths as points, with a decimal only where there is one."""
    decimals = 1 if tenths % 10 else 0
    return number_format(tenths / 10, decimal_pos=decimals)


def weights_in_words(ruleset: Ruleset) -> list[Setting]:
    """The seven weights in their order."""
    return [Setting(CRITERIA[name], points(weight)) for name, weight in ruleset.weights.items()]


def bounds_in_words(ruleset: Ruleset) -> list[Setting]:
    """Where the bands begin, and the shortest stay."""
    return [
        Setting(ORANGE_FROM, points(ruleset.orange_from)),
        Setting(GREEN_FROM, points(ruleset.green_from)),
        Setting(MINIMUM_DAYS, str(ruleset.minimum_days)),
    ]


def differences(before: Ruleset, after: Ruleset) -> list[Difference]:
    """The numbers that differ, in the order of the page."""
    return list(_differences(before, after))


def _differences(before: Ruleset, after: Ruleset) -> Iterator[Difference]:
    lines = [weights_in_words(one) + bounds_in_words(one) for one in (before, after)]
    for old, new in zip(*lines, strict=True):
        if old.value != new.value:
            yield Difference(new.label, old.value, new.value)


def sum_refusal(total: int) -> str:
    """What to do about weights that do not make 100; the sum is in tenths."""
    missing = 1000 - total
    if missing > 0:
        return _("The weights add up to %(sum)s. Add %(missing)s to make 100.") % {
            "sum": points(total),
            "missing": points(missing),
        }
    return _("The weights add up to %(sum)s. Take %(extra)s away to make 100.") % {
        "sum": points(total),
        "extra": points(-missing),
    }
