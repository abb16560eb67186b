"""Writing to each other: who may begin, whose turn it is, and what a refusal leaves behind."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.enums import ConversationState, MatchState
from matching.models import Conversation, Message, ReadMark
from matching.services.conversation_ends import block_organisation, end_conversation
from matching.services.conversations import (
    ContactRefused,
    agree_conversation,
    mark_read,
    says_why,
)
from matching.services.limits import set_contact_limits
from profiles.enums import Role
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    match_between,
    published_profile,
    visitor_profile,
)
from tests.matching.talking import (
    WHY,
    asked,
    contact,
    days_later,
    enclosure,
    say_later,
    say_no,
    write,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def host():
    return host_profile()


@pytest.fixture
def visitor():
    return visitor_profile()


def refused(code, asker, other, **changes):
    """The contact is refused with this code, and nothing has changed."""
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        contact(asker, other, **changes)
    assert refusal.value.code == code
    return str(refusal.value)


def not_posted(code, conversation, side, *args, **more):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        write(conversation, side, *args, **more)
    assert refusal.value.code == code


# --- the first contact -------------------------------------------------------------------------


@pytest.mark.parametrize("by_host", [True, False])
def test_either_side_makes_contact_and_the_other_has_the_word(host, visitor, by_host):
    asker, other = (host, visitor) if by_host else (visitor, host)
    conversation = contact(asker, other)
    assert (conversation.host, conversation.visitor) == (host, visitor)
    assert (conversation.asking, conversation.asked) == (asker, other)
    assert conversation.state == ConversationState.ASKED
    (message,) = conversation.messages.all()
    assert (message.text, message.side, message.author) == (WHY, asker, asker.contact)


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [
        (WHY, True),
        ("We would like to see your wind tunnel\nand show you ours at home.", True),
        ("We would like to see your wind tunnel and show you ours at home.", False),
        ("Hi. Meet us.", False),
        ("!!! ... ??? !!! ... ??? !!! ... ??? !!! ... ???", False),
    ],
)
def test_two_sentences_say_why(text, is_enough):
    assert says_why(text) is is_enough


def test_a_word_is_not_enough(host, visitor):
    refused("too_short", visitor, host, text="Hello there.")


def test_nobody_writes_for_others(host, visitor):
    for stranger in (UserFactory(), StaffRoleFactory().user, host.contact):
        with untouched(), pytest.raises(NotAllowed):
            contact(visitor, host, actor=stranger)


def test_only_published_profiles_write(host, visitor):
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    text = refused("not_published", visitor, host)
    assert text == "Your profile is not in the catalogue at present."


def test_only_published_profiles_are_written_to(host, visitor):
    pause_profile(profile_id=host.pk, actor=host.contact)
    text = refused("not_published", visitor, host)
    assert text == "AQUIMER is not in the catalogue at present."


def test_hard_stops_are_told_in_words(host):
    neighbour = visitor_profile(country="FR")
    text = refused("stopped", neighbour, host)
    assert text == "Both of you are in France. An exchange crosses a border."


def test_a_second_contact_while_the_first_is_open_leads_there(host, visitor):
    first = contact(visitor, host)
    with untouched(), pytest.raises(ContactRefused) as refusal:
        contact(host, visitor)
    assert refusal.value.refusal.conversation == first


def test_a_pair_rests_after_a_no_for_both_sides(host, visitor):
    conversation = contact(visitor, host)
    say_no(conversation)
    day = clock.day_of(clock.now() + timedelta(days=30))
    text = refused("rests", visitor, host)
    assert text.endswith(f"You can write again from {day.day} {day:%B %Y}.")
    refused("rests", host, visitor)
    with days_later(30.01):
        assert contact(visitor, host) != conversation


def test_a_pair_rests_after_a_declined_match(host, visitor):
    match_between(visitor, host, state=MatchState.DECLINED)
    refused("rests", visitor, host)
    refused("rests", host, visitor)


def test_whoever_ended_a_conversation_may_begin_anew_and_the_other_waits(host, visitor):
    conversation = contact(visitor, host)
    end_conversation(conversation_id=conversation.pk, actor=host.contact, reason="No time.")
    refused("rests", visitor, host)
    assert contact(host, visitor).is_open


def test_whoever_is_blocked_reads_nothing_of_the_block(host, visitor):
    conversation = contact(visitor, host)
    block_organisation(conversation_id=conversation.pk, actor=host.contact)
    text = refused("unreachable", visitor, host)
    assert text == "Takes no new contacts at present."


def test_whoever_blocked_has_to_take_it_back_first(host, visitor):
    conversation = contact(visitor, host)
    block_organisation(conversation_id=conversation.pk, actor=host.contact)
    refused("own_block", host, visitor)


def test_whoever_takes_no_contacts_is_left_in_peace(host, visitor):
    set_contact_limits(
        profile_id=host.pk,
        actor=host.contact,
        capacity=None,
        contacts_per_month=None,
        paused_until=clock.today() + timedelta(days=9),
    )
    assert refused("unreachable", visitor, host).startswith("Takes new contacts again on ")


def test_the_same_form_twice_is_one_contact(host, visitor):
    key = uuid4()
    first = contact(visitor, host, key=key)
    with untouched():
        assert contact(visitor, host, key=key) == first


def test_files_go_along_up_to_three(host, visitor):
    conversation = contact(visitor, host, files=[enclosure("a.pdf"), enclosure("../b.pdf")])
    files = conversation.messages.get().attachments.all()
    assert [(file.name, file.stem) for file in files] == [("a.pdf", "a"), ("b.pdf", "b")]
    other = visitor_profile(name="Another")
    refused("too_many", other, host, files=[enclosure() for _number in range(4)])


def test_two_with_an_open_proposal_may_write(host, visitor):
    match_between(visitor, host)
    assert contact(visitor, host).state == ConversationState.ASKED


def test_a_contact_between_matched_partners_waits_for_nobody(host, visitor):
    match_between(visitor, host, state=MatchState.CONFIRMED)
    assert contact(visitor, host).state == ConversationState.AGREED


# --- answers -----------------------------------------------------------------------------------


def test_a_yes_gives_the_word_back(host, visitor):
    conversation = contact(visitor, host)
    message = write(conversation, host, "", answer="yes")
    assert conversation.state == ConversationState.ANSWERED
    assert message.at <= conversation.answered_at <= conversation.state_since
    assert message.answer == "yes"


def test_each_message_hands_the_word_over(host, visitor):
    conversation = contact(visitor, host)
    states = []
    for side in (host, visitor, host, visitor):
        write(conversation, side)
        states.append(conversation.state)
    assert states == ["answered", "replied", "answered", "replied"]
    steps = conversation.transitions.values_list("transition", "side")
    assert list(steps) == [
        ("answer", host.pk),
        ("reply", visitor.pk),
        ("answer", host.pk),
        ("reply", visitor.pk),
    ]


def test_whoever_waits_can_only_add_to_it(host, visitor):
    conversation = contact(visitor, host)
    write(conversation, visitor, "One more thing.", answer="yes")
    assert conversation.state == ConversationState.ASKED
    assert list(conversation.messages.values_list("answer", flat=True)) == ["", ""]
    assert conversation.transitions.count() == 0


def test_a_not_now_names_the_day(host, visitor):
    conversation = contact(visitor, host)
    say_later(conversation, days=20)
    assert conversation.state == ConversationState.LATER
    assert conversation.later_from == clock.today() + timedelta(days=20)
    assert conversation.answered_at is not None


@pytest.mark.parametrize("days", [None, 0, -1, 367])
def test_a_not_now_needs_a_day_within_a_year(host, visitor, days):
    conversation = contact(visitor, host)
    day = None if days is None else clock.today() + timedelta(days=days)
    not_posted("day", conversation, host, "", answer="later", later_from=day)


def test_a_not_now_can_be_taken_back(host, visitor):
    conversation = contact(visitor, host)
    say_later(conversation)
    not_posted("answered_already", conversation, host, answer="later", later_from=None)
    write(conversation, host, answer="yes")
    assert conversation.state == ConversationState.ANSWERED


def test_a_no_ends_it_with_its_reason(host, visitor):
    conversation = contact(visitor, host)
    say_no(conversation, "No room.")
    assert conversation.state == ConversationState.REFUSED
    assert conversation.transitions.get().comment == "No room."
    not_posted("closed", conversation, visitor)


def test_a_no_needs_its_reason(host, visitor):
    not_posted("empty", contact(visitor, host), host, " ", answer="no")


def test_an_empty_message_is_none(host, visitor):
    not_posted("empty", contact(visitor, host), host, " ")


@pytest.mark.parametrize("answer", ["no", "later"])
def test_only_the_side_that_was_asked_answers(host, visitor, answer):
    not_posted("answered_already", contact(visitor, host), visitor, answer=answer)


def test_an_answer_that_a_colleague_gave_already_is_kept_as_a_message(host, visitor):
    conversation = contact(visitor, host)
    write(conversation, host, "Gladly.", answer="yes")
    colleague = MembershipFactory(organisation=host.organisation).user
    message = write(conversation, host, "Welcome!", answer="yes", actor=colleague)
    assert (message.answer, conversation.state) == ("", ConversationState.ANSWERED)
    not_posted("answered_already", conversation, host, answer="no")
    not_posted("empty", conversation, host, "", answer="yes")


def test_a_stranger_and_staff_do_not_write(host, visitor):
    conversation = contact(visitor, host)
    for stranger in (UserFactory(), StaffRoleFactory().user):
        with untouched(), pytest.raises(NotAllowed):
            write(conversation, host, actor=stranger)


def test_nobody_writes_across_a_block(host, visitor):
    conversation = contact(visitor, host)
    match_between(visitor, host, state=MatchState.CONFIRMED)
    block_organisation(conversation_id=conversation.pk, actor=host.contact)
    not_posted("unreachable", conversation, visitor)


def test_the_same_message_twice_is_one(host, visitor):
    conversation, key = contact(visitor, host), uuid4()
    message = write(conversation, host, key=key)
    with untouched():
        assert write(conversation, host, key=key) == message
    not_posted("sent_already", conversation, visitor, key=key)


def test_a_member_of_both_sides_writes_for_the_one_whose_turn_it_is(host, visitor):
    conversation = contact(visitor, host)
    both = MembershipFactory(organisation=host.organisation).user
    MembershipFactory(user=both, organisation=visitor.organisation)
    sides = [write(conversation, host, actor=both).side for _number in range(3)]
    assert sides == [host, visitor, host]


def test_whoever_rests_goes_on_with_what_is_open(host, visitor):
    conversation = contact(visitor, host)
    pause_profile(profile_id=host.pk, actor=host.contact)
    write(conversation, host)
    assert conversation.state == ConversationState.ANSWERED


# --- becoming a match, reading -----------------------------------------------------------------


def test_a_match_ends_the_waiting_and_one_can_go_on_writing(host, visitor):
    conversation = contact(visitor, host)
    assert agree_conversation(host_id=host.pk, visitor_id=visitor.pk) == conversation
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.AGREED
    write(conversation, visitor)
    assert conversation.state == ConversationState.AGREED
    assert agree_conversation(host_id=host.pk, visitor_id=visitor.pk) is None


def test_a_confirmed_match_agrees_the_conversation(host, visitor):
    conversation = contact(visitor, host)
    match_between(visitor, host, state=MatchState.CONFIRMED)
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.AGREED


def test_read_marks_never_go_back(host, visitor):
    conversation = contact(visitor, host)
    write(conversation, host)
    first, second = Message.objects.all()
    for message in (first, second, first):
        mark_read(conversation=conversation, message=message, reader=visitor.contact)
    assert ReadMark.objects.get().message == second


def test_other_profiles_of_a_partner_are_other_pairs(host):
    firm = OrganisationFactory(country_id="PT")
    contact(published_profile(role=Role.VISITING, organisation=firm), host)
    asked(name="Third")
    assert Conversation.objects.open().count() == 2
