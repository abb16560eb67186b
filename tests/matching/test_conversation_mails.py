"""The mails about conversations: who gets them, what they say, and what they never say."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.mail import Pace
from cxc_portal.core.models import OutgoingMail
from matching.enums import MatchState
from matching.notifications import conversations as notifications
from matching.services.conversation_ends import block_organisation, end_conversation
from matching.services.reports import report_conversation, settle_report
from matching.services.silence import mind_conversations
from profiles.enums import StaffRoleName
from profiles.models import Membership
from profiles.services.lifecycle import pause_profile, withdraw_profile
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    host_profile,
    match_between,
    visitor_profile,
)
from tests.matching.talking import WHY, contact, member, say_later, say_no, write

pytestmark = pytest.mark.usefixtures("reference")

NAME = "Tom & Jerry <Ltd>"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LOG_IN = "/go/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def talk():
    """A visitor with a difficult name has written to a host."""
    return contact(visitor_profile(name=NAME), host_profile())


def the_mail(kind):
    return OutgoingMail.objects.get(kind=kind.name)


def count(kind, **fields):
    return OutgoingMail.objects.filter(kind=kind.name, **fields).count()


def assert_reads(mail, subject, reader, *words):
    assert (mail.subject, mail.to) == (subject, member(reader).email)
    for word in words:
        assert word in mail.text
    assert WHY not in mail.text + mail.html + mail.subject


def test_a_first_contact(talk):
    mail = the_mail(notifications.FIRST_CONTACT)
    subject = f"Answer {NAME}: first contact of 22 November 2026"
    assert_reads(mail, subject, talk.host, f"{NAME} in Portugal", "Read and answer: ")
    assert "Tom &amp; Jerry &lt;Ltd&gt; in Portugal" in mail.html
    assert notifications.FIRST_CONTACT.pace == Pace.BLOCKING


def test_every_member_hears_of_it():
    host = host_profile()
    MembershipFactory(organisation=host.organisation)
    contact(visitor_profile(), host)
    assert count(notifications.FIRST_CONTACT) == 2


def test_a_message_that_waits_takes_the_earlier_mail_back(talk):
    write(talk, talk.host, "Secret words.")
    mail = the_mail(notifications.MESSAGE_WAITS)
    assert_reads(mail, "Write back to AQUIMER: message of 22 November 2026, 10:00", talk.visitor)
    assert "Secret words." not in mail.text + mail.html
    assert count(notifications.FIRST_CONTACT, status="cancelled") == 1


def test_whoever_adds_something_sends_no_second_mail(talk):
    write(talk, talk.visitor)
    assert OutgoingMail.objects.filter(kind__startswith="matching/").count() == 1


def test_in_a_match_each_message_is_told_once_a_day(talk):
    match_between(talk.visitor, talk.host, state=MatchState.CONFIRMED)
    assert count(notifications.FIRST_CONTACT, status="cancelled") == 1
    write(talk, talk.visitor)
    mail = the_mail(notifications.MESSAGE_NEW)
    assert_reads(mail, f"Read what {NAME} wrote on 22 November 2026, 10:00", talk.host)
    assert notifications.MESSAGE_NEW.pace == Pace.DAILY


def test_a_first_message_in_a_match_is_told_in_the_same_way():
    visitor, host = visitor_profile(), host_profile()
    match_between(visitor, host, state=MatchState.CONFIRMED)
    contact(visitor, host)
    assert (count(notifications.MESSAGE_NEW), count(notifications.FIRST_CONTACT)) == (1, 0)


def test_a_not_now(talk):
    say_later(talk, days=9)
    mail = the_mail(notifications.CONTACT_POSTPONED)
    subject = "Note the day: AQUIMER would like to talk from 1 December 2026"
    assert_reads(mail, subject, talk.visitor, "not now, but from 1 December 2026")


def test_a_no_offers_others_and_keeps_its_reason_in_the_conversation(talk):
    host_profile(name="Beta Cluster", country="DE")
    say_no(talk, "Never ever.")
    mail = the_mail(notifications.CONTACT_REFUSED)
    subject = "Look for another partner: AQUIMER said no on 22 November 2026"
    assert_reads(mail, subject, talk.visitor, "- Beta Cluster, Germany (")
    assert "Beta Cluster</a>, Germany" in mail.html
    assert "Never ever." not in mail.text + mail.html


def test_whoever_is_not_in_the_catalogue_is_shown_nobody(talk):
    pause_profile(profile_id=talk.visitor.pk, actor=talk.visitor.contact)
    host_profile(name="Beta Cluster", country="DE")
    say_no(talk)
    assert "Beta Cluster" not in the_mail(notifications.CONTACT_REFUSED).text


@pytest.mark.parametrize(("days", "since"), [(3, "3 days"), (7, "7 days")])
def test_reminders(talk, days, since):
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        mind_conversations()
    mail = the_mail(notifications.CONTACT_REMINDER)
    subject = f"Answer {NAME}: {since} without a word, since 22 November 2026"
    assert_reads(mail, subject, talk.host)


def test_the_day_that_was_named(talk):
    say_later(talk, days=9)
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        mind_conversations()
    mail = the_mail(notifications.CONTACT_AGAIN)
    assert_reads(mail, f"Answer {NAME} now: today is 1 December 2026", talk.host)


def test_silence(talk):
    with time_machine.travel(NOW + timedelta(days=14), tick=False):
        mind_conversations()
    mail = the_mail(notifications.CONTACT_SILENT)
    subject = "Try another partner: no answer from AQUIMER by 6 December 2026"
    assert_reads(mail, subject, talk.visitor, "has not written for 14 days")


def test_the_support_office_stands_in_for_a_desk_without_people(talk):
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    with time_machine.travel(NOW + timedelta(days=14), tick=False):
        mind_conversations()
    assert the_mail(notifications.SILENCE_AT_DESK).to == support.email


@pytest.mark.parametrize(
    "end",
    [
        lambda talk: end_conversation(
            conversation_id=talk.pk, actor=member(talk.host), reason="Secret reason."
        ),
        lambda talk: block_organisation(conversation_id=talk.pk, actor=member(talk.host)),
        lambda talk: withdraw_profile(profile_id=talk.host.pk, actor=member(talk.host)),
    ],
)
def test_an_end_is_told_to_the_other_side(talk, end):
    end(talk)
    mail = the_mail(notifications.CONVERSATION_ENDED)
    assert_reads(mail, f"Read why AQUIMER no longer talks with {NAME}", talk.visitor)
    assert "Secret reason." not in mail.text + mail.html
    assert "block" not in mail.text


def test_a_report_and_what_came_of_it(talk):
    officer = StaffRoleFactory().user
    report = report_conversation(
        conversation_id=talk.pk, actor=member(talk.visitor), reason="Secret reason."
    )
    mail = the_mail(notifications.CONVERSATION_REPORTED)
    assert mail.to == officer.email
    assert mail.subject == f"Look into what {NAME} reported about AQUIMER on 22 November 2026"
    assert "Secret reason." not in mail.text + mail.html
    settle_report(report_id=report.pk, actor=officer, note="Secret note.")
    told = the_mail(notifications.REPORT_SETTLED)
    assert_reads(
        told,
        "Read what came of your report about AQUIMER of 22 November 2026",
        talk.visitor,
        "RECIPE4MOBILITY has looked into the conversation",
    )
    assert "Secret note." not in told.text + told.html


def test_nobody_writes_to_whoever_has_left(talk):
    officer = StaffRoleFactory().user
    colleague = MembershipFactory(organisation=talk.visitor.organisation).user
    report = report_conversation(conversation_id=talk.pk, actor=colleague, reason="Spam.")
    colleague.is_active = False
    colleague.save(update_fields=["is_active"])
    settle_report(report_id=report.pk, actor=officer, note="Done.")
    assert count(notifications.REPORT_SETTLED) == 0


def test_a_conversation_goes_on_without_members_to_write_to(talk):
    Membership.objects.filter(organisation=talk.host.organisation).delete()
    write(talk, talk.visitor)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        mind_conversations()
    assert count(notifications.CONTACT_REMINDER) == 0


def test_mails_lead_to_the_very_conversation(talk, settings):
    mail = the_mail(notifications.FIRST_CONTACT)
    address = settings.SITE_URL + talk.get_absolute_url()
    assert address in mail.text or LOG_IN in mail.text
    assert clock.today().year == 2026
