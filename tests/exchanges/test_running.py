"""Exchanges start and end by themselves, at the host's clock."""

from datetime import date, timedelta

import pytest
import time_machine

from cxc_portal.core.models import AuditEntry, MailStatus, OutgoingMail
from exchanges import tasks
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import Exchange
from exchanges.notifications import follow_up as mails
from exchanges.services import running
from exchanges.services.running import finish_due_exchanges, start_due_exchanges
from matching.enums import MatchState
from matching.models import IndexRecord, Match
from profiles.models import Organisation, ProgrammeRules
from tests.factories.matches import host_profile, member_of, visitor_profile
from tests.factories.running import agreed_exchange, running_exchange

pytestmark = pytest.mark.usefixtures("reference")

MONDAY = date(2027, 3, 1)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]


@pytest.fixture
def clock():
    with time_machine.travel("2027-02-20T12:00:00Z", tick=False) as traveller:
        yield traveller


def state_of(exchange):
    return Exchange.objects.get(pk=exchange.pk).state


def in_zone(zone, **fields):
    exchange = agreed_exchange(days=WEEK, **fields)
    Exchange.objects.filter(pk=exchange.pk).update(time_zone=zone)
    return exchange


def told(kind):
    return list(OutgoingMail.objects.filter(kind=kind.name).order_by("to").values_list("to"))


# --- the start ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "last_minute_before", "first_minute"),
    [
        ("Atlantic/Azores", "2027-03-01T00:59:00Z", "2027-03-01T01:00:00Z"),
        ("Europe/Lisbon", "2027-02-28T23:59:00Z", "2027-03-01T00:00:00Z"),
        ("Europe/Paris", "2027-02-28T22:59:00Z", "2027-02-28T23:00:00Z"),
        ("Europe/Helsinki", "2027-02-28T21:59:00Z", "2027-02-28T22:00:00Z"),
        ("Pacific/Kiritimati", "2027-02-28T09:59:00Z", "2027-02-28T10:00:00Z"),
    ],
)
def test_it_starts_in_the_first_minute_of_its_day_at_the_hosts(
    clock, zone, last_minute_before, first_minute
):
    exchange = in_zone(zone)
    clock.move_to(last_minute_before)
    assert start_due_exchanges() == 0
    clock.move_to(first_minute)
    assert start_due_exchanges() == 1
    assert state_of(exchange) == ExchangeState.ONGOING


def test_a_second_run_changes_nothing(clock):
    agreed_exchange(days=WEEK)
    clock.move_to("2027-03-01T08:00:00Z")
    assert start_due_exchanges() == 1
    before = AuditEntry.objects.count(), OutgoingMail.objects.count()
    assert start_due_exchanges() == 0
    assert (AuditEntry.objects.count(), OutgoingMail.objects.count()) == before


def test_what_was_started_meanwhile_is_left_alone(clock):
    exchange = running_exchange(days=WEEK)
    assert running.start_exchange(exchange.pk) is False


def test_both_sides_are_asked_to_check_in(clock):
    exchange = agreed_exchange(days=WEEK)
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    people = sorted(member_of(side).email for side in (exchange.host, exchange.visitor))
    assert told(mails.EXCHANGE_STARTS) == [(email,) for email in people]


def test_one_that_fails_does_not_stop_the_others(clock, caplog, monkeypatch):
    broken = agreed_exchange(days=WEEK)
    sound = agreed_exchange(
        days=WEEK, host=host_profile(name="Other"), visitor=visitor_profile(name="Second")
    )
    clock.move_to("2027-03-01T08:00:00Z")
    Exchange.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Land")
    assert start_due_exchanges() == 1
    assert (state_of(broken), state_of(sound)) == (ExchangeState.VALIDATED, ExchangeState.ONGOING)
    assert f"exchange {broken.pk}: start_exchange failed" in caplog.text


# --- the one visit in person -------------------------------------------------------------------


def test_a_visit_in_person_is_used_up_with_its_start(clock):
    exchange = agreed_exchange(days=WEEK)
    clock.move_to("2027-02-28T23:30:00Z")
    start_due_exchanges()
    organisation = Organisation.objects.get(pk=exchange.visitor.organisation_id)
    assert organisation.physical_visit_used_on == MONDAY


