"""What another ruleset would change: counted pair by pair, and estimated from a sample."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from matching.scoring import effect
from matching.scoring.columns import FactColumns
from matching.scoring.criteria import Criterion
from matching.scoring.effect import Effect, Estimate, effect_of, sample_rows
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import BANDS, PUBLISHED_RULESET, RED, Ruleset
from matching.scoring.score import score_pair
from tests.matching.scoring_world import VOCABULARY, host, random_profiles, rulesets, visitor

WEIGHTS = PUBLISHED_RULESET.weights
OTHER = replace(
    PUBLISHED_RULESET,
    weights={**WEIGHTS, Criterion.SECTOR: 355, Criterion.PURPOSE: 95},
    green_from=705,
    orange_from=550,
    minimum_days=6,
)


def columns_of(facts: list[ProfileFacts]) -> FactColumns:
    return FactColumns.from_facts(facts, VOCABULARY)


def counted(facts: list[ProfileFacts], then: Ruleset = OTHER) -> Effect:
    columns = columns_of(facts)
    return effect_of(columns, PUBLISHED_RULESET, then, np.arange(len(columns)))


def plainly(facts: list[ProfileFacts], then: Ruleset) -> dict[tuple[str, str], int]:
    """Pair by pair, without any of the shortcuts."""
    found: Counter[tuple[str, str]] = Counter()
    for a, b in combinations(facts, 2):
        now, later = score_pair(a, b, PUBLISHED_RULESET), score_pair(a, b, then)
        if not now.stops:
            found[now.band, later.band] += 1
    return dict(found)


def moves(found: Effect) -> dict[tuple[str, str], int]:
    return {move: round(count.value) for move, count in found.moves.items() if count.value}


# --- every pair ------------------------------------------------------------------------------


def test_every_pair_is_counted_once():
    facts = random_profiles(45, seed=3)
    found = counted(facts)
    assert moves(found) == plainly(facts, OTHER)
    assert len(moves(found)) > 4
    assert found.is_exact


@settings(deadline=None, max_examples=8)
@given(then=rulesets())
def test_it_is_so_by_any_ruleset(then):
    facts = random_profiles(18, seed=4)
    assert moves(counted(facts, then)) == plainly(facts, then)


def test_what_is_counted_has_no_margin():
    found = counted(random_profiles(30, seed=1))
    margins = {count.margin for count in found.moves.values()}
    margins |= {each.gain.margin for each in found.greens.values()}
    assert margins | {found.first_green.margin, found.last_green.margin} == {0.0}


def test_a_pair_of_two_partnerships_counts_for_both_and_one_within_counts_once():
    facts = [
        host(ref="H", partnership_id=1),
        visitor(ref="V1", partnership_id=1),
        visitor(ref="V2", partnership_id=2, organisation_id=3),
        visitor(ref="V3", organisation_id=4, languages={"fr"}),
    ]
    then = replace(PUBLISHED_RULESET, green_from=950)
    greens = counted(facts, then).greens
    assert {key: (each.before.value, each.after.value) for key, each in greens.items()} == {
        0: (1, 0),
        1: (3, 2),
        2: (1, 1),
    }
    assert greens[1].gain == Estimate(-1, 0)


def test_first_and_last_partners_in_the_highest_band_are_counted():
    pair = [host(ref="H"), visitor(ref="V", languages={"fr"})]
    strict = replace(PUBLISHED_RULESET, green_from=950)
    columns, both = columns_of(pair), np.arange(2)
    losing = effect_of(columns, PUBLISHED_RULESET, strict, both)
    gaining = effect_of(columns, strict, PUBLISHED_RULESET, both)
    assert (losing.first_green.value, losing.last_green.value) == (0, 2)
    assert (gaining.first_green.value, gaining.last_green.value) == (2, 0)


def test_without_profiles_nothing_changes():
    found = counted([])
    assert (found.profiles, found.is_exact, moves(found), found.greens) == (0, True, {}, {})


# --- pairs to look at ------------------------------------------------------------------------


def test_the_pairs_that_change_most_are_named_host_first():
    facts = random_profiles(45, seed=3)
    known = {each.ref: each for each in facts}
    found = counted(facts).examples
    assert {move for move, pairs in found.items() if pairs} == {
        move for move in plainly(facts, OTHER) if move[0] != move[1]
    }
    for (before, after), pairs in found.items():
        for pair in pairs:
            a, b = known[pair.ref], known[pair.other_ref]
            now, then = score_pair(a, b, PUBLISHED_RULESET), score_pair(a, b, OTHER)
            assert (a.role, b.role) == ("host", "visiting")
            assert (now.total, then.total) == (pair.before, pair.after)
            assert (now.band, then.band) == (before, after)
        assert len(pairs) == len(set(pairs)) <= 3
        differences = [abs(pair.after - pair.before) for pair in pairs]
        assert differences == sorted(differences, reverse=True)


# --- a sample --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> FactColumns:
    return columns_of(random_profiles(900, seed=8))


@pytest.fixture(scope="module")
def truth(many: FactColumns) -> Effect:
    return effect_of(many, PUBLISHED_RULESET, OTHER, np.arange(len(many)))


@pytest.fixture(scope="module")
def estimated(many: FactColumns) -> Effect:
    return effect_of(many, PUBLISHED_RULESET, OTHER, sample_rows(many, 300))


def test_few_profiles_are_all_looked_at(many):
    assert sample_rows(many, 900).tolist() == list(range(900))


def test_of_many_each_group_is_drawn_by_its_share(many):
    rows = sample_rows(many, 300)
    assert abs(len(rows) - 300) <= 8
    drawn = Counter(partnership_and_role(many, int(row)) for row in rows)
    everybody = Counter(partnership_and_role(many, row) for row in range(900))
    assert {key: round(300 * size / 900) for key, size in everybody.items()} == dict(drawn)


def partnership_and_role(columns: FactColumns, row: int) -> tuple[int | None, str]:
    facts = columns.facts(row)
    return facts.partnership_id, facts.role


def test_the_same_profiles_are_drawn_each_time(many):
    assert sample_rows(many, 50).tolist() == sample_rows(many, 50).tolist()


def test_a_group_of_one_is_looked_at():
    facts = random_profiles(40, seed=2)
    alone = replace(facts[7], partnership_id=77)
    columns = columns_of([*facts[:7], alone, *facts[8:]])
    assert columns.row_of(alone.ref) in sample_rows(columns, 12)


def test_an_estimate_is_near_the_truth(truth, estimated):
    assert not estimated.is_exact
    for move, count in truth.moves.items():
        guess = estimated.moves[move]
        assert abs(guess.value - count.value) <= 2 * guess.margin
    total = sum(count.value for count in estimated.moves.values())
    assert total == pytest.approx(sum(count.value for count in truth.moves.values()), rel=0.05)


def test_margins_hold_the_truth_about_as_often_as_they_say(monkeypatch):
    """Of 20 samples one is expected to miss it, and hardly ever more than three."""
    columns = columns_of(random_profiles(300, seed=9))
    truth = effect_of(columns, PUBLISHED_RULESET, OTHER, np.arange(300)).moves[RED, RED].value
    missed = 0
    for seed in range(20):
        monkeypatch.setattr(effect, "SEED", seed)
        rows = sample_rows(columns, 60)
        guess = effect_of(columns, PUBLISHED_RULESET, OTHER, rows).moves[RED, RED]
        assert 0 < guess.margin < truth
        missed += abs(guess.value - truth) > guess.margin
    assert missed <= 3


def test_a_profile_that_nobody_fits_is_no_gain():
    """Nothing is found, and it takes no partner for that."""
    found = counted([host(), host(ref="H-2", organisation_id=5, country="DE")])
    assert (moves(found), found.last_green.value) == ({}, 0)


def test_bands_come_in_every_combination():
    assert set(counted([host()]).moves) == {(a, b) for a in BANDS for b in BANDS}
