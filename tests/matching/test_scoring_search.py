from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.scoring.bound import STOPPED, UNIT, least_losses
from matching.scoring.columns import FactColumns
from matching.scoring.query import Query
from matching.scoring.ruleset import PUBLISHED, PUBLISHED_RULESET, Ruleset
from matching.scoring.score import score
from matching.scoring.search import best, best_and_counts, count_bands, possible_rows
from tests.matching.scoring_world import (
    VOCABULARY,
    days,
    host,
    profiles,
    random_profiles,
    rulesets,
    visitor,
)


def columns_of(*facts):
    return FactColumns.from_facts(facts, VOCABULARY)


def plainly_best(columns, facts, ruleset, top, *, mask=None, engaged=()):
    """All scores, sorted."""
    found = score(columns, None, facts, ruleset, engaged=engaged)
    possible = [
        (-total, row)
        for row, (total, stops) in enumerate(zip(found.totals, found.stops, strict=True))
        if not stops and (mask is None or mask[row])
    ]
    ranked = sorted(possible)[:top]
    return [row for _, row in ranked], [-total for total, _ in ranked], len(possible)


def assert_is_best(columns, facts, ruleset, top, **limits):
    found = best(columns, facts, ruleset, top=top, **limits)

    rows, totals, possible = plainly_best(columns, facts, ruleset, top, **limits)
    assert found.rows.tolist() == rows
    assert found.totals.tolist() == totals
    assert found.possible == possible


# --- the bound -------------------------------------------------------------------------------


@settings(max_examples=150)
@given(st.integers(0, 10_000), rulesets())
def test_no_row_loses_less_than_its_bound_and_stops_are_the_same(seed, ruleset):
    asker, *others = random_profiles(60, seed=seed)
    columns = columns_of(*others)

    losses = least_losses(columns, Query.of(asker, VOCABULARY), ruleset, None)

    found = score(columns, None, asker, ruleset)
    is_stopped = losses == STOPPED
    assert is_stopped.tolist() == (found.stops != 0).tolist()
    at_most = 1000 - UNIT * losses[~is_stopped].astype(int)
    assert (found.totals[~is_stopped] <= at_most).all()


def test_the_published_bound_is_close():
    columns = columns_of(*random_profiles(2000, seed=3))
    asker = host(wanted_sectors={"01", "02", "03"}, objectives={"learn", "markets"})

    losses = least_losses(columns, Query.of(asker, VOCABULARY), PUBLISHED_RULESET, None)

    totals = score(columns, None, asker, PUBLISHED_RULESET).totals
    possible = losses != STOPPED
    assert (1000 - UNIT * losses[possible].astype(int) - totals[possible]).max() < 20


# --- the search ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("top", [1, 50, 700])
def test_the_best_are_those_of_all_scores_sorted(seed, top):
    others = random_profiles(3000, seed=seed)

    assert_is_best(columns_of(*others[1:]), others[0], PUBLISHED_RULESET, top)


@given(st.integers(0, 10_000), profiles(is_published=True), rulesets(), st.integers(0, 12))
def test_the_best_of_any_profiles_are_those_of_all_scores_sorted(seed, facts, ruleset, top):
    assert_is_best(columns_of(*random_profiles(40, seed=seed)), facts, ruleset, top)


def test_equal_scores_stand_in_the_order_of_refs():
    columns = columns_of(*(visitor(ref=ref) for ref in ("D", "B", "A", "C")))

    found = best(columns, host(), PUBLISHED_RULESET, top=3)

    assert columns.refs(found.rows) == ["A", "B", "C"]


def test_a_better_score_stands_before_an_earlier_ref():
    columns = columns_of(visitor(ref="A", languages={"pt"}), visitor(ref="B"))

    found = best(columns, host(), PUBLISHED_RULESET, top=2)

    assert columns.refs(found.rows) == ["B", "A"]
    assert found.totals.tolist() == [1000, 900]


@pytest.mark.parametrize("top", [20, 600])
def test_among_thousands_of_equals_the_first_refs_win(top):
    april = (days("2027-04-01", "2027-04-30"),)
    columns = columns_of(
        *(
            visitor(ref=f"V{number:04}", windows=april if number % 3 else ())
            for number in range(5000)
        )
    )

    asker = host(windows=(days("2027-03-01", "2027-03-31"),))

    assert_is_best(columns, asker, PUBLISHED_RULESET, top)


def test_what_availability_costs_is_found_out_late_and_still_counts():
    """All are equal but for their windows, and those free in time come last."""
    march, april = days("2027-03-01", "2027-03-31"), days("2027-04-01", "2027-04-30")
    columns = columns_of(
        *(visitor(ref=f"V{number:04}", windows=(april,)) for number in range(3000)),
        visitor(ref="W", windows=(march,)),
    )

    found = best(columns, host(windows=(march,)), PUBLISHED_RULESET, top=2)

    assert columns.refs(found.rows) == ["W", "V0000"]
    assert found.totals.tolist() == [1000, 950]


