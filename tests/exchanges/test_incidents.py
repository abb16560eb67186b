"""What goes wrong is said, taken up the ladder, and settled."""

from datetime import date, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from exchanges import tasks
from exchanges.enums import ExchangeState, IncidentState
from exchanges.models import Exchange, Incident
from exchanges.notifications import incidents as mails
from exchanges.permissions import next_rung
from exchanges.services.incidents import (
    climb_when_due,
    comment_incident,
    report_incident,
    settle_incident,
    take_up_incident,
)
from exchanges.services.running import start_due_exchanges
from exchanges.workflows import incident_workflow
from profiles.enums import StaffRoleName
from tests.factories.exchanges import person_of
from tests.factories.matches import host_profile
from tests.factories.profiles import StaffRoleFactory, UserFactory
from tests.factories.running import agreed_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

MONDAY = date(2027, 3, 1)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
CAPACITIES = ("HO", "VO", "HOP", "VOP")


@pytest.fixture
def clock():
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def exchange(clock):
    """Running, with an officer in each partnership."""
    return begun()


@pytest.fixture
def support():
    return StaffRoleFactory(role=StaffRoleName.SUPPORT, partnership=None).user


def begun(**fields):
    exchange = agreed_exchange(days=WEEK, **fields)
    start_due_exchanges()
    for capacity in ("HOP", "VOP"):
        person_of(exchange, capacity)
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def reported(exchange, by="VO", severity="medium"):
    return report_incident(
        exchange_id=exchange.pk,
        kind="agenda",
        severity=severity,
        text=" The workshop was closed. ",
        actor=person_of(exchange, by),
    )


def emails(exchange, *capacities):
    return sorted(person_of(exchange, capacity).email for capacity in capacities)


def sent(kind, **filters):
    rows = OutgoingMail.objects.filter(kind=kind.name, **filters).order_by("to")
    return list(rows.values_list("to", flat=True))


# --- reporting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_each_of_the_four_can_report(exchange, capacity):
    incident = reported(exchange, by=capacity)
    assert (incident.state, incident.capacity) == (IncidentState.PARTIES, capacity)
    assert incident.text == "The workshop was closed."


def test_the_other_side_is_asked_and_the_partnerships_know(exchange):
    reported(exchange)
    assert sent(mails.INCIDENT_TO_SETTLE) == emails(exchange, "HO")
    assert sent(mails.DESK_INCIDENT_NEWS) == emails(exchange, "HOP", "VOP")
    assert sent(mails.DESK_INCIDENT_TO_SETTLE) == []


@pytest.mark.parametrize(
    ("reporter", "asked", "others"),
    [("VO", ["VOP"], ["HOP"]), ("HO", ["HOP"], ["VOP"]), ("HOP", [], ["VOP"])],
)
def test_a_severe_one_goes_straight_to_the_own_partnership(exchange, reporter, asked, others):
    incident = reported(exchange, by=reporter, severity="high")
    assert incident.state == IncidentState.PARTNERSHIP
    assert sent(mails.DESK_INCIDENT_TO_SETTLE) == emails(exchange, *asked)
    assert sent(mails.DESK_INCIDENT_NEWS) == emails(exchange, *others)
    told = {"HO", "VO"} - {reporter}
    assert sent(mails.INCIDENT_NEWS) == emails(exchange, *told)


@pytest.mark.parametrize("who", ["stranger", "support"])
def test_others_do_not_report(exchange, support, who):
    actor = support if who == "support" else UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        report_incident(
            exchange_id=exchange.pk, kind="other", severity="low", text="Hm.", actor=actor
        )


@pytest.mark.parametrize(
    "state", [ExchangeState.BUILDING, ExchangeState.CANCELLED, ExchangeState.ABORTED]
)
def test_nothing_is_reported_outside_a_signed_exchange(exchange, state):
    actor = person_of(exchange, "VO")
    Exchange.objects.filter(pk=exchange.pk).update(state=state)
    with untouched(), pytest.raises(NotAllowed):
        report_incident(
            exchange_id=exchange.pk, kind="other", severity="low", text="Hm.", actor=actor
        )


def test_a_report_needs_words(exchange):
    actor = person_of(exchange, "VO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        report_incident(
            exchange_id=exchange.pk, kind="other", severity="low", text="  ", actor=actor
        )
    assert refusal.value.code == "text_missing"


# --- the ladder --------------------------------------------------------------------------------


