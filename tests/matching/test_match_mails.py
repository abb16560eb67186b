"""What the mails about matches say, to whom, how soon, and each of them once."""

from collections import Counter

import pytest
import time_machine

from cxc_portal.core.mail import MailKind, Pace
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching.enums import MatchState
from matching.notifications import matches as notifications
from matching.notifications.matches import (
    DESK_INTRODUCTION_ENDED,
    DESK_MATCH_CONFIRMED,
    DESK_MATCH_DISSOLVED,
    MATCH_CONFIRMED,
    MATCH_DECLINED,
    MATCH_DISSOLVED,
    MATCH_EXPIRED,
    MATCH_INTRODUCED,
    MATCH_PROPOSED,
    MATCH_TO_PLAN,
    MATCH_WAITS,
    MATCH_WITHDRAWN,
)
from matching.services.matches import (
    accept_match,
    decline_match,
    dissolve_match,
    withdraw_match,
)
from matching.services.matches_upkeep import expire_matches
from profiles.enums import StaffRoleName
from profiles.services.decisions import suspend_profile
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)

pytestmark = pytest.mark.usefixtures("reference")

NAME = "Tom & Jerry <Ltd>"


@pytest.fixture
def host():
    return host_profile(name=NAME)


@pytest.fixture
def visitor():
    return visitor_profile()


@pytest.fixture
def officer():
    """Of the visitor's partnership."""
    return StaffRoleFactory().user


def written():
    """How often each kind went to whom."""
    rows = OutgoingMail.objects.filter(kind__startswith="matching/")
    return Counter(rows.values_list("kind", "to"))


def the_mail(kind, to):
    return OutgoingMail.objects.get(kind=kind.name, to=to.email)


def once(kind, *people):
    return Counter((kind.name, person.email) for person in people)


def assert_reads(mail, subject):
    """The name stands in the plain texts as it is written, and in the HTML as HTML has it."""
    assert mail.subject == subject
    assert NAME in mail.text
    assert "Tom &amp; Jerry &lt;Ltd&gt;" in mail.html
    assert NAME not in mail.html


def test_whoever_is_asked_reads_who_asks_and_what(host, visitor, settings):
    colleague = MembershipFactory(organisation=visitor.organisation).user
    match = match_between(host, visitor, message="Come & see.")
    assert written() == once(MATCH_PROPOSED, visitor.contact, colleague)
    mail = the_mail(MATCH_PROPOSED, visitor.contact)
    assert_reads(mail, f"Accept or decline: {NAME} proposes an exchange")
    assert "“Come & see.”" in mail.text
    assert "How: In person; you settle the days together." in mail.text
    assert mail.about_id == str(match.pk)


def test_both_read_who_introduces_them(host, visitor, officer):
    introduction_of(host, visitor, officer)
    assert written() == once(MATCH_INTRODUCED, host.contact, visitor.contact)
    mail = the_mail(MATCH_INTRODUCED, visitor.contact)
    assert_reads(mail, f"Say yes or no to {NAME}, whom RECIPE4MOBILITY introduces to you")
    assert "no is a fair answer" in mail.text


