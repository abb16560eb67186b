"""Why a pair has the score it has: facts as data, which the pages put into words."""

from dataclasses import dataclass
from datetime import date

from matching.scoring.criteria import Criterion, Stop
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import Ruleset
from matching.scoring.score import score_pair

A = "a"
B = "b"


@dataclass(frozen=True, slots=True)
class Wish:
    """What one side asks for in a criterion, and what it gets from the other."""

    side: str
    wanted: frozenset[str]
    offered: frozenset[str]

    @property
    def is_any(self) -> bool:
        return not self.wanted

    @property
    def met(self) -> frozenset[str]:
        return self.wanted & self.offered

    @property
    def missed(self) -> frozenset[str]:
        return self.wanted - self.offered


@dataclass(frozen=True, slots=True)
class Stay:
    """The lengths that suit each side, in working days; None is open."""

    a: tuple[int | None, int | None]
    b: tuple[int | None, int | None]
    gap: int
    """Days between the two ranges, 0 where they overlap."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """The longest time that both are available, in calendar days."""

    is_open: bool
    """One side at least has stated no window."""
    first: date | None
    last: date | None
    days: int
    needed: int


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion, in tenths of a point. `wishes` holds side a's first; purpose and language are
    one comparison, told from both sides."""

    criterion: Criterion
    points: int
    maximum: int
    wishes: tuple[Wish, ...] = ()
    stay: Stay | None = None
    overlap: Overlap | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    parts: tuple[Part, ...]
    total: int
    band: str
    stops: Stop


def explain(
    a: ProfileFacts, b: ProfileFacts, ruleset: Ruleset, *, is_open: bool = False
) -> Explanation:
    """The parts of the pair's score, in the order of `Criterion`, and what lies behind each."""
    scored = score_pair(a, b, ruleset, is_open=is_open)
    parts = tuple(
        Part(
            criterion,
            points=points,
            maximum=ruleset.weights[criterion],
            wishes=_wishes(criterion, a, b),
            stay=_stay(a, b) if criterion == Criterion.LENGTH else None,
            overlap=overlap_of(a, b, ruleset) if criterion == Criterion.AVAILABILITY else None,
        )
        for criterion, points in scored.parts.items()
    )
    return Explanation(parts, scored.total, scored.band, scored.stops)


def overlap_of(a: ProfileFacts, b: ProfileFacts, ruleset: Ruleset) -> Overlap:
    """The longest common time, the earliest if several. A side without a minimum length has the
    programme's."""
    needed = max(a.min_days or ruleset.minimum_days, b.min_days or ruleset.minimum_days)
    shared = [
        (max(first, other_first), min(last, other_last))
        for first, last in a.windows
        for other_first, other_last in b.windows
    ]
    shared = sorted(window for window in shared if window[0] <= window[1])
    is_open = not (a.windows and b.windows)
    if not shared:
        return Overlap(is_open, None, None, 0, needed)
    first, last = max(shared, key=lambda window: window[1] - window[0])
    return Overlap(is_open, first, last, (last - first).days + 1, needed)


def _wishes(criterion: Criterion, a: ProfileFacts, b: ProfileFacts) -> tuple[Wish, ...]:
    match criterion:
        case Criterion.SECTOR:
            return (Wish(A, a.wanted_sectors, b.sectors), Wish(B, b.wanted_sectors, a.sectors))
        case Criterion.PURPOSE:
            return (Wish(A, a.purposes, b.purposes), Wish(B, b.purposes, a.purposes))
        case Criterion.ORGANISATION_TYPE:
            return (
                Wish(A, a.wanted_types, frozenset({b.organisation_type})),
                Wish(B, b.wanted_types, frozenset({a.organisation_type})),
            )
        case Criterion.COUNTRY:
            return (
                Wish(A, a.wanted_countries, frozenset({b.country})),
                Wish(B, b.wanted_countries, frozenset({a.country})),
            )
        case Criterion.LANGUAGE:
            return (Wish(A, a.languages, b.languages), Wish(B, b.languages, a.languages))
        case _:
            return ()


def _stay(a: ProfileFacts, b: ProfileFacts) -> Stay:
    gaps = [
        least - most
        for least, most in ((a.min_days, b.max_days), (b.min_days, a.max_days))
        if least is not None and most is not None
    ]
    return Stay((a.min_days, a.max_days), (b.min_days, b.max_days), max(0, *gaps, 0))
