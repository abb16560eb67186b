"""What a visitor is paid for a visit in person, and why. No Django in here.

The full rate is that of the host country, or the visitor's partnership's own where that is lower.
It is halved once, whether the visit is short, near or both.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

SHORT, NEAR, OWN_RATE = "short", "near", "own_rate"
DISTANCE_UNKNOWN, DAYS_UNKNOWN = "distance_unknown", "days_unknown"
METRES = 1000


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Full rates in whole EUR: the programme's table for the host country, and the own one of the
    visitor's partnership, if any. `full_from_days` and `near_km` are the rules in force."""

    programme: int
    own: int | None
    full_from_days: int
    near_km: int


@dataclass(frozen=True, kw_only=True)
class LumpSum:
    """The amount in whole EUR with all that led to it. `reasons` are codes; `days` are working
    days without travel; `metres` is rounded down, so that 199.9 km never reads as 200."""

    amount: int
    full: int
    programme_full: int
    days: int | None
    metres: int | None
    full_from_days: int
    near_km: int
    reasons: tuple[str, ...]

    @property
    def is_halved(self) -> bool:
        return SHORT in self.reasons or NEAR in self.reasons

    @property
    def is_settled(self) -> bool:
        """Whether days and distance are known, so that the amount is not a guess."""
        return self.days is not None and self.metres is not None

    @property
    def half(self) -> int:
        return half_of(self.full)

    @property
    def km(self) -> str:
        """The distance with one decimal, rounded down; empty when it is not known."""
        if self.metres is None:
            return ""
        return f"{self.metres // METRES}.{self.metres % METRES // 100}"

    def to_json(self) -> dict[str, Any]:
        """Without fractions, as snapshots keep it."""
        return {**asdict(self), "reasons": list(self.reasons), "km": self.km}


def half_of(full: int) -> int:
    """Whole EUR, rounded down."""
    return full // 2


def lump_sum(*, days: int | None, km: float | None, rates: Rates) -> LumpSum:
    """What is due for `days` working days at a distance of `km`.

    Without days (no dates yet) the amount is that of a short visit; without a distance, that of a
    far one: the reasons say so.
    """
    full = rates.programme if rates.own is None else min(rates.programme, rates.own)
    found = [
        (OWN_RATE, full < rates.programme),
        (SHORT, days is not None and days < rates.full_from_days),
        (NEAR, km is not None and km < rates.near_km),
        (DAYS_UNKNOWN, days is None),
        (DISTANCE_UNKNOWN, km is None),
    ]
    reasons = tuple(code for code, holds in found if holds)
    is_halved = bool({SHORT, NEAR, DAYS_UNKNOWN}.intersection(reasons))
    return LumpSum(
        amount=half_of(full) if is_halved else full,
        full=full,
        programme_full=rates.programme,
        days=days,
        metres=None if km is None else int(km * METRES),
        full_from_days=rates.full_from_days,
        near_km=rates.near_km,
        reasons=reasons,
    )


def recomputed(signed: Mapping[str, Any], *, days: int | None) -> LumpSum:
    """What was signed (as `LumpSum.to_json` gives it) for another number of working days: rates,
    rules and distance stay as they were."""
    programme, full, metres = signed["programme_full"], signed["full"], signed["metres"]
    rates = Rates(
        programme=programme,
        own=full if full < programme else None,
        full_from_days=signed["full_from_days"],
        near_km=signed["near_km"],
    )
    found = lump_sum(days=days, km=None if metres is None else metres / METRES, rates=rates)
    return replace(found, metres=metres)
