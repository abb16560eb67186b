"""Signing up, logging in, and looking after the own account."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.contrib.messages import get_messages
from django.urls import reverse

from cxc_portal.core.models import AuditEntry
from profiles.forms.login import SignUpForm
from profiles.models import User
from profiles.services.accounts import change_details, choose_language, end_session
from tests.factories import UserFactory
from tests.profiles.mailbag import code_sent_to, kinds_to
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
OTHER_PASSWORD = "seven paper boats"


def sign_up(client, email="new@example.org", **data):
    return client.post(reverse("account_signup"), {"email": email, **data})


def log_in(client, email, password=""):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def type_code(client, url_name, email):
    return client.post(reverse(url_name), {"code": code_sent_to(email)})


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- signing up -------------------------------------------------------------------------------


def test_sign_up_asks_for_the_address_alone():
    assert list(SignUpForm().fields) == ["email"]


def test_sign_up_sends_a_code_and_waits_for_it(client):
    response = sign_up(client)
    assert response.url == reverse("account_email_verification_sent")
    assert kinds_to("new@example.org") == ["profiles/code_sign_up"]
    assert not get_user(client).is_authenticated


def test_code_confirms_the_address_and_logs_in(client):
    sign_up(client)
    response = type_code(client, "account_email_verification_sent", "new@example.org")
    user = get_user(client)
    assert response.url == "/dashboard/"
    assert user.email == "new@example.org"
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified


def test_address_is_kept_in_lower_case(client):
    sign_up(client, "Mixed.Case@Example.ORG")
    assert User.objects.get().email == "mixed.case@example.org"


def test_sign_up_keeps_the_language_of_the_page(client, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "Français")]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    sign_up(client)
    assert User.objects.get().language == "fr"


def test_second_sign_up_at_the_same_instant_finds_the_first(client, monkeypatch):
    UserFactory(email="new@example.org")
    monkeypatch.setattr(SignUpForm, "validate_unique_email", lambda form, value: value)
    response = sign_up(client)
    assert response.url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert kinds_to("new@example.org") == ["profiles/account_exists"]


def test_sign_up_goes_on_to_where_one_came_from(client):
    sign_up(client, next="/register/role/")
    response = client.post(
        reverse("account_email_verification_sent"),
        {"code": code_sent_to("new@example.org"), "next": "/register/role/"},
    )
    assert response.url == "/register/role/"


def test_wrong_code_is_refused_with_a_way_out(client):
    sign_up(client)
    response = client.post(reverse("account_email_verification_sent"), {"code": "WRNG-WRNG"})
    assert "Check it and type it again" in response.content.decode()
    assert not get_user(client).is_authenticated


def test_code_can_be_sent_anew(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "9/m/key"}
    sign_up(client)
    first = code_sent_to("new@example.org")
    client.post(reverse("account_email_verification_sent"), {"action": "resend"})
    assert code_sent_to("new@example.org") != first
    type_code(client, "account_email_verification_sent", "new@example.org")
    assert get_user(client).is_authenticated


def test_third_wrong_code_ends_the_sign_up(client):
    sign_up(client)
    for _attempt in range(3):
        response = client.post(reverse("account_email_verification_sent"), {"code": "WRNG-WRNG"})
    assert response.url == reverse("account_login")
    right = type_code(client, "account_email_verification_sent", "new@example.org")
    assert right.url == reverse("account_login")
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize(
    ("url_name", "field", "page"),
    [
        ("account_signup", "email", "account_signup"),
        ("account_login", "login", "account_login"),
        ("account_reset_password", "email", "account_reset_password"),
    ],
)
def test_mistyped_address_is_corrected_by_starting_over(client, url_name, field, page):
    response = client.post(reverse(url_name), {field: "tyop@example.org"})
    found = re.search(
        r'name="next" value="(.*?)"', client.get(response.url).content.decode()
    ).group(1)
    assert client.post(reverse("account_logout"), {"next": found}).url == reverse(page)
    assert client.get(reverse(page)).status_code == 200


# --- logging in -------------------------------------------------------------------------------


def test_password_logs_in(client):
    user = UserFactory()
    response = log_in(client, user.email, PASSWORD)
    assert response.url == "/dashboard/"
    assert get_user(client) == user


def test_address_alone_sends_a_code_that_logs_in(client):
    user = UserFactory()
    response = log_in(client, user.email)
    assert response.url == reverse("account_confirm_login_code")
    assert kinds_to(user.email) == ["profiles/code_log_in"]
    type_code(client, "account_confirm_login_code", user.email)
    assert get_user(client) == user


def test_code_page_offers_the_same_without_a_password_field(client):
    user = UserFactory()
    page = client.get(reverse("account_request_login_code"))
    assert page.status_code == 200
    response = client.post(reverse("account_request_login_code"), {"email": user.email})
    assert response.url == reverse("account_confirm_login_code")


def test_wrong_password_is_refused(client):
    user = UserFactory()
    response = log_in(client, user.email, "something else")
    assert "do not fit together" in response.content.decode()
    assert not get_user(client).is_authenticated


def test_log_in_code_can_be_sent_anew(client):
    user = UserFactory()
    log_in(client, user.email)
    first = code_sent_to(user.email)
    client.post(reverse("account_confirm_login_code"), {"action": "resend"})
    assert code_sent_to(user.email) != first
    type_code(client, "account_confirm_login_code", user.email)
    assert get_user(client) == user


def test_closed_account_does_not_log_in(client):
    user = UserFactory(is_active=False)
    response = log_in(client, user.email, PASSWORD)
    assert response.url == reverse("account_inactive")
    assert client.get(response.url).status_code == 200
    assert not get_user(client).is_authenticated


def test_confirmed_second_address_logs_in(client):
    user = UserFactory()
    EmailAddress.objects.create(user=user, email="other@example.org", verified=True)
    log_in(client, "other@example.org", PASSWORD)
    assert get_user(client) == user


def test_logging_out_needs_a_click(client):
    client.force_login(UserFactory())
    assert client.get(reverse("account_logout")).status_code == 200
    assert get_user(client).is_authenticated
    response = client.post(reverse("account_logout"))
    assert response.url == "/"
    assert messages_of(response) == ["You are logged out."]
    assert not get_user(client).is_authenticated


# --- password ---------------------------------------------------------------------------------


def test_forgotten_password_is_replaced_with_a_code(client):
    user = UserFactory()
    response = client.post(reverse("account_reset_password"), {"email": user.email})
    assert response.url == reverse("account_confirm_password_reset_code")
    response = type_code(client, "account_confirm_password_reset_code", user.email)
    assert response.url == reverse("account_complete_password_reset")
    response = client.post(response.url, {"password1": OTHER_PASSWORD})
    user.refresh_from_db()
    assert user.check_password(OTHER_PASSWORD)
    assert get_user(client) == user
    assert kinds_to(user.email) == ["profiles/password_replaced", "profiles/code_password"]


def test_first_password_is_set_typed_once(client):
    user = UserFactory(password=None)
    client.force_login(user)
    response = client.post(reverse("account_set_password"), {"password1": OTHER_PASSWORD})
    user.refresh_from_db()
    assert user.check_password(OTHER_PASSWORD)
    assert messages_of(response) == ["Your password is set."]
    assert kinds_to(user.email) == ["profiles/password_set"]


def test_password_is_changed_with_the_current_one(client):
    user = UserFactory()
    client.force_login(user)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD},
    )
    user.refresh_from_db()
    assert user.check_password(OTHER_PASSWORD)
    assert kinds_to(user.email) == ["profiles/password_changed"]


def test_password_stays_when_the_current_one_is_wrong(client):
    user = UserFactory()
    client.force_login(user)
    client.post(
        reverse("account_change_password"), {"oldpassword": "guess", "password1": OTHER_PASSWORD}
    )
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert kinds_to(user.email) == []


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "firstnamesurname"])
def test_weak_password_is_refused(client, password):
    user = UserFactory(password=None, first_name="firstnamesurname")
    client.force_login(user)
    response = client.post(reverse("account_set_password"), {"password1": password})
    assert response.status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_changed_password_ends_the_other_sessions(client):
    user = UserFactory()
    elsewhere = StrictClient()
    elsewhere.force_login(user)
    client.force_login(user)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD},
    )
    assert get_user(client) == user
    assert not get_user(elsewhere).is_authenticated


@pytest.mark.parametrize(
    ("url_name", "data"),
    [
        ("account_change_password", {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD}),
        ("account_set_password", {"password1": OTHER_PASSWORD}),
    ],
)
def test_new_password_is_written_down(client, url_name, data):
    user = UserFactory(password=PASSWORD if "oldpassword" in data else None)
    client.force_login(user)
    client.post(reverse(url_name), data)
    entry = AuditEntry.objects.get(event="account.password_changed")
    assert (entry.actor_id, entry.subject_id, entry.data) == (user.pk, str(user.pk), {})


# --- several addresses ------------------------------------------------------------------------


@pytest.fixture
def owner(client):
    """Somebody without a password, logged in: nothing asks again who it is."""
    user = UserFactory(password=None)
    client.force_login(user)
    return user


def test_address_is_added_once_its_code_is_typed(client, owner):
    client.post(reverse("account_email"), {"action_add": "1", "email": "second@example.org"})
    assert not EmailAddress.objects.filter(email="second@example.org").exists()
    assert kinds_to("second@example.org") == ["profiles/code_address"]
    type_code(client, "account_email_verification_sent", "second@example.org")
    added = EmailAddress.objects.get(email="second@example.org")
    assert (added.user, added.verified, added.primary) == (owner, True, False)


def test_other_address_becomes_the_main_one(client, owner):
    former = owner.email
    EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    client.post(reverse("account_email"), {"action_primary": "1", "email": "second@example.org"})
    owner.refresh_from_db()
    assert owner.email == "second@example.org"
    assert kinds_to(former) == ["profiles/address_changed"]
    assert AuditEntry.objects.filter(event="account.main_address_changed").count() == 1


def test_unconfirmed_address_does_not_become_the_main_one(client, owner):
    EmailAddress.objects.create(user=owner, email="second@example.org", verified=False)
    response = client.post(
        reverse("account_email"), {"action_primary": "1", "email": "second@example.org"}
    )
    assert messages_of(response) == [
        "Only a confirmed address can be the main one. Ask for a code to confirm it first."
    ]


def test_address_is_removed(client, owner):
    EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    client.post(reverse("account_email"), {"action_remove": "1", "email": "second@example.org"})
    assert [a.email for a in owner.emailaddress_set.all()] == [owner.email]
    assert kinds_to(owner.email) == ["profiles/address_removed"]


def test_main_address_cannot_be_removed(client, owner):
    EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    response = client.post(reverse("account_email"), {"action_remove": "1", "email": owner.email})
    assert messages_of(response) == [
        "This is your main address. Make another one the main address first."
    ]
    assert owner.emailaddress_set.count() == 2


def test_address_page_shows_what_can_be_done_with_each(client, owner):
    EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    EmailAddress.objects.create(user=owner, email="third@example.org", verified=False)
    page = client.get(reverse("account_email")).content.decode()
    assert page.count("Make it the main one") == 1
    assert page.count('name="action_send"') == 1
    assert page.count('name="action_remove"') == 2


def test_changing_addresses_asks_for_the_password_again(client):
    client.force_login(UserFactory())
    response = client.post(
        reverse("account_email"), {"action_add": "1", "email": "second@example.org"}
    )
    assert response.url.startswith(reverse("account_reauthenticate"))
    assert client.get(response.url).status_code == 200
    client.post(response.url, {"password": PASSWORD, "next": reverse("account_email")})
    assert kinds_to("second@example.org") == ["profiles/code_address"]


# --- sessions ---------------------------------------------------------------------------------


def logged_in(user, user_agent):
    browser = StrictClient(headers={"User-Agent": user_agent})
    log_in(browser, user.email, PASSWORD)
    return browser


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Safari/604.1"


def test_sessions_are_listed_in_words(client):
    user = UserFactory()
    here, _there = logged_in(user, FIREFOX), logged_in(user, PHONE)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    assert page.count("This browser") == 1


def test_one_other_session_is_ended(client):
    user = UserFactory()
    here, there, kept = (logged_in(user, agent) for agent in (FIREFOX, PHONE, "kept"))
    session = UserSession.objects.get(user_agent=PHONE)
    response = here.post(reverse("profiles:end_session", args=[session.pk]))
    assert response.url == reverse("usersessions_list")
    assert [get_user(browser).is_authenticated for browser in (here, there, kept)] == [
        True,
        False,
        True,
    ]


def test_all_other_sessions_are_ended_at_once(client):
    user = UserFactory()
    here, there = logged_in(user, FIREFOX), logged_in(user, PHONE)
    response = here.post(reverse("usersessions_list"))
    assert messages_of(response) == ["You are logged out everywhere else."]
    assert get_user(here).is_authenticated
    assert not get_user(there).is_authenticated


def test_session_of_somebody_else_stays(client):
    victim = UserFactory()
    theirs = logged_in(victim, FIREFOX)
    client.force_login(UserFactory())
    client.post(reverse("profiles:end_session", args=[UserSession.objects.get().pk]))
    assert get_user(theirs) == victim


def test_ending_a_session_twice_changes_nothing():
    user = UserFactory()
    logged_in(user, FIREFOX)
    session = UserSession.objects.get()
    end_session(user_id=user.pk, session_id=session.pk)
    end_session(user_id=user.pk, session_id=session.pk)
    assert UserSession.objects.count() == 0


def test_session_is_not_ended_by_following_a_link(client):
    client.force_login(UserFactory())
    assert client.get(reverse("profiles:end_session", args=[1])).status_code == 405


# --- details and overview ---------------------------------------------------------------------


def test_details_are_saved(client):
    user = UserFactory()
    client.force_login(user)
    response = client.post(
        reverse("profiles:account_details"),
        {"first_name": "Zoë", "last_name": "Ó Briain", "wants_newsletter": "on"},
    )
    user.refresh_from_db()
    assert response.url == reverse("profiles:account")
    assert (user.first_name, user.last_name, user.wants_newsletter) == ("Zoë", "Ó Briain", True)


def test_language_is_asked_where_there_are_several(client, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    user = UserFactory(language="en")
    client.force_login(user)
    page = client.get(reverse("profiles:account_details")).content.decode()
    assert '<option value="fr">Français</option>' in page
    client.post(reverse("profiles:account_details"), {"language": "fr"})
    user.refresh_from_db()
    assert user.language == "fr"
    assert "Français" in client.get(reverse("profiles:account")).content.decode()


def test_one_language_is_not_worth_a_question(client):
    client.force_login(UserFactory())
    page = client.get(reverse("profiles:account_details")).content.decode()
    assert 'name="language"' not in page


def test_too_long_name_is_explained_and_kept_in_the_form(client):
    user = UserFactory(first_name="Ada")
    client.force_login(user)
    response = client.post(reverse("profiles:account_details"), {"first_name": "x" * 81})
    user.refresh_from_db()
    assert user.first_name == "Ada"
    page = response.content.decode()
    assert "x" * 81 in page
    assert "at most 80 characters" in page


def test_details_page_has_what_is_known(client):
    client.force_login(UserFactory(first_name="Grace"))
    assert 'value="Grace"' in client.get(reverse("profiles:account_details")).content.decode()


def test_service_changes_the_details():
    user = UserFactory(wants_newsletter=True)
    change_details(
        user_id=user.pk, first_name="A", last_name="B", language="fr", wants_newsletter=False
    )
    user.refresh_from_db()
    assert (user.get_full_name(), user.language, user.wants_newsletter) == ("A B", "fr", False)


@pytest.mark.parametrize("service", [change_details, choose_language])
def test_closed_account_changes_no_more(service):
    user = UserFactory(is_active=False)
    values = {"language": "en"}
    if service is change_details:
        values |= {"first_name": "A", "last_name": "B", "wants_newsletter": False}
    with pytest.raises(User.DoesNotExist):
        service(user_id=user.pk, **values)


def test_overview_says_what_the_account_holds(client):
    user = UserFactory(first_name="Grace", last_name="Hopper", password=None)
    EmailAddress.objects.create(user=user, email="second@example.org", verified=True)
    client.force_login(user)
    page = client.get(reverse("profiles:account")).content.decode()
    assert "Grace Hopper" in page
    assert f"{user.email}, second@example.org" in page
    assert "you log in with a code by e-mail" in page
    assert reverse("account_set_password") in page


def test_overview_of_somebody_with_a_password(client):
    log_in(client, UserFactory().email, PASSWORD)
    page = client.get(reverse("profiles:account")).content.decode()
    assert reverse("account_change_password") in page
    assert "1 browser" in page


@pytest.mark.parametrize(
    "url_name",
    [
        "profiles:account",
        "profiles:account_details",
        "profiles:account_data",
        "profiles:close_account",
        "account_email",
        "account_set_password",
        "account_change_password",
        "usersessions_list",
        "mfa_index",
    ],
)
def test_stranger_is_sent_to_log_in(client, url_name):
    response = client.get(reverse(url_name))
    assert response.url == f"{reverse('account_login')}?next={reverse(url_name)}"
