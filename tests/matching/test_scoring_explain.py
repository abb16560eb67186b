from hypothesis import given, settings

from matching.scoring.criteria import Criterion, Stop
from matching.scoring.explain import Overlap, Part, Stay, Wish, explain
from matching.scoring.ruleset import PUBLISHED_RULESET
from matching.scoring.score import score_pair
from tests.matching.scoring_world import days, host, profiles, rulesets, visitor


def part(criterion, a, b):
    parts = explain(a, b, PUBLISHED_RULESET).parts
    return parts[list(Criterion).index(criterion)]


@settings(max_examples=40)
@given(profiles(), profiles(), rulesets())
def test_the_explanation_has_the_points_of_the_score(a, b, ruleset):
    found = explain(a, b, ruleset)

    scored = score_pair(a, b, ruleset)
    assert {each.criterion: each.points for each in found.parts} == scored.parts
    assert {each.criterion: each.maximum for each in found.parts} == dict(ruleset.weights)
    assert (found.total, found.band, found.stops) == (scored.total, scored.band, scored.stops)


@given(profiles(), profiles())
def test_what_is_told_agrees_with_the_points(a, b):
    for each in explain(a, b, PUBLISHED_RULESET).parts:
        if each.criterion == Criterion.LENGTH:
            assert (each.stay.gap == 0) == (each.points == each.maximum)
        elif each.criterion == Criterion.AVAILABILITY:
            fits = each.overlap.is_open or each.overlap.days >= each.overlap.needed
            assert fits == (each.points == each.maximum)
        elif each.criterion == Criterion.LANGUAGE:
            assert bool(each.wishes[0].met) == (each.points == each.maximum)
        elif each.criterion == Criterion.PURPOSE:
            is_full = any(wish.is_any or not wish.missed for wish in each.wishes)
            assert is_full == (each.points == each.maximum)
        elif each.criterion != Criterion.SECTOR:
            met = sum(wish.is_any or bool(wish.met) for wish in each.wishes)
            assert met * each.maximum == 2 * each.points


def test_sector_wishes_are_told_for_each_direction():
    a = host(sectors={"10"}, wanted_sectors={"29", "30"})
    b = visitor(sectors={"29", "62"})

    assert part(Criterion.SECTOR, a, b) == Part(
        Criterion.SECTOR,
        points=188,
        maximum=250,
        wishes=(
            Wish("a", frozenset({"29", "30"}), frozenset({"29", "62"})),
            Wish("b", frozenset(), frozenset({"10"})),
        ),
    )


def test_a_wish_tells_what_it_gets_and_what_it_misses():
    wish = Wish("a", frozenset({"29", "30"}), frozenset({"29", "62"}))

    assert (wish.met, wish.missed, wish.is_any) == (frozenset({"29"}), frozenset({"30"}), False)


def test_objectives_and_activities_are_told_as_one_set():
    a = host(objectives={"learn"}, activities={"training"})

    assert part(Criterion.PURPOSE, a, visitor(objectives={"learn"})).wishes == (
        Wish("a", frozenset({"learn", "training"}), frozenset({"learn"})),
        Wish("b", frozenset({"learn"}), frozenset({"learn", "training"})),
    )


def test_the_partners_type_and_country_are_what_it_offers():
    a = host(wanted_types={"sme"}, wanted_countries={"DE"})

    assert part(Criterion.ORGANISATION_TYPE, a, visitor()).wishes == (
        Wish("a", frozenset({"sme"}), frozenset({"cluster"})),
        Wish("b", frozenset(), frozenset({"cluster"})),
    )
    assert part(Criterion.COUNTRY, a, visitor()).wishes == (
        Wish("a", frozenset({"DE"}), frozenset({"PT"})),
        Wish("b", frozenset(), frozenset({"FR"})),
    )


def test_the_gap_between_lengths_is_told_in_working_days():
    a = host(min_days=3, max_days=5)

    assert part(Criterion.LENGTH, a, visitor(min_days=8)).stay == Stay((3, 5), (8, None), 3)


def test_the_longest_common_time_is_told_with_what_it_would_need():
    a = host(
        min_days=6,
        windows=(days("2027-03-20", "2027-04-02"), days("2027-03-01", "2027-03-03")),
    )
    b = visitor(windows=(days("2027-03-01", "2027-03-24"),))

    assert part(Criterion.AVAILABILITY, a, b).overlap == Overlap(
        False, *days("2027-03-20", "2027-03-24"), days=5, needed=6
    )


def test_the_earlier_of_two_equal_common_times_is_told():
    a = host(windows=(days("2027-03-20", "2027-03-22"), days("2027-03-01", "2027-03-03")))
    b = visitor(windows=(days("2027-03-01", "2027-03-31"),))

    assert part(Criterion.AVAILABILITY, a, b).overlap.first == days("2027-03-01", "2027-03-03")[0]


def test_without_a_common_time_there_is_none_to_tell():
    a = host(windows=(days("2027-03-20", "2027-03-22"),))
    b = visitor(windows=(days("2027-04-01", "2027-04-30"),))

    assert part(Criterion.AVAILABILITY, a, b).overlap == Overlap(False, None, None, 0, 3)


def test_a_side_without_windows_leaves_the_time_open():
    assert part(Criterion.AVAILABILITY, host(), visitor()).overlap.is_open is True


def test_stops_are_told_beside_the_points():
    found = explain(host(), visitor(country="FR"), PUBLISHED_RULESET, is_open=True)

    assert found.stops == Stop.SAME_COUNTRY | Stop.ALREADY_OPEN
    assert found.total == 1000
