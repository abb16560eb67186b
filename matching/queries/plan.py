"""The best set of pairs for a partnership as a whole, and why it is the best."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from matching.index import Snapshot, index
from matching.planning.cut import too_short
from matching.planning.greedy import greedy_plan
from matching.planning.reasons import Reason, Reasons, Why
from matching.planning.solve import best_plan
from matching.planning.world import Pair, Plan, World
from matching.queries.rulesets import ruleset_in
from matching.queries.supply import Apart, OpenMatch, Supply, kept_apart, places_of
from matching.scoring.facts import ProfileFacts
from matching.scoring.filters import Filters, mask_of
from matching.scoring.ruleset import Ruleset
from matching.scoring.search import best
from profiles.enums import Role
from profiles.models import Partnership, Profile
from profiles.targets import Target, exchange_targets

LISTED = 16
"""How many of its best partners each profile brings at first."""
ROUNDS = 4
SECONDS = 15.0
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Progress:
    """How near a target is: exchanges agreed on (`achieved`) and those that a plan would add."""

    target: Target
    achieved: int
    planned: int
    by_rule_of_thumb: int


@dataclass(frozen=True)
class PartnershipPlan:
    """The best plan that was found beside that of the rule of thumb."""

    ruleset: Ruleset
    world: World
    best: Plan
    greedy: Plan
    fixed: tuple[OpenMatch, ...]
    """Open matches of the partnership: they stay as they are."""
    progress: list[Progress]
    is_of_whole_catalogue: bool
    """Proven the best one there is, not only among the partners listed."""
    left_out: list[str]
    """The partnership's profiles for which nobody is left, by reference."""


@dataclass(frozen=True)
class _Sources:
    """What a plan is made from beside the index. The same sources give the same plan."""

    partnership: Partnership
    supply: Supply
    apart: Apart
    visitors: Mapping[str, str]
    hosts: tuple[str, ...]

    @property
    def key(self) -> tuple[object, ...]:
        supply = self.supply
        return (
            tuple((match.key, match.is_confirmed) for match in supply.matches),
            supply.away,
            frozenset(supply.places.items()),
            frozenset(supply.capacities.items()),
            frozenset(self.apart.items()),
            frozenset(self.visitors.items()),
            self.hosts,
        )


def plan_of(partnership: Partnership) -> PartnershipPlan:
    """Worked out once in each process until something that it is made from changes."""
    sources = _sources_of(partnership)
    place, key = ("plan", partnership.pk), sources.key
    with index.reading() as snapshot:
        memory = snapshot.memory
    known, made = memory.get(place, (None, None))
    if known != key:
        # Not while reading: solving takes longer than a change of the index may be kept waiting.
        made = _make(sources)
        memory[place] = (key, made)
    return cast(PartnershipPlan, made)


def reasons_for(plan: PartnershipPlan, pairs: Iterable[Pair]) -> dict[Pair, Reason]:
    """Why each of these pairs is in the plan."""
    reasons = Reasons(plan.world, plan.best)
    return {pair: reasons.of(pair) for pair in pairs}


def only_common_languages(reasons: Iterable[Reason]) -> dict[str, frozenset[str]]:
    """By profile, the languages in common with its partner, where the plan gives it the only free
    one that fits and shares a language with it."""
    supply, found = Supply.now(), {}
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        free = supply.free_rows(snapshot)
        for reason in reasons:
            row, other = columns.row_of(reason.profile), columns.row_of(reason.partner)
            if row is None or other is None or reason.why is Why.ONLY:
                continue
            facts = columns.facts(row)
            common = facts.languages & columns.facts(other).languages
            if not common:
                continue
            mask = free & mask_of(columns, Filters(languages=facts.languages))
            ranking = best(columns, facts, ruleset, top=2, mask=mask)
            if np.count_nonzero(ranking.totals >= ruleset.orange_from) == 1:
                found[reason.profile] = common
    return found


def _sources_of(partnership: Partnership) -> _Sources:
    supply = Supply.now()
    own = Profile.objects.published().filter(partnership=partnership).order_by("ref")
    rows = own.values_list("ref", "role", "organisation__organisation_type__kpi_category")
    free = [row for row in rows if row[0] not in supply.busy]
    return _Sources(
        partnership=partnership,
        supply=supply,
        apart=kept_apart(partnership),
        visitors={ref: category for ref, role, category in free if role == Role.VISITING},
        hosts=tuple(ref for ref, role, _category in free if role == Role.HOST),
    )


