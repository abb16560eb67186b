"""Guessing and flooding meet a limit, and a page that says what to do."""

import pytest
from django.contrib.auth import get_user
from django.urls import reverse

from tests.factories import UserFactory
from tests.profiles.mailbag import mails_to
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db


def test_sign_ups_from_one_address_are_limited():
    answers = [
        StrictClient().post(reverse("account_signup"), {"email": f"p{n}@example.org"}).status_code
        for n in range(21)
    ]
    assert answers == [302] * 20 + [429]


def test_log_ins_from_one_address_are_limited(client):
    answers = [
        client.post(reverse("account_login"), {"login": "", "password": ""}).status_code
        for _attempt in range(31)
    ]
    assert answers == [200] * 30 + [429]


def test_page_over_the_limit_says_what_to_do(client):
    for _attempt in range(31):
        response = client.post(reverse("account_login"), {"login": "", "password": ""})
    page = response.content.decode()
    assert response.status_code == 429
    assert "Try again in a few minutes" in page


@pytest.mark.parametrize("email", ["known@example.org", "nobody@example.org"])
def test_fifth_wrong_password_locks_the_address_for_a_while(client, email):
    UserFactory(email="known@example.org")
    for _attempt in range(5):
        client.post(reverse("account_login"), {"login": email, "password": "guess"})
    response = client.post(
        reverse("account_login"), {"login": email, "password": "correct horse battery"}
    )
    assert "Wait five minutes" in response.content.decode()
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("email", ["known@example.org", "nobody@example.org"])
def test_fourth_code_within_a_minute_is_not_sent(email):
    UserFactory(email="known@example.org")
    for _attempt in range(4):
        response = StrictClient().post(reverse("account_request_login_code"), {"email": email})
    assert "Wait five minutes" in response.content.decode()
    assert len(mails_to(email)) == 3


def test_fourth_password_reset_within_a_minute_is_not_sent(client):
    user = UserFactory()
    answers = [
        client.post(reverse("account_reset_password"), {"email": user.email}).status_code
        for _attempt in range(4)
    ]
    assert answers == [302, 302, 302, 429]
    assert len(mails_to(user.email)) == 3


def test_second_sign_up_code_at_once_is_not_sent(client):
    client.post(reverse("account_signup"), {"email": "new@example.org"})
    response = client.post(reverse("account_email_verification_sent"), {"action": "resend"})
    assert response.status_code == 429
    assert len(mails_to("new@example.org")) == 1


def test_limits_count_by_the_visitor_behind_our_proxies(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _attempt in range(31):
        blocked = client.post(
            reverse("account_login"), {"login": ""}, headers={"X-Forwarded-For": "203.0.113.7"}
        )
    other = client.post(
        reverse("account_login"), {"login": ""}, headers={"X-Forwarded-For": "203.0.113.8"}
    )
    assert (blocked.status_code, other.status_code) == (429, 200)


def test_limits_ignore_what_a_visitor_claims(client):
    for number in range(31):
        response = client.post(
            reverse("account_login"),
            {"login": ""},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    assert response.status_code == 429
