"""Apps, passkeys and recovery codes. A passkey in a browser: tests/e2e/test_passkeys.py."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user
from django.contrib.messages import get_messages
from django.urls import reverse

from cxc_portal.core.models import AuditEntry
from profiles.second_factor import has_second_factor
from tests.factories import StaffRoleFactory, UserFactory
from tests.profiles.mailbag import kinds_to

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"


def code_of(secret):
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def with_app(**fields):
    user = UserFactory(**fields)
    TOTP.activate(user, SECRET)
    return user


def log_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- setting up -------------------------------------------------------------------------------


@pytest.fixture
def owner(client):
    user = UserFactory(password=None)
    client.force_login(user)
    return user


def test_app_is_set_up_with_the_code_that_it_shows(client, owner):
    page = client.get(reverse("mfa_activate_totp"))
    assert "<svg" in page.content.decode()
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert has_second_factor(owner)
    assert kinds_to(owner.email) == ["profiles/app_added"]
    assert response.url == reverse("mfa_view_recovery_codes")


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_shown_at_once(client):
    client.force_login(UserFactory(password=None))
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    page = client.get(response.url)
    assert page.status_code == 200
    assert len(page.context["unused_codes"]) == 10
    download = client.get(reverse("mfa_download_recovery_codes"))
    assert download.content.decode().split() == page.context["unused_codes"]


def test_wrong_code_sets_up_nothing(client, owner):
    client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "Type the one that is shown now" in response.content.decode()
    assert not has_second_factor(owner)


def test_new_factor_is_written_down_without_its_secret(client, owner):
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    entries = AuditEntry.objects.filter(event="account.second_factor_added")
    assert [entry.data for entry in entries] == [{"type": "totp"}, {"type": "recovery_codes"}]


def test_unconfirmed_address_comes_first(client, owner):
    owner.emailaddress_set.create(email="second@example.org", verified=False)
    response = client.get(reverse("mfa_activate_totp"))
    assert messages_of(response) == ["Confirm all of your e-mail addresses first."]


def test_passkey_page_names_the_portal_and_a_new_key(client, owner):
    page = client.get(reverse("mfa_add_webauthn"))
    assert 'value="Passkey 1"' in page.content.decode()
    options = page.context["js_data"]["creation_options"]
    assert options["publicKey"]["rp"]["name"] == "ClusterXchange"


BROKEN = [
    "1",
    "[]",
    '{"id": "1"}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": '
    '{"clientDataJSON": "AA", "attestationObject": "AA", "authenticatorData": "AA", '
    '"signature": "AA", "userHandle": "AA"}}',
    '{"id": "AA", "rawId": 7, "type": null, "response": []}',
]


@pytest.mark.parametrize("credential", BROKEN)
def test_broken_passkey_is_not_added(client, owner, credential):
    client.get(reverse("mfa_add_webauthn"))
    response = client.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential})
    assert response.status_code == 200
    assert not has_second_factor(owner)


def test_recovery_codes_need_a_factor_first(client, owner):
    response = client.post(reverse("mfa_generate_recovery_codes"))
    assert "Set one up first" in response.content.decode()


def test_new_recovery_codes_replace_the_old_ones(client):
    user = with_app()
    log_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    page = reverse("mfa_generate_recovery_codes")
    client.get(page)
    again = client.get(page).url
    client.post(again, {"password": PASSWORD, "next": page})
    assert client.get(page).status_code == 200
    response = client.post(page)
    assert response.url == reverse("mfa_view_recovery_codes")
    assert kinds_to(user.email) == ["profiles/recovery_codes_made"]


def test_index_shows_what_is_set_up(client):
    client.force_login(with_app())
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Remove the app" in page
    assert "Recovery codes" in page


# --- logging in -------------------------------------------------------------------------------


def test_app_is_asked_for_after_the_password(client):
    user = with_app()
    response = log_in(client, user)
    assert response.url == reverse("mfa_authenticate")
    assert client.get(response.url).status_code == 200
    assert not get_user(client).is_authenticated
    client.post(response.url, {"code": code_of(SECRET)})
    assert get_user(client) == user


def test_wrong_app_code_does_not_log_in(client):
    response = log_in(client, with_app())
    page = client.post(response.url, {"code": "000000"})
    assert page.status_code == 200
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("credential", BROKEN)
def test_broken_passkey_is_no_second_step(client, credential):
    response = log_in(client, with_app())
    page = client.post(response.url, {"credential": credential})
    assert page.status_code == 200
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("credential", BROKEN)
def test_broken_passkey_does_not_log_in(client, credential):
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    response = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert response.url == reverse("account_login")
    assert not get_user(client).is_authenticated


def test_nothing_sent_for_a_passkey_leads_back_to_log_in(client):
    response = client.post(reverse("mfa_login_webauthn"), {"credential": ""})
    assert response.url == reverse("account_login")


def test_passkey_offer_is_the_same_for_everybody(client):
    with_app()
    answer = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    options = answer.json()["request_options"]["publicKey"]
    assert options["rpId"] == "testserver"
    assert options["userVerification"] == "required"
    assert options.get("allowCredentials", []) == []


# --- once more before something that matters ----------------------------------------------------


def test_password_is_asked_for_first(client):
    user = with_app()
    client.force_login(user)
    response = client.get(reverse("profiles:close_account"))
    assert response.url.startswith(reverse("account_reauthenticate"))
    page = client.get(response.url).content.decode()
    assert "With your authenticator app or a recovery code" in page


def test_app_is_asked_for_where_there_is_no_password(client):
    user = with_app(password=None)
    client.force_login(user)
    response = client.get(reverse("profiles:close_account"))
    assert response.url.startswith(reverse("mfa_reauthenticate"))
    assert client.get(response.url).status_code == 200
    client.post(response.url, {"code": code_of(SECRET)})
    assert client.get(reverse("profiles:close_account")).status_code == 200


def test_passkey_is_asked_for_before_recovery_codes(client):
    user = UserFactory(password=None)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "s", "used": 0})
    client.force_login(user)
    response = client.get(reverse("profiles:close_account"))
    assert response.url.startswith(reverse("mfa_reauthenticate_webauthn"))


# --- taking away ------------------------------------------------------------------------------


def confirmed(client, user, url_name):
    client.force_login(user)
    again = client.get(reverse(url_name)).url
    client.post(again, {"code": code_of(SECRET)})


def test_app_is_removed_and_its_recovery_codes_with_it(client):
    user = with_app(password=None)
    confirmed(client, user, "mfa_deactivate_totp")
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    response = client.post(reverse("mfa_deactivate_totp"))
    assert messages_of(response) == ["The authenticator app is removed."]
    assert Authenticator.objects.count() == 0
    assert kinds_to(user.email) == ["profiles/app_removed"]
    entry = AuditEntry.objects.get(event="account.second_factor_removed")
    assert (entry.subject_id, entry.data) == (str(user.pk), {"type": "totp"})


def test_passkey_is_renamed_and_removed(client):
    user = with_app(password=None)
    key = Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Phone", "credential": {}}
    )
    confirmed(client, user, "mfa_deactivate_totp")
    edit = reverse("mfa_edit_webauthn", args=[key.pk])
    assert 'value="Phone"' in client.get(edit).content.decode()
    client.post(edit, {"name": "Blue key"})
    assert "Blue key" in client.get(reverse("mfa_list_webauthn")).content.decode()
    remove = reverse("mfa_remove_webauthn", args=[key.pk])
    assert "Blue key" in client.get(remove).content.decode()
    client.post(remove)
    assert not Authenticator.objects.filter(pk=key.pk).exists()
    assert kinds_to(user.email) == ["profiles/passkey_removed"]


def test_list_without_passkeys_offers_to_add_one(client, owner):
    page = client.get(reverse("mfa_list_webauthn")).content.decode()
    assert "No passkey yet" in page
    assert reverse("mfa_add_webauthn") in page


def test_passkey_of_somebody_else_does_not_exist(client, owner):
    key = Authenticator.objects.create(
        user=UserFactory(), type="webauthn", data={"name": "Phone", "credential": {}}
    )
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize("is_required", [True, False])
def test_staff_that_needs_a_factor_keeps_the_last_one(client, reference, settings, is_required):
    settings.STAFF_SECOND_FACTOR_REQUIRED = is_required
    user = with_app(password=None)
    StaffRoleFactory(user=user)
    confirmed(client, user, "mfa_deactivate_totp")
    response = client.post(reverse("mfa_deactivate_totp"))
    assert has_second_factor(user) is is_required
    assert ("Set up another one before" in response.content.decode()) is is_required


def test_staff_with_two_factors_may_remove_one(client, reference, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    user = with_app(password=None)
    StaffRoleFactory(user=user)
    Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Phone", "credential": {}}
    )
    confirmed(client, user, "mfa_deactivate_totp")
    client.post(reverse("mfa_deactivate_totp"))
    assert [a.type for a in Authenticator.objects.all()] == ["webauthn"]