def _make(sources: _Sources) -> PartnershipPlan:
    with index.reading() as snapshot:
        ruleset = ruleset_in(snapshot)
    targets = exchange_targets(sources.partnership)
    achieved = _achieved(sources)
    world, plan, is_whole = _solved(sources, ruleset, _wanted(targets, achieved))
    greedy = greedy_plan(world)
    served = {ref for pair in plan.pairs for ref in (pair.visitor, pair.host)}
    return PartnershipPlan(
        ruleset=ruleset,
        world=world,
        best=plan,
        greedy=greedy,
        fixed=_fixed(sources),
        progress=[
            Progress(
                target,
                _number(achieved, target),
                _number(_planned(world, plan), target),
                _number(_planned(world, greedy), target),
            )
            for target in targets
        ],
        is_of_whole_catalogue=is_whole,
        left_out=[ref for ref in [*world.visitors, *world.hosts] if ref not in served],
    )


def _solved(sources: _Sources, ruleset: Ruleset, wanted: Counter[str]) -> tuple[World, Plan, bool]:
    """The best plan found in the time, its world, and whether the whole catalogue has no better.

    Lists of partners grow until they are long enough to be sure; a plan that is not proven for
    want of time does not replace one that is.
    """
    sizes = dict.fromkeys([*sources.visitors, *sources.hosts], LISTED)
    deadline = time.perf_counter() + SECONDS
    found = None
    for _round in range(ROUNDS):
        pairs, cutoffs = _pairs(sources, ruleset, sizes)
        world = _world(sources, pairs, wanted)
        plan = best_plan(world, seconds=max(deadline - time.perf_counter(), 0.0))
        short = too_short(world, plan, cutoffs)
        if found is None or plan.is_proven:
            found = (world, plan, plan.is_proven and not short)
        if not short or not plan.is_proven:
            break
        sizes |= {ref: 4 * sizes[ref] for ref in short}
    return cast(tuple[World, Plan, bool], found)


def _world(sources: _Sources, pairs: Mapping[tuple[str, str], int], wanted: Counter[str]) -> World:
    supply = sources.supply
    places = places_of({host for _visitor, host in pairs})
    return World(
        visitors=sources.visitors,
        hosts=[host for host in sources.hosts if not supply.taken[host]],
        further=[host for host in sources.hosts if supply.taken[host]],
        pairs=[Pair(visitor, host, score) for (visitor, host), score in pairs.items()],
        places=supply.free_places(places),
        wanted=wanted,
    )


def _pairs(
    sources: _Sources, ruleset: Ruleset, sizes: Mapping[str, int]
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """The score of each pair that may be planned, and the lowest one listed where a profile has
    more partners than it brings."""
    pairs: dict[tuple[str, str], int] = {}
    cutoffs: dict[str, int] = {}
    with index.reading() as snapshot:
        columns = snapshot.columns
        free = sources.supply.free_rows(snapshot)
        own = np.zeros_like(free)
        own[columns.rows_of(sizes)] = True
        for ref, size in sizes.items():
            row = columns.row_of(ref)
            if row is None:  # it left the catalogue a moment ago
                continue
            facts = columns.facts(row)
            engaged = sources.supply.partners.get(ref, set()) | sources.apart.get(ref, frozenset())
            listed = _best(snapshot, facts, ruleset, size, free, engaged)
            if len(listed) == size:
                cutoffs[ref] = listed[-1][1]
            listed += _best(snapshot, facts, ruleset, len(sizes), free & own, engaged)
            for partner, total in listed:
                pair = (ref, partner) if facts.role == Role.VISITING else (partner, ref)
                pairs[pair] = total
    return pairs, cutoffs


def _best(
    snapshot: Snapshot,
    facts: ProfileFacts,
    ruleset: Ruleset,
    size: int,
    mask: Mask,
    engaged: Iterable[str],
) -> list[tuple[str, int]]:
    """The best partners that fit at least fairly, with their scores."""
    columns = snapshot.columns
    ranking = best(columns, facts, ruleset, top=size, mask=mask, engaged=list(engaged))
    found = zip(columns.refs(ranking.rows), ranking.totals.tolist(), strict=True)
    return [(ref, total) for ref, total in found if total >= ruleset.orange_from]


def _achieved(sources: _Sources) -> Counter[str]:
    """The confirmed matches that the partnership counts, by category."""
    return Counter(
        match.category
        for match in sources.supply.matches
        if match.is_confirmed and match.counts_for == sources.partnership.pk
    )


def _wanted(targets: Sequence[Target], achieved: Counter[str]) -> Counter[str]:
    return Counter(
        {
            target.category: max(target.number - achieved[target.category], 0)
            for target in targets
            if target.category
        }
    )


def _planned(world: World, plan: Plan) -> Counter[str]:
    return Counter(
        world.visitors[pair.visitor] for pair in plan.pairs if pair.visitor in world.visitors
    )


def _number(counts: Counter[str], target: Target) -> int:
    return counts[target.category] if target.category else counts.total()


def _fixed(sources: _Sources) -> tuple[OpenMatch, ...]:
    key = sources.partnership.pk
    return tuple(match for match in sources.supply.matches if key in match.partnerships)
