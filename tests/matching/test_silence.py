"""The clock of conversations: reminders, asking again, and an end for every contact."""

import random
from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.models import OutgoingMail
from matching.enums import OPEN_CONVERSATIONS, ConversationState
from matching.models import Conversation
from matching.notifications import conversations as notifications
from matching.services import silence
from matching.services.silence import mind_conversations
from matching.tasks import mind_conversations as task
from tests.factories import StaffRoleFactory, host_profile, visitor_profile
from tests.matching.talking import asked, contact, days_later, member, say_later, say_no, write
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def talk():
    return asked()


def mails(kind):
    return OutgoingMail.objects.filter(kind=kind.name)


def after(conversation, days):
    """What the clock has done on that day, counted from the last step."""
    with days_later(days):
        number = mind_conversations()
    conversation.refresh_from_db()
    return number


def test_nothing_happens_at_first(talk):
    with days_later(2), untouched():
        assert mind_conversations() == 0


@pytest.mark.parametrize(("days", "reminders"), [(3, 1), (6, 1), (7, 2), (13, 2)])
def test_reminders_come_on_their_days(talk, days, reminders):
    assert after(talk, days) == 1
    assert (talk.state, talk.reminders) == (ConversationState.ASKED, reminders)
    reminder = mails(notifications.CONTACT_REMINDER).get()
    assert reminder.to == member(talk.asked).email
    assert reminder.subject.startswith(f"Answer Motores Lda: {days} days without a word")


def test_a_second_run_on_a_day_does_nothing(talk):
    for days in (3, 7, 14):
        after(talk, days)
        with days_later(days + 0.1), untouched():
            assert mind_conversations() == 0


def test_each_side_is_reminded_when_it_has_the_word(talk):
    after(talk, 3)
    with days_later(4):
        write(talk, talk.asked)
    assert talk.reminders == 0
    assert after(talk, 7) == 1
    recipients = mails(notifications.CONTACT_REMINDER).order_by("pk").values_list("to", flat=True)
    assert list(recipients) == [member(talk.asked).email, member(talk.asking).email]


@pytest.mark.parametrize("is_answered", [False, True])
def test_silence_ends_it_and_says_whose(talk, is_answered):
    silent = talk.asked
    if is_answered:
        write(talk, talk.asked)
        silent = talk.asking
    assert after(talk, 14) == 1
    assert talk.state == ConversationState.SILENT
    assert talk.transitions.last().side == silent
    mail = mails(notifications.CONTACT_SILENT).get()
    assert mail.to == member(talk.other(silent)).email


def test_the_side_that_waited_is_shown_others_who_can_be_contacted(talk):
    host_profile(name="Beta Cluster", country="DE")
    refusing = host_profile(name="Gamma Cluster", country="ES")
    say_no(contact(talk.visitor, refusing))
    after(talk, 14)
    text = mails(notifications.CONTACT_SILENT).get().text
    assert "Beta Cluster, Germany" in text
    assert "Gamma Cluster" not in text


def test_the_partnership_of_the_silent_side_is_told(talk):
    officer = StaffRoleFactory(acronym="EXXTRA").user
    StaffRoleFactory()
    after(talk, 14)
    mail = mails(notifications.SILENCE_AT_DESK).get()
    assert mail.to == officer.email
    assert mail.subject == "Ask AQUIMER why Motores Lda got no answer"


def test_on_the_day_that_was_named_the_question_stands_again(talk):
    say_later(talk, days=20)
    assert after(talk, 19) == 0
    assert after(talk, 20) == 1
    assert talk.state == ConversationState.ASKED
    assert mails(notifications.CONTACT_AGAIN).get().to == member(talk.asked).email
    assert after(talk, 22) == 0
    assert after(talk, 23) == 1
    assert after(talk, 34) == 1
    assert talk.state == ConversationState.SILENT


def test_what_was_answered_meanwhile_is_let_alone(talk, monkeypatch):
    """The list of due ones may be older than the last message."""
    monkeypatch.setattr(silence, "_due", lambda rules: [talk.pk])
    with untouched():
        assert mind_conversations() == 0
    say_later(talk)
    with untouched():
        assert mind_conversations() == 0
    write(talk, talk.asked)
    say_no_at_last(talk)
    with untouched():
        assert mind_conversations() == 0


def say_no_at_last(talk):
    write(talk, talk.asking)
    say_no(talk)


def test_a_reminder_that_has_not_gone_out_is_taken_back_by_an_answer(talk):
    after(talk, 3)
    with days_later(3.1):
        write(talk, talk.asked)
    assert mails(notifications.CONTACT_REMINDER).get().status == "cancelled"


def test_the_clock_starts_it(talk):
    with days_later(14):
        assert task() == 1


@pytest.mark.parametrize("seed", range(4))
def test_every_contact_reaches_an_end(seed):
    """People write at random for a month, then nobody does any more."""
    chance = random.Random(seed)
    host = host_profile()
    for number in range(3):
        contact(visitor_profile(name=f"Firm {number}"), host)
    start = clock.now()
    for day in range(60):
        with time_machine.travel(start + timedelta(days=day, hours=1), tick=False):
            for talk in Conversation.objects.open() if day < 30 else ():
                if chance.random() < 0.15:
                    act_at_random(talk, chance)
            mind_conversations()
    assert Conversation.objects.filter(state__in=OPEN_CONVERSATIONS).count() == 0
    assert Conversation.objects.count() == 3


def act_at_random(talk, chance):
    side = chance.choice([talk.asking, talk.asked])
    can_answer = side == talk.asked and talk.state in ("asked", "replied")
    if can_answer and chance.random() < 0.3:
        say_later(talk, days=chance.randint(1, 9))
    elif can_answer and chance.random() < 0.2:
        say_no(talk)
    else:
        write(talk, side)
