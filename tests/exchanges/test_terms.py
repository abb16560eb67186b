"""The one shape of drafts and frozen versions: what it reads and what it refuses."""

from datetime import date, time

import pytest

from exchanges.commitment.calendar import apart_from_stay, days_of_stay
from exchanges.commitment.terms import BadTerms, Slot, Terms, When, plain, section
from tests.exchanges.sound_terms import MONDAY, TUESDAY, slot


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("when", {"starts_on": "tomorrow"}, "when: 'tomorrow' is not a day such as 2027-03-01."),
        ("when", {"starts_on": 7}, "when: 7 is not a day such as 2027-03-01."),
        ("when", {"venue": 7}, "when: 7 is not a text."),
        (
            "agenda",
            {"slots": [{"key": "a", "starts": "late"}]},
            "agenda: 'late' is not a time such as 09:30.",
        ),
        ("purpose", {"objectives": "learn"}, "purpose: 'learn' is not a list."),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_with_its_section(name, content, message):
    with pytest.raises(BadTerms) as refusal:
        section(name, content)
    assert str(refusal.value) == message


def test_what_is_missing_takes_its_default():
    assert Terms.from_json({}) == Terms()


def test_entries_stand_in_the_order_of_their_days_and_times():
    late = slot(MONDAY, key="late", starts=time(14), part="afternoon")
    early, later_day = slot(MONDAY, key="early"), slot(TUESDAY, key="next")
    open_one = slot(None, key="open")
    content = {"slots": [plain(vars(one)) for one in (open_one, later_day, late, early)]}
    assert [one.key for one in section("agenda", content).slots] == [
        "early",
        "late",
        "next",
        "open",
    ]


def test_a_whole_day_fills_both_halves_and_an_open_one_none():
    assert slot(MONDAY).halves == {(MONDAY, "morning"), (MONDAY, "afternoon")}
    assert slot(MONDAY, part="morning").halves == {(MONDAY, "morning")}
    assert Slot(key="a", day=None).halves == frozenset()


def test_open_or_reversed_dates_make_no_stay():
    assert days_of_stay(Terms()) == []
    reversed_dates = Terms(when=When(starts_on=TUESDAY, ends_on=MONDAY, travel_days=(MONDAY,)))
    assert days_of_stay(reversed_dates) == []
    assert apart_from_stay(reversed_dates) == []


def test_days_and_times_are_kept_as_json_holds_them():
    assert plain({"day": date(2027, 3, 1), "at": [time(9, 5)], "n": 1}) == {
        "day": "2027-03-01",
        "at": ["09:05"],
        "n": 1,
    }
