from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.workdays import (
    add_working_days,
    is_public_holiday,
    is_working_day,
    name_of_holiday,
    working_days_between,
)

FRIDAY = date(2026, 11, 20)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
COUNTRIES = st.sampled_from([None, "FR", "PT", "XK", "ZZ"])


def test_ten_working_days_are_two_weeks():
    assert add_working_days(FRIDAY, 10) == date(2026, 12, 4)


def test_no_working_day_later_is_the_same_day():
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_a_weekend_is_passed_over():
    assert add_working_days(date(2026, 11, 21), 1) == date(2026, 11, 23)


def test_a_public_holiday_of_the_country_is_passed_over():
    assert add_working_days(date(2026, 4, 30), 1, "FR") == date(2026, 5, 4)


def test_a_public_holiday_elsewhere_is_a_working_day():
    assert add_working_days(date(2026, 7, 13), 1, "PT") == date(2026, 7, 14)


def test_the_code_of_a_country_may_be_in_small_letters():
    assert not is_working_day(date(2026, 7, 14), "fr")


def test_without_a_country_only_weekends_count():
    assert is_working_day(date(2026, 12, 25))


def test_a_country_that_the_library_lacks_has_weekends_only():
    assert add_working_days(date(2026, 12, 24), 1, "ZZ") == date(2026, 12, 25)


def test_backwards_is_an_error():
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(FRIDAY, -1)


def test_days_between_count_the_last_day_and_not_the_first():
    assert working_days_between(FRIDAY, date(2026, 11, 23)) == 1


def test_nothing_lies_between_a_day_and_an_earlier_one():
    assert working_days_between(FRIDAY, date(2026, 11, 2)) == 0


@given(day=DAYS, count=st.integers(0, 40), country=COUNTRIES)
def test_counting_undoes_adding(day, count, country):
    assert working_days_between(day, add_working_days(day, count, country), country) == count


def test_a_public_holiday_is_one_on_a_weekend_too():
    assert is_public_holiday(date(2027, 5, 1), "fr")
    assert not is_public_holiday(date(2027, 5, 2), "FR")
    assert not is_public_holiday(date(2027, 5, 1), "ZZ")


@pytest.mark.parametrize(
    ("day", "country", "language", "name"),
    [
        (date(2027, 12, 25), "fr", "fr", "Noël"),
        (date(2027, 12, 25), "FR", "hu", "Christmas Day"),
        (date(2027, 12, 24), "FR", "en", ""),
        (date(2027, 12, 25), "ZZ", "en", ""),
    ],
)
def test_a_holiday_is_named_in_the_language_or_in_english(day, country, language, name):
    assert name_of_holiday(day, country, language) == name
