"""What a forecast starts from. No Django in here."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class OnTheirWay:
    """`number` exchanges at the same step: closed about `closes_on`, each with the same `chance`
    (0.0 to 1.0)."""

    closes_on: date
    chance: float
    number: int = 1


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many exchanges were closed in so many days until today."""

    closed: int
    days: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Where a partnership stands `today`.

    `closed` are those that count so far. What has not begun today is closed no earlier than
    `lead_days` from now, and then at the `pace`. Nothing is foretold beyond `horizon`.
    """

    today: date
    target: int
    closed: int
    on_their_way: tuple[OnTheirWay, ...]
    pace: Pace
    lead_days: int
    horizon: date
    due_on: date | None = None

    @property
    def missing(self) -> int:
        return max(self.target - self.closed, 0)


def share_closed(*, closed: int, ended: int, assumed: int, weight: int) -> float:
    """The share of exchanges at a step that are closed in the end.

    `closed` of `ended` earlier ones were. `assumed` per cent is what one expects beforehand: it
    weighs as much as `weight` exchanges, so that the first few do not decide alone.
    """
    known = ended + weight
    return (closed + weight * assumed / 100) / known if known else assumed / 100
