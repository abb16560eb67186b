"""The plan of a rule of thumb: the best pair first, then the best of those still possible."""

from collections import Counter

from matching.planning.world import Pair, Plan, World


def greedy_plan(world: World) -> Plan:
    """What somebody makes who goes down the list of pairs by score; ties by reference."""
    chosen: list[Pair] = []
    taken: Counter[str] = Counter()
    visiting: set[str] = set()
    for pair in sorted(world.pairs, key=lambda pair: (-pair.score, pair)):
        if pair.visitor not in visiting and taken[pair.host] < world.places_of(pair.host):
            chosen.append(pair)
            visiting.add(pair.visitor)
            taken[pair.host] += 1
    pairs = tuple(sorted(chosen))
    return Plan(
        pairs=pairs,
        value=world.value_of(pairs),
        is_proven=False,
        highest_total=world.highest_total,
    )
