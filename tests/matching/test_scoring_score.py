"""Two profiles without wishes have all 100 points, so each test takes away its own."""

import numpy as np
import pytest

from matching.scoring.columns import FactColumns
from matching.scoring.criteria import Criterion, Stop
from matching.scoring.ruleset import PUBLISHED, PUBLISHED_RULESET, Ruleset
from matching.scoring.score import score, score_pair, totals
from tests.matching.scoring_world import VOCABULARY, days, host, visitor

MARCH = days("2027-03-01", "2027-03-31")


def points(a, b, ruleset=PUBLISHED_RULESET):
    """What the pair has in each criterion where it has not all, in tenths."""
    parts = score_pair(a, b, ruleset).parts
    return {
        str(criterion): tenths
        for criterion, tenths in parts.items()
        if tenths < ruleset.weights[criterion]
    }


def test_two_profiles_without_wishes_have_all_points():
    assert score_pair(host(), visitor(), PUBLISHED_RULESET).total == 1000


# --- sector ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "sectors", "tenths"),
    [
        ({"30"}, {"29"}, 125),
        ({"29"}, {"29", "30", "49"}, 250),
        ({"29", "30"}, {"29", "31"}, 188),
        ({"29", "30", "31"}, {"29", "49", "50"}, 167),
        ({"29", "30", "31", "32"}, {"29", "30", "31", "33"}, 219),
        ({"29", "30"}, set(), 125),
        ({f"{number}" for number in range(10, 60)}, {"29", "88"}, 188),
    ],
)
def test_a_sector_wish_of_one_side_counts_for_half(wanted, sectors, tenths):
    found = score_pair(host(wanted_sectors=wanted), visitor(sectors=sectors), PUBLISHED_RULESET)

    assert found.parts[Criterion.SECTOR] == tenths


def test_both_sector_wishes_are_rounded_as_one():
    a = host(sectors={"01", "02", "03"}, wanted_sectors={"11", "12", "13"})
    b = visitor(sectors={"11", "21", "22"}, wanted_sectors={"01", "31", "32"})

    assert points(a, b) == {"sector": 83}


def test_wished_sectors_beyond_the_own_sectors_of_anybody_count_as_they_are():
    own = {f"{number:02}" for number in range(1, 16)}
    wanted = {f"{number:02}" for number in range(2, 30)}

    assert points(host(sectors=own), visitor(wanted_sectors=wanted)) == {"sector": 242}


# --- purpose ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "partners", "tenths"),
    [
        ({"objectives": {"learn"}}, {"objectives": {"learn", "markets"}}, 200),
        ({"objectives": {"learn"}}, {"objectives": {"markets"}}, 0),
        ({"objectives": {"learn"}, "activities": {"training"}}, {"activities": {"training"}}, 200),
        (
            {"objectives": {"learn", "markets"}, "activities": {"training"}},
            {"objectives": {"learn"}, "activities": {"branding", "financing", "networking"}},
            67,
        ),
        ({"objectives": {"learn", "markets"}}, {}, 200),
    ],
)
def test_purposes_count_by_what_both_have(mine, partners, tenths):
    found = score_pair(host(**mine), visitor(**partners), PUBLISHED_RULESET)

    assert found.parts[Criterion.PURPOSE] == tenths


# --- organisation type and country -----------------------------------------------------------


def test_an_unwanted_organisation_type_costs_half():
    a = host(wanted_types={"sme", "incubator"})

    assert points(a, visitor(organisation_type="cluster")) == {"organisation_type": 75}


def test_a_wanted_organisation_type_costs_nothing():
    a = host(wanted_types={"sme", "incubator"})

    assert points(a, visitor(organisation_type="incubator")) == {}


def test_two_unwanted_organisation_types_cost_all():
    assert points(host(wanted_types={"sme"}), visitor(wanted_types={"incubator"})) == {
        "organisation_type": 0
    }


def test_an_unwanted_country_costs_half():
    assert points(host(wanted_countries={"DE", "ES"}), visitor(country="PT")) == {"country": 75}


