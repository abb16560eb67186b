"""Why a pair of a plan is as it is, as data; the pages put it into words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from matching.planning.world import Pair, Plan, World

NOBODY_ELSE = float("inf")


class Why(StrEnum):
    ONLY = "only"
    """No other partner is possible for this profile."""
    BEST = "best"
    """No other partner fits it better."""
    KEEPS_OTHER = "keeps_other"
    """A better partner is the only one left for a profile of the partnership."""
    WORTH_MORE = "worth_more"
    """A better partner goes to a profile of the partnership that would lose more without it."""
    FITS_OTHER = "fits_other"
    """A better partner has found somebody who fits it better still."""
    ONE_MORE = "one_more"
    """A better partner has somebody else, and so there are two pairs instead of one."""
    SERVES_PARTNER = "serves_partner"
    """A better partner is free, but then this pair's own partner would be left out."""
    WHOLE = "whole"
    """A better partner goes to somebody else, and the plan as a whole is worth more so."""


@dataclass(frozen=True)
class Reason:
    """Seen from `profile`, an own one. `rival` is the partner it is compared with, `difference` how
    much better (or, with BEST, how much less good) that one fits, in tenths. `taker` is who the
    rival goes to, the one of several who could do without it most easily, and `loss` what that
    would cost."""

    profile: str
    partner: str
    why: Why
    rival: str = ""
    difference: int = 0
    taker: str = ""
    loss: int = 0


class Reasons:
    """Tells of each pair of a plan why it is in it."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world, self._plan = world, plan
        self._taken = Counter(pair.host for pair in plan.pairs)
        self._of: dict[str, list[Pair]] = {}
        for pair in plan.pairs:
            self._of.setdefault(pair.visitor, []).append(pair)
            self._of.setdefault(pair.host, []).append(pair)

    def of(self, pair: Pair) -> Reason:
        """For a visitor of the partnership as the visitor sees it, otherwise as the host does."""
        is_visitor = pair.visitor in self._world.visitors
        profile, partner = (pair.visitor, pair.host) if is_visitor else (pair.host, pair.visitor)
        mine = {_partner(own, profile) for own in self._of[profile]}
        others = [
            other for other in self._pairs_of(profile) if _partner(other, profile) not in mine
        ]
        if not others:
            return Reason(profile, partner, Why.ONLY)
        rival, difference = _partner(others[0], profile), others[0].score - pair.score
        if difference <= 0:
            return Reason(profile, partner, Why.BEST, rival, -difference)
        if not self._is_free(rival):
            return self._yielding(pair, profile, rival, difference)
        is_needed = partner in self._world.hosts and len(self._of[partner]) == 1
        why = Why.SERVES_PARTNER if is_needed else Why.WHOLE
        return Reason(profile, partner, why, rival, difference)

    def _yielding(self, pair: Pair, profile: str, rival: str, difference: int) -> Reason:
        """The rival goes to somebody else: to whom, and what a change would cost."""
        partner = _partner(pair, profile)
        costs = [
            (self._cost(taken, rival, partner, pair.score + difference), _partner(taken, rival))
            for taken in self._of[rival]
        ]
        cost, taker = min(costs)
        reason = Reason(profile, partner, Why.WHOLE, rival, difference, taker)
        if cost == NOBODY_ELSE:
            return replace(reason, why=Why.KEEPS_OTHER)
        if taker not in self._world.own:
            if cost > 0:
                return replace(reason, why=Why.FITS_OTHER)
            return reason if partner in self._world.own else replace(reason, why=Why.ONE_MORE)
        why = Why.WORTH_MORE if cost >= difference else Why.WHOLE
        return replace(reason, why=why, loss=int(cost))

    def _cost(self, taken: Pair, rival: str, freed: str, offer: int) -> float:
        """What an own taker would lose with the best partner that would be free; what an own rival
        would lose who took the offered score instead."""
        taker = _partner(taken, rival)
        if taker not in self._world.own:
            return taken.score - offer
        mine = {_partner(own, taker) for own in self._of[taker]}
        for other in self._pairs_of(taker):
            partner = _partner(other, taker)
            if partner not in mine and (partner == freed or self._is_free(partner)):
                return taken.score - other.score
        return NOBODY_ELSE

    def _pairs_of(self, profile: str) -> Iterable[Pair]:
        world = self._world
        return world.of_visitor.get(profile) or world.of_host.get(profile, [])

    def _is_free(self, profile: str) -> bool:
        """Whether the plan leaves it a place: a visitor has one."""
        if profile in self._world.of_host:
            return self._taken[profile] < self._world.places_of(profile)
        return profile not in self._visiting

    @cached_property
    def _visiting(self) -> frozenset[str]:
        return frozenset(pair.visitor for pair in self._plan.pairs)


def _partner(pair: Pair, profile: str) -> str:
    return pair.host if profile == pair.visitor else pair.visitor
