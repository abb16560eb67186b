"""Fewer mails by one click, as mail programs offer it (RFC 8058)."""

from dataclasses import replace

import pytest
from django.test import Client

from cxc_portal.core.mail import Pace, Recipient, Topic, delivery, pacing, topics, unsubscribe
from cxc_portal.core.mail.preferences import chosen_by
from cxc_portal.core.models import MailPreference, OutgoingMail
from tests.factories import UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

AWAITED = Topic("awaited", "Talks", "", is_awaited=True)
LOOSE = Topic("loose", "News", "")


@pytest.fixture(autouse=True)
def themes(monkeypatch, settings):
    settings.MAIL_SUMMARY_HOUR = 0
    monkeypatch.setattr(topics, "_topics", {"awaited": AWAITED, "loose": LOOSE})


@pytest.fixture
def ada():
    return UserFactory(first_name="Ada", email="ada@example.org")


@pytest.fixture
def news(write, kind, ada):
    def news(topic="loose", pace=Pace.BLOCKING, to=None, **changes):
        changed = replace(kind, pace=pace, topic=topic, **changes)
        return write(to or Recipient.of(ada), kind=changed)

    return news


def header(message, name):
    return message.extra_headers.get(name)


def address(written):
    return unsubscribe.address(written).removeprefix("http://localhost:8000")


# --- headers -------------------------------------------------------------------------------------


def test_a_letter_offers_fewer_of_its_kind(news, ada, mailoutbox):
    written = news()
    pacing.deliver_news(ada.pk)
    [message] = mailoutbox
    assert header(message, "List-Unsubscribe") == f"<{unsubscribe.address(written)}>"
    assert header(message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


def test_a_summary_offers_fewer_of_what_it_tells(news, ada, mailoutbox):
    news("loose")
    news("awaited")
    pacing.deliver_news(ada.pk)
    summary = OutgoingMail.objects.get(kind="core/summary")
    assert unsubscribe.topics_of(summary) == [AWAITED, LOOSE]
    assert header(mailoutbox[0], "List-Unsubscribe") == f"<{unsubscribe.address(summary)}>"


def test_what_was_asked_for_offers_nothing(news, mailoutbox):
    delivery.deliver(news(pace=Pace.NOW).pk)
    delivery.deliver(news(to=Recipient("bob@example.org")).pk)
    assert [header(message, "List-Unsubscribe") for message in mailoutbox] == [None, None]


def test_a_letter_without_a_topic_offers_nothing(news, ada, mailoutbox):
    news("")
    pacing.deliver_news(ada.pk)
    assert header(mailoutbox[0], "List-Unsubscribe") is None


# --- the page ------------------------------------------------------------------------------------


def test_opening_changes_nothing(client, news):
    link = address(news())
    with untouched():
        assert client.head(link).status_code == 200
        page = client.get(link).content.decode()
    assert "Send me fewer mails" in page
    assert "News: Never" in page


def test_a_mail_program_posts_without_log_in_or_form_token(news, ada):
    program = Client(enforce_csrf_checks=True)
    response = program.post(address(news()), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert "You get fewer mails from now on" in response.content.decode()
    assert (chosen_by(ada)[LOOSE], chosen_by(ada)[AWAITED]) == ("never", "at_once")


def test_posting_twice_changes_nothing_more(client, news, ada):
    link = address(news("awaited"))
    client.post(link)
    with untouched():
        client.post(link)
    assert MailPreference.objects.get().choice == "weekly"


def test_the_address_holds_for_ever(client, news, time_machine):
    link = address(news())
    time_machine.move_to("2036-01-01")
    assert client.post(link).status_code == 200


def test_the_address_holds_while_the_old_secret_is_known(client, news, settings):
    link = address(news())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert client.post(link).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_made_up_address_is_not_found(client, news, method):
    first, second = address(news()).split("/"), address(news()).split("/")
    unknown = [*first[:2], "11111111-1111-4111-8111-111111111111", *first[3:]]
    for parts in ([*first[:3], "x", *first[4:]], [*first[:3], *second[3:]], unknown):
        with untouched():
            assert getattr(client, method)("/".join(parts)).status_code == 404


def test_nobody_is_left_to_choose_for(client, news, ada):
    written = news()
    link = address(written)
    OutgoingMail.objects.filter(pk=written.pk).update(recipient=None)
    assert client.post(link).status_code == 404