def test_the_support_office_introduces_in_its_own_name(host, visitor):
    introduction_of(host, visitor, StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    mail = the_mail(MATCH_INTRODUCED, visitor.contact)
    assert mail.subject == f"Say yes or no to {NAME}, whom the Support Office introduces to you"
    assert "The Support Office believes" in mail.text


def test_a_reminder_takes_the_place_of_the_mail_before(host, visitor):
    with time_machine.travel("2026-03-02 12:00+00:00", tick=False):
        match_between(host, visitor)
    with time_machine.travel("2026-03-09 12:00+00:00", tick=False):
        expire_matches()
    mail = the_mail(MATCH_WAITS, visitor.contact)
    assert_reads(mail, f"Answer {NAME} within 14 days: accept or decline the exchange")
    assert "was proposed on 2 March 2026" in mail.text
    assert "until 22 March 2026" in mail.text
    assert the_mail(MATCH_PROPOSED, visitor.contact).status == MailStatus.CANCELLED
    with time_machine.travel("2026-03-16 12:00+00:00", tick=False):
        expire_matches()
    subjects = OutgoingMail.objects.filter(kind=MATCH_WAITS.name).order_by("pk")
    assert subjects[1].subject.startswith(f"Answer {NAME} within 7 days")


def test_a_confirmation_reaches_both_sides_and_both_partnerships(host, visitor, officer):
    exxtra = StaffRoleFactory(acronym="EXXTRA").user
    match = match_between(host, visitor)
    accept_match(match_id=match.pk, actor=visitor.contact)
    assert written() - once(MATCH_PROPOSED, visitor.contact) == (
        once(MATCH_TO_PLAN, visitor.contact)
        + once(MATCH_CONFIRMED, host.contact)
        + once(DESK_MATCH_CONFIRMED, officer, exxtra)
    )
    assert_reads(
        the_mail(MATCH_TO_PLAN, visitor.contact),
        f"Plan your exchange with {NAME}: both of you said yes",
    )
    assert the_mail(MATCH_CONFIRMED, host.contact).subject == (
        "Get ready to welcome Motores Lda: both of you said yes"
    )
    assert_reads(
        the_mail(DESK_MATCH_CONFIRMED, officer),
        f"Help them plan: Motores Lda and {NAME} confirmed their match",
    )
    assert the_mail(MATCH_PROPOSED, visitor.contact).status == MailStatus.CANCELLED


def test_who_works_for_both_partnerships_hears_once(host, visitor, officer):
    StaffRoleFactory(user=officer, acronym="EXXTRA")
    match_between(host, visitor, state=MatchState.CONFIRMED)
    assert written()[(DESK_MATCH_CONFIRMED.name, officer.email)] == 1


def test_a_decline_tells_the_other_side_why(host, visitor):
    match = match_between(visitor, host)
    decline_match(match_id=match.pk, actor=host.contact, comment="Too <far> & late")
    assert written() == once(MATCH_PROPOSED, host.contact) + once(MATCH_DECLINED, visitor.contact)
    mail = the_mail(MATCH_DECLINED, visitor.contact)
    assert_reads(mail, f"Choose another partner: {NAME} declined the exchange")
    assert "“Too <far> & late”" in mail.text
    assert "In 30 days the two of you can try again" in mail.text


def test_who_introduced_hears_that_it_came_to_nothing(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    decline_match(match_id=match.pk, actor=visitor.contact, comment="Too far")
    asked = once(MATCH_INTRODUCED, host.contact, visitor.contact)
    told = once(MATCH_DECLINED, host.contact) + once(DESK_INTRODUCTION_ENDED, officer)
    assert written() == asked + told
    mail = the_mail(DESK_INTRODUCTION_ENDED, officer)
    assert_reads(mail, f"Introduce them to others: Motores Lda and {NAME} did not agree")
    assert "It did not become a match: declined." in mail.text


def test_who_introduced_and_has_left_hears_nothing(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    decline_match(match_id=match.pk, actor=visitor.contact, comment="Too far")
    assert (DESK_INTRODUCTION_ENDED.name, officer.email) not in written()


def test_taking_back_tells_who_was_asked(host, visitor):
    match = match_between(host, visitor)
    withdraw_match(match_id=match.pk, actor=host.contact)
    assert written() == once(MATCH_PROPOSED, visitor.contact) + once(
        MATCH_WITHDRAWN, visitor.contact
    )
    mail = the_mail(MATCH_WITHDRAWN, visitor.contact)
    assert_reads(mail, f"Nothing left to decide: the exchange with {NAME} was taken back")
    assert f"{NAME} took the proposed exchange back" in mail.text


def test_an_introduction_taken_back_by_a_side_tells_the_officer(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    accept_match(match_id=match.pk, actor=host.contact)
    withdraw_match(match_id=match.pk, actor=host.contact, comment="No time")
    assert written()[(DESK_INTRODUCTION_ENDED.name, officer.email)] == 1


def test_an_introduction_taken_back_by_staff_tells_both(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    withdraw_match(match_id=match.pk, actor=officer, comment="A mistake")
    told = once(MATCH_WITHDRAWN, host.contact, visitor.contact)
    assert written() == once(MATCH_INTRODUCED, host.contact, visitor.contact) + told
    assert "The partnership took back" in the_mail(MATCH_WITHDRAWN, visitor.contact).text


def test_what_the_portal_takes_back_is_not_blamed_on_anybody(host, visitor, officer):
    match_between(host, visitor)
    suspend_profile(profile_id=visitor.pk, actor=officer, comment="Complaint")
    mail = the_mail(MATCH_WITHDRAWN, visitor.contact)
    assert "does not stand any more" in mail.text
    assert written()[(MATCH_WITHDRAWN.name, host.contact.email)] == 1


def test_an_end_without_an_answer_is_told_to_both(host, visitor):
    match_between(visitor, host, state=MatchState.EXPIRED)
    told = once(MATCH_EXPIRED, host.contact, visitor.contact)
    assert written() == once(MATCH_PROPOSED, host.contact) + told
    mail = the_mail(MATCH_EXPIRED, visitor.contact)
    assert_reads(mail, f"Look for another partner: the proposal with {NAME} expired")
    assert f"{NAME} did not answer" in mail.text
    assert "was not answered in time" in the_mail(MATCH_EXPIRED, host.contact).text


def test_a_dissolution_tells_the_other_side_and_the_partnerships(host, visitor, officer):
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    dissolve_match(match_id=match.pk, actor=host.contact, comment="We moved")
    assert written()[(MATCH_DISSOLVED.name, visitor.contact.email)] == 1
    assert (MATCH_DISSOLVED.name, host.contact.email) not in written()
    assert_reads(
        the_mail(MATCH_DISSOLVED, visitor.contact),
        f"Look for another partner: the match with {NAME} was dissolved",
    )
    mail = the_mail(DESK_MATCH_DISSOLVED, officer)
    assert_reads(mail, f"See why Motores Lda and {NAME} dissolved their match")
    assert "“We moved”" in mail.text


def test_a_dissolution_by_staff_tells_both_sides(host, visitor, officer):
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    dissolve_match(match_id=match.pk, actor=officer, comment="Both asked for it")
    assert written()[(MATCH_DISSOLVED.name, visitor.contact.email)] == 1
    assert written()[(MATCH_DISSOLVED.name, host.contact.email)] == 1


def test_a_second_try_writes_its_own_mails(host, visitor):
    for _time in range(2):
        match = match_between(visitor, host)
        withdraw_match(match_id=match.pk, actor=visitor.contact)
    assert written()[(MATCH_PROPOSED.name, host.contact.email)] == 2


def test_who_is_waited_for_hears_at_once_and_all_can_choose():
    blocking = {MATCH_PROPOSED, MATCH_INTRODUCED, MATCH_WAITS, MATCH_TO_PLAN}
    kinds = [kind for kind in vars(notifications).values() if isinstance(kind, MailKind)]
    assert {kind for kind in kinds if kind.pace == Pace.BLOCKING} == blocking
    assert {kind for kind in kinds if kind.pace == Pace.NOW} == set()
    assert {kind.topic for kind in kinds} == {"matches", "desk"}


@pytest.mark.parametrize("state", MatchState)
def test_each_mail_leads_to_the_match_or_to_what_it_became(host, visitor, officer, state):
    match = match_between(visitor, host, state=state)
    planning = {MATCH_TO_PLAN.name, MATCH_CONFIRMED.name}
    mails = OutgoingMail.objects.filter(kind__startswith="matching/")
    paths = dict(mails.values_list("kind", "link_path"))
    assert paths == {
        kind: f"/proposals/{match.pk}/exchange/" if kind in planning else match.get_absolute_url()
        for kind in paths
    }
