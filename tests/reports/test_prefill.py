"""A report opens with what the portal knows, and with nothing else."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from exchanges.commitment.terms import Purpose, Slot
from exchanges.enums import IncidentKind, IncidentSeverity, InterruptionKind
from exchanges.models import Attendance
from exchanges.queries.agenda_templates import agenda_from, templates_for
from exchanges.queries.follow_up import terms_in_force
from exchanges.services.incidents import report_incident, settle_incident
from exchanges.services.interruptions import agree_interruption, ask_interruption
from matching.enums import MatchOrigin
from matching.models import Match
from profiles.enums import StaffRoleName
from profiles.models import Partnership, Registration
from reports.enums import OutreachKind
from reports.models import Attribution, OutreachAction
from reports.queries import prefill
from reports.queries.prefill import hours_of, prefilled
from reports.queries.questionnaires import asked_of, current_questionnaire
from reports.questionnaire import Stay, asked_for
from reports.questionnaire.filling import share
from reports.questionnaire.questions import MORE, TOOK_PLACE
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
    }
    assert known(exchange, "HO")["hosting"] == {"hours": 40}
    assert report_of(exchange, "HO").prefilled == known(exchange, "HO")


@pytest.mark.parametrize("mode", ["physical", "virtual"])
def test_at_least_three_fifths_of_what_a_side_sees_is_filled_in(mode, monkeypatch):
    """With the shortest of the portal's own programmes. The part that stays folded until somebody
    wants to say more is not counted."""
    programme = min(templates_for(mode), key=lambda one: len(one.entries))
    exchange = running_exchange(mode=mode)
    days = [exchange.starts_on + timedelta(days=n) for n in range(programme.length)]
    terms = replace(terms_in_force(exchange), agenda=agenda_from(programme, days=days))
    exchange.ends_on = days[-1]
    monkeypatch.setattr(prefill, "terms_in_force", lambda _exchange: terms)
    for side in ("VO", "HO"):
        stay = Stay("", days[0], days[-1], 3)
        asked = asked_for(asked_of(current_questionnaire(), side, mode), TOOK_PLACE)
        seen = [one for one in asked if one.group != MORE]
        found = share(seen, known(exchange, side), stay)
        assert found.percent >= 60, f"{mode} {side}: {found}"


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
    skills = next(
        one for one in asked_of(current_questionnaire(), "VO", "physical") if one.key == "skills"
    )
    assert prefill.SOURCES["skills"](told, skills) == ["technology", "finance"]


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
