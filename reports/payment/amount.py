"""What is due for the days that were really done.

The rates, rules and distance are those that were signed. A visit counts from the least number of
days on, one that force majeure cut short from its first day on; one that was planned shorter counts
when it was done as planned. No more days are paid than were signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exchanges.commitment.lump_sum import LumpSum, recomputed

REPORTED, ENDED_EARLY, PLANNED = "reported", "ended_early", "planned"
"""Where the number of days comes from."""
NOT_TAKEN_PLACE, TOO_FEW_DAYS = "not_taken_place", "too_few_days"
"""Why nothing is due."""


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Working days without travel: those that were signed (`planned`) and those that were `done`,
    as `source` says. `least` is the rule for visits that end early."""

    planned: int
    done: int
    source: str
    least: int
    has_happened: bool = True
    is_force_majeure: bool = False

    @property
    def nothing(self) -> str:
        """Why nothing is due for it; empty when it counts."""
        if not self.has_happened:
            return NOT_TAKEN_PLACE
        wanted = 1 if self.is_force_majeure else max(1, min(self.least, self.planned))
        return "" if self.done >= wanted else TOO_FEW_DAYS


@dataclass(frozen=True, kw_only=True)
class Due:
    """The `amount` in whole EUR: that of the lump sum for the days done, or nothing."""

    stay: Stay
    lump_sum: LumpSum

    @property
    def amount(self) -> int:
        return 0 if self.stay.nothing else self.lump_sum.amount

    def to_json(self) -> dict[str, Any]:
        """The lump sum as snapshots keep it, with the amount that is due and why."""
        return {
            **self.lump_sum.to_json(),
            "amount": self.amount,
            "nothing": self.stay.nothing,
            "source": self.stay.source,
            "planned": self.stay.planned,
            "is_force_majeure": self.stay.is_force_majeure,
        }


def due_for(stay: Stay, signed: Mapping[str, Any]) -> Due:
    """What is due for this stay by the lump sum that was signed (as `LumpSum.to_json` gives it)."""
    return Due(stay=stay, lump_sum=recomputed(signed, days=min(stay.done, stay.planned)))
