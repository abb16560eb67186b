"""The best plan, by HiGHS.

Three questions, one after the other: how many of the partnership's profiles can be served; with
that many, how much can be brought towards the targets; with both, what is the highest total score.
Each is a mixed-integer program over the same choices. Without the answers of the questions before
it is a flow from visitors to hosts, whose corners are whole; each answer cuts out a face of it,
whose corners are whole as well. So the linear program has the answer already, and the search for
whole numbers is there in case that rounding spoils it.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from matching.planning.greedy import greedy_plan
from matching.planning.world import Plan, World

SOLVED = 0
ANY_NUMBER, WHOLE_NUMBER = 0, 1
WHOLE_WITHIN = 1e-5
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Program:
    """The choices: a pair is taken or not, an own host is served or not, and for each category how
    much is brought towards its target. `rows` of choices stay at or below `limits`."""

    rows: csr_array
    limits: Numbers
    highest: Numbers
    aims: tuple[Numbers, ...]
    """Served, towards targets, total: what is to be as large as possible, in turn."""


def best_plan(world: World, *, seconds: float) -> Plan:
    """The plan that is worth most; the best that was found in the time, where that is not enough.

    It is never worth less than the plan of the rule of thumb.
    """
    fallback = greedy_plan(world)
    program = _program_of(world)
    deadline = time.perf_counter() + seconds
    floors: list[tuple[Numbers, float]] = []
    chosen: Numbers | None = None
    is_proven = True
    for aim in program.aims:
        if not aim.any():
            continue
        found = _solve(program, aim, floors, deadline)
        if found is None:
            is_proven = False
            break
        chosen = found
        floors.append((aim, float(aim @ chosen)))
    if chosen is None:
        return replace(fallback, is_proven=is_proven)
    pairs = tuple(pair for pair, taken in zip(world.pairs, chosen, strict=False) if taken)
    plan = Plan(
        pairs=pairs,
        value=world.value_of(pairs),
        is_proven=is_proven,
        highest_total=fallback.highest_total,
    )
    return max(plan, fallback, key=lambda plan: plan.value)


def _solve(
    program: _Program, aim: Numbers, floors: Sequence[tuple[Numbers, float]], deadline: float
) -> Numbers | None:
    """The choices that reach most; None where the time is over before that is certain."""
    constraints = [LinearConstraint(program.rows, -np.inf, program.limits)]
    constraints += [
        LinearConstraint(csr_array(reached[np.newaxis, :]), value, np.inf)
        for reached, value in floors
    ]

    def found(kind: int) -> Any:
        return milp(
            -aim,
            integrality=np.full_like(aim, kind),
            bounds=Bounds(np.zeros_like(aim), program.highest),
            constraints=constraints,
            options={
                "time_limit": max(deadline - time.perf_counter(), 0.0),
                "mip_rel_gap": 0.0,
            },
        )

    answer = found(ANY_NUMBER)
    if answer.status == SOLVED and not np.allclose(answer.x, np.round(answer.x), atol=WHOLE_WITHIN):
        answer = found(WHOLE_NUMBER)
    return np.round(answer.x) if answer.status == SOLVED else None


def _program_of(world: World) -> _Program:
    hosts, categories = sorted(world.hosts), sorted(name for name, n in world.wanted.items() if n)
    count = len(world.pairs)
    size = count + len(hosts) + len(categories)
    own = [world.visitors.get(pair.visitor) for pair in world.pairs]
    lines: list[tuple[dict[int, int], int]] = []
    visits = _places(pair.visitor for pair in world.pairs)
    stays = _places(pair.host for pair in world.pairs)
    lines += [(dict.fromkeys(places, 1), 1) for places in visits.values()]
    lines += [(dict.fromkeys(places, 1), world.places_of(host)) for host, places in stays.items()]
    for number, host in enumerate(hosts, start=count):
        lines.append(({number: 1} | dict.fromkeys(stays.get(host, ()), -1), 0))
    for number, name in enumerate(categories, start=count + len(hosts)):
        counted = [place for place, category in enumerate(own) if category == name]
        lines.append(({number: 1} | dict.fromkeys(counted, -1), 0))
    highest = np.ones(size)
    highest[count + len(hosts) :] = [world.wanted[name] for name in categories]
    served, towards, total = np.zeros(size), np.zeros(size), np.zeros(size)
    served[:count] = [category is not None for category in own]
    served[count : count + len(hosts)] = 1
    towards[count + len(hosts) :] = 1
    total[:count] = [pair.score for pair in world.pairs]
    limits = np.array([limit for _line, limit in lines], np.float64)
    return _Program(_matrix(lines, size), limits, highest, (served, towards, total))


def _places(names: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        found.setdefault(name, []).append(place)
    return found


def _matrix(lines: Sequence[tuple[dict[int, int], int]], width: int) -> csr_array:
    ends = np.cumsum([0, *(len(line) for line, _limit in lines)])
    columns = [column for line, _limit in lines for column in line]
    values = [value for line, _limit in lines for value in line.values()]
    return csr_array((np.array(values, np.float64), columns, ends), shape=(len(lines), width))
