"""What conversations hold about a person: taken along, erased, and when an account must wait."""

import json
import zipfile
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import TestCase

from cxc_portal.core.errors import TransitionRefused
from matching.models import (
    ContactBlock,
    ContactLimits,
    Conversation,
    ConversationReport,
    ConversationStep,
    Message,
    MessageAttachment,
    ReadMark,
)
from matching.services.conversation_ends import block_organisation
from matching.services.conversations import mark_read
from matching.services.reports import report_conversation, settle_report
from profiles.personal_data import blockers
from profiles.services.erasure import erase_account
from profiles.services.personal_data import export_personal_data
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    visitor_profile,
)
from tests.matching.talking import contact, enclosure, member, say_no, write
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

GONE = "(deleted with the account of its author)"


@pytest.fixture
def talk():
    """A visitor has written to a host, with a file; the visitor's organisation has two members."""
    visitor = visitor_profile()
    MembershipFactory(organisation=visitor.organisation)
    return contact(visitor, host_profile(), files=[enclosure("plan.pdf")])


def erase(user):
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase_account(user_id=user.pk, actor=user)


def test_one_takes_along_what_one_wrote(talk):
    write(talk, talk.host, "Not mine.")
    user = member(talk.visitor)
    mark_read(conversation=talk, message=talk.messages.last(), reader=user)
    with zipfile.ZipFile(BytesIO(export_personal_data(user_id=user.pk))) as bundle:
        data = json.loads(bundle.read("data.json"))
        files = [name for name in bundle.namelist() if name.startswith("files/message_files/")]
    assert [message["text"] for message in data["messages"]] == [talk.messages.first().text]
    assert [file["name"] for file in data["message_files"]] == ["plan.pdf"]
    assert len(files) == len(data["read_marks"]) == 1


def test_an_erased_person_leaves_no_words_and_no_files(talk):
    user, file = member(talk.visitor), MessageAttachment.objects.get().file
    write(talk, talk.host, "Gladly.", answer="yes")
    write(talk, talk.visitor, "Private matters.")
    mark_read(conversation=talk, message=talk.messages.last(), reader=user)
    report_conversation(conversation_id=talk.pk, actor=user, reason="Private reason.")
    block_organisation(conversation_id=talk.pk, actor=user)
    erase(user)
    texts = list(Message.objects.values_list("text", flat=True))
    assert texts == [GONE, "Gladly.", GONE]
    assert (MessageAttachment.objects.count(), ReadMark.objects.count()) == (0, 0)
    assert not file.storage.exists(file.name)
    assert ConversationReport.objects.get().reason == GONE
    assert ContactBlock.objects.count() == 1


def test_an_answer_without_words_stays_one(talk):
    MembershipFactory(organisation=talk.host.organisation)
    write(talk, talk.host, "", answer="yes")
    erase(member(talk.host))
    assert list(Message.objects.values_list("text", flat=True))[1:] == [""]


def test_a_reason_goes_with_its_author(talk):
    MembershipFactory(organisation=talk.host.organisation)
    say_no(talk, "Private reason.")
    erase(member(talk.host))
    assert ConversationStep.objects.get().comment == GONE


def test_what_staff_settled_keeps_the_words_of_whoever_reported(talk):
    report = report_conversation(
        conversation_id=talk.pk, actor=member(talk.visitor), reason="Spam."
    )
    officer = StaffRoleFactory().user
    settle_report(report_id=report.pk, actor=officer, note="Done.")
    officer.staff_roles.all().delete()
    erase(officer)
    report.refresh_from_db()
    assert (report.reason, report.settlement) == ("Spam.", "Done.")


@pytest.mark.parametrize("name", ["host", "visitor"])
def test_the_last_member_settles_open_conversations_first(name):
    talk = contact(visitor_profile(), host_profile())
    side = getattr(talk, name)
    found = [one for one in blockers(member(side)) if one.url == f"/conversations/{talk.pk}/"]
    assert len(found) == 1
    assert talk.other(side).organisation.name in str(found[0].reason)
    with untouched(), pytest.raises(TransitionRefused):
        erase_account(user_id=member(side).pk, actor=member(side))


def test_a_colleague_can_take_over(talk):
    assert blockers(member(talk.visitor)) == []


def test_who_sees_what(talk):
    limits = ContactLimits.objects.create(profile=talk.host, capacity=1)
    report = report_conversation(
        conversation_id=talk.pk, actor=member(talk.visitor), reason="Spam."
    )
    support = StaffRoleFactory(role="support").user
    own, staff, stranger = member(talk.host), StaffRoleFactory().user, UserFactory()
    for user, is_seen in ((own, True), (staff, True), (support, True), (stranger, False)):
        assert Conversation.objects.visible_to(user).exists() is is_seen
        assert list(ConversationReport.objects.visible_to(user)) == ([report] if is_seen else [])
        assert Message.objects.visible_to(user).exists() is is_seen
    assert list(ContactLimits.objects.visible_to(own)) == [limits]
    assert list(ContactLimits.objects.visible_to(staff)) == []
    mark = mark_read(conversation=talk, message=talk.messages.get(), reader=own)
    assert mark is None
    assert str(ReadMark.objects.visible_to(own).get()) == f"read up to {talk.messages.get().pk}"
    nobody = AnonymousUser()
    for model in (Conversation, ReadMark, ContactLimits, ContactBlock):
        assert list(model.objects.visible_to(nobody)) == []