def test_it_climbs_rung_by_rung(exchange, support):
    incident = reported(exchange)
    visitor, officer = person_of(exchange, "VO"), person_of(exchange, "VOP")
    take_up_incident(incident_id=incident.pk, actor=visitor)
    assert sent(mails.DESK_INCIDENT_TO_SETTLE) == emails(exchange, "VOP")
    take_up_incident(incident_id=incident.pk, actor=officer, comment="We need the host's.")
    assert sent(mails.DESK_INCIDENT_TO_SETTLE, status=MailStatus.QUEUED) == emails(exchange, "HOP")
    incident = take_up_incident(incident_id=incident.pk, actor=visitor)
    assert incident.state == IncidentState.SUPPORT
    assert sent(mails.DESK_INCIDENT_TO_SETTLE, status=MailStatus.QUEUED) == [support.email]
    steps = list(incident.transitions.order_by("pk").values_list("transition", "capacity"))
    assert steps == [("ask_partnership", "VO"), ("ask_both", "VOP"), ("ask_support", "VO")]
    with untouched(), pytest.raises(NotAllowed):
        take_up_incident(incident_id=incident.pk, actor=visitor)


def test_one_partnership_on_both_sides_turns_to_the_support_office(clock, support):
    exchange = begun(host=host_profile(acronym="RECIPE4MOBILITY"))
    incident = reported(exchange, severity="high")
    take_up_incident(incident_id=incident.pk, actor=person_of(exchange, "VO"))
    incident.refresh_from_db()
    assert incident.state == IncidentState.SUPPORT


@pytest.mark.parametrize(
    ("state", "step"),
    [("parties", "ask_partnership"), ("partnership", "ask_both"), ("both", "ask_support")],
)
def test_each_rung_has_one_step_up(exchange, state, step):
    incident = reported(exchange)
    Incident.objects.filter(pk=incident.pk).update(state=state)
    incident.refresh_from_db()
    assert next_rung(person_of(exchange, "HO"), incident) == step
    assert next_rung(UserFactory(), incident) == ""


def test_what_nobody_settles_in_five_working_days_climbs_by_itself(clock, exchange):
    incident = reported(exchange)
    clock.move_to("2027-03-08T22:00:00Z")
    assert tasks.climb_unsettled() == 0
    clock.move_to("2027-03-08T23:00:00Z")  # the sixth working day has begun in France
    assert tasks.climb_unsettled() == 1
    assert tasks.climb_unsettled() == 0
    incident.refresh_from_db()
    assert incident.state == IncidentState.PARTNERSHIP
    step = incident.transitions.get()
    assert (step.actor, step.capacity) == (None, "")
    assert sent(mails.INCIDENT_NEWS) == emails(exchange, "HO", "VO")


def test_public_holidays_are_no_working_days(clock, exchange):
    clock.move_to("2027-03-25T10:00:00Z")  # Easter Monday is 29 March
    Exchange.objects.filter(pk=exchange.pk).update(state="reporting")
    reported(exchange)
    clock.move_to("2027-04-02T10:00:00Z")
    assert tasks.climb_unsettled() == 0
    clock.move_to("2027-04-03T10:00:00Z")
    assert tasks.climb_unsettled() == 1


def test_nothing_climbs_beyond_the_support_office(clock, exchange, support):
    incident = reported(exchange)
    Incident.objects.filter(pk=incident.pk).update(state="support")
    clock.move_to("2027-06-01T10:00:00Z")
    assert tasks.climb_unsettled() == 0
    assert climb_when_due(incident.pk) is False


# --- words and the end -------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_a_comment_is_a_step_that_leaves_the_rung_and_its_clock(clock, exchange, capacity):
    incident = reported(exchange)
    since = incident.state_since
    clock.move_to("2027-03-02T10:00:00Z")
    actor = person_of(exchange, capacity)
    comment_incident(incident_id=incident.pk, text=" It opens at ten. ", actor=actor)
    incident.refresh_from_db()
    assert (incident.state, incident.state_since) == (IncidentState.PARTIES, since)
    step = incident.transitions.get()
    assert (step.transition, step.source, step.target) == ("comment", "parties", "parties")
    assert (step.comment, step.capacity, step.actor) == ("It opens at ten.", capacity, actor)
    told = {"HO", "VO", "HOP", "VOP"} - {capacity}
    found = sent(mails.INCIDENT_NEWS) + sent(
        mails.DESK_INCIDENT_NEWS, dedup_key__contains="comment"
    )
    assert sorted(found) == emails(exchange, *told)


