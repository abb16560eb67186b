"""An agenda as its readers see it, with the clocks of both sides."""

from datetime import date, time

import pytest

from exchanges.commitment.terms import Agenda, Slot
from exchanges.wording.agenda import (
    Zones,
    agenda_table,
    name_of_entry,
    time_at_visitor,
    time_of,
    zone_name,
    zones_of,
)
from tests.factories.exchanges import drafted_exchange

PARIS, LISBON, ISTANBUL, YEREVAN = (
    "Europe/Paris",
    "Europe/Lisbon",
    "Europe/Istanbul",
    "Asia/Yerevan",
)


def slot(day, starts="09:00", ends="12:30"):
    return Slot(
        key="one",
        day=date.fromisoformat(day) if day else None,
        part="morning",
        starts=time.fromisoformat(starts) if starts else None,
        ends=time.fromisoformat(ends) if ends else None,
        activity="training",
        title="Welding",
        responsible="both",
        place="Hall 2",
    )


@pytest.mark.parametrize(
    ("host", "visitor", "day", "there"),
    [
        (PARIS, LISBON, "2027-03-26", "08:00–11:30"),
        (PARIS, LISBON, "2027-03-28", "08:00–11:30"),
        (PARIS, ISTANBUL, "2027-03-26", "11:00–14:30"),
        (PARIS, ISTANBUL, "2027-03-28", "10:00–13:30"),
        (PARIS, ISTANBUL, "2027-10-30", "10:00–13:30"),
        (PARIS, ISTANBUL, "2027-10-31", "11:00–14:30"),
        (YEREVAN, PARIS, "2027-03-27", "06:00–09:30"),
        (YEREVAN, PARIS, "2027-03-28", "07:00–10:30"),
    ],
)
def test_the_visitor_reads_the_own_time_whoever_changes_the_clocks(host, visitor, day, there):
    """The Union changes its clocks on 28 March and 31 October 2027; Turkey and Armenia do not."""
    assert time_at_visitor(slot(day), Zones(host, visitor)) == there


def test_zones_that_differ_in_winter_can_agree_in_summer():
    zones = Zones("Europe/Sofia", ISTANBUL)
    assert time_at_visitor(slot("2027-03-26"), zones) == "10:00–13:30"
    assert time_at_visitor(slot("2027-03-29"), zones) == ""


def test_on_the_night_of_the_change_the_hours_of_each_side_are_right():
    """An entry across the hour that the host skips: 01:30 and 03:30 are one hour apart."""
    across = slot("2027-03-28", "01:30", "03:30")
    assert time_at_visitor(across, Zones(PARIS, ISTANBUL)) == "03:30–04:30"


def test_another_day_at_the_visitor_is_named():
    late = slot("2027-03-01", "22:30", "23:30")
    assert time_at_visitor(late, Zones(PARIS, YEREVAN)) == "01:30–02:30 on 2 March"


@pytest.mark.parametrize(
    "entry",
    [slot("2027-03-01", ""), slot(""), slot("2027-03-01", "", "")],
    ids=["no start", "no day", "no times"],
)
def test_what_has_no_time_or_day_has_none_at_the_visitor(entry):
    assert time_at_visitor(entry, Zones(PARIS, ISTANBUL)) == ""


def test_a_start_without_an_end_is_one_time():
    entry = slot("2027-03-01", "09:00", "")
    assert (time_of(entry), time_at_visitor(entry, Zones(PARIS, LISBON))) == ("09:00", "08:00")


def test_without_a_time_the_part_of_the_day_is_said():
    assert time_of(slot("2027-03-01", "")) == "Morning"


def test_one_country_has_one_time():
    zones = Zones(PARIS, "Europe/Berlin")
    table = agenda_table(Agenda(slots=(slot("2027-03-01"),)), zones)
    assert not table.has_two_zones
    assert table.days[0].rows[0].visitor_time == ""


def test_the_table_goes_day_by_day():
    slots = (slot("2027-03-01"), slot("2027-03-01", "14:00", "15:00"), slot("2027-03-02"))
    table = agenda_table(Agenda(slots=slots), Zones(PARIS, LISBON))
    assert [(day.name, len(day.rows)) for day in table.days] == [
        ("Monday 1 March 2027", 2),
        ("Tuesday 2 March 2027", 1),
    ]
    assert (table.host_zone, table.visitor_zone, table.has_two_zones) == (
        "Paris time",
        "Lisbon time",
        True,
    )


def test_a_row_says_all_in_words():
    row = agenda_table(Agenda(slots=(slot("2027-03-01"),)), Zones(PARIS, PARIS)).days[0].rows[0]
    said = (row.time, row.title, row.activity, row.responsible, row.place)
    assert said == (
        "09:00–12:30",
        "Welding",
        "Training, individual or in a group",
        "Both",
        "Hall 2",
    )


def test_codes_that_nobody_knows_any_more_are_shown_as_they_are():
    entry = Slot(key="old", day=None, activity="sailing", responsible="crew", title="Regatta")
    line = name_of_entry(entry, Zones(PARIS, PARIS))
    assert line == "No day yet · Whole day · Regatta · sailing · crew"


def test_a_zone_is_called_by_its_town():
    assert zone_name("Europe/Kyiv") == "Kyiv time"


@pytest.mark.usefixtures("reference")
def test_both_zones_come_from_the_towns_of_the_two():
    assert zones_of(drafted_exchange()) == Zones(PARIS, LISBON)
