"""What the forecast starts from, as the database counts it, and what is said of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine

from exchanges.enums import ExchangeMode, ExchangeState
from profiles.models import IndicatorTarget, Partnership
from reports.queries.forecasts import FORECASTS, PACE, main_line
from reports.queries.indicators import indicator_lines
from reports.queries.outlook import outlook_of, with_forecasts
from reports.queries.scopes import Scope
from reports.wording.forecast import answer, method, when_in_words
from tests.reports.exchange_rows import exchange_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
S = ExchangeState
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-06-15 09:00Z"):
        yield


def own():
    return Scope(partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"))


def promise(number, *, due_on=None, code="5.5.1"):
    rows = IndicatorTarget.objects.filter(partnership__acronym="RECIPE4MOBILITY", indicator=code)
    rows.update(number=number, due_on=due_on)


def facts_of(code="5.5.1", scope=None):
    return outlook_of(scope or own()).forecasts[code].facts


def line(scope=None):
    scope = scope or own()
    return main_line(with_forecasts(indicator_lines(scope), outlook_of(scope)))


def test_without_exchanges_the_rules_say_what_is_assumed():
    found = outlook_of(own())

    experience = found.experience
    assert experience.chances == pytest.approx(
        {"agreed": 0.6, "signed": 0.85, "running": 0.92, "reporting": 0.96}
    )
    assert (experience.reporting_days, experience.lead_days, experience.closed) == (20, 150, 0)
    assert (found.pace_months, found.horizon_months) == (6, 36)


def test_earlier_exchanges_of_the_whole_programme_teach():
    exchange_row(S.CLOSED, opened_on=date(2026, 1, 1), closed_on=date(2026, 5, 1), acronym="BLUES")
    exchange_row(S.CANCELLED)
    exchange_row(S.FAILED, ends_on=date(2026, 4, 1))
    exchange_row(S.ABORTED, ends_on=date(2026, 4, 1))

    experience = outlook_of(own()).experience

    assert experience.chances == pytest.approx(
        {"agreed": 7 / 14, "signed": 9.5 / 13, "running": 10.2 / 13, "reporting": 10.6 / 12}
    )
    assert (experience.reporting_days, experience.lead_days, experience.closed) == (10, 120, 1)


def test_those_on_their_way_count_by_their_step_and_day():
    exchange_row(S.VALIDATED, ends_on=date(2026, 7, 10))
    exchange_row(S.VALIDATED, ends_on=date(2026, 7, 10))
    exchange_row(S.REPORTING, ends_on=date(2026, 4, 1))
    exchange_row(S.BUILDING, opened_on=date(2026, 6, 1))
    exchange_row(S.ONGOING, ends_on=date(2026, 6, 20), acronym="BLUES")
    exchange_row(S.CANCELLED)

    found = facts_of().on_their_way

    assert {(group.closes_on, group.number) for group in found} == {
        (date(2026, 7, 30), 2),
        (TODAY + timedelta(days=20), 1),
        (date(2026, 6, 1) + timedelta(days=150), 1),
    }


def test_a_category_has_its_own_forecast():
    exchange_row(S.VALIDATED, ends_on=date(2026, 7, 10), visitor_type="technology_centre")

    assert facts_of("5.5.1.c").on_their_way == facts_of().on_their_way != ()
    assert facts_of("5.5.1.a").on_their_way == ()
    assert facts_of("C1").on_their_way == ()


def test_the_pace_is_that_of_the_last_months():
    exchange_row(closed_on=date(2025, 11, 1))
    exchange_row(closed_on=date(2026, 2, 1))
    exchange_row(closed_on=date(2026, 6, 1))

    found = facts_of()

    assert (found.closed, found.pace.closed, found.pace.days) == (3, 2, 182)


def test_a_young_partnership_is_measured_by_its_own_days():
    exchange_row(opened_on=date(2026, 4, 16), ends_on=date(2026, 5, 20), closed_on=date(2026, 6, 1))

    assert facts_of().pace.days == 60


def test_the_forecast_is_as_of_today_whichever_days_are_looked_at():
    exchange_row(closed_on=date(2026, 5, 20))
    past = replace(own(), starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))

    assert facts_of(scope=past) == facts_of()


def test_online_exchanges_stay_apart_when_asked():
    exchange_row(S.VALIDATED, ends_on=date(2026, 7, 10), mode=ExchangeMode.VIRTUAL)

    assert facts_of(scope=replace(own(), mode="virtual")).on_their_way != ()
    assert facts_of(scope=replace(own(), mode="physical")).on_their_way == ()


def test_all_partnerships_together_have_one_forecast():
    exchange_row(S.VALIDATED, ends_on=date(2026, 7, 10), acronym="BLUES")

    assert len(facts_of(scope=Scope()).on_their_way) == 1


# --- in words -----------------------------------------------------------------------------------


def test_nothing_yet_says_so():
    assert answer(line()) == (
        "0 of 50 are closed. 0 more are on their way; none was closed lately, so there is no pace "
        "to go by yet."
    )


def test_a_target_within_reach_names_months_and_chance():
    promise(3, due_on=date(2026, 12, 31))
    exchange_row(closed_on=date(2026, 5, 20))
    for _one in range(3):
        exchange_row(S.REPORTING, ends_on=date(2026, 6, 10))

    assert answer(line()) == (
        "Yes, most likely: by 31 December 2026 the chance is more than 99 %. 1 of 3 is closed. "
        "The target is expected in June 2026."
    )


def test_a_reached_target_says_when():
    promise(1)
    exchange_row(closed_on=date(2026, 5, 20))

    assert answer(line()) == "Yes: the target of 1 was reached on 20 May 2026."
    assert when_in_words(line()) == "reached"


def test_a_target_that_is_overdue_is_not_in_time():
    promise(2, due_on=date(2026, 5, 31))
    exchange_row(closed_on=date(2026, 5, 20))

    assert answer(line()).startswith("Not in time: it was due on 31 May 2026. 1 of 2 is closed.")


def test_without_a_target_there_is_nothing_to_measure_by():
    IndicatorTarget.objects.filter(partnership__acronym="RECIPE4MOBILITY").exclude(
        indicator="5.5.1.a"
    ).delete()

    assert answer(line()) == "No target is set, so there is nothing to measure by."
    assert when_in_words(line()) == ""
    assert PACE.values(own()) == []


def test_a_target_out_of_reach_says_by_when_it_is_not():
    promise(2000)
    exchange_row(closed_on=date(2026, 5, 20))

    assert answer(line()) == (
        "1 of 2000 is closed. 0 more are on their way; at the present pace the target is not "
        "within reach before June 2029."
    )


def test_the_method_tells_the_numbers_it_rests_on():
    exchange_row(closed_on=date(2026, 5, 20), opened_on=date(2026, 1, 20))
    found = outlook_of(own())

    texts = method(found, line())

    assert "64 % while the commitment is written and signed" in texts[0]
    assert texts[1].startswith("Further ones: 1 was closed in the last 6 months.")
    assert "before 120 days from now" in texts[1]
    assert "rests on 1 closed exchange of" in texts[3]
    assert method(found, None)[1].startswith("Further ones: none was closed")


# --- as tables ----------------------------------------------------------------------------------


def test_the_table_of_forecasts_has_a_row_for_each_target():
    promise(1)
    exchange_row(closed_on=date(2026, 5, 20))

    rows = {row[0]: row[2:] for row in FORECASTS.values(own())}

    assert rows["5.5.1"] == (1, 1, None, None, None, None, "reached")
    assert len(rows) == 15
    assert FORECASTS.behind(own(), "5.5.1", "today") == []


def test_the_table_of_the_pace_goes_from_the_first_closing_to_the_months_to_come():
    promise(4, due_on=date(2026, 12, 31))
    exchange_row(closed_on=date(2026, 4, 20))
    exchange_row(closed_on=date(2026, 5, 20))
    exchange_row(S.REPORTING, ends_on=date(2026, 6, 10))

    rows = PACE.values(own())

    assert [row[1:4] for row in rows[:4]] == [
        (date(2026, 4, 30), 1, None),
        (date(2026, 5, 31), 2, None),
        (date(2026, 6, 15), 2, None),
        (date(2026, 6, 30), None, 3),
    ]
    assert rows[-1][2:4] == (None, 4)
    assert {row[6:] for row in rows} == {(4, date(2026, 12, 31))}
