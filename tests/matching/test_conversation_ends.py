"""How conversations end other than by an answer: by a side, by a block, by leaving; and reports."""

import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.enums import ConversationState
from matching.models import ContactBlock
from matching.queries.reports import reports_for
from matching.services.conversation_ends import (
    block_organisation,
    end_conversation,
    unblock_organisation,
)
from matching.services.reports import report_conversation, settle_report
from profiles.enums import Role, StaffRoleName
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.lifecycle import pause_profile, withdraw_profile
from profiles.services.submission import revalidate_profile
from tests.factories import (
    StaffRoleFactory,
    UserFactory,
    host_profile,
    published_profile,
    visitor_profile,
)
from tests.matching.talking import asked, contact, member, say_no
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def talk():
    return asked()


def ended_because(conversation):
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.ENDED
    return conversation.transitions.get().comment


# --- a side has had enough ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["asking", "asked"])
def test_either_side_ends_it_with_a_reason(talk, name):
    side = getattr(talk, name)
    end_conversation(conversation_id=talk.pk, actor=member(side), reason="Our plans have changed.")
    assert ended_because(talk) == "Our plans have changed."
    assert talk.transitions.get().side == side


def test_ending_needs_a_reason_and_something_to_end(talk):
    with untouched(), pytest.raises(TransitionRefused):
        end_conversation(conversation_id=talk.pk, actor=member(talk.asked), reason=" ")
    say_no(talk)
    with untouched(), pytest.raises(TransitionRefused):
        end_conversation(conversation_id=talk.pk, actor=member(talk.asked), reason="Enough.")


def test_others_end_nothing(talk):
    for stranger in (UserFactory(), StaffRoleFactory().user):
        with untouched(), pytest.raises(NotAllowed):
            end_conversation(conversation_id=talk.pk, actor=stranger, reason="Enough.")


# --- a block -----------------------------------------------------------------------------------


def test_a_block_ends_what_is_open_between_two_organisations(talk):
    host, firm = talk.host, talk.visitor.organisation
    second_host = published_profile(role=Role.HOST, organisation=firm)
    second_visitor = published_profile(role=Role.VISITING, organisation=host.organisation)
    other_way = contact(second_visitor, second_host)
    untouched_one = contact(talk.visitor, host_profile(name="Elsewhere", country="DE"))
    block = block_organisation(conversation_id=talk.pk, actor=host.contact)
    assert (block.organisation, block.blocked) == (host.organisation, firm)
    assert ended_because(talk) == ended_because(other_way) == "AQUIMER ended the conversation."
    untouched_one.refresh_from_db()
    assert untouched_one.is_open


def test_a_second_block_is_the_first(talk):
    first = block_organisation(conversation_id=talk.pk, actor=talk.host.contact)
    with untouched():
        assert block_organisation(conversation_id=talk.pk, actor=talk.host.contact) == first


def test_others_block_nobody(talk):
    officer = StaffRoleFactory().user
    with untouched(), pytest.raises(NotAllowed):
        block_organisation(conversation_id=talk.pk, actor=officer)


def test_a_block_can_be_taken_back(talk):
    block = block_organisation(conversation_id=talk.pk, actor=talk.host.contact)
    with untouched(), pytest.raises(NotAllowed):
        unblock_organisation(block_id=block.pk, actor=talk.visitor.contact)
    unblock_organisation(block_id=block.pk, actor=talk.host.contact)
    with untouched():
        unblock_organisation(block_id=block.pk, actor=talk.host.contact)
    assert ContactBlock.objects.count() == 0
    assert contact(talk.host, talk.visitor).is_open


# --- leaving -----------------------------------------------------------------------------------


def withdraw(profile):
    withdraw_profile(profile_id=profile.pk, actor=profile.contact)


def suspend(profile):
    officer = StaffRoleFactory(partnership=profile.partnership).user
    suspend_profile(profile_id=profile.pk, actor=officer, comment="Complaints.")


def reject(profile):
    officer = StaffRoleFactory(partnership=profile.partnership).user
    revalidate_profile(profile=profile, actor=profile.contact)
    decide_profile(profile_id=profile.pk, decision="reject", actor=officer, comment="Not eligible.")


@pytest.mark.parametrize("leave", [withdraw, suspend, reject])
def test_whoever_leaves_for_good_ends_all_conversations(talk, leave):
    leave(talk.host)
    assert ended_because(talk) == "AQUIMER is no longer in the catalogue."


def test_whoever_rests_ends_none(talk):
    pause_profile(profile_id=talk.host.pk, actor=talk.host.contact)
    talk.refresh_from_db()
    assert talk.is_open


# --- reports -----------------------------------------------------------------------------------


def report(talk, **changes):
    fields = {"conversation_id": talk.pk, "actor": member(talk.visitor), "reason": "It is spam."}
    return report_conversation(**(fields | changes))


def test_a_report_goes_to_the_partnership_of_whoever_reports(talk):
    found = report(talk)
    assert (found.side, found.partnership) == (talk.visitor, talk.visitor.partnership)
    assert found.other_side == talk.host
    assert str(found) == f"report {found.pk}"


def test_a_side_reports_once_until_it_is_settled(talk):
    first = report(talk)
    with untouched(), pytest.raises(TransitionRefused):
        report(talk)
    report(talk, actor=member(talk.host))
    officer = StaffRoleFactory().user
    settle_report(report_id=first.pk, actor=officer, note="We called them.")
    assert report(talk) != first


def test_a_report_needs_a_reason_and_a_side(talk):
    stranger = UserFactory()
    with untouched(), pytest.raises(TransitionRefused):
        report(talk, reason=" ")
    with untouched(), pytest.raises(NotAllowed):
        report(talk, actor=stranger)


def test_staff_settles_with_a_note(talk):
    officer = StaffRoleFactory().user
    settled = settle_report(report_id=report(talk).pk, actor=officer, note=" We called them. ")
    assert (settled.settled_by, settled.settlement) == (officer, "We called them.")
    with untouched(), pytest.raises(TransitionRefused):
        settle_report(report_id=settled.pk, actor=officer, note="Again.")


def test_settling_needs_a_note_and_the_right_desk(talk):
    found, officer = report(talk), StaffRoleFactory().user
    with untouched(), pytest.raises(TransitionRefused):
        settle_report(report_id=found.pk, actor=officer, note=" ")
    for other in (StaffRoleFactory(acronym="EXXTRA").user, member(talk.visitor)):
        with untouched(), pytest.raises(NotAllowed):
            settle_report(report_id=found.pk, actor=other, note="We called them.")


def test_each_desk_has_its_own_reports_and_the_support_office_all(talk):
    mine, theirs = report(talk), report(talk, actor=member(talk.host))
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    settle_report(report_id=mine.pk, actor=support, note="Settled.")
    assert list(reports_for(support)) == [theirs, mine]
    assert list(reports_for(StaffRoleFactory().user)) == [mine]
    assert list(reports_for(StaffRoleFactory(acronym="EXXTRA").user)) == [theirs]
    assert list(reports_for(UserFactory())) == []


def test_visitors_of_other_countries_are_other_pairs():
    host = host_profile()
    first = contact(visitor_profile(), host)
    second = contact(visitor_profile(name="Second", country="ES"), host)
    withdraw(first.visitor)
    second.refresh_from_db()
    assert second.is_open
