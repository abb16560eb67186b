"""The pages of an agenda, with and without htmx: who sees what, and what each button does."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from html import unescape

import pytest

from exchanges.commitment.agenda import entries_on, entry_of, mark_of
from exchanges.commitment.terms import Agenda, Slot, When
from exchanges.enums import ExchangeState
from exchanges.queries.drafts import draft_of
from exchanges.services.agenda import change_entry, remove_entry, replace_agenda
from tests.factories import UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    frozen_exchange,
    opened_exchange,
    person_of,
    validated_exchange,
    write_sections,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

HTMX = {"HX-Request": "true"}


@pytest.fixture
def days():
    return free_week()


@pytest.fixture
def exchange():
    return drafted_exchange()


@pytest.fixture
def host(client, exchange):
    client.force_login(person_of(exchange, "HO"))
    return client


def path_of(exchange, rest=""):
    return f"/exchanges/{exchange.ref}/commitment/agenda/{rest}"


def text_of(response):
    html = unescape(response.content.decode())
    bare = re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")])
    return " ".join(bare.split())


def agenda_of(exchange):
    return draft_of(type(exchange).objects.get(pk=exchange.pk)).agenda


def found(exchange, key):
    return entry_of(agenda_of(exchange), key)


def key_of(exchange, key="s1"):
    return {"key": key, "seen": mark_of(found(exchange, key))}


def take(client, exchange, **values):
    return client.post(path_of(exchange, "step/"), values)


def entry(on, **values):
    return {
        "title": "Welding",
        "activity": "training",
        "day": on.isoformat(),
        "part": "morning",
        "starts": "09:00",
        "ends": "10:00",
        "responsible": "both",
        "place": "Hall 2",
        **values,
    }


PATHS = ["", "entry/", "entry/s1/"]


@pytest.mark.parametrize("rest", PATHS)
@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_both_sides_write_the_agenda(client, exchange, rest, capacity):
    client.force_login(person_of(exchange, capacity))
    assert client.get(path_of(exchange, rest)).status_code == 200


@pytest.mark.parametrize("rest", PATHS)
def test_strangers_find_nothing(client, exchange, rest):
    client.force_login(UserFactory())
    assert client.get(path_of(exchange, rest)).status_code == 404


@pytest.mark.parametrize("rest", PATHS)
@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_do_not_write(client, exchange, rest, capacity):
    client.force_login(person_of(exchange, capacity))
    assert client.get(path_of(exchange, rest)).status_code == 403


@pytest.mark.parametrize("rest", PATHS)
def test_who_is_not_logged_in_is_asked_to(client, exchange, rest):
    response = client.get(path_of(exchange, rest))
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("HOP", 403), ("VOP", 403)])
def test_others_change_nothing(client, exchange, days, who, status):
    client.force_login(UserFactory() if who == "stranger" else person_of(exchange, who))
    move = {"to": f"{days[1]}/morning", **key_of(exchange)}
    with untouched():
        assert take(client, exchange, **move).status_code == status
        assert client.post(path_of(exchange, "entry/"), entry(days[0])).status_code == status


def test_what_is_over_is_not_written_any_more(host, exchange):
    type(exchange).objects.update(state=ExchangeState.CANCELLED)
    assert host.get(path_of(exchange)).status_code == 403


def test_acts_are_posted(host, exchange):
    assert host.get(path_of(exchange, "step/")).status_code == 405


def test_the_page_counts_days_and_names_the_empty_ones(host, exchange, days):
    remove_entry(exchange_id=exchange.pk, actor=person_of(exchange, "HO"), **key_of(exchange, "s3"))
    text = text_of(host.get(path_of(exchange)))
    assert "4 of 5 working days have content. At least 3 working days are needed" in text
    assert f"No content yet: Wednesday {days[2]:%-d} {days[2]:%B}." in text


def test_many_empty_days_are_counted(host, exchange, days):
    when = When(starts_on=days[0], ends_on=days[0] + timedelta(days=27), venue="Lyon")
    write_sections(exchange, {"when": when})
    assert re.search(r"and \d+ more|, \d+ more days\.", text_of(host.get(path_of(exchange))))


def test_days_without_work_are_marked_in_words(client):
    """Lyon, 1 to 9 May 2027: the first and the eighth are holidays, the sixth is Ascension."""
    exchange = drafted_exchange(days=[date(2027, 5, 3), date(2027, 5, 4), date(2027, 5, 5)])
    when = When(
        starts_on=date(2027, 5, 3),
        ends_on=date(2027, 5, 9),
        travel_days=(date(2027, 5, 7),),
        venue="Lyon",
    )
    write_sections(exchange, {"when": when})
    client.force_login(person_of(exchange, "HO"))
    text = text_of(client.get(path_of(exchange)))
    assert "Thursday 6 May Holiday: Ascension Day" in text
    assert "Friday 7 May Travel" in text
    assert "Saturday 8 May Holiday: Victory Day" in text
    assert "Sunday 9 May Weekend" in text


def test_a_day_beside_the_stay_is_marked(host, exchange, days):
    write_sections(exchange, {"when": When(starts_on=days[1], ends_on=days[4], venue="Lyon")})
    first = text_of(host.get(path_of(exchange)))
    assert f"Monday {days[0]:%-d} {days[0]:%B} Outside the exchange" in first


def test_entries_at_the_same_time_are_told(host, exchange, days):
    slot = Slot(
        key="clash",
        day=days[0],
        part="morning",
        starts=time(10),
        ends=time(11),
        activity="training",
        title="Welding",
    )
    agenda = agenda_of(exchange)
    write_sections(exchange, {"agenda": Agenda(slots=(*agenda.slots, slot))})
    assert "At the same time as “Day 1 at the workshop”" in text_of(host.get(path_of(exchange)))


def test_an_entry_without_a_day_has_a_place_of_its_own(host, exchange, days):
    slot = Slot(key="open", day=None, activity="training", title="Some day")
    write_sections(exchange, {"agenda": Agenda(slots=(slot,))})
    assert "Without a day yet" in text_of(host.get(path_of(exchange)))
    take(host, exchange, act="move", day=days[0], part="morning", **key_of(exchange, "open"))
    assert found(exchange, "open").day == days[0]


def test_without_days_the_page_leads_to_them(client):
    exchange = opened_exchange()
    client.force_login(person_of(exchange, "HO"))
    assert "First choose the days" in text_of(client.get(path_of(exchange)))


def test_both_clocks_are_shown_where_they_differ(host, exchange):
    text = text_of(host.get(path_of(exchange)))
    assert "Times are the host’s (Paris time)." in text
    assert "09:00–17:00 Lisbon time: 08:00–16:00" in text


# --- Acts --------------------------------------------------------------------------------------


def test_an_entry_is_moved_by_its_button(host, exchange, days):
    button = {"later": f"{days[1]}/day", **key_of(exchange)}
    response = take(host, exchange, **button)
    assert response["Location"] == path_of(exchange, "#entry-s1")
    assert found(exchange, "s1").day == days[1]
    text = text_of(host.get(path_of(exchange)))
    assert f"“Day 1 at the workshop” is now on Tuesday {days[1]:%-d} {days[1]:%B}" in text


def test_buttons_say_where_they_lead(host, exchange, days):
    html = unescape(host.get(path_of(exchange)).content.decode())
    names = re.findall(r'aria-label="(Move “Day 2 [^"]*)"', html)
    before, after = (f"{day:%A} {day:%-d} {day:%B}" for day in (days[0], days[2]))
    assert names == [
        f"Move “Day 2 at the workshop” to {before}",
        f"Move “Day 2 at the workshop” to {after}",
    ]


def test_among_others_the_buttons_name_the_neighbours(host, exchange, days):
    slots = tuple(
        Slot(
            key=f"k{hour}",
            day=days[0],
            part="morning",
            starts=time(hour),
            ends=time(hour + 1),
            activity="training",
            title=f"Talk {hour}",
        )
        for hour in (9, 10, 11)
    )
    write_sections(exchange, {"agenda": Agenda(slots=slots)})
    html = unescape(host.get(path_of(exchange)).content.decode())
    first = f"{days[0]:%A} {days[0]:%-d} {days[0]:%B}"
    assert re.findall(r'aria-label="(Move “[^"]*)"', html) == [
        "Move “Talk 9” after “Talk 10”",
        "Move “Talk 10” before “Talk 9”",
        "Move “Talk 10” after “Talk 11”",
        "Move “Talk 11” before “Talk 10”",
        f"Move “Talk 11” to {first}, afternoon",
    ]
    goal = re.search(r'name="later"\s+value="([^"]+)"', html).group(1)
    take(host, exchange, later=goal, **key_of(exchange, "k9"))
    assert [slot.key for slot in agenda_of(exchange).slots] == ["k10", "k9", "k11"]


def test_entries_without_times_do_not_change_places(host, exchange, days):
    slots = tuple(
        Slot(key=key, day=days[0], part="morning", activity="training", title=key)
        for key in ("a", "b")
    )
    write_sections(exchange, {"agenda": Agenda(slots=slots)})
    html = unescape(host.get(path_of(exchange)).content.decode())
    assert "before “" not in html
    assert html.count('aria-label="Move “a” to') == 1


def test_an_entry_is_moved_by_choosing_day_and_part(host, exchange, days):
    take(host, exchange, act="move", day=days[3], part="afternoon", **key_of(exchange))
    assert (found(exchange, "s1").day, found(exchange, "s1").part) == (days[3], "afternoon")


def test_an_entry_is_copied(host, exchange, days):
    take(host, exchange, act="copy", day=days[3], part="morning", **key_of(exchange))
    assert len(entries_on(agenda_of(exchange), days[3])) == 2
    assert "is copied to" in text_of(host.get(path_of(exchange)))


def test_an_entry_is_removed_and_put_back(host, exchange, days):
    before = agenda_of(exchange)
    response = take(host, exchange, act="remove", **key_of(exchange))
    assert response["Location"] == path_of(exchange, f"#day-{days[0]}")
    assert "“Day 1 at the workshop” is removed. Undo" in text_of(host.get(path_of(exchange)))
    response = take(host, exchange, act="undo")
    assert response["Location"] == path_of(exchange, "#entry-s1")
    assert agenda_of(exchange) == before
    text = text_of(host.get(path_of(exchange)))
    assert "Undone: the agenda is as it was before." in text
    assert "Undo " not in text.replace("Undone", "")


def test_the_neighbour_takes_the_focus_of_what_is_gone(host, exchange, days):
    take(host, exchange, act="copy", day=days[0], part="day", **key_of(exchange))
    other = next(one.key for one in entries_on(agenda_of(exchange), days[0]) if one.key != "s1")
    response = take(host, exchange, act="remove", **key_of(exchange))
    assert response["Location"] == path_of(exchange, f"#entry-{other}")


def test_an_entry_without_a_day_leaves_the_board_in_focus(host, exchange):
    slot = Slot(key="open", day=None, activity="training", title="Some day")
    write_sections(exchange, {"agenda": Agenda(slots=(slot,))})
    response = take(host, exchange, act="remove", **key_of(exchange, "open"))
    assert response["Location"] == path_of(exchange, "#agenda")


def test_a_day_is_copied_and_cleared(host, exchange, days):
    take(host, exchange, act="copy_day", revision=0, day=days[0], to=days[1])
    assert len(entries_on(agenda_of(exchange), days[1])) == 2
    take(host, exchange, act="clear_day", revision=1, day=days[1])
    assert entries_on(agenda_of(exchange), days[1]) == []
    assert "All entries of Tuesday" in text_of(host.get(path_of(exchange)))


def test_a_programme_fills_the_days(host, exchange, days):
    response = take(host, exchange, act="programme", revision=0, programme="learn_5")
    assert response["Location"] == path_of(exchange, "#agenda")
    assert len(agenda_of(exchange).slots) == 10


def test_after_undoing_a_programme_the_board_has_the_focus(host, exchange):
    take(host, exchange, act="programme", revision=0, programme="learn_5")
    assert take(host, exchange, act="undo")["Location"] == path_of(exchange, "#agenda")
    assert len(agenda_of(exchange).slots) == 5


def test_the_programme_for_the_purpose_and_length_is_suggested(host, exchange):
    html = host.get(path_of(exchange)).content.decode()
    assert re.findall(r'<option value="(\w+)"\s+selected>', html.split("</select>")[0]) == [
        "learn_5"
    ]


def test_a_stay_that_is_too_short_suggests_no_programme(host, exchange, days):
    write_sections(exchange, {"when": When(starts_on=days[0], ends_on=days[1], venue="Lyon")})
    html = host.get(path_of(exchange)).content.decode()
    assert "selected" not in html.split("</select>")[0]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"act": "sail"}, "That is not possible here."),
        ({"act": "undo"}, "There is nothing to undo any more."),
        ({"act": "copy_day", "revision": "0", "day": "2027-03-01"}, "Choose the day to copy to."),
        ({"act": "clear_day", "revision": "0"}, "Choose a day and a part of it."),
        ({"to": "tomorrow/morning"}, "Choose a day and a part of it."),
        ({"to": "2027-03-01/night"}, "Choose a day and a part of it."),
        ({}, "Choose a day and a part of it."),
        ({"act": "programme", "revision": "0", "programme": "learn_10"}, "This programme takes"),
    ],
    ids=str,
)
def test_what_is_not_possible_is_said_and_changes_nothing(host, exchange, wrong, said):
    with untouched():
        response = take(host, exchange, **{**key_of(exchange), **wrong})
    assert response["Location"] == path_of(exchange)
    assert said in text_of(host.get(path_of(exchange)))


def test_what_somebody_changed_since_is_not_undone(host, exchange):
    take(host, exchange, act="remove", **key_of(exchange))
    visitor = person_of(exchange, "VO")
    remove_entry(exchange_id=exchange.pk, actor=visitor, **key_of(exchange, "s2"))
    assert "Undo" not in text_of(host.get(path_of(exchange)))
    with untouched():
        take(host, exchange, act="undo")
    assert "Somebody changed the agenda meanwhile." in text_of(host.get(path_of(exchange)))


def test_what_was_done_elsewhere_is_not_undone_here(host, exchange):
    take(host, exchange, act="remove", **key_of(exchange))
    other = drafted_exchange(host=exchange.host)
    with untouched():
        take(host, other, act="undo")
    assert len(agenda_of(other).slots) == 5


def test_with_htmx_the_board_comes_back_with_the_focus_and_the_news(host, exchange, days):
    button = {"later": f"{days[1]}/day", **key_of(exchange)}
    response = host.post(path_of(exchange, "step/"), button, headers=HTMX)
    html = unescape(response.content.decode())
    assert "<main" not in html
    assert 'hx-swap-oob="innerHTML"' in html
    assert "is now on Tuesday" in html
    focused = re.findall(r'<button[^>]*name="(\w+)"[^>]*data-focus', html)
    assert focused == ["later"]
    assert response["Vary"].count("HX-Request") == 1


def test_at_the_last_place_the_entry_itself_takes_the_focus(host, exchange, days):
    button = {"later": f"{days[4]}/day", **key_of(exchange)}
    html = host.post(path_of(exchange, "step/"), button, headers=HTMX).content.decode()
    assert re.findall(r'id="(entry-\w+)"[^>]*data-focus', html) == ["entry-s1"]


def test_with_htmx_a_copied_day_takes_the_focus(host, exchange, days):
    act = {"act": "copy_day", "revision": 0, "day": days[0], "to": days[1]}
    html = host.post(path_of(exchange, "step/"), act, headers=HTMX).content.decode()
    assert re.findall(r'id="(day-[\d-]+)"[^>]*data-focus', html) == [f"day-{days[1]}"]


def test_with_htmx_a_refusal_is_said(host, exchange):
    html = host.post(path_of(exchange, "step/"), {"act": "sail"}, headers=HTMX).content.decode()
    assert "That is not possible here." in html
    assert re.findall(r'id="agenda"[^>]*data-focus', html)


# --- An entry on a page of its own -------------------------------------------------------------


def initial(response):
    """The part of the day and the times that the form holds."""
    form = response.context["form"]
    times = [form[name].value() for name in ("starts", "ends")]
    return form["part"].value(), *(f"{one:%H:%M}" if one else "" for one in times)


def test_a_new_entry_starts_with_the_half_day_that_was_pressed(host, exchange, days):
    response = host.get(path_of(exchange, f"entry/?day={days[0]}&part=afternoon"))
    form = response.context["form"]
    assert (form["day"].value(), form["activity"].value()) == (days[0], "observation")
    assert initial(response) == ("afternoon", "14:00", "17:00")


def test_a_new_entry_starts_after_what_stands_there(host, exchange, days):
    host.post(path_of(exchange, "entry/"), entry(days[0]))
    response = host.get(path_of(exchange, f"entry/?day={days[0]}&part=morning"))
    assert initial(response) == ("morning", "10:00", "12:30")


def test_where_the_half_day_is_full_the_end_is_open(host, exchange, days):
    host.post(path_of(exchange, "entry/"), entry(days[0], ends="12:30"))
    response = host.get(path_of(exchange, f"entry/?day={days[0]}&part=morning"))
    assert initial(response) == ("morning", "12:30", "")


def test_without_a_half_day_a_new_entry_starts_on_the_first_morning(host, exchange, days):
    response = host.get(path_of(exchange, "entry/?day=soon&part=night"))
    assert response.context["form"]["day"].value() == days[0]
    assert initial(response) == ("morning", "09:00", "12:30")


def test_an_entry_is_added(host, exchange, days):
    response = host.post(path_of(exchange, "entry/"), entry(days[0]))
    added = next(one for one in agenda_of(exchange).slots if one.title == "Welding")
    assert response["Location"] == path_of(exchange, f"#entry-{added.key}")
    assert (added.starts, added.responsible, added.place) == (time(9), "both", "Hall 2")
    assert "“Welding” stands on Monday" in text_of(host.get(path_of(exchange)))


def test_an_entry_is_changed(host, exchange, days):
    page = host.get(path_of(exchange, "entry/s1/"))
    seen = page.context["form"]["seen"].value()
    response = host.post(path_of(exchange, "entry/s1/"), entry(days[1], seen=seen))
    assert response["Location"] == path_of(exchange, "#entry-s1")
    assert (found(exchange, "s1").title, found(exchange, "s1").day) == ("Welding", days[1])


def test_an_entry_that_is_not_there_is_not_found(host, exchange):
    assert host.get(path_of(exchange, "entry/nothing/")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"day": ""}, "day"),
        ({"starts": ""}, "starts"),
        ({"ends": "08:00"}, "ends"),
        ({"starts": "14:00", "ends": "15:00"}, "part"),
        ({"part": "afternoon"}, "part"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_shown_beside_its_field(host, exchange, days, wrong, field):
    with untouched():
        response = host.post(path_of(exchange, "entry/"), entry(days[0], **wrong))
    assert list(response.context["form"].errors) == [field]


def test_in_person_an_entry_needs_no_times(host, exchange, days):
    host.post(path_of(exchange, "entry/"), entry(days[0], starts="", ends=""))
    assert [one.starts for one in agenda_of(exchange).slots if one.title == "Welding"] == [None]


def test_what_somebody_else_wrote_is_shown_and_saving_again_is_meant(host, exchange, days):
    seen = key_of(exchange)["seen"]
    theirs = replace(found(exchange, "s1"), title="Painting")
    change_entry(
        exchange_id=exchange.pk, actor=person_of(exchange, "VO"), entry=theirs, **key_of(exchange)
    )
    mine = entry(days[0], seen=seen)
    with untouched():
        response = host.post(path_of(exchange, "entry/s1/"), mine)
    text = text_of(response)
    assert "Somebody changed this entry meanwhile." in text
    assert "Painting" in text
    form = response.context["form"]
    assert form["title"].value() == "Welding"
    host.post(path_of(exchange, "entry/s1/"), {**mine, "seen": form["seen"].value()})
    assert found(exchange, "s1").title == "Welding"


def test_what_somebody_removed_can_be_put_back_as_written(host, exchange, days):
    mine = entry(days[0], seen=key_of(exchange)["seen"])
    visitor = person_of(exchange, "VO")
    remove_entry(exchange_id=exchange.pk, actor=visitor, **key_of(exchange))
    response = host.post(path_of(exchange, "entry/s1/"), mine)
    assert "Somebody removed this entry meanwhile." in text_of(response)
    assert f'action="{path_of(exchange, "entry/")}"' in response.content.decode()
    assert found(exchange, "s1") is None


def test_another_refusal_is_shown_in_the_form(host, exchange, days, monkeypatch):
    monkeypatch.setattr("exchanges.services.agenda.MOST_ENTRIES", 5)
    with untouched():
        response = host.post(path_of(exchange, "entry/"), entry(days[0]))
    assert "The agenda has too many entries." in text_of(response)


# --- Online ------------------------------------------------------------------------------------


@pytest.fixture
def online(client, days):
    exchange = drafted_exchange(mode="virtual")
    when = When(
        mode="virtual",
        starts_on=days[0],
        ends_on=days[0] + timedelta(days=20),
        platform="meet.example",
    )
    write_sections(exchange, {"when": when, "agenda": Agenda()})
    client.force_login(person_of(exchange, "HO"))
    return exchange


def test_online_half_days_are_counted_over_the_weeks(client, online):
    assert "No half-day is planned yet." in text_of(client.get(path_of(online)))
    replace_agenda(
        exchange_id=online.pk, revision=0, template="learn_online", actor=person_of(online, "HO")
    )
    text = text_of(client.get(path_of(online)))
    assert "6 half-days are planned within" in text
    assert "At least 6 half-days or 3 full days are needed, within 21 days." in text
    assert text.count("Week of") == 3


def test_online_any_day_can_be_given_and_times_are_needed(client, online, days):
    response = client.post(path_of(online, "entry/"), entry(days[1], starts="", ends=""))
    assert sorted(response.context["form"].errors) == ["ends", "starts"]
    client.post(path_of(online, "entry/"), entry(days[1] + timedelta(days=14)))
    assert agenda_of(online).days == [days[1] + timedelta(days=14)]


def test_online_days_that_lie_too_far_apart_are_told(client, online, days):
    for day in (days[0], days[0] + timedelta(days=28)):
        client.post(path_of(online, "entry/"), entry(day))
    assert "The half-days lie too far apart." in text_of(client.get(path_of(online)))


# --- What a change does ------------------------------------------------------------------------


@pytest.mark.parametrize("rest", PATHS)
def test_whoever_makes_signatures_void_is_warned_before(client, rest):
    exchange = frozen_exchange()
    client.force_login(person_of(exchange, "HO"))
    text = text_of(client.get(path_of(exchange, rest)))
    assert "Saving makes the signatures void" in text


def test_a_change_of_what_is_in_force_is_an_amendment(client):
    exchange = validated_exchange()
    client.force_login(person_of(exchange, "HO"))
    assert "A signed version is in force" in text_of(client.get(path_of(exchange)))
