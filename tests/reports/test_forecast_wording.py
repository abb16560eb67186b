"""Sentences about a forecast, without a database."""

from datetime import date

import pytest

from reports.forecast.facts import Facts, OnTheirWay, Pace
from reports.forecast.forecast import forecast
from reports.queries.indicators import IndicatorLine
from reports.wording.forecast import answer, chance_in_words, when_in_words

TODAY = date(2026, 3, 10)


def line(*, closed=0, on_their_way=(), pace=0, due_on=None, target=10):
    facts = Facts(
        today=TODAY,
        target=target,
        closed=closed,
        on_their_way=on_their_way,
        pace=Pace(closed=pace, days=180),
        lead_days=60,
        horizon=date(2029, 3, 31),
        due_on=due_on,
    )
    return IndicatorLine(
        code="5.5.1",
        label="Exchanges",
        parent="",
        counted_from="exchanges",
        target=target,
        due="",
        due_on=due_on,
        actual=closed,
        so_far=closed,
        physical=closed,
        virtual=0,
        hosted=0,
        achieved_on=None,
        comment="",
        is_late=False,
        forecast=forecast(facts),
    )


def group(chance, number, day=date(2026, 5, 2)):
    return (OnTheirWay(closes_on=day, chance=chance, number=number),)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (16, "Yes, most likely: by 30 June 2026 the chance is more than 99 %."),
        (12, "Probably: by 30 June 2026 the chance is about 89 %."),
        (11, "Probably: by 30 June 2026 the chance is about 70 %."),
        (10, "Probably not in time: by 30 June 2026 the chance is about 35 %."),
        (9, "Not in time as things stand: by 30 June 2026 the chance is less than 1 %."),
    ],
)
def test_the_verdict_goes_by_the_chance(number, verdict):
    found = answer(line(on_their_way=group(0.9, number), due_on=date(2026, 6, 30)))

    assert found.startswith(verdict)


def test_an_even_chance_is_open():
    found = answer(line(on_their_way=group(0.93, 10), due_on=date(2026, 6, 30)))

    assert found.startswith("It is open: by 30 June 2026 the chance is about 48 %.")


def test_a_target_reached_without_a_known_day_is_reached():
    assert answer(line(closed=11)) == "Yes: the target of 10 is reached."


def test_a_wide_range_names_both_ends():
    assert when_in_words(line(pace=10)) == ("November 2026 (between August 2026 and March 2027)")


def test_without_a_late_month_the_best_one_is_named():
    found = when_in_words(line(on_their_way=group(0.9, 11) + group(0.3, 1)))

    assert found == "May 2026 (at best May 2026)"


def test_without_an_expected_month_the_best_one_may_still_come():
    found = when_in_words(line(on_their_way=group(0.8, 10)))

    assert found == "not expected before March 2029 (at best May 2026)"


def test_where_nothing_is_known_nothing_is_foretold():
    assert when_in_words(line()) == "no pace to go by yet"


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.0, "less than 1 %"), (0.5, "about 50 %"), (0.995, "more than 99 %")],
)
def test_nothing_is_certain_before_it_has_happened(chance, words):
    assert chance_in_words(chance) == words
