"""The pages of the account in a browser: passkeys under the content security policy, and axe."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WAY_IN = ("account_signup", "account_reset_password", "account_inactive", "account_login")
ACCOUNT = (
    "profiles:account",
    "profiles:account_details",
    "account_email",
    "account_set_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "usersessions_list",
    "profiles:account_data",
    "profiles:close_account",
    "account_logout",
)


def give_device(visitor):
    """A device that makes passkeys; calling what is returned makes it refuse from then on."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return lambda: session.send("WebAuthn.setUserVerified", {**made, "isUserVerified": False})


def add_passkey(visitor, *, alone=True):
    visitor.goto(reverse("mfa_add_webauthn"))
    if not alone:
        visitor.page.get_by_label("Log in with this passkey alone").uncheck()
    visitor.press("Add the passkey")
    visitor.page.wait_for_url("**" + reverse("mfa_view_recovery_codes"))


def test_passkey_logs_in_alone_and_confirms_who_it_is(someone):
    user = UserFactory(password=None)
    visitor = someone(user)
    refuse = give_device(visitor)
    add_passkey(visitor)
    visitor.check()
    visitor.goto(reverse("mfa_list_webauthn"))
    visitor.check()

    visitor.context.clear_cookies()
    visitor.goto(reverse("account_login"))
    visitor.press("Log in with a passkey")
    visitor.page.wait_for_url("**/dashboard/")
    assert Authenticator.objects.get(user=user, type="webauthn").last_used_at is not None

    visitor.goto(reverse("profiles:close_account"))
    visitor.arrives_at(reverse("mfa_reauthenticate_webauthn"))
    visitor.check()
    visitor.press("Use your passkey")
    visitor.page.wait_for_url("**" + reverse("profiles:close_account"))

    visitor.context.clear_cookies()
    visitor.goto(reverse("account_login"))
    refuse()
    visitor.press("Log in with a passkey")
    visitor.page.get_by_text("That did not work, or was cancelled").wait_for()
    visitor.check()


def test_passkey_is_a_second_step_after_the_password(someone):
    user = UserFactory(password=None)
    visitor = someone(user)
    give_device(visitor)
    add_passkey(visitor, alone=False)
    user.set_password(PASSWORD)
    user.save()

    visitor.context.clear_cookies()
    visitor.goto(reverse("account_login"))
    visitor.page.get_by_label("E-mail address").fill(user.email)
    visitor.page.get_by_text("Log in with a password instead").click()
    visitor.page.get_by_label("Password").fill("a guess")
    visitor.press("Continue")
    visitor.page.get_by_role("alert").first.wait_for()
    visitor.check()
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Continue")
    visitor.arrives_at(reverse("mfa_authenticate"))
    visitor.check()
    visitor.press("Use your passkey")
    visitor.page.wait_for_url("**/dashboard/")

    for url_name in ("account_change_password", "account_reauthenticate"):
        visitor.goto(reverse(url_name))
        visitor.check()


def test_without_scripts_a_code_logs_in_and_no_passkey_is_offered(someone, code_sent_to):
    user = UserFactory(password=None)
    visitor = someone(java_script_enabled=False)
    visitor.goto(reverse("account_login"))
    assert not visitor.page.get_by_text("Log in with a passkey").is_visible()
    visitor.page.get_by_label("E-mail address").fill(user.email)
    visitor.press("Continue")
    visitor.page.get_by_label("Code").fill(code_sent_to(user.email))
    visitor.press("Continue")
    visitor.arrives_at("/dashboard/")


def test_signing_up_by_keyboard_alone(someone, code_sent_to):
    visitor = someone()
    for url_name in WAY_IN:
        visitor.goto(reverse(url_name))
        visitor.check()
    visitor.goto(reverse("account_signup"))
    visitor.tab_to(visitor.page.get_by_label("E-mail address"))
    visitor.page.keyboard.type("keyboard@example.org")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**" + reverse("account_email_verification_sent"))
    visitor.check()
    visitor.tab_to(visitor.page.get_by_label("Code"))
    visitor.page.keyboard.type(code_sent_to("keyboard@example.org").lower())
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/dashboard/")


def test_pages_of_the_account_are_sound(someone):
    user = UserFactory(password=None)
    user.emailaddress_set.create(email="a-second@a-rather-long-domain.example", verified=True)
    visitor = someone(user)
    for url_name in ACCOUNT:
        visitor.goto(reverse(url_name))
        visitor.arrives_at(reverse(url_name))
        visitor.check()
