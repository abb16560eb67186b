"""A report opens with what the portal knows, and with nothing else."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from exchanges.commitment.terms import Agenda, Purpose, Slot
from exchanges.enums import IncidentKind, IncidentSeverity, InterruptionKind
from exchanges.models import Attendance, MidwayAnswer
from exchanges.queries.follow_up import terms_in_force
from exchanges.services.check_ins import check_in
from exchanges.services.incidents import report_incident, settle_incident
from exchanges.services.interruptions import agree_interruption, ask_interruption
from matching.enums import MatchOrigin
from matching.models import Match
from profiles.enums import StaffRoleName
from profiles.models import OrganisationType, Partnership, Registration
from reports.enums import OutreachKind
from reports.models import Attribution, OutreachAction
from reports.queries import prefill
from reports.queries.prefill import hours_of, known_outcome, prefilled
from reports.queries.questionnaires import asked_of, current_questionnaire
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, report_of
from tests.factories.running import running_exchange, working_days_from_today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def known(exchange, side="VO"):
    return prefilled(exchange, side, current_questionnaire())


def with_registration(profile, *, minutes=12, source="", **fields):
    row = Registration.objects.create(owner=profile.contact, profile=profile, source=source)
    Registration.objects.filter(pk=row.pk).update(
        saved_at=row.created_at + timedelta(minutes=minutes), **fields
    )
    return Registration.objects.get(pk=row.pk)


def test_a_visit_in_person_is_told_as_it_was_planned():
    exchange = finished_exchange()
    answers = known(exchange)
    assert answers["mode"] == "physical"
    assert answers["place"] == "Workshop, Lyon"
    assert answers["language"] == "English"
    assert answers["partner_found"] == "list"
    visitor, host = exchange.visitor.contact, exchange.host.contact
    assert answers["participants"] == (
        f"{visitor.get_full_name()} (Director, Motores Lda)\n"
        f"{host.get_full_name()} (Director, AQUIMER)"
    )
    assert answers["objectives"] == [
        {"text": "Learn from actors in another cluster", "part": ""},
        {"text": "A joint plan", "part": ""},
    ]
    assert answers["outcomes"] == {"contacts": 1}
    assert [(one["key"], one["done"], one["hours"]) for one in answers["activities"]] == [
        (f"s{n}", True, 8) for n in range(1, 6)
    ]
    assert answers["activities"][0] == {
        "key": "s1",
        "day": exchange.starts_on.isoformat(),
        "activity": "observation",
        "title": "Day 1 at the workshop",
        "done": True,
        "hours": 8,
    }
    assert set(answers) == {
        "mode",
        "place",
        "language",
        "partner_found",
        "participants",
        "objectives",
        "outcomes",
        "activities",
        "follow_up",
    }
    assert answers["follow_up"] == [
        {"what": "It is written down", "who": "AQUIMER, Motores Lda", "by": ""}
    ]
    assert known(exchange, "HO")["hosting"] == {"hours": 40}
    assert report_of(exchange, "HO").prefilled == known(exchange, "HO")


def test_an_exchange_online_leaves_out_the_sessions_that_were_noted_as_missed():
    exchange = finished_exchange(mode="virtual")
    own, other = (
        {"exchange": exchange, "slot": slot, "was_present": False, "note": note}
        for slot, note in (("s1m", "The line broke."), ("s2m", ""))
    )
    day = {slot.key: slot.day for slot in terms_in_force(exchange).agenda.slots}
    Attendance.objects.create(capacity="VO", day=day["s1m"], by=person_of(exchange, "VO"), **own)
    Attendance.objects.create(capacity="HO", day=day["s2m"], by=person_of(exchange, "HO"), **other)
    exchange = type(exchange).objects.with_parties().get(pk=exchange.pk)
    answers = known(exchange)
    assert answers["mode"] == "virtual"
    assert answers["place"] == "https://meet.example/room"
    missed = [one["key"] for one in answers["activities"] if not one["done"]]
    assert missed == ["s1m", "s2m"]
    assert answers["deviations"] == "Session 1 in the morning: The line broke."


def test_an_early_end_is_told_with_its_reason():
    days = working_days_from_today(5)
    exchange = running_exchange(days=days)
    asked = ask_interruption(
        exchange_id=exchange.pk,
        kind=InterruptionKind.EARLY_END,
        reason="The flu.",
        last_day=days[3],
        is_force_majeure=False,
        actor=person_of(exchange, "VO"),
    )
    for side in ("HOP", "VOP"):
        agree_interruption(interruption_id=asked.pk, actor=person_of(exchange, side))
    exchange = type(exchange).objects.with_parties().get(pk=exchange.pk)
    answers = known(exchange)
    assert answers["reason"] == "The flu."
    assert [one["done"] for one in answers["activities"]] == [True] * 4 + [False]
    assert answers["deviations"] == "Left out by the early end: Day 5 at the workshop"
    exchange.ends_on = days[4]  # as after a postponement: that request set another last day
    assert "reason" not in known(exchange)


@pytest.mark.parametrize(
    ("origin", "found", "score", "contacts"),
    [
        (MatchOrigin.LIST, "list", None, {"contacts": 1}),
        (MatchOrigin.KNOWN, "known", {"match_score": "n/a"}, None),
        (MatchOrigin.INTRODUCED, "introduced", {"match_score": "n/a"}, {"contacts": 1}),
        (MatchOrigin.GROUP, "group", {"match_score": "n/a"}, {"contacts": 1}),
    ],
)
def test_how_the_two_found_each_other_is_known(origin, found, score, contacts):
    exchange = running_exchange()
    Match.objects.filter(pk=exchange.match_id).update(origin=origin)
    answers = known(type(exchange).objects.with_parties().get(pk=exchange.pk))
    told = (answers.get("partner_found"), answers.get("satisfaction"), answers.get("outcomes"))
    assert told == (found, score, contacts)


def test_where_the_visitor_learned_of_the_scheme_comes_from_the_link_that_was_followed():
    exchange = running_exchange()
    registration = with_registration(exchange.visitor, source="event")
    assert known(exchange)["learned_from"] == "event"
    assert known(exchange)["registration_minutes"] == {"minutes": 12}
    action = OutreachAction.objects.create(
        partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"),
        kind=OutreachKind.MAILING,
        title="News of March",
        on=exchange.starts_on,
        recorded_by=StaffRoleFactory(role=StaffRoleName.OFFICER).user,
    )
    Attribution.objects.create(registration=registration, action=action)
    assert known(exchange)["learned_from"] == "newsletter"
    assert "learned_from" not in known(exchange, "HO")


def test_a_registration_that_was_interrupted_tells_no_minutes_and_an_odd_link_no_source():
    exchange = running_exchange()
    with_registration(exchange.visitor, minutes=300, source="try")
    answers = known(exchange)
    assert ("registration_minutes" in answers, "learned_from" in answers) == (False, False)


def test_what_one_learns_follows_from_the_aims_and_the_agenda():
    exchange = running_exchange()
    terms = terms_in_force(exchange)
    slots = (replace(terms.agenda.slots[0], activity="financing"), *terms.agenda.slots[1:])
    terms = replace(
        terms,
        purpose=Purpose(objectives=("technology",)),
        agenda=replace(terms.agenda, slots=slots),
    )
    told = prefill.Known(exchange, prefill.Capacity.VO)
    told.__dict__["terms"] = terms
    asked = {one.key: one for one in asked_of(current_questionnaire(), "VO", "physical")}
    assert prefill.SOURCES["skills"](told, asked["skills"]) == ["technology", "finance"]
    cluster = OrganisationType.objects.filter(family="cluster").first()
    exchange.host.organisation.organisation_type = cluster
    skills = prefill.SOURCES["skills"](told, asked["skills"])
    assert skills == ["technology", "management", "finance"]


def test_entries_for_meeting_others_are_counted_as_meetings():
    exchange = running_exchange()
    terms = terms_in_force(exchange)
    first, second, *rest = (replace(slot, activity="networking") for slot in terms.agenda.slots)
    exchange.ends_on = second.day
    told = prefill.Known(exchange, prefill.Capacity.VO)
    told.__dict__["terms"] = replace(terms, agenda=Agenda((first, second, *rest)))
    asked = {one.key: one for one in asked_of(current_questionnaire(), "VO", "physical")}
    found = prefill.SOURCES["contacts"](told, asked["outcomes"])
    assert found == {"contacts": 1, "meetings": 2}


def test_incidents_are_told_with_how_they_were_settled():
    exchange = running_exchange()
    visitor = person_of(exchange, "VO")
    incident = report_incident(
        exchange_id=exchange.pk,
        kind=IncidentKind.LOGISTICS,
        severity=IncidentSeverity.LOW,
        text="No badge at the door.",
        actor=visitor,
    )
    assert known(exchange)["problems"] == "No badge at the door."
    settle_incident(incident_id=incident.pk, comment="It was printed.", actor=visitor)
    assert known(exchange)["problems"] == "No badge at the door.\nIt was printed."
    MidwayAnswer.objects.create(
        exchange=exchange, capacity="VO", by=visitor, rating=3, text="More time in the hall."
    )
    assert known(exchange)["problems"].splitlines()[2:] == ["Half-way: More time in the hall."]
    assert "Half-way" not in known(exchange, "HO")["problems"]


class TestTheOutcome:
    def of(self, exchange):
        exchange = type(exchange).objects.with_parties().get(pk=exchange.pk)
        return {side: known_outcome(exchange, side) for side in ("VO", "HO")}

    def note(self, exchange, side, was_present, *, sessions=99):
        person = person_of(exchange, side)
        for slot in terms_in_force(exchange).agenda.slots[:sessions]:
            Attendance.objects.create(
                exchange=exchange,
                capacity=side,
                slot=slot.key,
                day=slot.day,
                was_present=was_present,
                by=person,
            )

    def test_nobody_has_said_anything_about_a_visit_that_one_side_checked_in_for(self):
        exchange = running_exchange()
        check_in(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
        assert self.of(exchange) == {"VO": "", "HO": ""}
        check_in(exchange_id=exchange.pk, actor=person_of(exchange, "HO"))
        assert self.of(exchange) == {"VO": "took_place", "HO": "took_place"}

    def test_an_exchange_online_took_place_once_both_noted_a_session(self):
        exchange = finished_exchange(mode="virtual")
        self.note(exchange, "VO", True)
        assert self.of(exchange) == {"VO": "", "HO": ""}
        self.note(exchange, "HO", True, sessions=1)
        assert self.of(exchange) == {"VO": "took_place", "HO": "took_place"}

    def test_it_did_not_take_place_when_both_say_so_of_every_session(self):
        exchange = finished_exchange(mode="virtual")
        self.note(exchange, "VO", False)
        assert self.of(exchange) == {"VO": "", "HO": ""}
        self.note(exchange, "HO", False)
        assert self.of(exchange) == {"VO": "not_taken_place", "HO": "not_taken_place"}


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ({"starts": time(9), "ends": time(12, 30)}, 3.5),
        ({"part": "morning"}, 3.5),
        ({"part": "day"}, 8),
        ({"starts": time(12), "ends": time(9)}, 0),
    ],
)
def test_an_entry_takes_as_long_as_its_times_or_its_part_of_the_day(fields, hours):
    assert hours_of(Slot(key="s", day=None, **fields)) == hours


def test_a_question_that_lost_its_lines_is_not_filled_in():
    exchange = running_exchange()
    with_registration(exchange.visitor)
    questionnaire = current_questionnaire()
    keys = ("outcomes", "satisfaction", "registration_minutes", "hosting")
    other = [{"code": "other", "label": "Other"}]
    questionnaire.questions.filter(key__in=keys).update(options=other, is_required=False)
    Match.objects.filter(pk=exchange.match_id).update(origin=MatchOrigin.INTRODUCED)
    exchange = type(exchange).objects.with_parties().get(pk=exchange.pk)
    told = {**prefilled(exchange, "VO", questionnaire), **prefilled(exchange, "HO", questionnaire)}
    assert [key for key in keys if key in told] == []
