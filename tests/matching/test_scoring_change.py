from dataclasses import fields, replace
from itertools import combinations

import pytest
from hypothesis import given, settings

from matching.scoring.change import CRITERIA, Change, applied, smallest_change_to_green
from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import GREEN, PUBLISHED, PUBLISHED_RULESET, Ruleset
from matching.scoring.score import score_pair
from tests.matching.scoring_world import days, host, profiles, visitor

MARCH = days("2027-03-01", "2027-03-31")
APRIL = days("2027-04-01", "2027-04-30")
FAR = tuple(days(f"2028-0{month}-01", f"2028-0{month}-09") for month in range(1, 6))


def only(criterion, **bands):
    """A ruleset in which nothing else counts."""
    weights = dict.fromkeys(PUBLISHED["weights"], "0") | {criterion: "100"}
    return Ruleset.from_data(PUBLISHED | bands | {"weights": weights})


def added(side, field, *codes):
    return Change(side=side, field=field, add=frozenset(codes), steps=len(codes))


def test_a_green_pair_needs_no_change():
    assert smallest_change_to_green(host(), visitor(), PUBLISHED_RULESET) is None


def test_a_pair_that_cannot_meet_has_no_change():
    a = host(wanted_countries={"DE"}, country="PT")

    assert smallest_change_to_green(a, visitor(), only("country")) is None


# --- one criterion ---------------------------------------------------------------------------


def test_a_wanted_country_is_added():
    a = host(wanted_countries={"DE", "ES"})

    assert smallest_change_to_green(a, visitor(), only("country")) == (
        added("a", "wanted_countries", "PT"),
    )


def test_the_side_that_misses_is_the_one_to_change():
    b = visitor(wanted_countries={"DE", "ES"})

    assert smallest_change_to_green(host(), b, only("country")) == (
        added("b", "wanted_countries", "FR"),
    )


def test_both_sides_change_where_one_is_not_enough():
    a, b = host(wanted_types={"sme"}), visitor(wanted_types={"incubator"})

    assert smallest_change_to_green(a, b, only("organisation_type")) == (
        added("a", "wanted_types", "cluster"),
        added("b", "wanted_types", "cluster"),
    )


def test_side_a_comes_first_where_either_would_do():
    a = host(sectors={"10"}, wanted_sectors={"30"})
    b = visitor(sectors={"29"}, wanted_sectors={"31"})

    assert smallest_change_to_green(a, b, PUBLISHED_RULESET) == (
        added("a", "wanted_sectors", "29"),
    )


def test_no_more_sectors_are_added_than_needed():
    a = host(wanted_sectors={"01", "02", "03"})
    b = visitor(sectors={"11", "12", "13", "14"})

    assert smallest_change_to_green(a, b, only("sector")) == (
        added("a", "wanted_sectors", "11", "12", "13"),
    )


def test_purposes_are_added_on_the_side_that_needs_fewer():
    a = host(objectives={"learn", "markets"}, activities={"training"})
    b = visitor(objectives={"learn"}, activities={"branding", "financing", "networking"})

    assert smallest_change_to_green(a, b, only("purpose")) == (
        added("b", "objectives", "markets"),
        added("b", "activities", "training"),
    )


@pytest.mark.parametrize(
    ("mine", "partners", "language"),
    [
        ({"fr"}, {"de", "en", "zu"}, "en"),
        ({"fr"}, {"zu", "de"}, "de"),
        (set(), {"zu", "de"}, "de"),
    ],
)
def test_a_language_is_added_english_first(mine, partners, language):
    a, b = host(languages=mine), visitor(languages=partners)

    assert smallest_change_to_green(a, b, only("language")) == (added("a", "languages", language),)


def test_a_partner_of_somebody_who_speaks_english_adds_english():
    a, b = host(languages={"en", "fr"}), visitor(languages={"bg", "eu"})

    assert smallest_change_to_green(a, b, only("language")) == (added("b", "languages", "en"),)


def test_a_partner_without_languages_learns_mine():
    a, b = host(languages={"fr"}), visitor(languages=set())

    assert smallest_change_to_green(a, b, only("language")) == (added("b", "languages", "fr"),)


def test_two_sides_without_languages_have_nothing_to_add():
    a, b = host(languages=set()), visitor(languages=set())

    assert smallest_change_to_green(a, b, only("language")) is None


# --- length ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "partners", "expected"),
    [
        ((8, 10), (3, 5), Change(side="a", field="min_days", days=5, steps=3)),
        ((3, 5), (8, 10), Change(side="a", field="max_days", days=8, steps=3)),
        ((8, None), (None, 5), Change(side="a", field="min_days", days=5, steps=3)),
        ((8, 10), (1, 2), Change(side="b", field="max_days", days=8, steps=6)),
    ],
)
def test_a_length_moves_until_the_ranges_meet(mine, partners, expected):
    a = host(min_days=mine[0], max_days=mine[1])
    b = visitor(min_days=partners[0], max_days=partners[1])

    assert smallest_change_to_green(a, b, only("length")) == (expected,)


def test_a_near_miss_is_enough_where_half_of_the_points_are():
    a, b = host(min_days=8, max_days=10), visitor(min_days=3, max_days=5)
    ruleset = only("length", orange_from="40", green_from="50")

    assert smallest_change_to_green(a, b, ruleset) == (
        Change(side="a", field="min_days", days=7, steps=1),
    )