def test_rounding_of_shares_is_exact_in_the_search():
    """167 and 166.67 are the same points, not the same loss."""
    weights = PUBLISHED["weights"] | {"sector": "20", "purpose": "25"}
    ruleset = Ruleset.from_data(PUBLISHED | {"weights": weights})
    others = random_profiles(2000, seed=11)

    assert_is_best(columns_of(*others[1:]), others[0], ruleset, 300)


def test_a_mask_leaves_rows_out():
    others = random_profiles(2000, seed=5)
    mask = np.arange(1999) % 3 == 0

    assert_is_best(columns_of(*others[1:]), others[0], PUBLISHED_RULESET, 40, mask=mask)


def test_profiles_with_an_open_match_are_left_out():
    columns = columns_of(visitor(ref="A"), visitor(ref="B"), visitor(ref="C"))

    found = best(columns, host(), PUBLISHED_RULESET, top=3, engaged=["B", "X"])

    assert columns.refs(found.rows) == ["A", "C"]
    assert found.possible == 2


@pytest.mark.parametrize("stop", [{"is_published": False}, {"is_eligible": False}])
def test_whoever_can_meet_nobody_has_no_best(stop):
    found = best(columns_of(visitor()), host(**stop), PUBLISHED_RULESET, top=5)

    assert (found.rows.tolist(), found.possible) == ([], 0)


def test_a_spent_visit_finds_only_virtual_partners():
    hosts = [host(ref=mode, mode=mode) for mode in ("physical", "virtual", "either")]
    columns = columns_of(*hosts)

    found = best(columns, visitor(physical_visit_used=True), PUBLISHED_RULESET, top=5)

    assert columns.refs(found.rows) == ["either", "virtual"]


def test_nobody_has_no_best():
    found = best(columns_of(), host(), PUBLISHED_RULESET, top=5)

    assert (found.rows.tolist(), found.totals.tolist(), found.possible) == ([], [], 0)


def test_fewer_than_asked_for_are_all_there():
    others = [visitor(ref=f"V{number}") for number in range(3)]

    found = best(columns_of(*others), host(), PUBLISHED_RULESET, top=50)

    assert found.rows.tolist() == [0, 1, 2]


def test_the_search_sees_a_changed_profile():
    columns = columns_of(visitor(ref="A"), visitor(ref="B"))

    columns.put(replace(visitor(ref="A"), languages=frozenset({"pt"})))

    assert columns.refs(best(columns, host(), PUBLISHED_RULESET, top=2).rows) == ["B", "A"]


def test_more_rows_than_a_chunk_are_searched_alike(monkeypatch):
    monkeypatch.setattr("matching.scoring.bound.CHUNK", 300)
    monkeypatch.setattr("matching.scoring.score.CHUNK", 70)
    others = random_profiles(2000, seed=21)

    assert_is_best(columns_of(*others[1:]), others[0], PUBLISHED_RULESET, 500)


# --- how many --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_bands_count_everybody_whom_nothing_stops(seed):
    asker, *others = random_profiles(1000, seed=seed)
    columns = columns_of(*others)
    mask = np.arange(999) % 3 != 0
    engaged = ["R00002", "R00005"]

    counts = count_bands(columns, asker, PUBLISHED_RULESET, mask=mask, engaged=engaged)

    _, totals, _ = plainly_best(columns, asker, PUBLISHED_RULESET, 999, mask=mask, engaged=engaged)
    bands = [PUBLISHED_RULESET.band(total) for total in totals]
    assert counts == {band: bands.count(band) for band in ("green", "orange", "red")}


# --- everybody, and both at once ---------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.booleans())
def test_possible_are_those_that_no_stop_and_no_mask_rules_out(seed, has_mask):
    asker, *others = random_profiles(60, seed=seed)
    columns = columns_of(*others)
    mask = np.arange(60 - 1) % 3 > 0 if has_mask else None
    engaged = columns.refs(slice(0, 5))

    found = possible_rows(columns, asker, PUBLISHED_RULESET, mask=mask, engaged=engaged)

    scores = score(columns, None, asker, PUBLISHED_RULESET, engaged=engaged)
    expected = np.flatnonzero(scores.stops == 0)
    if mask is not None:
        expected = expected[mask[expected]]
    assert found.tolist() == expected.tolist()


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 70), rulesets())
def test_the_best_and_the_counts_are_the_same_in_one_look(seed, top, ruleset):
    asker, *others = random_profiles(60, seed=seed)
    columns = columns_of(*others)
    limits = {"mask": np.arange(59) % 4 > 0, "engaged": columns.refs(slice(0, 3))}

    ranking, counts = best_and_counts(columns, asker, ruleset, top=top, **limits)

    expected = best(columns, asker, ruleset, top=top, **limits)
    assert ranking.rows.tolist() == expected.rows.tolist()
    assert ranking.totals.tolist() == expected.totals.tolist()
    assert ranking.possible == expected.possible
    assert counts == count_bands(columns, asker, ruleset, **limits)
