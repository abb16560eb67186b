"""The language of whoever is logged in, and the second factor that staff needs."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import get_messages
from django.urls import reverse

from profiles.models import User
from tests.factories import StaffRoleFactory, UserFactory

pytestmark = pytest.mark.django_db


# --- language ---------------------------------------------------------------------------------


@pytest.fixture
def two_languages(settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]


def language_of(response):
    return response.headers["Content-Language"]


def choose(client, language, **data):
    return client.post(reverse("set_language"), {"language": language, **data})


def test_language_chosen_without_an_account_is_kept_in_the_browser(client, two_languages):
    choose(client, "fr")
    assert language_of(client.get(reverse("account_login"))) == "fr"


def test_language_chosen_with_an_account_is_kept_with_it(client, two_languages):
    user = UserFactory(language="en")
    client.force_login(user)
    choose(client, "fr")
    user.refresh_from_db()
    client.cookies.clear()
    client.force_login(user)
    assert user.language == "fr"
    assert language_of(client.get(reverse("profiles:account"))) == "fr"


def test_account_goes_before_browser(client, two_languages):
    client.force_login(UserFactory(language="fr"))
    page = client.get(reverse("profiles:account"), headers={"Accept-Language": "en"})
    assert language_of(page) == "fr"


@pytest.mark.parametrize("language", ["", "xx"])
def test_browser_decides_where_the_account_says_nothing_of_use(client, two_languages, language):
    client.force_login(UserFactory(language=language))
    page = client.get(reverse("profiles:account"), headers={"Accept-Language": "fr"})
    assert language_of(page) == "fr"


def test_unknown_language_changes_nothing(client, two_languages):
    user = UserFactory(language="en")
    client.force_login(user)
    response = choose(client, "xx")
    user.refresh_from_db()
    assert user.language == "en"
    assert "django_language" not in response.cookies


def test_choice_leads_back_to_the_page(client, two_languages):
    assert choose(client, "fr", next="/rules/?a=1").url == "/rules/?a=1"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_choice_never_leads_to_another_site(client, two_languages, target):
    assert choose(client, "fr", next=target).url == "/"


def test_language_is_not_changed_by_following_a_link(client):
    assert client.get(reverse("set_language")).status_code == 405


def test_one_language_offers_no_choice(client):
    assert reverse("set_language") not in client.get(reverse("account_login")).content.decode()


def test_several_languages_offer_the_choice(client, two_languages):
    page = client.get(reverse("account_login")).content.decode()
    assert reverse("set_language") in page
    assert "Français" in page


# --- second factor of staff -------------------------------------------------------------------

DESK = "profiles:account"


@pytest.fixture
def staff(client, reference, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    user = StaffRoleFactory(user__password=None).user
    client.force_login(user)
    return user


def test_staff_without_a_factor_is_sent_to_set_one_up(client, staff):
    response = client.get(reverse(DESK))
    assert response.url == reverse("mfa_index")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Your role requires a second factor. Set one up to go on to your work."
    ]


@pytest.mark.parametrize(
    "url_name", ["admin:index", "admin:profiles_profile_changelist", "profiles:dashboard"]
)
def test_staff_without_a_factor_sees_nothing_of_the_desk(client, staff, url_name):
    assert client.get(reverse(url_name)).url == reverse("mfa_index")


def test_staff_with_a_factor_reaches_the_desk(client, staff):
    Authenticator.objects.create(user=staff, type="totp", data={"secret": "x"})
    assert client.get(reverse("admin:profiles_profile_changelist")).status_code == 200


def test_staff_without_a_factor_changes_nothing_either(client, staff):
    response = client.post(reverse("profiles:account_details"), {"first_name": "Changed"})
    assert response.url == reverse("mfa_index")
    assert User.objects.get().first_name != "Changed"


@pytest.mark.parametrize(
    "url_name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_logout"]
)
def test_staff_reaches_what_it_takes_to_set_one_up(client, staff, url_name):
    assert client.get(reverse(url_name)).status_code == 200


def test_staff_reaches_what_is_open_to_everybody(client, staff):
    assert client.post(reverse("set_language"), {"language": "en"}).url == "/"


def test_staff_with_a_factor_works(client, staff):
    Authenticator.objects.create(user=staff, type="totp", data={"secret": "x"})
    assert client.get(reverse(DESK)).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client, staff):
    Authenticator.objects.create(user=staff, type="recovery_codes", data={"seed": "x"})
    assert client.get(reverse(DESK)).url == reverse("mfa_index")


def test_participants_need_no_second_factor(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    client.force_login(UserFactory())
    assert client.get(reverse(DESK)).status_code == 200


def test_staff_works_without_where_the_setting_is_off(client, staff, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    assert client.get(reverse(DESK)).status_code == 200


def test_stranger_is_sent_to_log_in(client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    assert client.get(reverse(DESK)).url.startswith(reverse("account_login"))
