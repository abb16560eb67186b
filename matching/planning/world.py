"""What a plan is made from, and what it is worth."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple


class PlanRefused(ValueError):
    """The world contradicts itself, or a plan breaks its rules."""


class Pair(NamedTuple):
    """A visitor and a host who may meet. `score` in tenths of a point."""

    visitor: str
    host: str
    score: int


class Value(NamedTuple):
    """What a plan is worth. The earlier number decides; a later one counts among equals only."""

    served: int
    """How many of the partnership's own profiles are in a pair."""
    towards_targets: int
    """How many of the pairs bring a target of the indicators nearer."""
    total: int
    """The sum of the scores, in tenths."""


@dataclass(frozen=True, kw_only=True)
class World:
    """Who may meet whom. Everybody is known by a reference.

    Raises PlanRefused where a pair comes twice, or somebody is on both sides.
    """

    visitors: Mapping[str, str]
    """The partnership's own visitors, with the category that an exchange of theirs counts for."""
    hosts: Collection[str]
    """The partnership's own hosts that have no visitor yet."""
    pairs: Sequence[Pair]
    """Those that may be planned."""
    further: Collection[str] = ()
    """The partnership's own hosts that have a visitor already and can take more."""
    places: Mapping[str, int] = field(default_factory=dict)
    """How many visitors a host can still take; one where nothing is said."""
    wanted: Mapping[str, int] = field(default_factory=dict)
    """By category, how many exchanges are still missing to its target."""

    def __post_init__(self) -> None:
        ordered = tuple(sorted(pair for pair in self.pairs if self.places_of(pair.host)))
        object.__setattr__(self, "pairs", ordered)
        meetings = {(pair.visitor, pair.host) for pair in ordered}
        if len(meetings) < len(ordered):
            raise PlanRefused("A pair is in the world twice.")
        visitors, hosts = self.visitors.keys() | self.of_visitor.keys(), set(self.hosts)
        if visitors & (hosts | self.of_host.keys()):
            raise PlanRefused("Somebody is visitor and host at once.")
        if min(self.places.values(), default=0) < 0 or min(self.wanted.values(), default=0) < 0:
            raise PlanRefused("A number of places or of missing exchanges is below 0.")

    @cached_property
    def of_visitor(self) -> dict[str, list[Pair]]:
        """The pairs of each visitor, best first."""
        return _by(self.pairs, 0)

    @cached_property
    def of_host(self) -> dict[str, list[Pair]]:
        """The pairs of each host, best first."""
        return _by(self.pairs, 1)

    @cached_property
    def highest_total(self) -> int:
        """What the total cannot exceed: everybody in the best pairs, whether they go together or
        not."""
        of_visitors = sum(pairs[0].score for pairs in self.of_visitor.values())
        of_hosts = sum(
            pair.score
            for host, pairs in self.of_host.items()
            for pair in pairs[: self.places_of(host)]
        )
        return min(of_visitors, of_hosts)

    @cached_property
    def own(self) -> frozenset[str]:
        """All profiles of the partnership."""
        return frozenset(self.visitors).union(self.hosts, self.further)

    def places_of(self, host: str) -> int:
        return self.places.get(host, 1)

    def value_of(self, pairs: Collection[Pair]) -> Value:
        """Raises PlanRefused for pairs that break a rule: each visitor once, hosts within their
        places, only pairs of this world."""
        if not set(pairs) <= set(self.pairs):
            raise PlanRefused("The plan has a pair that may not be planned.")
        visits = Counter(pair.visitor for pair in pairs)
        if max(visits.values(), default=0) > 1:
            raise PlanRefused("A visitor is planned twice.")
        taken = Counter(pair.host for pair in pairs)
        if any(number > self.places_of(host) for host, number in taken.items()):
            raise PlanRefused("A host has more visitors than places.")
        served = visits.keys() & self.visitors.keys() | taken.keys() & set(self.hosts)
        planned = Counter(self.visitors[one] for one in visits if one in self.visitors)
        towards = sum(min(missing, planned[name]) for name, missing in self.wanted.items())
        return Value(len(served), towards, sum(pair.score for pair in pairs))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Pairs by reference of the visitor, and what is known of how good they are."""

    pairs: tuple[Pair, ...]
    value: Value
    is_proven: bool
    """No plan of this world is worth more."""
    highest_total: int
    """No plan of this world has a higher total, whatever it serves."""

    @property
    def gap(self) -> float:
        """The share of the highest total that may be missing at most."""
        if self.is_proven or not self.highest_total:
            return 0.0
        return 1 - self.value.total / self.highest_total


def _by(pairs: Iterable[Pair], side: int) -> dict[str, list[Pair]]:
    found: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair)):
        found.setdefault(str(pair[side]), []).append(pair)
    return found
