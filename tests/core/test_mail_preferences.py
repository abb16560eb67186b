"""What people may choose about their mails."""

import pytest

from cxc_portal.core import mail
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.mail import Topic, topics
from cxc_portal.core.mail.preferences import choices_of, choose_mails, chosen_by, reduce_mails
from cxc_portal.core.models import MailChoice, MailPreference
from tests.factories import StaffRoleFactory, UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

AWAITED = Topic("awaited", "Talks", "", is_awaited=True)
LOOSE = Topic("loose", "News", "")
DESK = Topic("desk", "Desk", "", is_awaited=True, is_for_staff=True)


@pytest.fixture(autouse=True)
def themes(monkeypatch):
    known = {topic.name: topic for topic in (AWAITED, LOOSE, DESK)}
    monkeypatch.setattr(topics, "_topics", known)


@pytest.fixture
def ada():
    return UserFactory()


def test_what_somebody_waits_for_cannot_be_switched_off():
    assert AWAITED.choices == (MailChoice.AT_ONCE, MailChoice.DAILY, MailChoice.WEEKLY)
    assert (AWAITED.default, AWAITED.least) == (MailChoice.AT_ONCE, MailChoice.WEEKLY)


def test_other_news_come_in_a_summary_or_not_at_all():
    assert LOOSE.choices == (MailChoice.DAILY, MailChoice.WEEKLY, MailChoice.NEVER)
    assert (LOOSE.default, LOOSE.least) == (MailChoice.DAILY, MailChoice.NEVER)


def test_whoever_chose_nothing_has_the_usual_pace(ada):
    assert chosen_by(ada) == {AWAITED: MailChoice.AT_ONCE, LOOSE: MailChoice.DAILY}


def test_news_of_the_desk_concern_staff_alone(reference):
    assert chosen_by(StaffRoleFactory().user)[DESK] == MailChoice.AT_ONCE


def test_a_choice_is_kept_and_changed(ada):
    bob = UserFactory()
    choose_mails(user_id=ada.pk, choices={"awaited": "daily", "loose": "weekly"})
    choose_mails(user_id=ada.pk, choices={"loose": "never"})
    held = choices_of([ada.pk, bob.pk])
    assert {key: value for key, value in held.items() if key[1] != "desk"} == {
        (ada.pk, "awaited"): MailChoice.DAILY,
        (ada.pk, "loose"): MailChoice.NEVER,
        (bob.pk, "awaited"): MailChoice.AT_ONCE,
        (bob.pk, "loose"): MailChoice.DAILY,
    }


@pytest.mark.parametrize("choices", [{"awaited": "never"}, {"loose": "at_once"}, {"loose": "x"}])
def test_a_choice_that_is_not_offered_is_refused(ada, choices):
    with untouched(), pytest.raises(TransitionRefused) as refused:
        choose_mails(user_id=ada.pk, choices=choices)
    assert refused.value.code == "not_offered"


def test_a_topic_that_nobody_knows_is_left_out(ada):
    with untouched():
        choose_mails(user_id=ada.pk, choices={"other": "never"})


def test_fewer_is_as_few_as_there_can_be(ada):
    reduce_mails(user_id=ada.pk, names={"awaited", "loose", "other"})
    assert chosen_by(ada) == {AWAITED: MailChoice.WEEKLY, LOOSE: MailChoice.NEVER}


def test_a_topic_is_declared_once():
    declared = mail.register_topic(Topic("more", "More", ""))
    assert mail.all_topics() == [AWAITED, LOOSE, DESK, declared]
    with pytest.raises(ValueError, match="The topic more is declared twice"):
        mail.register_topic(declared)


def test_a_choice_is_seen_by_its_owner(ada):
    choose_mails(user_id=ada.pk, choices={"loose": "never"})
    [row] = MailPreference.objects.visible_to(ada)
    assert str(row) == "loose: never"
    assert list(MailPreference.objects.visible_to(UserFactory())) == []