def test_the_catalogue_knows_at_once(clock):
    exchange = agreed_exchange(days=WEEK)
    before = IndexRecord.objects.get(profile=exchange.visitor_id).stamp
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    assert IndexRecord.objects.get(profile=exchange.visitor_id).stamp > before


def test_an_online_exchange_uses_nothing_up(clock):
    exchange = agreed_exchange(days=WEEK[:3], mode="virtual")
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    assert state_of(exchange) == ExchangeState.ONGOING
    organisation = Organisation.objects.get(pk=exchange.visitor.organisation_id)
    assert organisation.physical_visit_used_on is None


def test_with_two_visits_in_the_rules_the_first_leaves_one(clock):
    rules = ProgrammeRules.objects.order_by("-version").first()
    rules.values["physical.visits_per_visitor"] = 2
    rules.save()
    exchange = agreed_exchange(days=WEEK)
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    organisation = Organisation.objects.get(pk=exchange.visitor.organisation_id)
    assert organisation.physical_visit_used_on is None


# --- the end -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "last_minute", "first_minute_after"),
    [
        ("Atlantic/Azores", "2027-03-06T00:59:00Z", "2027-03-06T01:00:00Z"),
        ("Europe/Helsinki", "2027-03-05T21:59:00Z", "2027-03-05T22:00:00Z"),
    ],
)
def test_it_ends_in_the_first_minute_after_its_last_day(
    clock, zone, last_minute, first_minute_after
):
    exchange = in_zone(zone)
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    clock.move_to(last_minute)
    assert finish_due_exchanges() == 0
    clock.move_to(first_minute_after)
    assert finish_due_exchanges() == 1
    assert state_of(exchange) == ExchangeState.REPORTING


def test_the_end_of_a_month_is_the_end_of_a_day(clock):
    """In the week after the clocks went forward: midnight in Lyon is at 22:00 in UTC."""
    exchange = agreed_exchange(days=[date(2028, 3, day) for day in (29, 30, 31)])
    clock.move_to("2028-03-28T22:00:00Z")
    assert start_due_exchanges() == 1
    clock.move_to("2028-03-31T21:59:00Z")
    assert finish_due_exchanges() == 0
    clock.move_to("2028-03-31T22:00:00Z")
    assert finish_due_exchanges() == 1
    assert state_of(exchange) == ExchangeState.REPORTING


def test_the_two_can_be_matched_again_and_nobody_is_asked_to_check_in(clock):
    exchange = running_exchange_of_march(clock)
    assert len(told(mails.EXCHANGE_STARTS)) == 2
    clock.move_to("2027-03-06T08:00:00Z")
    finish_due_exchanges()
    assert Match.objects.get(pk=exchange.match_id).state == MatchState.FINISHED
    waiting = OutgoingMail.objects.filter(kind=mails.EXCHANGE_STARTS.name)
    assert set(waiting.values_list("status", flat=True)) == {MailStatus.CANCELLED}


def test_an_exchange_whose_match_is_over_already_ends_all_the_same(clock):
    exchange = running_exchange_of_march(clock)
    Match.objects.filter(pk=exchange.match_id).update(state=MatchState.FINISHED)
    clock.move_to("2027-03-06T08:00:00Z")
    assert finish_due_exchanges() == 1


def test_an_amendment_that_nobody_signed_is_void_with_the_end(clock):
    exchange = running_exchange_of_march(clock)
    amendment = exchange.versions.get()
    amendment.pk, amendment.number = None, 2
    amendment.state, amendment.in_force_at = VersionState.SIGNING, None
    amendment.save(force_insert=True)
    clock.move_to("2027-03-06T08:00:00Z")
    finish_due_exchanges()
    states = list(exchange.versions.order_by("number").values_list("state", flat=True))
    assert states == [VersionState.IN_FORCE, VersionState.VOID]


def test_what_ended_meanwhile_is_left_alone(clock):
    exchange = running_exchange_of_march(clock)
    assert running.finish_exchange(exchange.pk) is False