def test_a_wanted_country_costs_nothing():
    assert points(host(wanted_countries={"DE", "PT"}), visitor(country="PT")) == {}


def test_two_unwanted_countries_cost_all():
    assert points(host(wanted_countries={"DE"}), visitor(wanted_countries={"DE"})) == {"country": 0}


def test_half_of_an_odd_weight_is_rounded_up():
    weights = PUBLISHED["weights"] | {"country": "14.9", "sector": "25.1"}
    ruleset = Ruleset.from_data(PUBLISHED | {"weights": weights})

    assert points(host(wanted_countries={"DE"}), visitor(), ruleset) == {"country": 75}


# --- language --------------------------------------------------------------------------------


def test_one_language_in_common_is_enough():
    assert points(host(languages={"fr", "zu"}), visitor(languages={"pt", "zu"})) == {}


@pytest.mark.parametrize("languages", [{"fr"}, set()])
def test_without_a_common_language_there_are_no_points(languages):
    assert points(host(languages=languages), visitor(languages={"pt"})) == {"language": 0}


# --- length ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "partners", "tenths"),
    [
        ((3, 5), (5, 8), 100),
        ((3, 5), (6, 8), 50),
        ((3, 5), (7, 8), 50),
        ((3, 5), (8, 9), 0),
        ((8, 9), (3, 5), 0),
        ((7, 9), (3, 5), 50),
        ((None, None), (8, 9), 100),
        ((3, None), (8, 9), 100),
        ((None, 5), (8, 9), 0),
        ((8, None), (3, 5), 0),
        ((None, 9), (3, 5), 100),
        ((254, 254), (1, 1), 0),
    ],
)
def test_length_counts_by_the_gap_between_both_ranges(mine, partners, tenths):
    a = host(min_days=mine[0], max_days=mine[1])
    b = visitor(min_days=partners[0], max_days=partners[1])

    assert score_pair(a, b, PUBLISHED_RULESET).parts[Criterion.LENGTH] == tenths


# --- availability ----------------------------------------------------------------------------


def test_a_side_without_windows_is_always_available():
    assert points(host(), visitor(windows=(MARCH,))) == {}


def test_windows_that_do_not_meet_cost_all():
    a = host(windows=(days("2027-04-01", "2027-04-30"),))

    assert points(a, visitor(windows=(MARCH,))) == {"availability": 0}


@pytest.mark.parametrize(("last", "tenths"), [("2027-03-12", 0), ("2027-03-13", 50)])
def test_windows_have_to_overlap_by_the_longer_minimum_both_ends_counted(last, tenths):
    a = host(min_days=4, windows=(days("2027-03-10", last),))
    b = visitor(min_days=3, windows=(MARCH,))

    assert score_pair(a, b, PUBLISHED_RULESET).parts[Criterion.AVAILABILITY] == tenths


@pytest.mark.parametrize(("last", "tenths"), [("2027-03-02", 0), ("2027-03-03", 50)])
def test_without_a_minimum_the_programmes_counts(last, tenths):
    a = host(windows=(days("2027-02-01", last),))

    assert (
        score_pair(a, visitor(windows=(MARCH,)), PUBLISHED_RULESET).parts[Criterion.AVAILABILITY]
        == tenths
    )


def test_the_programmes_minimum_belongs_to_the_ruleset():
    one_day = Ruleset.from_data(PUBLISHED | {"minimum_days": 1})

    assert points(host(windows=(days("2027-02-01", "2027-03-01"),)), visitor(windows=(MARCH,))) == {
        "availability": 0
    }
    assert (
        points(
            host(windows=(days("2027-02-01", "2027-03-01"),)), visitor(windows=(MARCH,)), one_day
        )
        == {}
    )


def test_one_of_five_windows_is_enough():
    far = tuple(days(f"2028-0{month}-01", f"2028-0{month}-09") for month in range(1, 5))

    assert points(host(windows=(*far, MARCH)), visitor(windows=(MARCH,))) == {}


