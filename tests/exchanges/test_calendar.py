"""Dates of exchanges in calendars: read back by two libraries."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
import vobject

from cxc_portal.core import clock
from exchanges.commitment.terms import Agenda, Slot
from exchanges.enums import Capacity
from exchanges.exports import calendar_of
from exchanges.models import CalendarFeed, Exchange
from exchanges.queries.calendar import Entry, entries_for, entries_of, with_signed_versions
from exchanges.queries.drafts import draft_of
from exchanges.services.calendar import drop_feed, renew_feed
from exchanges.services.freezing import freeze_commitment
from exchanges.workflows import commitment_workflow, exchange_workflow
from exchanges.workflows.parties import version_in_force
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import (
    drafted_exchange,
    frozen_exchange,
    person_of,
    signed_by,
    validated_exchange,
    write_sections,
)
from tests.factories.matches import visitor_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def read(exchange):
    """The calendar of an exchange as bytes."""
    (found,) = with_signed_versions(Exchange.objects.filter(pk=exchange.pk))
    return calendar_of(entries_of(found), name="dates")


def events(body):
    """The events of a calendar by their names for good."""
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(body).events}


def amended(exchange, **parts):
    """The exchange with a further version in force, which holds these sections."""
    write_sections(exchange, parts)
    freeze_commitment(
        exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="Another programme."
    )
    return signed_by(exchange, *Capacity)


def agenda_of(exchange):
    return draft_of(Exchange.objects.get(pk=exchange.pk)).agenda


def called_off(exchange):
    """As a cancellation leaves it."""
    actor = person_of(exchange, "VO")
    commitment_workflow.apply(version_in_force(exchange), "end", actor=actor)
    changes = {"calendar_sequence": exchange.calendar_sequence + 1}
    exchange_workflow.apply(exchange, "cancel", actor=actor, comment="Flood.", changes=changes)
    return exchange


def feed_path(user):
    return f"/calendar/{renew_feed(actor=user).token}.ics"


class TestEntries:
    def test_the_whole_exchange_and_each_entry_of_the_agenda_stand_in_it(self):
        exchange = validated_exchange()
        found = events(read(exchange))
        assert list(found) == [
            f"{exchange.ref}@localhost",
            *(f"{exchange.ref}-s{number}@localhost" for number in range(1, 6)),
        ]
        whole, first = list(found.values())[:2]
        assert whole.start == exchange.starts_on
        assert whole.end == exchange.ends_on + timedelta(days=1)
        assert str(whole["SUMMARY"]) == "Motores Lda visits AQUIMER"
        assert str(whole["LOCATION"]) == "Workshop, Lyon"
        assert str(whole["STATUS"]) == "CONFIRMED"
        assert str(whole["TRANSP"]) == "TRANSPARENT"
        assert str(first["SUMMARY"]) == "Day 1 at the workshop"
        assert str(first["TRANSP"]) == "OPAQUE"
        nine = datetime.combine(exchange.starts_on, time(9), tzinfo=exchange.zone)
        assert first.start == nine
        assert first.start.tzname() == "UTC"

    def test_both_libraries_read_the_same(self):
        exchange = validated_exchange()
        body = read(exchange)
        theirs = vobject.readOne(body.decode())
        mine = events(body)
        assert {event.uid.value for event in theirs.vevent_list} == set(mine)
        by_uid = {event.uid.value: event for event in theirs.vevent_list}
        uid = f"{exchange.ref}-s1@localhost"
        assert by_uid[uid].dtstart.value == mine[uid].start

    def test_a_draft_is_in_no_calendar(self):
        exchange = drafted_exchange()
        assert list(with_signed_versions(Exchange.objects.filter(pk=exchange.pk))) == []

    def test_what_is_being_signed_is_in_no_calendar(self):
        exchange = frozen_exchange()
        assert list(with_signed_versions(Exchange.objects.filter(pk=exchange.pk))) == []

    def test_an_entry_without_times_takes_the_day(self):
        exchange = validated_exchange()
        version = version_in_force(exchange)
        slot = version.snapshot["terms"]["agenda"]["slots"][0]
        slot["starts"] = slot["ends"] = None
        version.save(update_fields=["snapshot"])
        first = events(read(exchange))[f"{exchange.ref}-s1@localhost"]
        assert (first.start, first.end) == (
            exchange.starts_on,
            exchange.starts_on + timedelta(days=1),
        )

    def test_an_entry_without_an_end_has_none(self):
        exchange = validated_exchange()
        version = version_in_force(exchange)
        version.snapshot["terms"]["agenda"]["slots"][0]["ends"] = None
        version.save(update_fields=["snapshot"])
        first = events(read(exchange))[f"{exchange.ref}-s1@localhost"]
        assert "DTEND" not in first

    def test_an_entry_without_a_day_is_left_out(self):
        exchange = validated_exchange()
        version = version_in_force(exchange)
        version.snapshot["terms"]["agenda"]["slots"][0]["day"] = None
        version.save(update_fields=["snapshot"])
        assert f"{exchange.ref}-s1@localhost" not in events(read(exchange))

    def test_terms_without_days_make_no_entries(self):
        exchange = called_off(validated_exchange())
        version = exchange.versions.get()
        version.snapshot["terms"]["when"]["starts_on"] = None
        version.save(update_fields=["snapshot"])
        assert events(read(exchange)) == {}


class TestChanges:
    def test_an_amendment_replaces_what_is_there(self):
        exchange = validated_exchange()
        before = events(read(exchange))
        slots = agenda_of(exchange).slots
        moved = replace(slots[0], starts=time(14), ends=time(18))
        extra = Slot(
            key="s9",
            day=slots[1].day,
            starts=time(18),
            ends=time(20),
            title="Dinner",
            activity="observation",
            place="Town",
        )
        exchange = amended(exchange, agenda=Agenda(slots=(moved, *slots[2:], extra)))
        after = events(read(exchange))
        uid = f"{exchange.ref}-s{{}}@localhost".format
        assert {event["SEQUENCE"] for event in before.values()} == {0}
        assert {event["SEQUENCE"] for event in after.values()} == {1}
        assert set(after) == {*before, uid(9)}
        assert after[uid(1)].start.astimezone(exchange.zone).hour == 14
        states = {key: str(event["STATUS"]) for key, event in after.items()}
        assert states.pop(uid(2)) == "CANCELLED"
        assert set(states.values()) == {"CONFIRMED"}

    def test_an_amendment_that_is_being_signed_changes_nothing(self):
        exchange = validated_exchange()
        before = read(exchange)
        slots = agenda_of(exchange).slots
        write_sections(exchange, {"agenda": Agenda(slots=(*slots[1:], slots[0]))})
        moved = replace(slots[0], starts=time(14), ends=time(18))
        write_sections(exchange, {"agenda": Agenda(slots=(moved, *slots[1:]))})
        freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), reason="Later.")
        assert read(exchange) == before

    def test_a_cancellation_cancels_every_entry(self):
        exchange = called_off(validated_exchange())
        found = events(read(exchange))
        assert len(found) == 6
        assert {str(event["STATUS"]) for event in found.values()} == {"CANCELLED"}
        assert {event["SEQUENCE"] for event in found.values()} == {1}
        assert [
            one.status.value for one in vobject.readOne(read(exchange).decode()).vevent_list
        ] == ["CANCELLED"] * 6

    def test_an_early_end_cancels_what_comes_after(self):
        exchange = validated_exchange()
        exchange.ends_on = exchange.starts_on + timedelta(days=2)
        exchange.save(update_fields=["ends_on"])
        found = list(events(read(exchange)).values())
        assert found[0].end == exchange.starts_on + timedelta(days=3)
        assert [str(event["STATUS"]) for event in found] == ["CONFIRMED"] * 4 + ["CANCELLED"] * 2

    def test_what_took_place_before_it_was_broken_off_stays(self):
        exchange = validated_exchange()
        noon = datetime.combine(
            exchange.starts_on + timedelta(days=1), time(12), tzinfo=exchange.zone
        )
        with time_machine.travel(noon, tick=False):
            exchange_workflow.apply(exchange, "start", actor=None)
            commitment_workflow.apply(version_in_force(exchange), "end", actor=None)
            officer = person_of(exchange, "HOP")
            exchange_workflow.apply(exchange, "abort", actor=officer, comment="Illness.")
        found = list(events(read(exchange)).values())
        assert [str(event["STATUS"]) for event in found] == ["CONFIRMED"] * 3 + ["CANCELLED"] * 3


class TestFile:
    def entry(self, **fields):
        return Entry(
            **{
                "uid": "x@y",
                "sequence": 3,
                "changed_at": datetime(2027, 1, 1, 12, tzinfo=UTC),
                "title": "Visit",
                "start": date(2027, 3, 1),
                "end": date(2027, 3, 2),
                "place": "",
                "text": "Text",
                "url": "https://portal.example/",
                "is_cancelled": False,
                "takes_time": True,
                **fields,
            }
        )

    def test_lines_are_folded_and_end_as_the_standard_says(self):
        title = "Győr – " + "ünnepélyes megnyitó, " * 12
        body = calendar_of([self.entry(title=title)], name="x")
        lines = body.split(b"\r\n")
        assert lines[-1] == b""
        assert max(map(len, lines)) <= 75
        assert b"\n" not in body.replace(b"\r\n", b"")
        assert str(icalendar.Calendar.from_ical(body).events[0]["SUMMARY"]) == title
        assert vobject.readOne(body.decode()).vevent.summary.value == title

    def test_an_entry_without_a_place_names_none(self):
        assert (
            "LOCATION"
            not in icalendar.Calendar.from_ical(calendar_of([self.entry()], name="x")).events[0]
        )

    def test_times_stay_where_they_are_when_the_clocks_change(self):
        zone = ZoneInfo("Europe/Paris")
        days = (date(2027, 3, 26), date(2027, 3, 29))
        entries = [
            self.entry(
                uid=f"{day}@y",
                start=datetime.combine(day, time(9), tzinfo=zone),
                end=datetime.combine(day, time(10), tzinfo=zone),
            )
            for day in days
        ]
        body = calendar_of(entries, name="x")
        expected = [datetime(2027, 3, 26, 8, tzinfo=UTC), datetime(2027, 3, 29, 7, tzinfo=UTC)]
        mine = [event.start for event in icalendar.Calendar.from_ical(body).events]
        theirs = [event.dtstart.value for event in vobject.readOne(body.decode()).vevent_list]
        assert mine == theirs == expected


class TestDownload:
    def test_a_party_takes_the_file(self, client):
        exchange = validated_exchange()
        client.force_login(person_of(exchange, "HO"))
        response = client.get(f"/exchanges/{exchange.ref}/calendar.ics")
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert response["Content-Disposition"] == f'attachment; filename="{exchange.ref}.ics"'
        assert events(response.content) == events(read(exchange))

    def test_there_is_none_before_all_have_signed(self, client):
        exchange = drafted_exchange()
        client.force_login(person_of(exchange, "HO"))
        assert client.get(f"/exchanges/{exchange.ref}/calendar.ics").status_code == 404

    def test_strangers_do_not_find_it(self, client):
        exchange = validated_exchange()
        client.force_login(UserFactory())
        assert client.get(f"/exchanges/{exchange.ref}/calendar.ics").status_code == 404


class TestFeed:
    def test_a_member_gets_every_entry_of_the_own_exchanges_alone(self, client):
        exchange = validated_exchange()
        validated_exchange(visitor=visitor_profile(name="Another", country="DE"))
        response = client.get(feed_path(person_of(exchange, "VO")))
        assert response.status_code == 200
        assert set(events(response.content)) == set(events(read(exchange)))

    def test_an_officer_gets_the_visits_as_a_whole(self, client):
        exchange = validated_exchange()
        response = client.get(feed_path(person_of(exchange, "VOP")))
        assert list(events(response.content)) == [f"{exchange.ref}@localhost"]

    def test_other_staff_gets_nothing_personal(self):
        validated_exchange()
        for role in ("support", "observer"):
            assert entries_for(StaffRoleFactory(role=role).user) == []

    def test_a_wrong_address_is_not_found(self, client):
        renew_feed(actor=UserFactory())
        assert client.get("/calendar/wrong.ics").status_code == 404

    def test_a_closed_account_has_no_feed(self, client):
        user = UserFactory()
        path = feed_path(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        assert client.get(path).status_code == 404

    def test_whoever_asks_again_is_told_in_few_bytes(self, client):
        exchange = validated_exchange()
        path = feed_path(person_of(exchange, "VO"))
        first = client.get(path)
        assert first["Cache-Control"] == "private, max-age=900"
        same = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        since = client.get(path, headers={"if-modified-since": first["Last-Modified"]})
        assert since.status_code == 304
        called_off(exchange)
        after = client.get(path, headers={"if-none-match": first["ETag"]})
        assert after.status_code == 200

    def test_an_empty_feed_is_a_calendar_too(self, client):
        response = client.get(feed_path(UserFactory()))
        assert icalendar.Calendar.from_ical(response.content).events == []

    def test_it_speaks_the_language_of_its_owner(self, client):
        user = UserFactory(language="")
        assert client.get(feed_path(user)).status_code == 200

    def test_a_renewed_address_replaces_the_old_one(self, client):
        user = UserFactory()
        old, new = feed_path(user), feed_path(user)
        assert client.get(old).status_code == 404
        assert client.get(new).status_code == 200
        assert CalendarFeed.objects.count() == 1


class TestPage:
    def test_the_address_is_made_renewed_and_dropped(self, client):
        user = UserFactory()
        client.force_login(user)
        assert "Make my private address" in client.get("/accounts/calendar/").content.decode()
        assert CalendarFeed.objects.count() == 0
        client.post("/accounts/calendar/")
        token = CalendarFeed.objects.get(user=user).token
        assert f"/calendar/{token}.ics" in client.get("/accounts/calendar/").content.decode()
        client.post("/accounts/calendar/")
        assert CalendarFeed.objects.get(user=user).token != token
        client.post("/accounts/calendar/", {"drop": "1"})
        assert CalendarFeed.objects.count() == 0

    def test_dropping_nothing_is_nothing(self):
        drop_feed(actor=UserFactory())
        assert CalendarFeed.objects.count() == 0

    def test_nobody_sees_the_address_of_somebody_else(self, client):
        token = renew_feed(actor=UserFactory()).token
        client.force_login(UserFactory())
        assert token not in client.get("/accounts/calendar/").content.decode()


def test_the_clock_of_the_portal_marks_when_an_address_was_made():
    with time_machine.travel("2027-01-01T12:00:00Z", tick=False):
        assert renew_feed(actor=UserFactory()).created_at == clock.now()
