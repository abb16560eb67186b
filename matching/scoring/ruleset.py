"""Weights and bands, in versions that the Support Office publishes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final, Self

from matching.scoring.criteria import Criterion

RED = "red"
ORANGE = "orange"
GREEN = "green"
BANDS = (RED, ORANGE, GREEN)

PUBLISHED: Final = {
    "version": 1,
    "weights": {
        "sector": "25",
        "purpose": "20",
        "organisation_type": "15",
        "country": "15",
        "language": "10",
        "length": "10",
        "availability": "5",
    },
    "orange_from": "60",
    "green_from": "80",
    "minimum_days": 3,
}


class RulesetRefused(ValueError):
    """`code`: criteria, weight, sum, bands or minimum_days."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Ruleset:
    """`weights`, `orange_from` and `green_from` are whole tenths of a point.

    `minimum_days` is the programme's shortest stay: it stands in for a minimum length that a
    profile does not state.
    """

    version: int
    weights: Mapping[Criterion, int] = field(hash=False)
    orange_from: int
    green_from: int
    minimum_days: int

    def __post_init__(self) -> None:
        if set(self.weights) != set(Criterion):
            raise RulesetRefused("criteria", "Each of the seven criteria needs one weight.")
        if min(self.weights.values()) < 0:
            raise RulesetRefused("weight", "No weight can be below 0.")
        total = sum(self.weights.values())
        if total != 1000:
            raise RulesetRefused("sum", f"The weights add up to {total / 10:g} instead of 100.")
        if not 0 < self.orange_from < self.green_from <= 1000:
            raise RulesetRefused("bands", "Orange begins above 0 and below green; green by 100.")
        if not 1 <= self.minimum_days <= 254:
            raise RulesetRefused("minimum_days", "The shortest stay is from 1 to 254 days.")
        ordered = {criterion: self.weights[criterion] for criterion in Criterion}
        object.__setattr__(self, "weights", MappingProxyType(ordered))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From points, as in `PUBLISHED`; raises RulesetRefused.

        Points may be numbers or texts with at most one decimal.
        """
        weights = data["weights"]
        if set(weights) != set(Criterion):
            raise RulesetRefused("criteria", "Each of the seven criteria needs one weight.")
        return cls(
            version=data["version"],
            weights={
                Criterion(name): _tenths("weight", points) for name, points in weights.items()
            },
            orange_from=_tenths("bands", data["orange_from"]),
            green_from=_tenths("bands", data["green_from"]),
            minimum_days=data["minimum_days"],
        )

    def as_data(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "weights": {name.value: f"{tenths / 10:g}" for name, tenths in self.weights.items()},
            "orange_from": f"{self.orange_from / 10:g}",
            "green_from": f"{self.green_from / 10:g}",
            "minimum_days": self.minimum_days,
        }

    def band(self, total: int) -> str:
        """The band of a score in tenths."""
        if total >= self.green_from:
            return GREEN
        return ORANGE if total >= self.orange_from else RED


def as_points(tenths: int) -> Decimal:
    return Decimal(int(tenths)).scaleb(-1)


def _tenths(code: str, points: object) -> int:
    try:
        tenths = Decimal(str(points)) * 10
    except InvalidOperation:
        raise RulesetRefused(code, f"“{points}” is not a number.") from None
    if not tenths.is_finite() or tenths != tenths.to_integral_value():
        raise RulesetRefused(code, f"{points} has more than one decimal.")
    return int(tenths)


PUBLISHED_RULESET: Final = Ruleset.from_data(PUBLISHED)
