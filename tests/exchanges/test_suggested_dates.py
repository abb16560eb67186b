import pytest
import time_machine

from exchanges.queries.agenda_templates import template_of, templates_for
from exchanges.queries.suggested_dates import suggested_starts, usual_programme
from profiles.models import AvailabilityWindow
from tests.factories.exchanges import opened_exchange
from tests.factories.matches import host_profile, visitor_profile

pytestmark = pytest.mark.usefixtures("reference")

TODAY = "2027-02-03T10:00Z"


@pytest.fixture
def exchange():
    with time_machine.travel(TODAY, tick=False):
        yield opened_exchange()


def free(profile, first: str, last: str) -> None:
    AvailabilityWindow.objects.create(profile=profile, starts_on=first, ends_on=last)


def starts(exchange, programme: str = "learn_5") -> list[tuple[str, str]]:
    found = suggested_starts(exchange, template_of(programme))
    return [(str(one.first), str(one.last)) for one in found]


def test_without_any_wish_the_next_weeks_after_the_time_for_signing(exchange) -> None:
    assert starts(exchange) == [
        ("2027-03-01", "2027-03-05"),
        ("2027-03-08", "2027-03-12"),
        ("2027-03-15", "2027-03-19"),
        ("2027-03-22", "2027-03-26"),
    ]


def test_only_days_on_which_both_are_free(exchange) -> None:
    free(exchange.host, "2027-06-01", "2027-06-30")
    free(exchange.visitor, "2027-04-01", "2027-06-18")
    assert starts(exchange) == [("2027-06-07", "2027-06-11"), ("2027-06-14", "2027-06-18")]


def test_each_week_once_where_windows_overlap(exchange) -> None:
    free(exchange.host, "2027-06-01", "2027-06-18")
    free(exchange.host, "2027-06-07", "2027-06-18")
    assert starts(exchange) == [("2027-06-07", "2027-06-11"), ("2027-06-14", "2027-06-18")]


def test_weeks_with_a_holiday_of_the_host_are_left_out(exchange) -> None:
    free(exchange.host, "2027-03-22", "2027-04-09")  # 29 March 2027 is Easter Monday
    assert starts(exchange) == [("2027-03-22", "2027-03-26"), ("2027-04-05", "2027-04-09")]


def test_where_no_whole_week_fits_any_working_day_will_do(exchange) -> None:
    free(exchange.host, "2027-03-30", "2027-04-05")
    assert starts(exchange) == [("2027-03-30", "2027-04-05")]


def test_where_time_is_short_days_before_the_time_for_signing(exchange) -> None:
    free(exchange.host, "2027-02-01", "2027-02-12")
    assert starts(exchange) == [("2027-02-08", "2027-02-12")]


def test_nothing_where_nothing_fits(exchange) -> None:
    free(exchange.host, "2027-04-05", "2027-04-07")
    assert starts(exchange) == []


def test_online_the_programme_ends_with_its_window(exchange) -> None:
    free(exchange.host, "2027-12-06", "2028-02-28")
    assert starts(exchange, "learn_online")[-1][1] <= "2027-12-31"
    assert starts(exchange, "learn_online") != []


@pytest.mark.parametrize(
    ("host", "visitor", "length"),
    [
        ({}, {}, 5),
        ({"min_days": 3, "max_days": 4}, {}, 3),
        ({"min_days": 8, "max_days": 12}, {"min_days": 5, "max_days": 10}, 10),
        ({"min_days": 20, "max_days": 20}, {}, 10),
    ],
)
def test_the_usual_programme_fits_both_lengths(host: dict, visitor: dict, length: int) -> None:
    exchange = opened_exchange(host=host_profile(**host), visitor=visitor_profile(**visitor))
    offered = [one for one in templates_for("physical") if one.objective == "learn"]
    assert usual_programme(exchange, offered).length == length
