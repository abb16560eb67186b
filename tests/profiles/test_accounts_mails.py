"""Every mail about an account: one row, in the reader's language, in three renderings."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from cxc_portal.core import clock
from cxc_portal.core.models import OutgoingMail
from profiles import account_mails
from tests.factories import UserFactory
from tests.profiles.mailbag import mails_to

pytestmark = pytest.mark.django_db

CONTEXT = {
    "code": "ABCD-EFGH",
    "timestamp": clock.now(),
    "ip": "203.0.113.7",
    "user_agent": "Firefox",
    "from_email": "former@example.org",
    "to_email": "current@example.org",
    "deleted_email": "gone@example.org",
    "provider": type("Provider", (), {"name": "EU Login"}),
}
PREFIXES = sorted(account_mails.KINDS)
NOTICES = [p for p in PREFIXES if account_mails.KINDS[p].audience == account_mails.OWNER]


def send(prefix, to="ada@example.org"):
    account_mails.send(prefix, to=to, context=CONTEXT)
    return mails_to(to)[0]


def text_of(mail):
    return f"{mail.text}\n{mail.html}"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_mail_has_subject_text_and_html(prefix):
    UserFactory(email="ada@example.org", first_name="Ada")
    mail = send(prefix)
    assert mail.subject
    assert "Dear Ada," in mail.text
    assert "Dear Ada," in mail.html
    assert "</html>" in mail.html
    assert "<" not in mail.text


@pytest.mark.parametrize("prefix", PREFIXES)
def test_mail_is_confidential(prefix):
    assert send(prefix).is_confidential


def test_no_two_kinds_share_a_subject():
    subjects = [
        render_to_string(f"{kind.template}_subject.txt").strip()
        for kind in account_mails.KINDS.values()
    ]
    assert sorted(subjects) == sorted(set(subjects))


@pytest.mark.parametrize(
    "kind", [kind for kind in account_mails.KINDS.values() if kind in account_mails.CODES]
)
def test_code_stands_in_the_text_and_never_in_the_subject(kind):
    prefix = next(p for p, k in account_mails.KINDS.items() if k is kind)
    mail = send(prefix)
    assert mail.text.count("ABCD-EFGH") == 1
    assert mail.html.count("ABCD-EFGH") == 1
    assert "ABCD" not in mail.subject


@pytest.mark.parametrize("prefix", NOTICES)
def test_notice_says_when_from_where_and_what_to_do(prefix, settings):
    mail = send(prefix)
    assert "203.0.113.7" in mail.text
    assert mail.subject.startswith("Check: ")
    assert settings.SITE_URL + reverse("profiles:account") in mail.text
    assert settings.SITE_URL + reverse("profiles:account") in mail.html


def test_notice_of_another_main_address_names_both():
    mail = send("account/email/email_changed")
    assert "from former@example.org to current@example.org" in text_of(mail)


def test_notice_of_a_removed_address_names_it():
    assert "gone@example.org" in text_of(send("account/email/email_deleted"))


@pytest.mark.parametrize("kind", ["account_connected", "account_disconnected"])
def test_notice_of_a_linked_log_in_names_whose(kind):
    assert "EU Login" in text_of(send(f"socialaccount/email/{kind}"))


@pytest.mark.parametrize(
    ("prefix", "url_name"),
    [
        ("account/email/account_already_exists", "account_login"),
        ("account/email/unknown_account", "account_signup"),
    ],
)
def test_mail_leads_on(prefix, url_name, settings):
    mail = send(prefix)
    assert settings.SITE_URL + reverse(url_name) in mail.text
    assert settings.SITE_URL + reverse(url_name) in mail.html


def test_links_do_not_follow_the_host_of_the_request(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    UserFactory(email="ada@example.org")
    client.post(
        reverse("account_signup"), {"email": "ada@example.org"}, headers={"Host": "evil.example"}
    )
    assert "evil.example" not in text_of(mails_to("ada@example.org")[0])


def test_mail_is_in_the_language_of_the_account(settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    UserFactory(email="ada@example.org", language="fr")
    assert send("account/email/login_code").language == "fr"


def test_mail_to_a_stranger_is_in_the_language_of_the_page(settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    with translation.override("fr"):
        assert send("account/email/unknown_account").language == "fr"


def test_mail_goes_to_the_address_that_was_typed_and_belongs_to_its_owner():
    user = UserFactory(email="ada@example.org")
    user.emailaddress_set.create(email="second@example.org", verified=True)
    mail = send("account/email/login_code", to="second@example.org")
    assert (mail.to, mail.recipient) == ("second@example.org", user)


def test_asking_twice_writes_two_mails():
    send("account/email/login_code")
    send("account/email/login_code")
    assert OutgoingMail.objects.count() == 2


def test_nothing_is_sent_within_the_request(client, mailoutbox):
    client.post(reverse("account_signup"), {"email": "new@example.org"})
    assert mailoutbox == []
    assert OutgoingMail.objects.get().status == "queued"
