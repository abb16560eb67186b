"""Whether a plan is the best one although each profile brought its best partners only.

A partner from outside who could still be taken, and whom a profile lists, bears no cost: in the
dual of the flow its price is 0, so the profile's own price is at least the score of that pair.
Whoever the profile does not list scores no more. So no pair that was cut could enter the plan with
gain, and the plan is the best of the whole catalogue. (Pairs within the partnership are never cut.)
"""

from collections import Counter
from collections.abc import Mapping

from matching.planning.world import Plan, World


def too_short(world: World, plan: Plan, cutoffs: Mapping[str, int]) -> list[str]:
    """Those whose lists were cut too soon to be sure. `cutoffs`: the lowest score listed, for each
    of the partnership's profiles that would have had more partners."""
    taken = Counter(pair.host for pair in plan.pairs)
    visiting = {pair.visitor for pair in plan.pairs}
    found = []
    for profile, cutoff in sorted(cutoffs.items()):
        pairs = world.of_visitor.get(profile) or world.of_host.get(profile, [])
        listed = [pair for pair in pairs if pair.score >= cutoff]
        is_sure = any(
            pair.host not in world.own and taken[pair.host] < world.places_of(pair.host)
            if pair.visitor == profile
            else pair.visitor not in world.own and pair.visitor not in visiting
            for pair in listed
        )
        if not is_sure:
            found.append(profile)
    return found
