"""Ending early and force majeure: who asks, who decides, what takes effect."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import accept
from cxc_portal.core.models import AuditEntry, Document, MailStatus, OutgoingMail
from exchanges.enums import ExchangeState, InterruptionState, VersionState
from exchanges.forms.follow_up import PROOF
from exchanges.models import CheckIn, Exchange, Interruption, SectionChange
from exchanges.notifications import interruptions as mails
from exchanges.permissions import interruptions_open_to
from exchanges.queries.consequences import consequences_of
from exchanges.services.check_ins import check_in
from exchanges.services.ending import drop_open_interruption, end_commitment
from exchanges.services.interruptions import (
    agree_interruption,
    ask_interruption,
    refuse_interruption,
    withdraw_interruption,
)
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from exchanges.wording.consequences import in_words, outcome_in_words
from exchanges.workflows import interruption_workflow
from matching.enums import MatchState
from matching.models import Match
from profiles.models import Organisation
from tests.factories.exchanges import drafted_exchange, person_of
from tests.factories.matches import host_profile
from tests.factories.profiles import UserFactory
from tests.factories.running import agreed_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

MONDAY = date(2027, 3, 1)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = WEEK[1:]
CAPACITIES = ("HO", "VO", "HOP", "VOP")


@pytest.fixture
def clock():
    with time_machine.travel("2027-02-20T10:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def agreed(clock):
    """Signed by all four, some days before its start."""
    return with_officers(agreed_exchange(days=WEEK))


@pytest.fixture
def running(clock, agreed):
    """In its third day."""
    return begun(clock, agreed)


@pytest.fixture
def online(clock):
    """Three days with two sessions each, in its third day."""
    return begun(clock, with_officers(agreed_exchange(days=WEEK[:3], mode="virtual")))


def with_officers(exchange):
    for capacity in ("HOP", "VOP"):
        person_of(exchange, capacity)
    return exchange


def begun(clock, exchange):
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    clock.move_to("2027-03-03T08:00:00Z")
    return again(exchange)


def again(exchange):
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def asked(exchange, kind, by="VO", **more):
    return ask_interruption(
        exchange_id=exchange.pk,
        kind=kind,
        reason=" A strike. ",
        actor=person_of(exchange, by),
        **more,
    )


def accepted(exchange, kind, **more):
    interruption = asked(exchange, kind, **more)
    for capacity in ("HOP", "VOP"):
        agree_interruption(interruption_id=interruption.pk, actor=person_of(exchange, capacity))
    interruption.refresh_from_db()
    return interruption


def used_on(exchange):
    organisation = Organisation.objects.get(pk=exchange.visitor.organisation_id)
    return organisation.physical_visit_used_on


def emails(exchange, *capacities):
    return sorted(person_of(exchange, capacity).email for capacity in capacities)


def sent(kind, **filters):
    rows = OutgoingMail.objects.filter(kind=kind.name, **filters).order_by("to")
    return list(rows.values_list("to", flat=True))


# --- asking ------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_each_of_the_four_can_ask(agreed, capacity):
    interruption = asked(agreed, "postpone", by=capacity)
    assert (interruption.state, interruption.capacity) == (InterruptionState.ASKED, capacity)
    assert (interruption.reason, interruption.is_force_majeure) == ("A strike.", True)


def test_before_the_start_nothing_can_end_early(agreed):
    visitor = person_of(agreed, "VO")
    assert interruptions_open_to(visitor, agreed) == ["postpone", "go_virtual", "cancel"]
    with untouched(), pytest.raises(NotAllowed):
        asked(agreed, "early_end", last_day=TUESDAY)


def test_while_it_runs_it_can_end_early(running):
    kinds = interruptions_open_to(person_of(running, "VO"), running)
    assert kinds == ["early_end", "postpone", "go_virtual", "cancel"]


def test_what_is_online_cannot_go_online(online):
    kinds = interruptions_open_to(person_of(online, "VO"), online)
    assert kinds == ["early_end", "postpone", "cancel"]


@pytest.mark.parametrize(
    "state", [ExchangeState.BUILDING, ExchangeState.REPORTING, ExchangeState.ABORTED]
)
def test_outside_a_signed_exchange_nothing_is_asked(running, state):
    Exchange.objects.filter(pk=running.pk).update(state=state)
    with untouched(), pytest.raises(NotAllowed):
        asked(running, "postpone")


def test_a_stranger_asks_nothing(running):
    assert interruptions_open_to(UserFactory(), running) == []


def test_one_request_at_a_time(running):
    asked(running, "postpone")
    with untouched(), pytest.raises(NotAllowed):
        asked(running, "cancel", by="HO")


def test_a_request_needs_a_reason(running):
    visitor = person_of(running, "VO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        ask_interruption(exchange_id=running.pk, kind="cancel", reason=" ", actor=visitor)
    assert refusal.value.code == "reason_missing"


@pytest.mark.parametrize("day", [None, MONDAY - timedelta(days=1), FRIDAY])
def test_an_early_end_needs_an_earlier_last_day(running, day):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        asked(running, "early_end", last_day=day)
    assert refusal.value.code == "last_day"


def test_the_partnerships_are_asked_and_the_sides_know(running):
    asked(running, "postpone")
    assert sent(mails.DESK_INTERRUPTION_ASKED) == emails(running, "HOP", "VOP")
    assert sent(mails.INTERRUPTION_ASKED) == emails(running, "HO")


def test_a_proof_is_kept_with_the_request(running):
    upload = SimpleUploadedFile("note.pdf", b"%PDF-1.4 a note")
    interruption = asked(running, "postpone", proof=accept(upload, PROOF))
    interruption.refresh_from_db()
    with interruption.proof.open() as kept:
        assert kept.read() == b"%PDF-1.4 a note"


# --- deciding ----------------------------------------------------------------------------------


def test_one_partnership_alone_changes_nothing(running):
    interruption = asked(running, "cancel")
    agree_interruption(interruption_id=interruption.pk, actor=person_of(running, "HOP"))
    interruption.refresh_from_db()
    assert interruption.state == InterruptionState.ASKED
    assert interruption.host_partnership_agreed_at is not None
    assert interruption.visitor_partnership_agreed_at is None
    assert again(running).state == ExchangeState.ONGOING
    assert sent(mails.DESK_INTERRUPTION_NEWS) == emails(running, "VOP")


def test_a_partnership_agrees_once(running):
    interruption = asked(running, "cancel")
    officer = person_of(running, "HOP")
    agree_interruption(interruption_id=interruption.pk, actor=officer)
    with untouched(), pytest.raises(NotAllowed):
        agree_interruption(interruption_id=interruption.pk, actor=officer)


def test_a_partnership_that_asks_has_agreed(running):
    interruption = asked(running, "cancel", by="VOP")
    assert interruption.state == InterruptionState.ASKED
    assert interruption.visitor_partnership_agreed_at is not None
    agree_interruption(interruption_id=interruption.pk, actor=person_of(running, "HOP"))
    assert again(running).state == ExchangeState.ABORTED


def test_one_partnership_on_both_sides_decides_once(clock):
    agreed = agreed_exchange(days=WEEK, host=host_profile(acronym="RECIPE4MOBILITY"))
    interruption = asked(agreed, "cancel")
    agree_interruption(interruption_id=interruption.pk, actor=person_of(agreed, "HOP"))
    interruption.refresh_from_db()
    assert interruption.state == InterruptionState.ACCEPTED
    assert interruption.host_partnership_agreed_at == interruption.visitor_partnership_agreed_at
    assert again(agreed).state == ExchangeState.CANCELLED


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_the_sides_do_not_decide(running, capacity):
    interruption = asked(running, "cancel")
    actor = person_of(running, capacity)
    with untouched(), pytest.raises(NotAllowed):
        agree_interruption(interruption_id=interruption.pk, actor=actor)
    with untouched(), pytest.raises(NotAllowed):
        refuse_interruption(interruption_id=interruption.pk, comment="No.", actor=actor)


def test_all_hear_that_it_was_accepted(running):
    accepted(running, "cancel")
    assert sent(mails.INTERRUPTION_ACCEPTED) == emails(running, "HO", "VO")
    waiting = sent(mails.DESK_INTERRUPTION_ASKED, status=MailStatus.QUEUED)
    assert waiting == []


def test_a_refusal_leaves_everything_as_agreed(running):
    interruption = asked(running, "early_end", last_day=THURSDAY)
    refuse_interruption(
        interruption_id=interruption.pk,
        comment="One day more is possible.",
        actor=person_of(running, "HOP"),
    )
    interruption.refresh_from_db()
    assert interruption.state == InterruptionState.REFUSED
    assert again(running).state == ExchangeState.ONGOING
    assert again(running).ends_on == FRIDAY
    assert sent(mails.INTERRUPTION_REFUSED) == emails(running, "HO", "VO")
    assert interruption.transitions.get().capacity == "HOP"


def test_a_refusal_needs_a_reason(running):
    interruption = asked(running, "cancel")
    actor = person_of(running, "HOP")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        refuse_interruption(interruption_id=interruption.pk, comment=" ", actor=actor)
    assert refusal.value.code == "comment_missing"


def test_whoever_asked_takes_it_back(running):
    interruption = asked(running, "cancel")
    for other in ("HO", "VOP"):
        actor = person_of(running, other)
        with untouched(), pytest.raises(NotAllowed):
            withdraw_interruption(interruption_id=interruption.pk, actor=actor)
    withdraw_interruption(interruption_id=interruption.pk, actor=person_of(running, "VO"))
    interruption.refresh_from_db()
    assert interruption.state == InterruptionState.WITHDRAWN
    assert sent(mails.INTERRUPTION_WITHDRAWN) == emails(running, "HO")


def test_an_exchange_that_is_over_drops_what_is_asked(running):
    interruption = asked(running, "cancel")
    drop_open_interruption(running)
    interruption.refresh_from_db()
    assert interruption.state == InterruptionState.WITHDRAWN
    assert interruption.transitions.get().actor is None


def test_where_nothing_is_in_force_nothing_is_ended(clock):
    exchange = drafted_exchange(days=WEEK)
    with untouched():
        end_commitment(exchange, actor=None)


def test_a_decision_that_comes_too_late_changes_nothing(running):
    interruption = asked(running, "cancel")
    Exchange.objects.filter(pk=running.pk).update(state=ExchangeState.REPORTING)
    actor = person_of(running, "HOP")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        agree_interruption(interruption_id=interruption.pk, actor=actor)
    assert refusal.value.code == "too_late"


@pytest.mark.parametrize("state", ["accepted", "refused", "withdrawn"])
@pytest.mark.parametrize(
    ("name", "who"), [("agree", "HOP"), ("accept", "HOP"), ("refuse", "VOP"), ("withdraw", "VO")]
)
def test_what_is_decided_stays_decided(running, state, name, who):
    interruption = asked(running, "cancel")
    now = interruption.asked_at
    agreed = {"visitor_partnership_agreed_at": now} if state == "accepted" else {}
    hop = {"host_partnership_agreed_at": now} if state == "accepted" else {}
    Interruption.objects.filter(pk=interruption.pk).update(state=state, **agreed, **hop)
    actor = person_of(running, who)
    with untouched(), pytest.raises((TransitionRefused, NotAllowed)):
        interruption_workflow.apply(interruption, name, actor=actor, comment="Why not?")


# --- what takes effect -------------------------------------------------------------------------


def test_an_early_end_that_is_past_ends_the_exchange_now(running):
    interruption = accepted(running, "early_end", last_day=TUESDAY, is_force_majeure=True)
    exchange = again(running)
    assert (exchange.state, exchange.ends_on) == (ExchangeState.REPORTING, TUESDAY)
    assert exchange.calendar_sequence == running.calendar_sequence + 1
    assert exchange.versions.get().state == VersionState.IN_FORCE
    assert Match.objects.get(pk=exchange.match_id).state == MatchState.FINISHED
    assert interruption.outcome["days_done"] == 2
    assert used_on(exchange) == MONDAY


def test_an_early_end_to_come_ends_the_exchange_after_its_last_day(clock, running):
    accepted(running, "early_end", last_day=THURSDAY)
    exchange = again(running)
    assert (exchange.state, exchange.ends_on) == (ExchangeState.ONGOING, THURSDAY)
    assert exchange.calendar_sequence == running.calendar_sequence + 1
    clock.move_to("2027-03-04T22:59:00Z")
    assert finish_due_exchanges() == 0
    clock.move_to("2027-03-04T23:00:00Z")
    assert finish_due_exchanges() == 1
    assert again(running).state == ExchangeState.REPORTING


def test_an_early_end_with_too_few_days_breaks_the_exchange_off(running):
    accepted(running, "early_end", last_day=TUESDAY)
    exchange = again(running)
    assert exchange.state == ExchangeState.ABORTED
    assert exchange.versions.get().state == VersionState.ENDED
    assert (used_on(exchange), exchange.is_visit_kept) == (MONDAY, False)
    taken = Exchange.objects.taking_the_visit_of(exchange.visitor.organisation_id)
    assert list(taken) == [exchange]


def test_without_a_single_day_force_majeure_gives_the_visit_back(clock, agreed):
    clock.move_to("2027-03-01T08:00:00Z")
    Exchange.objects.filter(pk=agreed.pk).update(starts_on=MONDAY - timedelta(days=1))
    start_due_exchanges()
    accepted(
        again(agreed),
        "early_end",
        last_day=MONDAY - timedelta(days=1),
        is_force_majeure=True,
    )
    exchange = again(agreed)
    assert exchange.state == ExchangeState.ABORTED
    assert (used_on(exchange), exchange.is_visit_kept) == (None, True)


def test_cancelling_while_it_runs_breaks_it_off_and_gives_the_visit_back(running):
    assert used_on(running) == MONDAY
    accepted(running, "cancel")
    exchange = again(running)
    assert exchange.state == ExchangeState.ABORTED
    assert exchange.versions.get().state == VersionState.ENDED
    assert (used_on(exchange), exchange.is_visit_kept) == (None, True)
    assert Match.objects.get(pk=exchange.match_id).state == MatchState.FINISHED
    assert not Exchange.objects.taking_the_visit_of(exchange.visitor.organisation_id).exists()
    step = exchange.transitions.get(transition="abort")
    assert (step.comment, step.capacity) == ("A strike.", "VOP")


def test_cancelling_before_the_start_cancels(agreed):
    accepted(agreed, "cancel")
    exchange = again(agreed)
    assert exchange.state == ExchangeState.CANCELLED
    assert exchange.versions.get().state == VersionState.ENDED
    assert used_on(exchange) is None
    assert Match.objects.get(pk=exchange.match_id).state == MatchState.FINISHED
    notice = Document.objects.get(kind="exchanges/cancellation")
    assert (notice.snapshot["reason"], notice.snapshot["by"]) == ("A strike.", "RECIPE4MOBILITY")


@pytest.mark.parametrize("when", ["agreed", "running"])
def test_postponing_opens_the_text_again(request, when):
    exchange = request.getfixturevalue(when)
    accepted(exchange, "postpone")
    after = again(exchange)
    assert (after.state, after.started_at) == (ExchangeState.BUILDING, None)
    assert after.versions.get().state == VersionState.ENDED
    assert used_on(after) is None
    assert Match.objects.get(pk=after.match_id).state == MatchState.CONFIRMED
    assert after.sections.get(name="when").content["mode"] == "physical"


def test_what_was_said_the_first_time_is_said_anew(running):
    check_in(exchange_id=running.pk, actor=person_of(running, "VO"))
    accepted(running, "postpone")
    assert CheckIn.objects.count() == 0
    said = AuditEntry.objects.get(event="exchange.begins_anew").data
    assert [capacity for capacity, _at in said["check_ins"]] == ["VO"]


def test_an_amendment_that_is_being_signed_is_void(running):
    amendment = running.versions.get()
    amendment.pk, amendment.number = None, 2
    amendment.state, amendment.in_force_at = VersionState.REVIEW, None
    amendment.save(force_insert=True)
    accepted(running, "postpone")
    states = list(running.versions.order_by("number").values_list("state", flat=True))
    assert states == [VersionState.ENDED, VersionState.VOID]


def test_going_online_opens_the_text_as_an_online_one(running):
    accepted(running, "go_virtual")
    after = again(running)
    assert (after.state, after.mode) == (ExchangeState.BUILDING, "virtual")
    assert after.sections.get(name="when").content["mode"] == "virtual"
    assert SectionChange.objects.get().capacity == "VOP"
    assert used_on(after) is None


def test_while_it_is_undecided_the_exchange_does_not_end(clock, running):
    interruption = asked(running, "early_end", last_day=THURSDAY)
    clock.move_to("2027-03-07T08:00:00Z")
    assert finish_due_exchanges() == 0
    refuse_interruption(
        interruption_id=interruption.pk, comment="No.", actor=person_of(running, "HOP")
    )
    assert finish_due_exchanges() == 1
    assert again(running).ends_on == FRIDAY


# --- what follows, computed beforehand ---------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "is_majeure", "days", "amount", "target", "is_kept"),
    [
        (MONDAY, False, 1, 0, "aborted", False),
        (TUESDAY, False, 2, 0, "aborted", False),
        (WEDNESDAY, False, 3, 450, "reporting", False),
        (THURSDAY, False, 4, 450, "reporting", False),
        (MONDAY, True, 1, 450, "reporting", False),
        (TUESDAY, True, 2, 450, "reporting", False),
    ],
)
def test_the_days_really_done_decide(running, last_day, is_majeure, days, amount, target, is_kept):
    found = consequences_of(
        running, kind="early_end", last_day=last_day, is_force_majeure=is_majeure
    )
    assert (found.days_done, found.days_planned) == (days, 5)
    assert (found.amount, found.agreed) == (amount, 900)
    assert (found.target, found.is_visit_kept) == (target, is_kept)


def test_a_long_stay_that_ends_early_can_keep_its_amount(clock):
    days = [*WEEK, *(MONDAY + timedelta(days=n) for n in range(7, 12))]
    exchange = begun(clock, agreed_exchange(days=days))
    found = consequences_of(exchange, kind="early_end", last_day=FRIDAY)
    assert (found.days_done, found.amount, found.agreed) == (5, 900, 900)


def test_over_the_end_of_a_month_days_are_counted_through(clock):
    days = [date(2027, 1, day) for day in (27, 28, 29)] + [date(2027, 2, day) for day in (1, 2)]
    clock.move_to("2027-01-10T08:00:00Z")
    exchange = agreed_exchange(days=days)
    clock.move_to("2027-01-27T08:00:00Z")
    start_due_exchanges()
    found = consequences_of(again(exchange), kind="early_end", last_day=date(2027, 1, 31))
    assert (found.days_done, found.target) == (3, "reporting")


def test_online_two_sessions_make_a_day(online):
    found = consequences_of(online, kind="early_end", last_day=TUESDAY)
    assert (found.days_done, found.days_planned, found.target) == (2, 3, "aborted")
    assert (found.amount, found.agreed) == (None, None)


@pytest.mark.parametrize(
    ("kind", "amount", "target", "days"),
    [("postpone", 0, "building", 3), ("go_virtual", 0, "building", 3), ("cancel", 0, "aborted", 3)],
)
def test_force_majeure_always_leaves_the_visit(running, kind, amount, target, days):
    found = consequences_of(running, kind=kind)
    assert (found.is_force_majeure, found.is_visit_kept) == (True, True)
    assert (found.amount, found.target, found.days_done) == (amount, target, days)


def words(found):
    return [str(text) for _term, text in in_words(found)]


def test_the_words_of_an_early_end_name_days_and_amounts(running):
    assert words(consequences_of(running, kind="early_end", last_day=WEDNESDAY)) == [
        "It ends on the last day and counts. Both sides report as usual.",
        "3 of 5 working days; an exchange counts from 3 days",
        "450 EUR instead of 900 EUR, for the days really done.",
        "It is used up.",
        "Nothing.",
    ]
    assert words(consequences_of(running, kind="early_end", last_day=TUESDAY)) == [
        "It is broken off and does not count as an exchange.",
        "2 of 5 working days; an exchange counts from 3 days",
        "None instead of 900 EUR: too few days were done.",
        "It is used up.",
        "Nothing.",
    ]


def test_the_words_of_an_amount_that_stays(clock):
    days = [*WEEK, *(MONDAY + timedelta(days=n) for n in range(7, 12))]
    exchange = begun(clock, agreed_exchange(days=days))
    found = consequences_of(exchange, kind="early_end", last_day=FRIDAY)
    assert words(found)[2] == "900 EUR, as agreed."


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "postpone",
            [
                "It goes back to being written, and both sides choose new days.",
                "Computed anew for the new days.",
                "The visitor keeps it.",
                "A new version by all four; the present one is no longer in force.",
            ],
        ),
        (
            "go_virtual",
            [
                "It goes back to being written as an online exchange.",
                "None: there is no lump sum for an online exchange.",
                "The visitor keeps it.",
                "A new version by all four; the present one is no longer in force.",
            ],
        ),
        (
            "cancel",
            [
                "It is cancelled before its start.",
                "None. The visitor’s partnership can decide about costs that cannot be recovered.",
                "The visitor keeps it.",
                "Nothing.",
            ],
        ),
    ],
)
def test_the_words_of_force_majeure_before_the_start(agreed, kind, expected):
    assert words(consequences_of(agreed, kind=kind)) == expected


def test_the_words_of_an_online_exchange_speak_of_no_money(online):
    assert words(consequences_of(online, kind="cancel")) == [
        "It is broken off and does not count as an exchange.",
        "3 of 3 working days",
        "None, as with every online exchange.",
        "An online exchange uses no visit up.",
        "Nothing.",
    ]


def test_what_followed_is_kept_with_the_request(running):
    foreseen = in_words(consequences_of(running, kind="cancel"))
    interruption = accepted(running, "cancel")
    assert outcome_in_words(interruption.outcome) == foreseen
    assert outcome_in_words({}) == []
