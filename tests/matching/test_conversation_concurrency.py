"""Two people at the same instant, each with a connection of their own."""

from functools import partial
from uuid import uuid4

import pytest

from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.models import OutgoingMail
from matching.enums import ConversationState
from matching.models import Conversation, Message
from matching.notifications import conversations as notifications
from matching.services.conversation_ends import block_organisation, end_conversation
from matching.services.conversations import post_message, start_conversation
from matching.services.limits import set_contact_limits
from matching.services.silence import mind_conversations
from profiles.services.lifecycle import withdraw_profile
from tests.concurrency import at_once, errors, values
from tests.factories import MembershipFactory, host_profile, visitor_profile
from tests.matching.talking import WHY, contact, days_later, member
from tests.worlds import put_reference_data

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host():
    put_reference_data()
    return host_profile()


def starting(profile, other, **changes):
    fields = {"profile_id": profile.pk, "other_id": other.pk, "actor": member(profile), "text": WHY}
    return partial(start_conversation, **(fields | changes))


def posting(talk, actor, text="Hello.", **more):
    return partial(post_message, conversation_id=talk.pk, actor=actor, text=text, **more)


def codes(outcomes):
    return [error.code for error in errors(outcomes)]


def test_the_last_place_goes_to_one_of_two(host):
    set_contact_limits(
        profile_id=host.pk,
        actor=member(host),
        capacity=None,
        contacts_per_month=1,
        paused_until=None,
    )
    firms = [visitor_profile(name=f"Firm {number}") for number in range(2)]
    outcomes = at_once(*(starting(firm, host) for firm in firms))
    assert codes(outcomes) == ["unreachable"]
    assert Conversation.objects.count() == len(values(outcomes)) == 1


def test_two_who_write_to_each_other_have_one_conversation(host):
    visitor = visitor_profile()
    outcomes = at_once(starting(visitor, host), starting(host, visitor))
    assert codes(outcomes) == ["open"]
    assert Conversation.objects.count() == Message.objects.count() == 1


def test_a_double_click_is_one_contact_and_one_message(host):
    visitor, key = visitor_profile(), uuid4()
    outcomes = at_once(*[starting(visitor, host, key=key)] * 2)
    assert len({talk.pk for talk in values(outcomes)}) == 1
    talk = Conversation.objects.get()
    click = posting(talk, member(host), answer="yes", key=uuid4())
    assert len({message.pk for message in values(at_once(click, click))}) == 1
    assert Message.objects.count() == 2


def test_two_colleagues_who_answer_make_one_step_and_keep_both_messages(host):
    talk = contact(visitor_profile(), host)
    colleague = MembershipFactory(organisation=host.organisation).user
    outcomes = at_once(
        posting(talk, member(host), "Gladly.", answer="yes"),
        posting(talk, colleague, "Welcome!", answer="yes"),
    )
    assert errors(outcomes) == []
    assert talk.transitions.count() == 1
    assert Message.objects.count() == 3
    assert OutgoingMail.objects.filter(kind=notifications.MESSAGE_WAITS.name).count() == 1


def test_yes_and_no_at_once_are_one_answer_and_a_clear_refusal(host):
    talk = contact(visitor_profile(), host)
    colleague = MembershipFactory(organisation=host.organisation).user
    outcomes = at_once(
        posting(talk, member(host), "Gladly.", answer="yes"),
        posting(talk, colleague, "No room.", answer="no"),
    )
    assert codes(outcomes)[0] in ("answered_already", "closed")
    assert talk.transitions.count() == 1


def test_writing_and_withdrawing_at_once_ends_it_once(host):
    talk = contact(visitor_profile(), host)
    outcomes = at_once(
        posting(talk, member(host)),
        partial(withdraw_profile, profile_id=talk.visitor_id, actor=member(talk.visitor)),
    )
    talk.refresh_from_db()
    assert talk.state == ConversationState.ENDED
    assert codes(outcomes) in ([], ["closed"])


def test_ending_and_blocking_at_once_ends_it_once(host):
    talk = contact(visitor_profile(), host)
    outcomes = at_once(
        partial(end_conversation, conversation_id=talk.pk, actor=member(host), reason="No."),
        partial(block_organisation, conversation_id=talk.pk, actor=member(talk.visitor)),
    )
    assert all(isinstance(error, TransitionRefused) for error in errors(outcomes))
    assert talk.transitions.count() == 1


def test_two_clocks_remind_once(host):
    contact(visitor_profile(), host)
    with days_later(3):
        outcomes = at_once(mind_conversations, mind_conversations)
    assert sorted(values(outcomes)) == [0, 1]
    assert OutgoingMail.objects.filter(kind=notifications.CONTACT_REMINDER.name).count() == 1