def test_a_clock_that_stood_still_catches_up(clock):
    exchange = agreed_exchange(days=WEEK)
    clock.move_to("2027-04-01T08:00:00Z")
    assert (tasks.start_due_exchanges(), tasks.finish_due_exchanges()) == (1, 1)
    assert state_of(exchange) == ExchangeState.REPORTING


# --- what the clock tells ----------------------------------------------------------------------


def announcements():
    rows = OutgoingMail.objects.filter(kind=mails.START_ANNOUNCED.name).order_by("pk")
    return list(rows.values_list("subject", flat=True))


def test_the_start_is_announced_twice_to_both_sides(clock):
    agreed_exchange(days=WEEK)
    clock.move_to("2027-02-14T12:00:00Z")  # 15 days before, and the next day has begun elsewhere
    assert tasks.announce_starts() == 0
    clock.move_to("2027-02-15T08:00:00Z")
    assert tasks.announce_starts() == 1
    clock.move_to("2027-02-20T08:00:00Z")
    assert tasks.announce_starts() == 0
    clock.move_to("2027-02-26T08:00:00Z")
    assert tasks.announce_starts() == 1
    clock.move_to("2027-02-28T08:00:00Z")
    assert tasks.announce_starts() == 0
    assert announcements() == [
        "Prepare to receive Motores Lda: your exchange starts in 14 days",
        "Pack for AQUIMER: your exchange starts in 14 days",
        "Prepare to receive Motores Lda: your exchange starts in 3 days",
        "Pack for AQUIMER: your exchange starts in 3 days",
    ]


def test_whoever_signed_late_hears_once(clock):
    agreed_exchange(days=WEEK)
    clock.move_to("2027-02-27T08:00:00Z")
    assert tasks.announce_starts() == 1
    assert tasks.announce_starts() == 0


def test_what_was_announced_costs_three_queries_however_many_there_are(
    clock, django_assert_num_queries
):
    for _number in range(3):
        agreed_exchange(days=WEEK)
    assert tasks.announce_starts() == 3
    with django_assert_num_queries(3):
        assert tasks.announce_starts() == 0


def test_what_starts_tomorrow_at_the_hosts_costs_one_query(clock, django_assert_num_queries):
    for _number in range(2):
        agreed_exchange(days=WEEK)
    clock.move_to("2027-02-28T12:00:00Z")  # on Kiritimati it is Monday already
    with django_assert_num_queries(1):
        assert start_due_exchanges() == 0


def test_on_the_day_itself_nothing_is_announced(clock):
    agreed_exchange(days=WEEK)
    clock.move_to("2027-03-01T08:00:00Z")
    assert tasks.announce_starts() == 0


def test_the_visitor_reads_what_to_bring_and_where_to_go(clock):
    exchange = agreed_exchange(days=WEEK)
    clock.move_to("2027-02-27T08:00:00Z")
    tasks.announce_starts()
    text = OutgoingMail.objects.get(to=member_of(exchange.visitor).email, kind=START).text
    for words in (
        "starts on Monday, 1 March 2027",
        "Where: Workshop, Lyon",
        f"Ask for: {exchange.host.contact_name}",
        "- 09:00–17:00 Day 1 at the workshop",
        "keep all tickets and invoices",
        "/countries/FR/",
    ):
        assert words in text


START = mails.START_ANNOUNCED.name


def test_online_nobody_packs(clock):
    exchange = agreed_exchange(days=WEEK[:3], mode="virtual")
    clock.move_to("2027-02-27T08:00:00Z")
    tasks.announce_starts()
    text = OutgoingMail.objects.get(to=member_of(exchange.visitor).email, kind=START).text
    assert "https://meet.example/room" in text
    assert "tickets" not in text
    assert "/countries/" not in text


def test_an_announcement_that_was_not_sent_is_dropped_with_the_start(clock):
    agreed_exchange(days=WEEK)
    clock.move_to("2027-02-27T08:00:00Z")
    tasks.announce_starts()
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    rows = OutgoingMail.objects.filter(kind=START).values_list("status", flat=True)
    assert set(rows) == {"cancelled"}


def running_exchange_of_march(clock, **fields):
    exchange = agreed_exchange(days=WEEK, **fields)
    clock.move_to("2027-03-01T08:00:00Z")
    start_due_exchanges()
    return Exchange.objects.with_parties().get(pk=exchange.pk)