def test_two_short_overlaps_do_not_add_up():
    short = (days("2027-03-01", "2027-03-02"), days("2027-03-03", "2027-03-04"))

    assert points(host(windows=short), visitor(windows=(MARCH,))) == {"availability": 0}


# --- hard stops ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "partners", "reasons"),
    [
        ({}, {}, ()),
        ({"country": "PT"}, {}, ("same_country",)),
        ({"organisation_id": 2}, {}, ("same_organisation",)),
        ({"role": "visiting"}, {}, ("same_role",)),
        ({"is_eligible": False}, {}, ("type_not_eligible",)),
        ({}, {"is_eligible": False}, ("type_not_eligible",)),
        ({"mode": "physical"}, {"mode": "virtual"}, ("modes_exclude",)),
        ({"mode": "virtual"}, {"mode": "physical"}, ("modes_exclude",)),
        ({"mode": "virtual"}, {"mode": "either"}, ()),
        ({}, {"physical_visit_used": True}, ()),
        ({"mode": "virtual"}, {"physical_visit_used": True}, ()),
        ({"mode": "physical"}, {"physical_visit_used": True}, ("physical_visit_used",)),
        ({}, {"mode": "physical", "physical_visit_used": True}, ("physical_visit_used",)),
        (
            {"mode": "virtual"},
            {"mode": "physical", "physical_visit_used": True},
            ("modes_exclude",),
        ),
        ({"mode": "physical", "physical_visit_used": True}, {}, ()),
        ({"is_published": False}, {}, ("not_published",)),
        ({}, {"is_published": False}, ("not_published",)),
        (
            {"country": "PT", "is_published": False},
            {"is_eligible": False},
            ("same_country", "type_not_eligible", "not_published"),
        ),
    ],
)
def test_a_hard_stop_is_told_with_its_reason_from_both_sides(mine, partners, reasons):
    a, b = host(**mine), visitor(**partners)

    assert score_pair(a, b, PUBLISHED_RULESET).stops.reasons == reasons
    assert score_pair(b, a, PUBLISHED_RULESET).stops.reasons == reasons


def test_an_open_match_is_a_hard_stop():
    found = score_pair(host(), visitor(), PUBLISHED_RULESET, is_open=True)

    assert found.stops == Stop.ALREADY_OPEN


def test_a_stop_takes_no_points():
    assert score_pair(host(country="PT"), visitor(), PUBLISHED_RULESET).total == 1000


# --- many rows -------------------------------------------------------------------------------


@pytest.fixture
def columns():
    return FactColumns.from_facts(
        [
            visitor(ref="V-1"),
            visitor(ref="V-2", languages={"pt"}),
            visitor(ref="V-3", country="FR"),
        ],
        VOCABULARY,
    )


def test_rows_are_scored_in_the_order_asked_for(columns):
    found = score(columns, np.array([2, 1]), host(), PUBLISHED_RULESET)

    assert found.rows.tolist() == [2, 1]
    assert found.totals.tolist() == [1000, 900]
    assert found.stops.tolist() == [Stop.SAME_COUNTRY, 0]


def test_a_slice_of_rows_can_be_scored(columns):
    assert score(columns, slice(1, 3), host(), PUBLISHED_RULESET).totals.tolist() == [900, 1000]


def test_no_rows_have_no_scores(columns):
    found = score(columns, np.array([], np.intp), host(), PUBLISHED_RULESET)

    assert (found.parts.shape, found.totals.tolist(), found.stops.tolist()) == ((0, 7), [], [])


def test_profiles_with_an_open_match_are_marked(columns):
    found = score(columns, None, host(), PUBLISHED_RULESET, engaged=["V-2", "V-9"])

    assert found.stops.tolist() == [0, Stop.ALREADY_OPEN, Stop.SAME_COUNTRY]


def test_totals_alone_are_the_same(columns):
    assert totals(columns, None, host(), PUBLISHED_RULESET).tolist() == [1000, 900, 1000]
