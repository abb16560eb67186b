"""What holds for any two profiles and any ruleset."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.scoring.columns import FactColumns
from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import PUBLISHED_RULESET, as_points
from matching.scoring.score import score, score_pair
from tests.matching.scoring_world import (
    VOCABULARY,
    plain_parts,
    plain_stops,
    profiles,
    random_profiles,
    rulesets,
)

WISHES = ("wanted_sectors", "wanted_types", "wanted_countries", "objectives", "activities")
few = settings(max_examples=40)


@given(profiles(), profiles())
def test_the_published_score_is_that_of_the_formula_written_plainly(a, b):
    found = score_pair(a, b, PUBLISHED_RULESET)
    plain = plain_parts(a, b, PUBLISHED_RULESET)

    assert {str(name): as_points(tenths) for name, tenths in found.parts.items()} == plain
    assert as_points(found.total) == sum(plain.values())
    assert set(found.stops.reasons) == plain_stops(a, b)


@given(profiles(), profiles(), rulesets())
def test_the_score_of_any_ruleset_is_that_of_the_formula_written_plainly(a, b, ruleset):
    found = score_pair(a, b, ruleset)

    assert {str(name): as_points(tenths) for name, tenths in found.parts.items()} == plain_parts(
        a, b, ruleset
    )


@few
@given(profiles(), profiles(), rulesets())
def test_the_parts_add_up_to_the_score(a, b, ruleset):
    found = score_pair(a, b, ruleset)

    assert list(found.parts) == list(Criterion)
    assert sum(found.parts.values()) == found.total


@few
@given(profiles(), profiles(), rulesets())
def test_both_sides_see_the_same(a, b, ruleset):
    assert score_pair(a, b, ruleset) == score_pair(b, a, ruleset)


@few
@given(profiles(), profiles(), rulesets())
def test_no_part_leaves_its_bounds(a, b, ruleset):
    parts = score_pair(a, b, ruleset).parts

    assert all(0 <= parts[name] <= weight for name, weight in ruleset.weights.items())


@few
@given(profiles(), profiles(), rulesets(), st.sampled_from(WISHES[:3]))
def test_an_emptied_wish_never_lowers_the_score(a, b, ruleset, wish):
    opened = replace(a, **{wish: frozenset()})

    assert score_pair(opened, b, ruleset).total >= score_pair(a, b, ruleset).total


@few
@given(profiles(), profiles(), rulesets())
def test_emptied_purposes_never_lower_the_score(a, b, ruleset):
    opened = replace(a, objectives=frozenset(), activities=frozenset())

    assert score_pair(opened, b, ruleset).total >= score_pair(a, b, ruleset).total


@few
@given(profiles(), profiles(), st.randoms())
def test_the_order_of_wishes_and_windows_does_not_matter(a, b, random):
    def shuffled(values):
        values = list(values)
        random.shuffle(values)
        return values

    turned = replace(
        a,
        **{
            name: frozenset(shuffled(getattr(a, name)))
            for name in (*WISHES, "languages", "sectors")
        },
        windows=tuple(shuffled(a.windows)),
    )

    assert score_pair(turned, b, PUBLISHED_RULESET) == score_pair(a, b, PUBLISHED_RULESET)


@few
@given(profiles(), profiles(), rulesets())
def test_the_band_is_that_of_the_score(a, b, ruleset):
    found = score_pair(a, b, ruleset)
    thresholds = {"red": 0, "orange": ruleset.orange_from, "green": ruleset.green_from}

    reached = [band for band, threshold in thresholds.items() if found.total >= threshold]
    assert found.band == reached[-1]


def test_a_pair_scores_the_same_within_ten_thousand():
    profiles = random_profiles(10_000, seed=7)
    columns = FactColumns.from_facts(profiles, VOCABULARY)
    asker = profiles[4321]

    found = score(columns, None, asker, PUBLISHED_RULESET)

    for row in range(0, 10_000, 33):
        alone = score_pair(asker, profiles[row], PUBLISHED_RULESET)
        assert found.parts[row].tolist() == list(alone.parts.values())
        assert found.totals[row] == alone.total
        assert found.stops[row] == alone.stops


def test_points_are_decimals_with_one_place():
    assert as_points(778) == Decimal("77.8")
