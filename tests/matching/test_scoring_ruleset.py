from decimal import Decimal

import pytest

from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import (
    PUBLISHED,
    PUBLISHED_RULESET,
    Ruleset,
    RulesetRefused,
    as_points,
)


def test_the_published_weights_are_those_of_the_design():
    assert PUBLISHED_RULESET.weights == {
        Criterion.SECTOR: 250,
        Criterion.PURPOSE: 200,
        Criterion.ORGANISATION_TYPE: 150,
        Criterion.COUNTRY: 150,
        Criterion.LANGUAGE: 100,
        Criterion.LENGTH: 100,
        Criterion.AVAILABILITY: 50,
    }


@pytest.mark.parametrize(
    ("tenths", "band"),
    [(0, "red"), (599, "red"), (600, "orange"), (799, "orange"), (800, "green"), (1000, "green")],
)
def test_a_band_begins_on_its_threshold(tenths, band):
    assert PUBLISHED_RULESET.band(tenths) == band


def test_data_comes_back_as_it_was_given():
    assert PUBLISHED_RULESET.as_data() == PUBLISHED


def test_points_may_be_numbers_with_one_decimal():
    ruleset = Ruleset.from_data(
        PUBLISHED | {"weights": PUBLISHED["weights"] | {"sector": 24.5, "purpose": Decimal("20.5")}}
    )

    assert (ruleset.weights[Criterion.SECTOR], ruleset.weights[Criterion.PURPOSE]) == (245, 205)


def test_weights_stand_in_the_order_of_the_criteria():
    turned = Ruleset.from_data(
        PUBLISHED | {"weights": dict(reversed(PUBLISHED["weights"].items()))}
    )

    assert list(turned.weights) == list(Criterion)


def test_weights_cannot_be_changed_afterwards():
    with pytest.raises(TypeError):
        PUBLISHED_RULESET.weights[Criterion.SECTOR] = 0


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"weights": {"sector": "30"}}, "sum", "The weights add up to 105 instead of 100."),
        ({"weights": {"sector": "24.9"}}, "sum", "The weights add up to 99.9 instead of 100."),
        ({"weights": {"sector": "-5", "purpose": "50"}}, "weight", "No weight can be below 0."),
        ({"weights": {"sector": "24.95"}}, "weight", "24.95 has more than one decimal."),
        ({"weights": {"sector": "much"}}, "weight", "“much” is not a number."),
        ({"weights": {"sector": "NaN"}}, "weight", "NaN has more than one decimal."),
        ({"orange_from": "80"}, "bands", None),
        ({"orange_from": "0"}, "bands", None),
        ({"green_from": "100.1"}, "bands", None),
        ({"minimum_days": 0}, "minimum_days", "The shortest stay is from 1 to 254 days."),
    ],
)
def test_a_ruleset_that_cannot_be_is_refused_with_the_reason(change, code, reason):
    weights = PUBLISHED["weights"] | change.get("weights", {})

    with pytest.raises(RulesetRefused) as refusal:
        Ruleset.from_data(PUBLISHED | change | {"weights": weights})

    assert refusal.value.code == code
    if reason:
        assert str(refusal.value) == reason


def test_a_weight_that_is_missing_or_unknown_is_refused():
    weights = dict(PUBLISHED["weights"])
    weights["sectors"] = weights.pop("sector")

    with pytest.raises(RulesetRefused) as refusal:
        Ruleset.from_data(PUBLISHED | {"weights": weights})

    assert refusal.value.code == "criteria"


def test_each_criterion_needs_its_weight():
    with pytest.raises(RulesetRefused) as refusal:
        Ruleset(
            version=2,
            weights={Criterion.SECTOR: 1000},
            orange_from=600,
            green_from=800,
            minimum_days=3,
        )

    assert refusal.value.code == "criteria"


def test_tenths_become_points_with_one_decimal():
    assert as_points(825) == Decimal("82.5")