def test_a_comment_needs_words(exchange):
    incident = reported(exchange)
    actor = person_of(exchange, "HO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        comment_incident(incident_id=incident.pk, text=" ", actor=actor)
    assert refusal.value.code == "text_missing"


def test_a_stranger_has_no_say(exchange):
    incident, stranger = reported(exchange), UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        comment_incident(incident_id=incident.pk, text="Let me help.", actor=stranger)
    with untouched(), pytest.raises(NotAllowed):
        settle_incident(incident_id=incident.pk, comment="Fine.", actor=stranger)


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_each_of_the_four_can_say_what_was_agreed(exchange, capacity):
    incident = reported(exchange)
    actor = person_of(exchange, capacity)
    settle_incident(incident_id=incident.pk, comment="It opens at eight now.", actor=actor)
    incident.refresh_from_db()
    assert incident.state == IncidentState.SETTLED
    assert incident.settled_at is not None
    told = {"HO", "VO", "HOP", "VOP"} - {capacity}
    found = sent(mails.INCIDENT_SETTLED) + sent(mails.DESK_INCIDENT_SETTLED)
    assert sorted(found) == emails(exchange, *told)
    assert sent(mails.INCIDENT_TO_SETTLE, status=MailStatus.QUEUED) == []


def test_the_support_office_settles_what_it_was_asked(exchange, support):
    incident = reported(exchange)
    Incident.objects.filter(pk=incident.pk).update(state="both")
    take_up_incident(incident_id=incident.pk, actor=person_of(exchange, "HOP"))
    settle_incident(incident_id=incident.pk, comment="You meet again in May.", actor=support)
    incident.refresh_from_db()
    assert incident.state == IncidentState.SETTLED
    assert incident.transitions.last().capacity == ""
    assert sent(mails.DESK_INCIDENT_SETTLED) == emails(exchange, "HOP", "VOP")


def test_the_support_office_hears_the_end_of_what_it_was_asked(exchange, support):
    incident = reported(exchange)
    Incident.objects.filter(pk=incident.pk).update(state="both")
    take_up_incident(incident_id=incident.pk, actor=person_of(exchange, "HOP"))
    settle_incident(incident_id=incident.pk, comment="Done.", actor=person_of(exchange, "VO"))
    told = sent(mails.DESK_INCIDENT_SETTLED)
    assert told == sorted([*emails(exchange, "HOP", "VOP"), support.email])


def test_an_end_needs_words(exchange):
    incident = reported(exchange)
    actor = person_of(exchange, "HO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        settle_incident(incident_id=incident.pk, comment=" ", actor=actor)
    assert refusal.value.code == "comment_missing"


def test_what_is_settled_stays_settled(exchange):
    incident = reported(exchange)
    actor = person_of(exchange, "HO")
    settle_incident(incident_id=incident.pk, comment="Done.", actor=actor)
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        settle_incident(incident_id=incident.pk, comment="Done again.", actor=actor)
    assert refusal.value.code == "wrong_state"
    with untouched(), pytest.raises(NotAllowed):
        comment_incident(incident_id=incident.pk, text="One more thing.", actor=actor)
    with untouched(), pytest.raises(NotAllowed):
        take_up_incident(incident_id=incident.pk, actor=actor)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ask_partnership", ["partnership", "both", "support", "settled"]),
        ("ask_both", ["parties", "both", "support", "settled"]),
        ("ask_support", ["parties", "partnership", "support", "settled"]),
        ("settle", ["settled"]),
    ],
)
def test_no_step_is_taken_from_a_wrong_rung(clock, exchange, name, wrong):
    incident = reported(exchange)
    actor = person_of(exchange, "VO")
    for state in wrong:
        Incident.objects.filter(pk=incident.pk).update(state=state, settled_at=incident.reported_at)
        with untouched(), pytest.raises(TransitionRefused) as refusal:
            incident_workflow.apply(incident, name, actor=actor, comment="Why not?")
        assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize(
    ("state", "turns"),
    [
        ("parties", {"HO", "VO"}),
        ("partnership", {"VOP"}),
        ("both", {"HOP", "VOP"}),
        ("support", {"support"}),
        ("settled", set()),
    ],
)
def test_the_baton_is_with_whoever_is_on_the_rung(exchange, support, state, turns):
    incident = reported(exchange)
    Incident.objects.filter(pk=incident.pk).update(state=state, settled_at=incident.reported_at)
    incident.refresh_from_db()
    viewers = {capacity: person_of(exchange, capacity) for capacity in CAPACITIES}
    viewers["support"] = support
    found = {
        name
        for name, viewer in viewers.items()
        if incident_workflow.baton(incident, viewer).situation == "yours"
    }
    assert found == turns