# --- availability ----------------------------------------------------------------------------


def test_a_window_of_the_partner_is_added_the_longest():
    a = host(windows=(MARCH,))
    b = visitor(windows=(days("2027-05-01", "2027-05-03"), APRIL))

    assert smallest_change_to_green(a, b, only("availability")) == (
        Change(side="a", field="windows", window=APRIL),
    )


def test_whoever_has_five_windows_gets_no_sixth():
    a, b = host(windows=FAR), visitor(windows=(MARCH,))

    assert smallest_change_to_green(a, b, only("availability")) == (
        Change(side="b", field="windows", window=FAR[0]),
    )


def test_two_sides_with_five_windows_have_none_to_add():
    near = tuple(days(f"2027-0{month}-01", f"2027-0{month}-09") for month in range(1, 6))

    assert (
        smallest_change_to_green(host(windows=FAR), visitor(windows=near), only("availability"))
        is None
    )


def test_a_shorter_minimum_fits_into_the_common_time():
    a = host(min_days=6, windows=(days("2027-03-27", "2027-03-31"), *FAR[:4]))
    short = tuple(days(f"2029-0{month}-01", f"2029-0{month}-02") for month in range(1, 5))
    b = visitor(windows=(MARCH, *short))

    assert smallest_change_to_green(a, b, only("availability")) == (
        Change(side="a", field="min_days", days=5, steps=1),
    )


# --- several criteria ------------------------------------------------------------------------


def test_one_criterion_with_more_steps_comes_before_two():
    a = host(
        wanted_countries={"DE"},
        wanted_types={"sme"},
        objectives={"learn", "markets"},
        activities={"training"},
    )
    b = visitor(objectives={"technology", "investment"}, activities={"branding"})

    found = smallest_change_to_green(a, b, PUBLISHED_RULESET)

    assert found == (
        added("a", "objectives", "investment", "technology"),
        added("a", "activities", "branding"),
    )


def test_two_criteria_change_where_one_is_not_enough():
    a = host(wanted_countries={"DE"}, wanted_types={"sme"}, languages={"fr"}, max_days=3)
    b = visitor(min_days=6)

    found = smallest_change_to_green(a, b, PUBLISHED_RULESET)

    assert found == (added("a", "wanted_types", "cluster"), added("a", "languages", "en"))


# --- any pair --------------------------------------------------------------------------------


def after(a, b, changes):
    return (
        applied(a, [each for each in changes if each.side == "a"]),
        applied(b, [each for each in changes if each.side == "b"]),
    )


@settings(max_examples=60)
@given(profiles(role="host", mode="either"), profiles(role="visiting", mode="either"))
def test_the_change_makes_the_pair_green_and_touches_preferences_alone(a, b):
    changes = smallest_change_to_green(a, b, PUBLISHED_RULESET)

    changed = after(a, b, changes or ())
    touched = {
        field.name
        for before, now in zip((a, b), changed, strict=True)
        for field in fields(before)
        if getattr(before, field.name) != getattr(now, field.name)
    }
    assert touched == {change.field for change in changes or ()}
    assert touched <= set(CRITERIA)
    assert (changes is None) or score_pair(*changed, PUBLISHED_RULESET).band == GREEN


FREE = {"windows": (), "mode": "either", "is_eligible": True, "is_published": True}


def all_it_can(criterion, own, other):
    """`own` with all that it could change in one criterion, windows aside."""
    wider = {
        Criterion.SECTOR: {
            "wanted_sectors": own.wanted_sectors and own.wanted_sectors | other.sectors
        },
        Criterion.PURPOSE: {
            "objectives": own.objectives | other.objectives,
            "activities": own.activities | other.activities,
        }
        if own.purposes
        else {},
        Criterion.ORGANISATION_TYPE: {
            "wanted_types": own.wanted_types and own.wanted_types | {other.organisation_type}
        },
        Criterion.COUNTRY: {
            "wanted_countries": own.wanted_countries and own.wanted_countries | {other.country}
        },
        Criterion.LANGUAGE: {"languages": own.languages | other.languages},
        Criterion.LENGTH: {"max_days": own.max_days and max(own.max_days, other.min_days or 1)},
        Criterion.AVAILABILITY: {},
    }
    return replace(own, **wider[criterion])


@settings(max_examples=60)
@given(profiles(role="host", **FREE), profiles(role="visiting", **FREE))
def test_no_change_of_fewer_criteria_would_do(a, b):
    if score_pair(a, b, PUBLISHED_RULESET).stops:
        a = replace(a, country="FR", organisation_id=1)
        b = replace(b, country="PT", organisation_id=2)
    if score_pair(a, b, PUBLISHED_RULESET).band == GREEN:
        a = replace(a, wanted_countries=frozenset({"TR"}), wanted_types=frozenset({"sme"}))
    changes = smallest_change_to_green(a, b, PUBLISHED_RULESET)
    if score_pair(a, b, PUBLISHED_RULESET).band == GREEN:
        assert changes is None
        return

    needed = len({CRITERIA[change.field] for change in changes or ()})
    fewer = needed - 1 if changes else len(Criterion)
    for criteria in combinations(Criterion, fewer):
        mine, partners = a, b
        for criterion in criteria:
            mine, partners = (
                all_it_can(criterion, mine, partners),
                all_it_can(criterion, partners, mine),
            )
        assert score_pair(mine, partners, PUBLISHED_RULESET).band != GREEN
