"""What an organisation takes on, and what is told of how it answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed
from matching.enums import MatchState
from matching.models import ContactLimits
from matching.queries import conversations as queries
from matching.queries.conversations import (
    contact_refusals,
    contacts_usually_needed,
    is_blocked,
    partners_to_contact,
    reply_bands,
    unreachable_reason,
    unreachable_reasons,
)
from matching.services.conversation_ends import block_organisation
from matching.services.conversations import agree_conversation
from matching.services.limits import set_contact_limits
from profiles.services.lifecycle import pause_profile
from tests.factories import StaffRoleFactory, host_profile, match_between, visitor_profile
from tests.matching.talking import contact, days_later, say_no, write
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

NOVEMBER = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def host():
    return host_profile()


def limit(profile, **limits):
    values = {"capacity": None, "contacts_per_month": None, "paused_until": None}
    return set_contact_limits(profile_id=profile.pk, actor=profile.contact, **(values | limits))


def firm(number):
    return visitor_profile(name=f"Firm {number}")


# --- limits ------------------------------------------------------------------------------------


def test_nothing_is_limited_at_first(host):
    assert unreachable_reason(host) == ""
    limit(host)
    assert unreachable_reason(host) == ""


def test_only_members_set_limits(host):
    values = {"capacity": 1, "contacts_per_month": 1, "paused_until": None}
    officer = StaffRoleFactory().user
    with untouched(), pytest.raises(NotAllowed):
        set_contact_limits(profile_id=host.pk, actor=officer, **values)


def test_limits_are_changed_in_place(host):
    limit(host, capacity=2)
    limit(host, contacts_per_month=3)
    limits = ContactLimits.objects.get()
    assert (limits.capacity, limits.contacts_per_month) == (None, 3)
    assert str(limits) == f"limits of {host.pk}"


def test_a_pause_names_its_day(host):
    limit(host, paused_until=clock.today() + timedelta(days=1))
    assert unreachable_reason(host).startswith("Takes new contacts again on ")
    with days_later(1):
        assert unreachable_reason(host) == ""


@pytest.mark.parametrize(
    ("day", "again"),
    [(date(2026, 11, 22), "1 December 2026"), (date(2026, 12, 31), "1 January 2027")],
)
def test_the_month_names_the_first_of_the_next(host, day, again):
    with time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC)):
        limit(host, contacts_per_month=2)
        contact(firm(1), host)
        assert unreachable_reason(host) == ""
        contact(firm(2), host)
        assert unreachable_reason(host) == f"Takes new contacts again on {again}."


def test_contacts_of_last_month_and_own_ones_do_not_count(host):
    visitor = firm(1)
    with time_machine.travel(NOVEMBER):
        contact(visitor, host)
    with time_machine.travel(NOVEMBER + timedelta(days=10)):
        limit(host, contacts_per_month=1)
        contact(host, firm(2))
        assert unreachable_reason(host) == ""


@pytest.mark.parametrize("is_host", [True, False])
def test_exchanges_under_way_fill_the_capacity(host, is_host):
    visitor = firm(1)
    full = host if is_host else visitor
    limit(full, capacity=1)
    match_between(visitor, host)
    assert unreachable_reason(full) == ""
    match_between(firm(2), host, state=MatchState.CONFIRMED) if is_host else match_between(
        visitor, host_profile(name="Other", country="DE"), state=MatchState.CONFIRMED
    )
    assert unreachable_reason(full) == "Takes no new contacts at present."


def test_who_is_not_in_the_catalogue_cannot_be_contacted(host):
    pause_profile(profile_id=host.pk, actor=host.contact)
    host.refresh_from_db()
    limit(host, paused_until=clock.today() + timedelta(days=1))
    assert unreachable_reason(host) == "Not in the catalogue at present."


def test_many_profiles_take_as_many_queries_as_one(host, django_assert_num_queries):
    limit(host, capacity=1, contacts_per_month=1)
    others = [host]
    for number in range(3):
        other = host_profile(name=f"Host {number}")
        limit(other, contacts_per_month=1)
        others.append(other)
    visitor = firm(1)
    for profiles in (others[:1], others):
        with django_assert_num_queries(4):
            unreachable_reasons(profiles)
        with django_assert_num_queries(9):
            contact_refusals(visitor, profiles)


def test_a_block_counts_both_ways(host):
    conversation = contact(firm(1), host)
    block_organisation(conversation_id=conversation.pk, actor=host.contact)
    pair = (conversation.host.organisation_id, conversation.visitor.organisation_id)
    assert is_blocked(*pair)
    assert is_blocked(*reversed(pair))
    assert not is_blocked(pair[0], 0)


def test_partners_to_contact_are_the_best_that_can_be(host, monkeypatch):
    visitor = firm(1)
    talking = host_profile(name="Talking")
    contact(visitor, talking)
    full = host_profile(name="Full")
    limit(full, paused_until=clock.today() + timedelta(days=5))
    monkeypatch.setattr(queries, "PAGES_LOOKED_AT", 1)
    found = [profile for profile, _partner in partners_to_contact(visitor)]
    assert found == [host]
    assert partners_to_contact(visitor, most=0) == []


def test_partners_to_contact_are_looked_for_on_further_pages(host, monkeypatch):
    visitor = firm(1)
    second = host_profile(name="Second", country="DE")
    third = host_profile(name="Third", country="ES")
    for module in ("matches", "narrowing"):
        monkeypatch.setattr(f"matching.queries.{module}.PER_PAGE", 1, raising=False)
    assert {one for one, _partner in partners_to_contact(visitor)} == {host, second, third}
    monkeypatch.setattr(queries, "PAGES_LOOKED_AT", 2)
    assert len(partners_to_contact(visitor)) == 2


# --- how well somebody answers -----------------------------------------------------------------


def asked_often(host, *, answered, silent, hours=20):
    start = clock.now()
    for number in range(answered + silent):
        with time_machine.travel(start + timedelta(minutes=number), tick=False):
            conversation = contact(firm(number), host)
        if number < answered:
            with time_machine.travel(start + timedelta(hours=hours), tick=False):
                write(conversation, host)
        else:
            conversation.state = "silent"
            conversation.save(update_fields=["state"])


def test_too_few_contacts_say_nothing(host):
    asked_often(host, answered=2, silent=2)
    assert reply_bands(host) is None


@pytest.mark.parametrize(
    ("answered", "hours", "rate", "time"),
    [
        (5, 20, "Answers almost every contact", "usually within a day"),
        (3, 60, "Answers most contacts", "usually within three days"),
        (1, 150, "Answers some contacts", "usually within a week"),
        (2, 200, "Answers some contacts", "usually after more than a week"),
        (0, 0, "Seldom answers", ""),
    ],
)
def test_bands_tell_how_often_and_how_soon(host, answered, hours, rate, time):
    asked_often(host, answered=answered, silent=5 - answered, hours=hours)
    bands = reply_bands(host)
    assert (bands.contacts, bands.rate, bands.time) == (5, rate, time)


def test_a_no_is_an_answer_and_own_contacts_are_not_counted(host):
    for number in range(5):
        say_no(contact(firm(number), host))
    contact(host, firm(9))
    assert reply_bands(host).contacts == 5


def test_how_many_contacts_it_takes_is_told_from_experience(host, monkeypatch):
    assert contacts_usually_needed() == queries.USUALLY_NEEDED
    monkeypatch.setattr(queries, "ENOUGH_MATCHES", 1)
    for number in range(3):
        say_no(contact(firm(number), host))
    visitor = firm(9)
    contact(visitor, host)
    agree_conversation(host_id=host.pk, visitor_id=visitor.pk)
    assert contacts_usually_needed() == 4
