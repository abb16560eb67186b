"""Staff sees whether somebody acted on a mail: answered a contact, decided about a proposal."""

import pytest

from cxc_portal.core import clock
from cxc_portal.core.models import OutgoingMail
from matching.services.matches import accept_match
from tests.factories import host_profile, match_between, visitor_profile
from tests.matching.talking import asked, contact, member, write

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture(autouse=True)
def told():
    """Whatever is written counts as sent at once."""

    def told():
        waiting = OutgoingMail.objects.filter(status="queued")
        waiting.update(status="sent", sent_at=clock.now())

    return told


def acted(kind):
    return OutgoingMail.objects.get(kind=f"matching/{kind}").acted_at is not None


def test_answering_is_acting_on_the_mail_about_the_contact(told):
    conversation = asked()
    told()
    assert not acted("first_contact")
    write(conversation, conversation.asked, "Gladly.", answer="yes")
    assert acted("first_contact")


def test_what_the_other_side_does_is_not(told):
    conversation = asked()
    told()
    write(conversation, conversation.asker, "One thing more.")
    assert not acted("first_contact")


def test_writing_as_partners_is_acting_without_a_step(told):
    visitor, host = visitor_profile(), host_profile()
    conversation = contact(visitor, host)
    match = match_between(visitor, host)
    accept_match(match_id=match.pk, actor=member(host))
    conversation.refresh_from_db()
    write(conversation, visitor, "Shall we plan?")
    told()
    assert not acted("message_new")
    write(conversation, host, "Yes.")
    assert OutgoingMail.objects.get(kind="matching/message_new", recipient=member(host)).acted_at


def test_accepting_is_acting_on_the_mail_about_the_proposal(told):
    visitor, host = visitor_profile(), host_profile()
    match = match_between(visitor, host)
    told()
    accept_match(match_id=match.pk, actor=member(host))
    assert acted("match_proposed")
