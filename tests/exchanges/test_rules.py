"""Each rule of a commitment, on both sides of its edge."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from exchanges.commitment.calendar import last_day_of_months, working_days
from exchanges.commitment.facts import Side
from exchanges.commitment.findings import KINDS, STOP, WARNING, Finding
from exchanges.commitment.terms import Agenda, Outcome, Person, Responsibilities, Terms, When
from tests.exchanges.sound_terms import (
    FRIDAY,
    MONDAY,
    NUMBERS,
    SATURDAY,
    SOUND,
    SUNDAY,
    THURSDAY,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    agenda,
    codes,
    in_person,
    online,
    params,
    slot,
    with_part,
)

SESSIONS = [date(2027, 3, day) for day in (1, 4, 8, 11, 15, 18)]


def test_nothing_is_found_in_a_sound_text():
    assert codes(SOUND) == []
    assert codes(online(*SESSIONS, part="morning")) == []


def test_an_empty_draft_lacks_everything_in_the_order_of_the_sections():
    assert codes(Terms()) == [
        "dates_missing",
        "venue_missing",
        "host_participants",
        "visitor_participants",
        "purpose_missing",
        "purpose_text_missing",
        "agenda_missing",
        "responsibilities_missing",
        "outcomes_missing",
        "language_missing",
        "clauses_missing",
        "recruitment_not_excluded",
    ]


def test_a_finding_knows_its_section_severity_and_rule():
    finding = Finding("virtual_span", {"days": 22})
    assert (finding.section, finding.severity, finding.rule) == (
        "when",
        WARNING,
        "virtual.max_span_days",
    )
    assert finding.is_warning
    assert KINDS["too_short"].severity == STOP


def test_what_a_finding_is_about_can_be_kept_as_json():
    finding = Finding("outside_stay", {"days": [MONDAY]})
    assert finding.about == {"days": ["2027-03-01"]}


# --- dates


def test_days_in_the_wrong_order_are_refused():
    terms = with_part(SOUND, "when", starts_on=FRIDAY, ends_on=MONDAY)
    assert codes(terms) == ["dates_reversed"]
    assert params(terms) == {"first": FRIDAY, "last": MONDAY}


def test_one_missing_day_is_enough():
    assert codes(with_part(SOUND, "when", ends_on=None)) == ["dates_missing"]


@pytest.mark.parametrize(
    ("today", "found"), [(MONDAY - timedelta(days=1), []), (MONDAY, ["not_in_future"])]
)
def test_an_exchange_begins_in_the_future(today, found):
    assert codes(SOUND, today=today) == found


@pytest.mark.parametrize(
    ("today", "found"), [(FRIDAY, []), (FRIDAY + timedelta(days=1), ["over_already"])]
)
def test_a_running_exchange_can_be_changed_until_its_last_day(today, found):
    assert codes(SOUND, today=today, is_running=True) == found


@pytest.mark.parametrize(
    ("travel", "found"),
    [
        ([], []),
        ([SUNDAY - timedelta(days=7)], []),
        ([SATURDAY - timedelta(days=7), SUNDAY - timedelta(days=7), SATURDAY], []),
        ([SATURDAY - timedelta(days=7)], ["travel_apart"]),
        ([SUNDAY], ["travel_apart"]),
    ],
)
def test_days_of_travel_lie_in_the_stay_or_lead_up_to_it(travel, found):
    assert codes(with_part(SOUND, "when", travel_days=tuple(travel))) == found


# --- in person: length


def test_two_working_days_are_too_few_and_three_enough():
    assert codes(in_person(MONDAY, TUESDAY)) == ["too_short"]
    assert params(in_person(MONDAY, TUESDAY)) == {"days": 2, "holidays": []}
    assert codes(in_person(MONDAY, TUESDAY, WEDNESDAY)) == []


def test_a_day_of_travel_does_not_count():
    terms = in_person(MONDAY, TUESDAY, WEDNESDAY, travel_days=(WEDNESDAY,))
    assert codes(terms) == ["too_short"]


def test_a_holiday_of_the_host_country_does_not_count():
    terms = in_person(MONDAY, TUESDAY, WEDNESDAY)
    assert params(terms, holidays=frozenset({TUESDAY})) == {"days": 2, "holidays": [TUESDAY]}


def test_a_day_of_the_weekend_counts_when_it_has_content():
    with_saturday = in_person(THURSDAY, FRIDAY, SATURDAY)
    assert codes(with_saturday) == []
    without = replace(with_saturday, agenda=agenda(THURSDAY, FRIDAY))
    assert codes(without) == ["too_short"]


@pytest.mark.parametrize("excluded", [{"holidays": {SATURDAY}}, {"travel": {SATURDAY}}])
def test_a_weekend_of_travel_or_holiday_never_counts(excluded):
    terms = in_person(THURSDAY, FRIDAY, SATURDAY, travel_days=tuple(excluded.get("travel", ())))
    assert working_days(terms, excluded.get("holidays", ())) == [THURSDAY, FRIDAY]


def test_content_outside_the_stay_does_not_count():
    terms = replace(in_person(THURSDAY, FRIDAY), agenda=agenda(THURSDAY, FRIDAY, SATURDAY))
    assert codes(terms) == ["too_short", "outside_stay"]


def test_a_visit_lasts_one_month_at_most():
    days = [date(2027, 3, 1) + timedelta(days=n) for n in range(40)]
    month = [day for day in days if day <= date(2027, 3, 31)]
    longer = [day for day in days if day <= date(2027, 4, 1)]
    assert codes(in_person(*month)) == []
    assert params(in_person(*longer)) == {"first": MONDAY, "longest": date(2027, 3, 31)}


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2027, 3, 1), date(2027, 3, 31)),
        (date(2027, 3, 15), date(2027, 4, 14)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 1, 29), date(2027, 2, 28)),
        (date(2027, 1, 28), date(2027, 2, 27)),
        (date(2028, 1, 29), date(2028, 2, 28)),
        (date(2027, 12, 10), date(2028, 1, 9)),
    ],
)
def test_a_month_ends_before_the_day_of_the_same_number(first, last):
    assert last_day_of_months(first, 1) == last


def test_more_months_are_counted_across_the_year():
    assert last_day_of_months(date(2027, 11, 1), 3) == date(2028, 1, 31)


def test_the_minimum_follows_the_rules_in_force():
    numbers = NUMBERS | {"physical.min_days": 2}
    assert codes(in_person(MONDAY, TUESDAY), numbers=numbers) == []


# --- in person: one visit, place


def test_the_visit_of_an_organisation_can_be_used_once():
    assert codes(SOUND, visits_taken=1) == ["visit_used"]
    assert codes(SOUND, visits_taken=1, numbers=NUMBERS | {"physical.visits_per_visitor": 2}) == []


def test_an_online_exchange_uses_no_visit_up():
    assert codes(online(*SESSIONS, part="morning"), visits_taken=1) == []


def test_a_visit_needs_a_venue_and_an_online_exchange_a_platform():
    assert codes(with_part(SOUND, "when", venue=" ")) == ["venue_missing"]
    terms = online(*SESSIONS, part="morning", platform="")
    assert codes(terms) == ["platform_missing"]


def test_an_unknown_distance_is_a_warning_in_person_only():
    assert codes(SOUND, is_distance_known=False) == ["distance_unknown"]
    assert codes(online(*SESSIONS, part="morning"), is_distance_known=False) == []


# --- online


def test_three_whole_days_or_six_half_days_are_enough_online():
    assert codes(online(*SESSIONS[:3])) == []
    assert codes(online(*SESSIONS, part="afternoon")) == []


def test_less_than_both_is_too_short_online():
    assert codes(online(*SESSIONS[:2])) == ["virtual_too_short"]
    assert params(online(*SESSIONS[:5], part="morning")) == {
        "half_days": 5,
        "least_days": 3,
        "least_half_days": 6,
    }


def test_morning_and_afternoon_make_a_whole_day():
    both = [slot(day, part=part) for day in SESSIONS[:3] for part in ("morning", "afternoon")]
    terms = online(*SESSIONS[:3])
    timed = tuple(
        replace(one, starts=time(9), ends=time(12))
        if one.part == "morning"
        else replace(one, starts=time(13), ends=time(17))
        for one in both
    )
    assert codes(replace(terms, agenda=Agenda(slots=timed))) == []


def test_the_online_minimum_can_become_one_day():
    numbers = NUMBERS | {"virtual.min_days": 1}
    assert codes(online(MONDAY), numbers=numbers) == []
    assert codes(online(MONDAY)) == ["virtual_too_short"]


@pytest.mark.parametrize(("last", "found"), [(21, []), (22, ["virtual_span"])])
def test_the_sessions_lie_within_three_weeks(last, found):
    days = [date(2027, 3, day) for day in (1, 4, last)]
    assert codes(online(*days)) == found


def test_without_sessions_the_span_is_that_of_the_dates():
    terms = replace(online(date(2027, 3, 1), date(2027, 3, 31)), agenda=Agenda())
    assert codes(terms) == ["virtual_span", "agenda_missing"]


def test_sessions_within_longer_dates_keep_the_span():
    terms = online(*SESSIONS, part="morning", ends_on=date(2027, 3, 31))
    assert codes(terms) == []


def test_an_online_exchange_ends_before_the_window_closes():
    terms = online(*SESSIONS, part="morning")
    assert codes(terms, open_until=SESSIONS[-1]) == []
    assert codes(terms, open_until=SESSIONS[-1] - timedelta(days=1)) == ["virtual_window"]


def test_online_days_need_not_follow_one_another():
    assert codes(online(MONDAY, WEDNESDAY, FRIDAY)) == []


def test_an_agenda_without_days_says_only_that():
    terms = replace(online(*SESSIONS), agenda=Agenda(slots=(slot(None, key="a"),)))
    assert codes(terms) == ["entry_incomplete"]


# --- agenda


def test_a_working_day_in_between_without_content_breaks_the_stay_apart():
    terms = replace(SOUND, agenda=agenda(MONDAY, TUESDAY, THURSDAY, FRIDAY))
    assert codes(terms) == ["not_consecutive"]
    assert params(terms) == {"days": [WEDNESDAY]}


def test_a_working_day_at_an_end_needs_content():
    terms = replace(SOUND, agenda=agenda(TUESDAY, WEDNESDAY, THURSDAY))
    assert params(terms) == {"days": [MONDAY, FRIDAY]}


@pytest.mark.parametrize("free", [{"travel_days": (WEDNESDAY,)}, {}])
def test_a_day_of_travel_or_holiday_needs_no_content(free):
    terms = replace(
        with_part(SOUND, "when", **free), agenda=agenda(MONDAY, TUESDAY, THURSDAY, FRIDAY)
    )
    holidays = frozenset() if free else frozenset({WEDNESDAY})
    assert codes(terms, holidays=holidays) == []


def test_a_weekend_in_between_needs_no_content():
    days = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, date(2027, 3, 8)]
    assert codes(in_person(*days)) == []


def test_entries_lie_within_the_stay():
    terms = replace(SOUND, agenda=agenda(*SOUND.agenda.days, SUNDAY))
    assert params(terms) == {"days": [SUNDAY]}


def test_while_the_dates_are_open_entries_lie_nowhere_outside():
    assert codes(with_part(SOUND, "when", starts_on=None)) == ["dates_missing"]


@pytest.mark.parametrize(
    ("starts", "ends", "found"),
    [
        (time(17), time(18), []),
        (time(8), time(9), []),
        (time(16), time(18), ["overlap"]),
        (time(10), time(11), ["overlap"]),
        (None, None, []),
        (time(16), None, []),
    ],
)
def test_two_entries_of_a_day_are_not_at_the_same_time(starts, ends, found):
    second = slot(MONDAY, key="second", title="Dinner", starts=starts, ends=ends)
    terms = with_part(SOUND, "agenda", slots=(*SOUND.agenda.slots, second))
    assert codes(terms) == found


def test_one_overlap_is_told_at_a_time():
    twice = [slot(MONDAY, key=key, title=key) for key in ("one", "two", "three")]
    terms = with_part(SOUND, "agenda", slots=(*twice, *SOUND.agenda.slots[1:]))
    assert params(terms) == {"day": MONDAY, "titles": ["one", "two"]}


@pytest.mark.parametrize("ends", [time(9), time(8)])
def test_an_entry_ends_after_it_begins(ends):
    first = replace(SOUND.agenda.slots[0], ends=ends)
    terms = with_part(SOUND, "agenda", slots=(first, *SOUND.agenda.slots[1:]))
    assert params(terms) == {"titles": ["At the workshop"]}


def test_an_entry_has_a_day_and_a_title():
    untitled = replace(SOUND.agenda.slots[0], title=" ")
    dayless = [slot(None, key="x"), slot(None, key="y")]
    terms = with_part(SOUND, "agenda", slots=(untitled, *SOUND.agenda.slots[1:], *dayless))
    assert params(terms) == {"count": 3}


# --- the two organisations


def test_an_exchange_crosses_a_border():
    assert params(SOUND, visitor=Side(country="FR")) == {"country": "FR"}
    assert codes(SOUND, visitor=Side(country="FR")) == ["same_country"]


@pytest.mark.parametrize("side", ["host", "visitor"])
@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ({"is_country_eligible": False}, "country"),
        ({"is_type_eligible": False}, "type"),
        ({"is_standing": False}, "not_standing"),
        ({"lacks": ("organisation.legal_form",)}, "incomplete"),
        ({"lacks_texts": ("profile.offer",)}, "texts"),
    ],
)
def test_each_side_is_fit_to_sign(side, fact, code):
    country = {"host": "FR", "visitor": "PT"}[side]
    assert codes(SOUND, **{side: Side(country=country, **fact)}) == [f"{side}_{code}"]


def test_missing_texts_can_be_let_pass_and_missing_facts_cannot():
    assert KINDS["host_texts"].severity == WARNING
    assert KINDS["host_incomplete"].severity == STOP


# --- the other sections


@pytest.mark.parametrize(("side", "code"), [("HO", "host"), ("VO", "visitor")])
@pytest.mark.parametrize(
    "people",
    [(), (Person(name="Ada"),), (Person(position="Director"),), (Person(" ", "Director"),)],
)
def test_each_side_names_who_takes_part(side, code, people):
    assert codes(with_part(SOUND, "people", **{side: people})) == [f"{code}_participants"]


def test_everybody_who_takes_part_is_named_in_full():
    people = (Person("Ada", "Director"), Person("Bob", ""))
    assert codes(with_part(SOUND, "people", VO=people)) == ["visitor_participants"]


def test_an_activity_says_the_purpose_as_well_as_an_objective():
    terms = with_part(SOUND, "purpose", objectives=(), activities=("training",))
    assert codes(terms) == []
    assert codes(with_part(SOUND, "purpose", objectives=())) == ["purpose_missing"]


def test_the_purpose_is_told_in_words():
    assert codes(with_part(SOUND, "purpose", text="\n")) == ["purpose_text_missing"]


def test_each_party_sees_to_something():
    terms = replace(SOUND, responsibilities=Responsibilities(HO="Receives.", VOP="Pays."))
    assert params(terms) == {"parties": ["VO", "HOP"]}


def test_an_outcome_has_a_text_and_a_measure():
    nothing = with_part(SOUND, "outcomes", items=(Outcome(measure="It is there"),))
    assert codes(nothing) == ["outcomes_missing"]
    unmeasured = with_part(SOUND, "outcomes", items=(*SOUND.outcomes.items, Outcome("A talk")))
    assert params(unmeasured) == {"outcomes": ["A talk"]}


def test_the_working_language_is_chosen():
    assert codes(with_part(SOUND, "clauses", language="")) == ["language_missing"]


def test_all_required_clauses_are_agreed_to():
    assert params(with_part(SOUND, "clauses", agreed=("no_recruitment",))) == {
        "clauses": ["conduct"]
    }


def test_internship_and_recruitment_are_excluded_by_a_declaration():
    terms = with_part(SOUND, "clauses", agreed=("conduct",))
    assert codes(terms) == ["recruitment_not_excluded"]
    assert KINDS["recruitment_not_excluded"].severity == STOP


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("An internship for Ada", ("internship",)),
        ("Interns and RECRUITMENT of staff", ("interns", "recruitment")),
        ("A job  interview", ("job interview",)),
        ("Un entretien d’embauche", ("entretien d'embauche",)),
        ("Recrutement d'un stagiaire", ("recrutement", "stagiaire")),
        ("Ein Praktikum mit Vorstellungsgespräch", ("praktikum", "vorstellungsgespräch")),
        ("Vorstellungsgespra\u0308che", ("vorstellungsgespräche",)),
    ],
)
def test_words_of_recruitment_are_a_warning_wherever_they_stand(text, words):
    in_purpose = with_part(SOUND, "purpose", text=text)
    assert (codes(in_purpose), params(in_purpose)) == (["words_in_purpose"], {"words": words})
    entry = replace(SOUND.agenda.slots[0], title=text)
    in_agenda = with_part(SOUND, "agenda", slots=(entry, *SOUND.agenda.slots[1:]))
    assert (codes(in_agenda), params(in_agenda)) == (["words_in_agenda"], {"words": words})


@pytest.mark.parametrize(
    "text", ["International internal internet", "A stage in the process", "Hire a car", "Praktisch"]
)
def test_words_that_only_look_alike_are_none(text):
    assert codes(with_part(SOUND, "purpose", text=text)) == []


def test_an_absurdly_long_stay_is_not_walked_to_its_end():
    terms = Terms(when=When(starts_on=TODAY + timedelta(days=1), ends_on=date(9999, 12, 31)))
    assert "too_long" in codes(terms)
