"""The pages of an exchange that runs: who sees what, and what each press does."""

from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from exchanges.enums import ExchangeState, IncidentState, InterruptionState
from exchanges.models import Attendance, CheckIn, Exchange, Incident, Interruption, MidwayAnswer
from exchanges.services.attendance import Note, note_attendance
from exchanges.services.incidents import climb_unsettled, report_incident, settle_incident
from exchanges.services.interruptions import agree_interruption, ask_interruption
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from profiles.enums import StaffRoleName
from tests.factories.exchanges import drafted_exchange, person_of
from tests.factories.matches import host_profile
from tests.factories.profiles import StaffRoleFactory, UserFactory
from tests.factories.running import agreed_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

MONDAY = date(2027, 3, 1)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
TWO_WEEKS = [*WEEK, *(MONDAY + timedelta(days=n) for n in range(7, 12))]
PARTIES = ("HO", "VO", "HOP", "VOP")
SIDES, PARTNERSHIPS = ("HO", "VO"), ("HOP", "VOP")


@pytest.fixture
def clock():
    with time_machine.travel("2027-03-03T09:30:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def exchange(clock):
    """Five days in person, in its third."""
    return begun()


@pytest.fixture
def online(clock):
    """Three days with two sessions each, in its third."""
    return begun(days=WEEK[:3], mode="virtual")


def begun(days=WEEK, **fields):
    exchange = agreed_exchange(days=days, **fields)
    start_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def support():
    return StaffRoleFactory(role=StaffRoleName.SUPPORT, partnership=None).user


def text_of(response):
    html = unescape(response.content.decode())
    return " ".join(html[html.index("<main") : html.index("</main>")].split())


def page(client, user, path):
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return text_of(response)


def get(client, user, path):
    client.force_login(user)
    return client.get(path)


def post(client, user, path, data=None):
    client.force_login(user)
    return client.post(path, data or {})


def refused(client, user, path, data=None):
    """The answer to a post that must leave no trace."""
    client.force_login(user)
    with untouched():
        return client.post(path, data or {})


def reported(exchange, by="VO", severity="medium"):
    return report_incident(
        exchange_id=exchange.pk,
        kind="agenda",
        severity=severity,
        text="The workshop was closed.",
        actor=person_of(exchange, by),
    )


def asked(exchange, kind="cancel", by="VO", **more):
    return ask_interruption(
        exchange_id=exchange.pk,
        kind=kind,
        reason="The trains are on strike.",
        actor=person_of(exchange, by),
        **more,
    )


# --- who may come ------------------------------------------------------------------------------


PAGES = ("midway/", "attendance/", "incidents/", "interrupt/")


@pytest.mark.parametrize("name", PAGES)
def test_strangers_and_people_not_logged_in_find_nothing(client, exchange, name):
    path = f"/exchanges/{exchange.ref}/{name}"
    assert client.get(path).status_code == 302
    assert get(client, UserFactory(), path).status_code == 404
    assert get(client, StaffRoleFactory(acronym="BLUES").user, path).status_code == 404


@pytest.mark.parametrize(
    ("name", "insider"),
    [("midway/", "VOP"), ("incidents/", "support"), ("interrupt/", "support")],
)
def test_insiders_without_the_right_are_refused(client, exchange, name, insider):
    user = support() if insider == "support" else person_of(exchange, insider)
    assert get(client, user, f"/exchanges/{exchange.ref}/{name}").status_code == 403


def test_the_pages_of_incidents_and_requests_are_for_the_parties(client, exchange):
    incident, request = reported(exchange), asked(exchange)
    for path in (incident.get_absolute_url(), request.get_absolute_url()):
        assert client.get(path).status_code == 302
        assert get(client, UserFactory(), path).status_code == 404
        for capacity in PARTIES:
            assert get(client, person_of(exchange, capacity), path).status_code == 200
        assert get(client, support(), path).status_code == 200
        client.logout()


# --- the page of the exchange ------------------------------------------------------------------


@pytest.mark.parametrize("capacity", SIDES)
def test_a_side_checks_in_with_one_press(client, exchange, capacity):
    user = person_of(exchange, capacity)
    assert "Check in" in page(client, user, exchange.get_absolute_url())
    response = post(client, user, f"/exchanges/{exchange.ref}/check-in/")
    assert response["Location"] == exchange.get_absolute_url()
    assert CheckIn.objects.get().capacity == capacity
    shown = page(client, user, exchange.get_absolute_url())
    assert "Checked in. Have a good time together." in shown
    assert f"{exchange.party_name(capacity)} checked in on" in shown
    assert "Have you met?" not in shown


@pytest.mark.parametrize("capacity", PARTNERSHIPS)
def test_a_partnership_sees_who_has_checked_in(client, exchange, capacity):
    user = person_of(exchange, capacity)
    post(client, person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/check-in/")
    shown = page(client, user, exchange.get_absolute_url())
    assert "Motores Lda checked in on" in shown
    assert "AQUIMER has not checked in" in shown
    assert "Have you met?" not in shown
    path = f"/exchanges/{exchange.ref}/check-in/"
    assert refused(client, user, path).status_code == 403


def test_too_late_to_check_in_is_said_on_the_page(client, clock, exchange):
    clock.move_to("2027-03-07T09:30:00Z")
    finish_due_exchanges()
    user = person_of(exchange, "VO")
    post(client, user, f"/exchanges/{exchange.ref}/check-in/")
    shown = page(client, user, exchange.get_absolute_url())
    assert "Check in on one of the days of the exchange, not before or after." in shown


def test_once_it_is_over_nobody_is_said_to_be_missing(client, clock, exchange):
    post(client, person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/check-in/")
    clock.move_to("2027-03-07T09:30:00Z")
    finish_due_exchanges()
    shown = page(client, person_of(exchange, "VO"), exchange.get_absolute_url())
    assert "Motores Lda checked in on" in shown
    assert "has not checked in" not in shown


def test_of_a_visit_of_which_nobody_noted_anything_nothing_is_told(client, clock, exchange):
    clock.move_to("2027-03-07T09:30:00Z")
    finish_due_exchanges()
    Exchange.objects.update(state="closed", closed_at=F("finished_at"))
    shown = page(client, person_of(exchange, "VO"), exchange.get_absolute_url())
    assert "On the way" not in shown


def test_before_the_start_the_page_offers_help_alone(client, clock):
    clock.move_to("2027-02-25T09:30:00Z")
    exchange = agreed_exchange(days=WEEK)
    shown = page(client, person_of(exchange, "VO"), exchange.get_absolute_url())
    assert "Something went wrong …" in shown
    assert "End early or postpone …" in shown
    assert "has not checked in" not in shown


def test_the_page_names_what_is_open_and_what_is_over(client, exchange):
    settled = reported(exchange)
    settle_incident(
        incident_id=settled.pk, comment="It is open now.", actor=person_of(exchange, "HO")
    )
    reported(exchange, severity="high")
    asked(exchange)
    shown = page(client, person_of(exchange, "HOP"), exchange.get_absolute_url())
    assert "Settled" in shown
    assert "Waiting for RECIPE4MOBILITY to help." in shown
    assert "Your turn: read the request, its reason and its consequences, and decide." in shown
    assert "End early or postpone …" not in shown


def test_a_postponed_exchange_still_leads_to_what_was_decided(client, exchange):
    request = asked(exchange, "postpone")
    for capacity in PARTNERSHIPS:
        agree_interruption(interruption_id=request.pk, actor=person_of(exchange, capacity))
    shown = page(client, person_of(exchange, "VO"), exchange.get_absolute_url())
    assert request.get_absolute_url() in shown
    assert "has not checked in" not in shown


def test_while_the_text_is_written_there_is_nothing_to_follow(client, clock):
    exchange = drafted_exchange(days=WEEK)
    assert "On the way" not in page(client, person_of(exchange, "VO"), exchange.get_absolute_url())


# --- half-way ----------------------------------------------------------------------------------


def test_a_side_answers_half_way_for_the_partnerships(client, clock):
    exchange = begun(TWO_WEEKS)
    clock.move_to("2027-03-09T09:30:00Z")
    user, path = person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/midway/"
    assert path in page(client, user, exchange.get_absolute_url())
    assert "How does it go so far?" in page(client, user, path)
    assert "Choose a number." in text_of(post(client, user, path))
    response = post(client, user, path, {"rating": "2", "text": "Little time for us."})
    assert response["Location"] == exchange.get_absolute_url()
    answer = MidwayAnswer.objects.get()
    assert (answer.rating, answer.text) == (2, "Little time for us.")
    assert "Half-way Motores Lda gave 2 of 5." in page(
        client, person_of(exchange, "HOP"), exchange.get_absolute_url()
    )
    assert "gave 2 of 5" not in page(client, person_of(exchange, "HO"), exchange.get_absolute_url())
    assert get(client, user, path)["Location"] == exchange.get_absolute_url()


# --- attendance --------------------------------------------------------------------------------


def test_a_side_notes_the_sessions_that_have_begun(client, online):
    user, path = person_of(online, "VO"), f"/exchanges/{online.ref}/attendance/"
    assert "Note who took part" in page(client, user, online.get_absolute_url())
    shown = page(client, user, path)
    assert "Remark on “Session 3 in the morning”" in shown
    assert "Remark on “Session 3 in the afternoon”" not in shown
    said = {"took_part_s1m": "yes", "took_part_s1a": "no", "note_s1a": "The line was down."}
    assert post(client, user, path, said)["Location"] == online.get_absolute_url()
    rows = Attendance.objects.order_by("-slot").values_list(
        "slot", "capacity", "was_present", "note"
    )
    assert list(rows) == [("s1m", "VO", True, ""), ("s1a", "VO", False, "The line was down.")]
    assert "The line was down." in page(client, user, path)


def test_notes_that_differ_are_shown_to_all(client, online):
    for capacity, was_present in (("HO", True), ("VO", False)):
        note_attendance(
            exchange_id=online.pk,
            actor=person_of(online, capacity),
            notes={"s1m": Note(was_present)},
        )
    for capacity in PARTIES:
        shown = page(client, person_of(online, capacity), f"/exchanges/{online.ref}/attendance/")
        assert "The two notes differ" in shown


def test_partnerships_read_along_and_note_nothing(client, online):
    user, path = person_of(online, "HOP"), f"/exchanges/{online.ref}/attendance/"
    assert "Note it" not in page(client, user, path)
    assert refused(client, user, path, {"took_part_s1m": "yes"}).status_code == 403


def test_what_cannot_be_read_is_asked_again(client, online):
    path = f"/exchanges/{online.ref}/attendance/"
    response = post(client, person_of(online, "HO"), path, {"took_part_s1m": "perhaps"})
    assert response.status_code == 200
    assert Attendance.objects.count() == 0


def test_before_the_first_session_there_is_nothing_to_note(client, clock):
    clock.move_to("2027-03-01T05:00:00Z")
    online = begun(days=WEEK[:3], mode="virtual")
    shown = page(client, person_of(online, "HO"), f"/exchanges/{online.ref}/attendance/")
    assert "No session has begun yet." in shown
    assert "Note who took part" not in page(
        client, person_of(online, "HO"), online.get_absolute_url()
    )


def test_in_person_there_are_no_sessions(client, exchange):
    response = get(client, person_of(exchange, "HO"), f"/exchanges/{exchange.ref}/attendance/")
    assert response["Location"] == exchange.get_absolute_url()


# --- incidents ---------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", PARTIES)
def test_each_of_the_four_reports_on_a_page(client, exchange, capacity):
    user, path = person_of(exchange, capacity), f"/exchanges/{exchange.ref}/incidents/"
    assert path in page(client, user, exchange.get_absolute_url())
    assert "What happened?" in page(client, user, path)
    data = {"kind": "safety", "severity": "low", "text": "No helmets."}
    response = post(client, user, path, data)
    incident = Incident.objects.get()
    assert response["Location"] == incident.get_absolute_url()
    assert (incident.kind, incident.capacity) == ("safety", capacity)
    assert "No helmets." in page(client, user, response["Location"])


def test_a_report_without_words_is_asked_again(client, exchange):
    path = f"/exchanges/{exchange.ref}/incidents/"
    shown = text_of(post(client, person_of(exchange, "VO"), path, {"kind": "safety"}))
    assert "Say in a few words what happened." in shown
    assert "Choose how bad it is." in shown


def test_an_exchange_that_ends_while_one_writes_takes_no_report(client, exchange, monkeypatch):
    user, path = person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/incidents/"
    monkeypatch.setattr("exchanges.services.incidents.can_report_incident", lambda *of: False)
    data = {"kind": "safety", "severity": "low", "text": "No helmets."}
    assert "You may not report anything" in text_of(post(client, user, path, data))


def test_on_an_exchange_that_is_over_nothing_is_reported(client, exchange):
    Exchange.objects.filter(pk=exchange.pk).update(state=ExchangeState.ABORTED)
    response = get(client, person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/incidents/")
    assert response["Location"] == exchange.get_absolute_url()


def test_an_incident_is_talked_over_taken_up_and_settled(client, exchange):
    incident = reported(exchange)
    path = incident.get_absolute_url()
    host, officer = person_of(exchange, "HO"), person_of(exchange, "VOP")
    assert "Your turn: settle this with the other side" in page(client, host, path)
    post(client, host, f"{path}comment/", {"comment": "It opens at ten."})
    assert "Ask the partnership in" in page(client, host, path)
    post(client, host, f"{path}take-up/")
    shown = page(client, officer, path)
    assert "Your turn: help the two organisations to settle this." in shown
    assert "It opens at ten." in shown
    assert "Take it up with both partnerships" in shown
    post(client, officer, f"{path}settle/", {"comment": "It opens at eight now."})
    incident.refresh_from_db()
    assert incident.state == IncidentState.SETTLED
    shown = page(client, host, path)
    assert "It opens at eight now." in shown
    assert "What was agreed?" not in shown


def test_the_support_office_settles_and_is_named(client, exchange):
    incident, user = reported(exchange), support()
    path = incident.get_absolute_url()
    Incident.objects.filter(pk=incident.pk).update(state="support")
    assert "Your turn: settle this incident." in page(client, user, path)
    assert "Ask the" not in page(client, user, path)
    post(client, user, f"{path}settle/", {"comment": "You meet again in May."})
    assert "the Support Office" in page(client, person_of(exchange, "VO"), path)


def test_what_climbed_by_itself_says_so(client, clock, exchange):
    incident = reported(exchange)
    clock.move_to("2027-03-20T09:30:00Z")
    climb_unsettled()
    assert "the portal" in page(client, person_of(exchange, "VO"), incident.get_absolute_url())


def test_one_partnership_on_both_sides_asks_the_support_office_next(client, clock):
    exchange = begun(host=host_profile(acronym="RECIPE4MOBILITY"))
    incident = reported(exchange, severity="high")
    shown = page(client, person_of(exchange, "VO"), incident.get_absolute_url())
    assert "Ask the Support Office" in shown
    assert "Take it up with both partnerships" not in shown


@pytest.mark.parametrize("step", ["comment", "settle"])
def test_without_words_the_page_says_so_beside_the_field(client, exchange, step):
    incident = reported(exchange)
    path = f"{incident.get_absolute_url()}{step}/"
    shown = text_of(refused(client, person_of(exchange, "HO"), path, {"comment": " "}))
    assert "Say it in a few words." in shown


def test_what_is_settled_takes_no_more_words(client, exchange):
    incident, user = reported(exchange), person_of(exchange, "HO")
    settle_incident(incident_id=incident.pk, comment="Done.", actor=user)
    for step in ("comment", "settle", "take-up"):
        path = f"{incident.get_absolute_url()}{step}/"
        assert refused(client, user, path, {"comment": "More."}).status_code == 403


# --- ending early and force majeure ------------------------------------------------------------


def test_first_one_chooses_then_one_reads_what_follows(client, exchange):
    user, path = person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/interrupt/"
    assert "End early" in page(client, user, path)
    shown = page(client, user, f"{path}?kind=early_end&last_day=2027-03-03")
    assert "What follows if both partnerships agree" in shown
    assert "3 of 5 working days; an exchange counts from 3 days" in shown
    assert "450 EUR instead of 900 EUR, for the days really done." in shown
    assert Interruption.objects.count() == 0


def test_before_the_start_nobody_chooses_a_last_day(client, clock):
    clock.move_to("2027-02-25T09:30:00Z")
    exchange = agreed_exchange(days=WEEK)
    user, path = person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/interrupt/"
    shown = page(client, user, path)
    assert "Postpone" in shown
    assert "Last day" not in shown
    assert "It is cancelled before its start." in page(client, user, f"{path}?kind=cancel")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("kind=", "Choose what you would like to ask for."),
        ("kind=holiday", "Select a valid choice."),
        ("kind=early_end", "Choose a day from 1 March 2027 on and before 5 March 2027."),
        ("kind=early_end&last_day=2027-03-05", "Choose a day from 1 March 2027 on"),
        ("kind=early_end&last_day=soon", "Enter a valid date."),
    ],
)
def test_a_choice_that_makes_no_sense_is_asked_again(client, exchange, query, complaint):
    path = f"/exchanges/{exchange.ref}/interrupt/?{query}"
    assert complaint in page(client, person_of(exchange, "VO"), path)


@pytest.mark.parametrize("capacity", PARTIES)
def test_each_of_the_four_asks_on_a_page(client, exchange, capacity):
    user = person_of(exchange, capacity)
    path = f"/exchanges/{exchange.ref}/interrupt/?kind=postpone&last_day=2027-03-03"
    proof = SimpleUploadedFile("note.pdf", b"%PDF-1.4 a note")
    response = post(client, user, path, {"reason": "A strike.", "proof": proof})
    found = Interruption.objects.get()
    assert response["Location"] == found.get_absolute_url()
    assert (found.kind, found.last_day, found.capacity) == ("postpone", None, capacity)
    kept = get(client, user, f"{found.get_absolute_url()}proof/")
    assert b"".join(kept.streaming_content) == b"%PDF-1.4 a note"
    kept.close()


def test_a_request_needs_a_reason_and_a_sound_proof(client, exchange):
    path = f"/exchanges/{exchange.ref}/interrupt/?kind=cancel"
    proof = SimpleUploadedFile("note.exe", b"MZ a program")
    shown = text_of(post(client, person_of(exchange, "VO"), path, {"proof": proof}))
    assert "Give the reason in a few words." in shown
    assert "This is not one of the kinds of file that we can take." in shown


def test_somebody_else_was_quicker(client, exchange, monkeypatch):
    user, path = person_of(exchange, "VO"), f"/exchanges/{exchange.ref}/interrupt/?kind=cancel"
    monkeypatch.setattr("exchanges.services.interruptions.interruptions_open_to", lambda *of: [])
    shown = text_of(post(client, user, path, {"reason": "A strike."}))
    assert "This cannot be asked for now." in shown


def test_with_an_open_request_one_is_led_back(client, exchange):
    asked(exchange)
    response = get(client, person_of(exchange, "HO"), f"/exchanges/{exchange.ref}/interrupt/")
    assert response["Location"] == exchange.get_absolute_url()


def test_both_partnerships_agree_on_the_page_and_it_takes_effect(client, exchange):
    request = asked(exchange)
    path = request.get_absolute_url()
    shown = page(client, person_of(exchange, "HOP"), path)
    assert "What follows if both partnerships agree" in shown
    assert "It is broken off and does not count as an exchange." in shown
    for capacity in PARTNERSHIPS:
        assert post(client, person_of(exchange, capacity), f"{path}agree/")["Location"] == path
    assert Exchange.objects.get(pk=exchange.pk).state == ExchangeState.ABORTED
    shown = page(client, person_of(exchange, "VO"), path)
    assert "What followed" in shown
    assert "The visitor keeps it." in shown
    assert "Take it back" not in shown


@pytest.mark.parametrize("capacity", SIDES)
def test_the_sides_do_not_decide_on_the_page(client, exchange, capacity):
    request, user = asked(exchange), person_of(exchange, capacity)
    path = request.get_absolute_url()
    assert "Refuse" not in page(client, user, path)
    for step in ("agree", "refuse"):
        response = refused(client, user, f"{path}{step}/", {"comment": "No."})
        assert response.status_code == 403


def test_a_refusal_says_why(client, exchange):
    request, user = asked(exchange), person_of(exchange, "HOP")
    path = request.get_absolute_url()
    assert "Say it in a few words." in text_of(post(client, user, f"{path}refuse/"))
    post(client, user, f"{path}refuse/", {"comment": "Buses are running."})
    request.refresh_from_db()
    assert request.state == InterruptionState.REFUSED
    assert "Buses are running." in page(client, person_of(exchange, "VO"), path)


def test_whoever_asked_takes_it_back_on_the_page(client, exchange):
    request, user = asked(exchange), person_of(exchange, "VO")
    path = request.get_absolute_url()
    assert "Take it back" in page(client, user, path)
    assert post(client, user, f"{path}withdraw/")["Location"] == path
    request.refresh_from_db()
    assert request.state == InterruptionState.WITHDRAWN


def test_a_decision_that_comes_too_late_says_so(client, exchange):
    request = asked(exchange)
    officers = [person_of(exchange, capacity) for capacity in PARTNERSHIPS]
    for officer in officers:
        agree_interruption(interruption_id=request.pk, actor=officer)
    path = f"{request.get_absolute_url()}withdraw/"
    post(client, person_of(exchange, "VO"), path)
    shown = page(client, person_of(exchange, "VO"), request.get_absolute_url())
    assert "This is not possible now: “Accepted”." in shown
