"""The best plan: its rules, and that nothing is worth more."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matching.planning import solve
from matching.planning.cut import too_short
from matching.planning.greedy import greedy_plan
from matching.planning.reasons import Reason, Reasons, Why
from matching.planning.solve import best_plan
from matching.planning.world import Pair, Plan, PlanRefused, Value, World

LONG = 30.0


def world(*pairs: tuple[str, str, int], **facts: Any) -> World:
    """Own visitors are a to d, own hosts K to N; visitors x and y, hosts E and F are others."""
    made = [Pair(*pair) for pair in pairs]
    visitors = {pair.visitor: "smes" for pair in made if pair.visitor in "abcd"}
    hosts = {pair.host for pair in made if pair.host in "KLMN"}
    return World(**{"visitors": visitors, "hosts": sorted(hosts), "pairs": made} | facts)


def planned(world: World) -> list[str]:
    return [f"{pair.visitor}-{pair.host}" for pair in best_plan(world, seconds=LONG).pairs]


# --- what a plan may be ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"pairs": [Pair("a", "K", 900), Pair("a", "K", 800)]}, "twice"),
        ({"pairs": [Pair("a", "K", 900)], "hosts": ["a"]}, "at once"),
        ({"pairs": [Pair("a", "K", 900), Pair("K", "b", 900)]}, "at once"),
        ({"places": {"K": -1}}, "below 0"),
        ({"wanted": {"smes": -1}}, "below 0"),
    ],
)
def test_a_world_that_contradicts_itself_is_refused(wrong, reason):
    with pytest.raises(PlanRefused, match=reason):
        World(**{"visitors": {"a": "smes"}, "hosts": ["K"], "pairs": []} | wrong)


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([Pair("a", "K", 901)], "may not be planned"),
        ([Pair("a", "K", 900), Pair("a", "L", 800)], "planned twice"),
        ([Pair("a", "K", 900), Pair("b", "K", 700)], "more visitors than places"),
    ],
)
def test_a_plan_that_breaks_a_rule_has_no_value(pairs, reason):
    with pytest.raises(PlanRefused, match=reason):
        world(("a", "K", 900), ("a", "L", 800), ("b", "K", 700)).value_of(pairs)


def test_a_plan_is_worth_whom_it_serves_what_counts_and_its_score():
    here = world(("a", "K", 900), ("b", "E", 700), ("x", "L", 600), wanted={"smes": 1, "none": 4})
    assert here.value_of(here.pairs) == Value(served=4, towards_targets=1, total=2200)


def test_a_host_without_a_place_is_in_no_pair():
    assert world(("a", "K", 900), places={"K": 0}).pairs == ()


# --- the best one ----------------------------------------------------------------------------


def test_nobody_is_left_out_for_a_better_pair():
    here = world(("a", "E", 900), ("a", "F", 850), ("b", "E", 700))
    assert planned(here) == ["a-F", "b-E"]
    assert [pair.visitor for pair in greedy_plan(here).pairs] == ["a"]


def test_a_host_of_the_partnership_is_served_before_the_score_counts():
    assert planned(world(("a", "E", 900), ("a", "K", 610))) == ["a-K"]


def test_among_equals_a_target_counts_before_the_score():
    facts = {"visitors": {"a": "smes", "b": "clusters"}, "wanted": {"clusters": 1, "smes": 0}}
    assert planned(world(("a", "E", 900), ("b", "E", 610), **facts)) == ["b-E"]


def test_what_is_above_a_target_counts_no_more():
    facts = {
        "visitors": {"a": "smes", "b": "smes", "c": "clusters"},
        "wanted": {"smes": 1, "clusters": 1},
        "places": {"E": 2},
    }
    here = world(("a", "E", 900), ("b", "E", 890), ("c", "E", 610), **facts)
    assert planned(here) == ["a-E", "c-E"]


def test_a_host_takes_as_many_as_it_has_places():
    here = world(("a", "K", 900), ("b", "K", 800), ("x", "K", 700), places={"K": 2})
    assert planned(here) == ["a-K", "b-K"]


def test_a_world_without_pairs_has_an_empty_plan():
    plan = best_plan(world(), seconds=LONG)
    assert (plan.pairs, plan.value, plan.is_proven, plan.gap) == ((), Value(0, 0, 0), True, 0.0)


def test_without_time_it_is_the_plan_of_the_rule_of_thumb():
    here = world(("a", "E", 900), ("a", "F", 850), ("b", "E", 700))
    plan = best_plan(here, seconds=0.0)
    assert plan == greedy_plan(here)
    assert not plan.is_proven
    assert plan.gap == pytest.approx(1 - 900 / 1600)


def test_when_the_time_is_over_half_way_it_is_what_was_found_so_far(monkeypatch):
    here = world(("a", "E", 900), ("a", "F", 850), ("b", "E", 700))
    first_answer = solve._solve(
        program := solve._program_of(here), program.aims[0], [], float("inf")
    )
    answers = iter([first_answer, None])
    monkeypatch.setattr(solve, "_solve", lambda *_asked: next(answers))
    plan = best_plan(here, seconds=LONG)
    assert (plan.value.served, plan.is_proven) == (2, False)


def test_where_rounding_would_spoil_it_whole_numbers_are_searched_for():
    triangle = csr_array(np.array([[1.0, 1, 0], [0, 1, 1], [1, 0, 1]]))
    aim = np.ones(3)
    program = solve._Program(triangle, np.ones(3), np.ones(3), (aim,))
    chosen = solve._solve(program, aim, [], float("inf"))
    assert chosen is not None
    assert chosen.sum() == 1


# --- for any world ---------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn, most: int) -> World:
    visitors, hosts = "abcdxy"[:most] + "x", "KLMNEF"[:most] + "E"
    meetings = draw(
        st.sets(st.tuples(st.sampled_from(visitors), st.sampled_from(hosts)), max_size=3 * most)
    )
    pairs = [(*meeting, draw(st.integers(600, 620))) for meeting in sorted(meetings)]
    category = st.sampled_from(["smes", "clusters", "none"])
    return world(
        *pairs,
        visitors={name: draw(category) for name in visitors if name in "abcd"},
        hosts=[name for name in hosts if name in "KLMN"],
        places={name: draw(st.integers(0, 2)) for name in hosts},
        wanted={"smes": draw(st.integers(0, 2)), "clusters": draw(st.integers(0, 2))},
    )


def all_values(here: World) -> list[Value]:
    found = []
    for taken in product([False, True], repeat=len(here.pairs)):
        pairs = [pair for pair, is_in in zip(here.pairs, taken, strict=True) if is_in]
        try:
            found.append(here.value_of(pairs))
        except PlanRefused:
            continue
    return found


@given(worlds(most=3))
@settings(max_examples=40, deadline=None)
def test_no_plan_of_a_small_world_is_worth_more(here):
    plan = best_plan(here, seconds=LONG)
    values = all_values(here)
    assert plan.is_proven
    assert plan.value == here.value_of(plan.pairs) == max(values)
    assert plan.highest_total >= max(value.total for value in values)


@given(worlds(most=6))
@settings(max_examples=40, deadline=None)
def test_it_is_never_worth_less_than_the_rule_of_thumb_and_is_the_same_each_time(here):
    plan = best_plan(here, seconds=LONG)
    assert plan.value >= greedy_plan(here).value
    assert plan == best_plan(here, seconds=LONG)
    assert plan.value == here.value_of(plan.pairs)  # each visitor once, hosts within their places


@given(worlds(most=6))
@settings(max_examples=40, deadline=None)
def test_every_pair_has_a_reason_that_is_true(here):
    plan = best_plan(here, seconds=LONG)
    reasons = Reasons(here, plan)
    scores = {(pair.visitor, pair.host): pair.score for pair in here.pairs}
    for pair in plan.pairs:
        reason = reasons.of(pair)
        assert {reason.profile, reason.partner} == {pair.visitor, pair.host}
        assert reason.profile in here.own or pair.visitor in "xy"
        if reason.why is Why.ONLY:
            assert reason.rival == ""
            continue
        meeting = (reason.profile, reason.rival)
        rival_score = scores.get(meeting) or scores[meeting[::-1]]
        sign = -1 if reason.why is Why.BEST else 1
        assert rival_score - pair.score == sign * reason.difference


# --- reasons ---------------------------------------------------------------------------------


def reasons_in(here: World) -> dict[str, Reason]:
    plan = best_plan(here, seconds=LONG)
    reasons = Reasons(here, plan)
    return {f"{pair.visitor}-{pair.host}": reasons.of(pair) for pair in plan.pairs}


def test_the_only_partner_is_told_as_such():
    assert reasons_in(world(("a", "E", 700)))["a-E"] == Reason("a", "E", Why.ONLY)


def test_the_best_partner_is_told_with_the_next_one():
    found = reasons_in(world(("a", "E", 700), ("a", "F", 650)))
    assert found["a-E"] == Reason("a", "E", Why.BEST, rival="F", difference=50)


def test_a_better_partner_is_the_only_one_of_another():
    found = reasons_in(world(("a", "E", 900), ("a", "F", 850), ("b", "E", 700)))
    assert found["a-F"] == Reason("a", "F", Why.KEEPS_OTHER, "E", 50, taker="b", loss=0)


def test_a_better_partner_is_worth_more_to_another():
    found = reasons_in(world(("a", "E", 900), ("a", "F", 850), ("b", "E", 800), ("b", "F", 700)))
    assert found["a-F"] == Reason("a", "F", Why.WORTH_MORE, "E", 50, taker="b", loss=100)


def test_a_better_partner_is_free_but_its_own_would_be_left_out():
    found = reasons_in(world(("a", "E", 900), ("a", "K", 610)))
    assert found["a-K"] == Reason("a", "K", Why.SERVES_PARTNER, "E", 290)


def test_a_better_partner_of_the_partnership_has_found_one_that_fits_better():
    here = world(("a", "K", 650), ("a", "E", 610), ("x", "K", 900))
    assert reasons_in(here)["a-E"] == Reason("a", "E", Why.FITS_OTHER, "K", 40, taker="x")


def test_two_pairs_are_better_than_one():
    here = world(("a", "K", 950), ("a", "E", 610), ("x", "K", 900))
    assert reasons_in(here)["a-E"] == Reason("a", "E", Why.ONE_MORE, "K", 340, taker="x")


def test_a_host_that_is_served_already_is_seen_from_its_own_side():
    here = world(("x", "K", 700), hosts=[], further=["K"])
    assert reasons_in(here)["x-K"] == Reason("K", "x", Why.ONLY)


def test_where_no_single_swap_explains_it_the_whole_does():
    here = world(("a", "E", 900), ("a", "F", 850), ("b", "E", 700), ("b", "F", 690))
    plan = Plan(
        pairs=(Pair("a", "F", 850), Pair("b", "E", 700)),
        value=Value(2, 0, 1550),
        is_proven=False,
        highest_total=1600,
    )
    reason = Reasons(here, plan).of(plan.pairs[0])
    assert reason == Reason("a", "F", Why.WHOLE, "E", 50, taker="b", loss=10)


def test_a_free_partner_that_is_passed_over_without_need_is_told_as_part_of_the_whole():
    here = world(("a", "E", 900), ("a", "F", 850))
    plan = Plan(
        pairs=(Pair("a", "F", 850),), value=Value(1, 0, 850), is_proven=False, highest_total=900
    )
    assert Reasons(here, plan).of(plan.pairs[0]) == Reason("a", "F", Why.WHOLE, "E", 50)


def test_an_own_partner_is_passed_on_for_the_whole():
    here = world(("a", "K", 950), ("a", "L", 610), ("x", "K", 900))
    assert reasons_in(here)["a-L"].why is Why.WHOLE


# --- lists that were cut ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cutoffs", "short"),
    [
        ({}, []),
        ({"a": 850}, []),
        ({"a": 900}, ["a"]),
        ({"b": 700}, ["b"]),
        ({"K": 640}, []),
        ({"K": 650}, ["K"]),
        ({"gone": 600}, ["gone"]),
    ],
)
def test_a_list_is_long_enough_once_somebody_from_outside_in_it_is_free(cutoffs, short):
    here = world(
        ("a", "E", 900), ("a", "F", 850), ("b", "E", 700), ("x", "K", 650), ("y", "K", 640)
    )
    plan = Plan(
        pairs=(Pair("a", "E", 900), Pair("x", "K", 650)),
        value=Value(3, 0, 1550),
        is_proven=True,
        highest_total=1550,
    )
    assert too_short(here, plan, cutoffs) == short


@given(worlds(most=6), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_a_plan_from_lists_that_are_long_enough_is_the_best_of_all(here, size):
    kept, cutoffs = set(), {}
    for profile in here.own:
        pairs = here.of_visitor.get(profile) or here.of_host.get(profile, [])
        kept |= set(pairs[:size])
        kept |= {pair for pair in pairs if {pair.visitor, pair.host} <= here.own}
        if len(pairs) >= size and pairs:
            cutoffs[profile] = pairs[:size][-1].score
    facts = {"visitors": here.visitors, "hosts": here.hosts}
    cut = World(pairs=sorted(kept), places=here.places, wanted=here.wanted, **facts)
    plan = best_plan(cut, seconds=LONG)
    every = [pair for pair in here.pairs if {pair.visitor, pair.host} & here.own]
    whole = World(pairs=every, places=here.places, wanted=here.wanted, **facts)
    if not too_short(cut, plan, cutoffs):
        assert plan.value == best_plan(whole, seconds=LONG).value
