"""Programmes that an agenda can start from."""

from collections import Counter
from datetime import date, time

import pytest

from exchanges.commitment.terms import MORNING, Agenda
from exchanges.enums import DayPart, Responsible
from exchanges.queries.agenda_templates import (
    agenda_from,
    days_from,
    template_for,
    template_of,
    templates_for,
)
from profiles.enums import Activity, Objective
from profiles.models import ProgrammeRules
from profiles.workdays import is_working_day

pytestmark = pytest.mark.usefixtures("reference")

PHYSICAL = templates_for("physical")
VIRTUAL = templates_for("virtual")
EVERY = [*PHYSICAL, *VIRTUAL]
named = pytest.mark.parametrize


def set_rule(key, value):
    rules = ProgrammeRules.objects.latest("version")
    rules.values[key] = value
    rules.save()


def code(template):
    return template.code


def test_each_objective_has_three_lengths_in_person():
    lengths = [(template.objective, template.length) for template in PHYSICAL]
    assert lengths == [(objective, n) for objective in Objective.values for n in (3, 5, 10)]


def test_each_objective_has_six_half_days_online():
    found = [(template.objective, template.length) for template in VIRTUAL]
    assert found == [(objective, 6) for objective in Objective.values]


@named("template", EVERY, ids=code)
def test_entries_use_the_words_of_the_portal(template):
    assert {entry.activity for entry in template.entries} <= set(Activity.values)
    assert {entry.part for entry in template.entries} <= set(DayPart.values)
    assert {entry.responsible for entry in template.entries} <= set(Responsible.values)
    assert [entry for entry in template.entries if not entry.title or not entry.place] == []


@named("template", PHYSICAL, ids=code)
def test_in_person_both_halves_of_each_day_have_content(template):
    days = days_from(template, date(2027, 3, 1), "FR")
    halves = Counter(day for day, _half in agenda_from(template, days=days).halves)
    assert halves == dict.fromkeys(days, 2)


@named("template", VIRTUAL, ids=code)
def test_online_each_half_day_takes_some_three_hours_without_overlap(template):
    slots = agenda_from(template, days=days_from(template, date(2027, 3, 1), "FR")).slots
    times = [(slot.part, slot.starts, slot.ends) for slot in slots]
    assert times == 6 * [(MORNING, time(10), time(11, 30)), (MORNING, time(11, 45), time(13, 15))]


@named("template", EVERY, ids=code)
def test_entries_stand_in_the_order_of_time_under_names_of_their_own(template):
    agenda = agenda_from(template, days=days_from(template, date(2027, 3, 1), "FR"))
    assert Agenda.from_json(agenda.to_json()) == agenda
    assert len({slot.key for slot in agenda.slots}) == len(agenda.slots)


def test_days_skip_weekends_and_holidays_of_the_host():
    """Around Easter 2027: Good Friday is none in France, Easter Monday is one."""
    days = days_from(template_of("learn_5"), date(2027, 3, 25), "FR")
    assert [day.isoformat() for day in days] == [
        "2027-03-25",
        "2027-03-26",
        "2027-03-30",
        "2027-03-31",
        "2027-04-01",
    ]


def test_a_start_on_a_weekend_waits_for_the_working_day():
    days = days_from(template_of("learn_3"), date(2027, 2, 27), "FR")
    assert days == [date(2027, 3, 1), date(2027, 3, 2), date(2027, 3, 3)]


@named("start", [date(2027, 3, 1), date(2027, 12, 20), date(2027, 5, 8)], ids=str)
def test_online_half_days_spread_over_two_to_three_weeks(start):
    days = days_from(template_of("learn_online"), start, "PT")
    assert [is_working_day(day, "PT") for day in days] == 6 * [True]
    assert 13 <= (days[-1] - days[0]).days + 1 <= 21


def test_online_half_days_follow_a_shorter_span():
    set_rule("virtual.max_span_days", 8)
    days = days_from(template_of("learn_online"), date(2027, 3, 1), "PT")
    assert (days[-1] - days[0]).days + 1 == 8


def test_a_span_that_is_too_short_gives_days_in_a_row():
    set_rule("virtual.max_span_days", 3)
    days = days_from(template_of("learn_online"), date(2027, 3, 1), "PT")
    assert days == [date(2027, 3, n) for n in (1, 2, 3, 4, 5, 8)]


def test_too_few_days_are_refused():
    with pytest.raises(ValueError, match="learn_5 takes 5 days, not 1"):
        agenda_from(template_of("learn_5"), days=[date(2027, 3, 1)])


@named(("length", "expected"), [(2, 3), (3, 3), (7, 5), (22, 10)])
def test_the_longest_programme_that_fits_is_taken(length, expected):
    assert template_for("physical", "markets", length).code == f"markets_{expected}"


def test_an_unknown_programme_is_none():
    assert template_of("no_such_programme") is None


def test_a_programme_is_called_by_objective_and_length():
    assert template_of("learn_5").title == "Learn from actors in another cluster: 5 days"
    online = template_of("learn_online").title
    assert online == "Learn from actors in another cluster: 6 half-days"
