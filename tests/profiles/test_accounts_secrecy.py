"""Nothing that a page, its address or its cookies say tells whether an address has an account."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.urls import reverse

from tests.factories import UserFactory
from tests.profiles.mailbag import kinds_to
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "known@example.org", "nobody@example.org"
CODE_PAGES = {
    "account_signup": "account_email_verification_sent",
    "account_login": "account_confirm_login_code",
    "account_request_login_code": "account_confirm_login_code",
    "account_reset_password": "account_confirm_password_reset_code",
}
FORMS = [
    ("account_signup", {"email": "{}"}),
    ("account_login", {"login": "{}", "password": ""}),
    ("account_login", {"login": "{}", "password": "a wrong guess"}),
    ("account_request_login_code", {"email": "{}"}),
    ("account_reset_password", {"email": "{}"}),
]
MAILS = {
    ("account_signup", KNOWN): ["profiles/account_exists"],
    ("account_signup", UNKNOWN): ["profiles/code_sign_up"],
    ("account_login", KNOWN): ["profiles/code_log_in"],
    ("account_login", UNKNOWN): ["profiles/account_unknown"],
    ("account_request_login_code", KNOWN): ["profiles/code_log_in"],
    ("account_request_login_code", UNKNOWN): ["profiles/account_unknown"],
    ("account_reset_password", KNOWN): ["profiles/code_password"],
    ("account_reset_password", UNKNOWN): ["profiles/account_unknown"],
}
TOKENS = re.compile(r"[A-Za-z0-9]{64}")
NOT_COMPARED = {"Content-Length", "Expires"}


def seen(response, address):
    """All that somebody sees of a response, without what differs from one visit to the next."""
    text = TOKENS.sub("token", response.content.decode())
    return (
        response.status_code,
        {name: value for name, value in response.headers.items() if name not in NOT_COMPARED},
        {name: (c["path"], c["max-age"]) for name, c in response.cookies.items()},
        text.replace(address, "ADDRESS"),
    )


def filled(data, address):
    return {name: value.format(address) for name, value in data.items()}


def told(url_name, data, address):
    """What a fresh browser sees after sending the form, on the next page and on the way back."""
    browser = StrictClient()
    browser.get(reverse(url_name))
    response = browser.post(reverse(url_name), filled(data, address))
    views = [seen(response, address)]
    for path in (getattr(response, "url", ""), reverse("account_login"), reverse(url_name)):
        if path:
            views.append(seen(browser.get(path, follow=True), address))
    return views


@pytest.mark.parametrize(("url_name", "data"), FORMS)
def test_known_and_unknown_addresses_look_the_same(url_name, data):
    UserFactory(email=KNOWN)
    assert told(url_name, data, KNOWN) == told(url_name, data, UNKNOWN)


@pytest.mark.parametrize(("url_name", "data"), FORMS)
def test_account_that_never_confirmed_its_address_looks_the_same(url_name, data):
    UserFactory(email=KNOWN, password=None, verified=False)
    assert told(url_name, data, KNOWN) == told(url_name, data, UNKNOWN)


@pytest.mark.parametrize(("url_name", "data"), FORMS)
def test_account_without_password_looks_the_same(url_name, data):
    UserFactory(email=KNOWN, password=None)
    assert told(url_name, data, KNOWN) == told(url_name, data, UNKNOWN)


@pytest.mark.parametrize("address", [KNOWN, UNKNOWN])
@pytest.mark.parametrize(("url_name", "data"), [form for form in FORMS if len(form[1]) == 1])
def test_owner_of_the_address_is_told_by_mail(client, url_name, data, address):
    UserFactory(email=KNOWN)
    client.post(reverse(url_name), filled(data, address))
    assert kinds_to(address) == MAILS[url_name, address]


@pytest.mark.parametrize("url_name", list(CODE_PAGES))
def test_wrong_codes_are_answered_alike(url_name):
    UserFactory(email=KNOWN)
    data = next(data for name, data in FORMS if name == url_name)

    def answers(address):
        browser = StrictClient()
        browser.post(reverse(url_name), filled(data, address))
        page = reverse(CODE_PAGES[url_name])
        return [
            seen(browser.post(page, {"code": "WRNG-WRNG"}, follow=True), address)
            for _attempt in range(4)
        ]

    assert answers(KNOWN) == answers(UNKNOWN)


@pytest.mark.parametrize("url_name", ["account_signup", "account_login"])
def test_asking_for_another_code_is_answered_alike(url_name, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "9/m/key"}
    UserFactory(email=KNOWN)

    def answers(address):
        browser = StrictClient()
        browser.post(reverse(url_name), {"email": address, "login": address})
        page = reverse(CODE_PAGES[url_name])
        return [
            seen(browser.post(page, {"action": "resend"}, follow=True), address)
            for _attempt in range(4)
        ]

    assert answers(KNOWN) == answers(UNKNOWN)


def test_password_is_weighed_for_unknown_addresses_too(client, monkeypatch):
    """The time that an answer takes tells nothing either."""
    weighed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: weighed.append(password) or encode(self, password, salt),
    )
    UserFactory(email=KNOWN)
    UserFactory(email="codes@example.org", password=None)
    counts = []
    for address in (KNOWN, UNKNOWN, "codes@example.org"):
        weighed.clear()
        client.post(reverse("account_login"), {"login": address, "password": "guess"})
        counts.append(len(weighed))
    assert counts == [1, 1, 1]


def test_adding_an_address_that_somebody_else_has_looks_like_any_other():
    UserFactory(email=KNOWN)

    def answers(address):
        browser, owner = StrictClient(), UserFactory(password=None, first_name="Ada")
        browser.force_login(owner)
        response = browser.post(reverse("account_email"), {"action_add": "1", "email": address})
        pages = (response, browser.get(response.url))
        return [str(seen(page, address)).replace(owner.email, "OWNER") for page in pages]

    assert answers(KNOWN) == answers(UNKNOWN)
