"""The score in words, for both sides."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given, settings

from matching.scoring.change import Change, applied, smallest_change_to_green
from matching.scoring.criteria import Criterion, Stop
from matching.scoring.explain import explain
from matching.scoring.ruleset import PUBLISHED_RULESET
from matching.wording.changes import SECTIONS, Proposal, proposals
from matching.wording.criteria import CRITERIA, CriteriaInWords
from matching.wording.names import Words, days_from_to, listed
from matching.wording.stops import SHORT_STOPS, stops_in_words
from profiles.forms.profile import PROFILE_SECTIONS
from tests.matching.scoring_world import days, host, profiles, visitor

WORDS = Words(
    sectors={
        "10": "Food products",
        "29": "Vehicles",
        "30": "Trains, ships",
        "31": "Furniture",
        "32": "Toys",
        "46": "Wholesale trade, except of motor vehicles",
    },
    countries={"FR": "France", "PT": "Portugal", "DE": "Germany", "ES": "Spain", "IT": "Italy"},
    types={"cluster": "Cluster organisation", "sme": "SME", "incubator": "Incubator"},
    partnerships={},
)


def note(criterion, a, b):
    lines = CriteriaInWords(a, b, WORDS).lines(explain(a, b, PUBLISHED_RULESET))
    return lines[list(Criterion).index(criterion)].note.split("\n")


# --- the lines as a whole --------------------------------------------------------------------


@settings(max_examples=60)
@given(profiles(), profiles())
def test_every_pair_is_told_in_seven_lines_that_add_up(a, b):
    explained = explain(a, b, PUBLISHED_RULESET)

    lines = CriteriaInWords(a, b, WORDS).lines(explained)

    assert [line.label for line in lines] == list(CRITERIA.values())
    assert round(sum(line.points for line in lines), 1) == explained.total / 10
    assert sum(line.weight for line in lines) == 100
    assert [line.note for line in lines if not line.note.strip() or "%" in line.note] == []


@settings(max_examples=60)
@given(profiles(), profiles())
def test_both_sides_read_the_same_points(a, b):
    mine = CriteriaInWords(a, b, WORDS).lines(explain(a, b, PUBLISHED_RULESET))
    theirs = CriteriaInWords(b, a, WORDS).lines(explain(b, a, PUBLISHED_RULESET))
    assert [line.points for line in mine] == [line.points for line in theirs]


# --- each criterion --------------------------------------------------------------------------


def test_sectors_are_told_for_both_sides():
    a = host(sectors={"10"}, wanted_sectors={"29", "30"})
    b = visitor(sectors={"29", "31"}, wanted_sectors={"10"})
    assert note(Criterion.SECTOR, a, b) == [
        "You look for “Vehicles” and “Trains, ships”; they work in “Vehicles” and “Furniture”: "
        "1 of 2.",
        "They look for “Food products”; you work in “Food products”: 1 of 1.",
    ]


def test_any_sector_is_told_as_that():
    assert note(Criterion.SECTOR, host(), visitor()) == [
        "You look for any sector.",
        "They look for any sector.",
    ]


def test_a_long_wish_names_what_is_met_first_and_counts_the_rest():
    a = host(wanted_sectors={"10", "29", "30", "31", "32"})
    b = visitor(sectors={"32"})
    assert note(Criterion.SECTOR, a, b)[0] == (
        "You look for “Toys”, “Food products”, “Furniture” and 2 more; they work in “Toys”: 1 of 1."
    )


def test_a_sector_is_named_without_what_it_excepts():
    a = host(wanted_sectors={"46"})
    b = visitor(sectors={"10"})
    assert note(Criterion.SECTOR, a, b)[0] == (
        "You look for “Wholesale trade”; they work in “Food products”: 0 of 1."
    )


def test_common_purposes_are_named_and_what_each_wants_alone():
    a = host(objectives={"learn"}, activities={"training", "branding"})
    b = visitor(objectives={"learn"}, activities={"networking"})
    assert note(Criterion.PURPOSE, a, b) == [
        "Both of you want: “Learn from actors in another cluster” (1 of 2).",
        "Only you want: “Branding, sales and marketing” and “Training, individual or in a group”.",
        "Only they want: “Networking and partner search”.",
    ]


def test_without_a_common_purpose_only_the_two_lists_are_named():
    a, b = host(activities={"training"}), visitor(activities={"networking"})
    assert note(Criterion.PURPOSE, a, b) == [
        "Only you want: “Training, individual or in a group”.",
        "Only they want: “Networking and partner search”.",
    ]


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (set(), {"learn"}, ["You have named no purpose: any will do."]),
        ({"learn"}, set(), ["They have named no purpose: any will do."]),
        (
            set(),
            set(),
            [
                "You have named no purpose: any will do.",
                "They have named no purpose: any will do.",
            ],
        ),
    ],
)
def test_an_open_purpose_is_told_as_that(mine, theirs, told):
    assert note(Criterion.PURPOSE, host(objectives=mine), visitor(objectives=theirs)) == told


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (
            set(),
            set(),
            ["You look for any type of organisation.", "They look for any type of organisation."],
        ),
        (
            {"sme"},
            {"cluster", "sme"},
            [
                "You look for their type, “SME”.",
                "They look for your type, “Cluster organisation”.",
            ],
        ),
        (
            {"cluster"},
            {"incubator"},
            [
                "You look for “Cluster organisation”; they are “SME”.",
                "They look for “Incubator”; you are “Cluster organisation”.",
            ],
        ),
    ],
)
def test_types_are_told_for_both_sides(mine, theirs, told):
    a = host(organisation_type="cluster", wanted_types=mine)
    b = visitor(organisation_type="sme", wanted_types=theirs)
    assert note(Criterion.ORGANISATION_TYPE, a, b) == told


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (set(), set(), ["You look for any country.", "They look for any country."]),
        (
            {"PT"},
            {"FR", "DE"},
            [
                "You look for partners in their country (Portugal).",
                "They look for partners in your country (France).",
            ],
        ),
        (
            {"DE", "ES"},
            {"IT"},
            [
                "You look for Germany and Spain; they are in Portugal.",
                "They look for Italy; you are in France.",
            ],
        ),
    ],
)
def test_countries_are_told_for_both_sides(mine, theirs, told):
    a, b = host(wanted_countries=mine), visitor(wanted_countries=theirs)
    assert note(Criterion.COUNTRY, a, b) == told


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        ({"en", "fr"}, {"en", "fr", "pt"}, "Both of you work in English and French."),
        ({"fr"}, {"pt"}, "No language in common: you work in French, they in Portuguese."),
        (set(), {"pt"}, "No language in common: you work in none, they in Portuguese."),
    ],
)
def test_languages_in_common_are_named(mine, theirs, told):
    assert note(Criterion.LANGUAGE, host(languages=mine), visitor(languages=theirs)) == [told]


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (
            (3, 5),
            (4, 8),
            ["You: 3 to 5 working days. They: 4 to 8 working days."],
        ),
        (
            (3, 5),
            (7, 8),
            [
                "You: 3 to 5 working days. They: 7 to 8 working days.",
                "2 days apart: near enough for half of the points.",
            ],
        ),
        (
            (3, 5),
            (6, 8),
            [
                "You: 3 to 5 working days. They: 6 to 8 working days.",
                "1 day apart: near enough for half of the points.",
            ],
        ),
        (
            (3, 5),
            (9, 10),
            [
                "You: 3 to 5 working days. They: 9 to 10 working days.",
                "4 days apart: too far.",
            ],
        ),
        (
            (None, None),
            (5, 5),
            ["You: any length. They: 5 working days."],
        ),
    ],
)
def test_lengths_are_told_for_both_sides(mine, theirs, told):
    a = host(min_days=mine[0], max_days=mine[1])
    b = visitor(min_days=theirs[0], max_days=theirs[1])
    assert note(Criterion.LENGTH, a, b) == told


def test_half_open_lengths_have_words():
    assert days_from_to(None, 5) == "up to 5 working days"
    assert days_from_to(3, None) == "from 3 working days"
    assert days_from_to(1, 1) == "1 working day"


MAY = days("2027-05-01", "2027-05-10")


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (
            (MAY,),
            (days("2027-05-08", "2027-06-30"),),
            ["Both of you are free from 8 May 2027 to 10 May 2027 (3 days)."],
        ),
        (
            (MAY,),
            (days("2027-05-10", "2027-06-30"),),
            [
                "Both of you are free from 10 May 2027 to 10 May 2027 (1 day).",
                "At least 3 days are needed.",
            ],
        ),
        ((MAY,), (days("2027-07-01", "2027-07-30"),), ["You have no time in common."]),
        ((), (MAY,), ["You have named no dates: any time will do."]),
        ((MAY,), (), ["They have named no dates: any time will do."]),
    ],
)
def test_times_are_told_for_both_sides(mine, theirs, told):
    with translation.override("en-gb"):
        found = note(Criterion.AVAILABILITY, host(windows=mine), visitor(windows=theirs))
    assert found == told


def test_lists_read_as_in_a_sentence():
    assert listed([], str) == ""
    assert listed(["b", "a"], str) == "a and b"
    with translation.override("de"):
        assert listed(["b", "a", "c"], str) == "a, b und c"


# --- stop signs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "a", "b", "told"),
    [
        (
            Stop.SAME_COUNTRY,
            host(),
            visitor(country="FR"),
            "Both of you are in France. An exchange crosses a border.",
        ),
        (
            Stop.SAME_ORGANISATION,
            host(),
            visitor(),
            "This is your own organisation in its other role.",
        ),
        (
            Stop.SAME_ROLE,
            host(),
            host(),
            "Both of you are hosts. An exchange needs a visitor.",
        ),
        (
            Stop.SAME_ROLE,
            visitor(),
            visitor(),
            "Both of you are visitors. An exchange needs a host.",
        ),
        (
            Stop.TYPE_NOT_ELIGIBLE,
            host(),
            visitor(is_eligible=False, organisation_type="sme"),
            "Organisations of this type cannot visit in this round: “SME”.",
        ),
        (
            Stop.TYPE_NOT_ELIGIBLE,
            host(is_eligible=False),
            visitor(),
            "Organisations of this type cannot host in this round: “Cluster organisation”.",
        ),
        (
            Stop.MODES_EXCLUDE,
            host(mode="physical"),
            visitor(mode="virtual"),
            "You want to meet in person only, they want to meet online only.",
        ),
        (
            Stop.MODES_EXCLUDE,
            host(mode="virtual"),
            visitor(mode="physical"),
            "You want to meet online only, they want to meet in person only.",
        ),
        (
            Stop.PHYSICAL_VISIT_USED,
            visitor(),
            host(),
            "Your one visit in person is used up; only an online exchange remains.",
        ),
        (
            Stop.PHYSICAL_VISIT_USED,
            host(),
            visitor(),
            "Their one visit in person is used up; only an online exchange remains.",
        ),
        (
            Stop.NOT_PUBLISHED,
            host(),
            visitor(),
            "One of you is not in the catalogue at present.",
        ),
        (
            Stop.ALREADY_OPEN,
            host(),
            visitor(),
            "A match or an exchange between you is open already.",
        ),
    ],
)
def test_a_stop_sign_gives_its_reason(stop, a, b, told):
    assert stops_in_words(stop, a, b, WORDS) == [told]


def test_several_stop_signs_are_told_one_by_one():
    both = Stop.SAME_COUNTRY | Stop.SAME_ROLE
    assert len(stops_in_words(both, host(), host(), WORDS)) == 2


def test_every_stop_sign_has_a_short_name():
    assert set(SHORT_STOPS) == set(Stop)


# --- changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "own", "theirs"),
    [
        (
            {"field": "wanted_sectors", "add": frozenset({"29", "10"})},
            "Add “Food products” and “Vehicles” to the sectors you look for.",
            "They would have to look for “Food products” and “Vehicles” as well.",
        ),
        (
            {"field": "wanted_types", "add": frozenset({"sme"})},
            "Add “SME” to the types of organisation you look for.",
            "They would have to look for this type as well: “SME”.",
        ),
        (
            {"field": "wanted_countries", "add": frozenset({"PT"})},
            "Add Portugal to the countries you look for.",
            "They would have to look for partners in Portugal as well.",
        ),
        (
            {"field": "objectives", "add": frozenset({"markets"})},
            "Add to what you want to achieve: “Explore growth in new markets”.",
            "They would have to add to what they want to achieve: “Explore growth in new markets”.",
        ),
        (
            {"field": "activities", "add": frozenset({"knowledge"})},
            "Add to what you would like to do: “Sharing knowledge and experience”.",
            "They would have to add to what they would like to do: "
            "“Sharing knowledge and experience”.",
        ),
        (
            {"field": "languages", "add": frozenset({"en"})},
            "Add English to your working languages.",
            "They would have to work in English as well.",
        ),
        (
            {"field": "min_days", "days": 3},
            "Let a stay be as short as 3 working days.",
            "They would have to take a stay of 3 working days.",
        ),
        (
            {"field": "max_days", "days": 9},
            "Let a stay be as long as 9 working days.",
            "They would have to take a stay of 9 working days.",
        ),
        (
            {"field": "windows", "window": (date(2027, 5, 1), date(2027, 5, 10))},
            "Add 1 May 2027 to 10 May 2027 to the times when you are free.",
            "They would have to be free from 1 May 2027 to 10 May 2027.",
        ),
    ],
)
def test_a_change_says_who_would_have_to_change_what(change, own, theirs):
    with translation.override("en-gb"):
        mine, other = proposals([Change(side="a", **change), Change(side="b", **change)], WORDS)
    assert mine == Proposal(is_own=True, text=own, section=SECTIONS[change["field"]])
    assert (other.is_own, other.text) == (False, theirs)


def test_every_change_leads_to_a_page_of_the_profile():
    assert {*SECTIONS.values()} <= {section.slug for section in PROFILE_SECTIONS}


@settings(max_examples=30)
@given(profiles(role="host", country="FR", mode="either"), profiles(role="visiting", country="PT"))
def test_every_smallest_change_has_words_and_does_what_it_says(a, b):
    changes = smallest_change_to_green(a, b, PUBLISHED_RULESET) or ()
    assert [one for one in proposals(changes, WORDS) if not one.text or "%" in one.text] == []
    if changes:
        changed = [applied(f, [c for c in changes if c.side == s]) for s, f in (("a", a), ("b", b))]
        assert explain(*changed, PUBLISHED_RULESET).band == "green"
