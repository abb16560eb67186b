"""Where django-allauth asks this portal: mails, messages, second factors, other log-ins."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles import account_mails
from profiles.models import User
from profiles.second_factor import FACTORS, is_required_of

# What is said after a step; what the next page says anyway is left out.
MESSAGES = {
    "account/messages/cannot_delete_primary_email.txt": gettext_lazy(
        "This is your main address. Make another one the main address first."
    ),
    "account/messages/email_confirmation_failed.txt": gettext_lazy(
        "This address could not be confirmed: it belongs to another account."
    ),
    "account/messages/email_confirmation_sent.txt": "",
    "account/messages/email_confirmed.txt": gettext_lazy("Your e-mail address is confirmed."),
    "account/messages/email_deleted.txt": gettext_lazy("The address is removed."),
    "account/messages/logged_in.txt": "",
    "account/messages/logged_out.txt": gettext_lazy("You are logged out."),
    "account/messages/login_code_sent.txt": "",
    "account/messages/password_changed.txt": gettext_lazy("Your new password is set."),
    "account/messages/password_set.txt": gettext_lazy("Your password is set."),
    "account/messages/primary_email_set.txt": gettext_lazy("Your main address is changed."),
    "account/messages/unverified_primary_email.txt": gettext_lazy(
        "Only a confirmed address can be the main one. Ask for a code to confirm it first."
    ),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "These are your recovery codes. Earlier ones no longer work."
    ),
    "mfa/messages/totp_activated.txt": gettext_lazy("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey is removed."),
    "socialaccount/messages/account_connected.txt": gettext_lazy("The log-in is linked."),
    "socialaccount/messages/account_connected_other.txt": gettext_lazy(
        "This log-in is linked to another account already. Unlink it there first."
    ),
    "socialaccount/messages/account_connected_updated.txt": gettext_lazy(
        "This log-in was linked already."
    ),
    "socialaccount/messages/account_disconnected.txt": gettext_lazy("The log-in is unlinked."),
    "usersessions/messages/sessions_logged_out.txt": gettext_lazy(
        "You are logged out everywhere else."
    ),
}
WAY_NAMES = {
    "reauthenticate": gettext_lazy("With your password"),
    "mfa_reauthenticate": gettext_lazy("With your authenticator app or a recovery code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("With your passkey"),
}
WAYS = tuple(WAY_NAMES)
WAIT = gettext_lazy("That was too often. Wait five minutes, then try again.")


class AccountAdapter(DefaultAccountAdapter):
    """Mails go through the outbox, messages are the portal's own."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": gettext_lazy("This address is one of yours already."),
        "email_password_mismatch": gettext_lazy(
            "The address and the password do not fit together. Try again, or leave the password "
            "empty and we send you a code."
        ),
        "email_taken": gettext_lazy("This address belongs to another account."),
        "enter_current_password": gettext_lazy("This is not your current password."),
        "incorrect_code": gettext_lazy(
            "This is not the code from the latest mail. Check it and type it again."
        ),
        "incorrect_password": gettext_lazy("This is not your password."),
        "max_email_addresses": gettext_lazy("Up to %d addresses are possible. Remove one first."),
        "rate_limited": WAIT,
        "too_many_login_attempts": WAIT,
    }

    def new_user(self, request: HttpRequest) -> User:
        """Whoever signs up keeps the language of the page."""
        return User(language=translation.get_language() or "")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The first is what a person most likely has at hand."""
        ways = super().get_reauthentication_methods(user)
        has_app = Authenticator.objects.filter(
            user_id=user.pk, type=Authenticator.Type.TOTP
        ).exists()
        order = WAYS if has_app else (WAYS[0], WAYS[2], WAYS[1])
        for way in ways:
            way["description"] = WAY_NAMES[way["id"]]
        return sorted(ways, key=lambda way: order.index(way["id"]))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        account_mails.send(template_prefix, to=email, context=context)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or MESSAGES[message_template or ""]
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Staff that must have a second factor keep at least one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Your role requires a second factor. Set up another one before you remove this one."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes stand in for a second factor. Set one up first."
        ),
        "incorrect_code": gettext_lazy(
            "This code is not right, or no longer. Type the one that is shown now."
        ),
        "unverified_email": gettext_lazy("Confirm all of your e-mail addresses first."),
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return not is_required_of(authenticator.user) or (
            others.exclude(pk=authenticator.pk).exists()
        )

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER


class OtherLogInAdapter(DefaultSocialAccountAdapter):
    """Another organisation's log-in opens an account only through an address that both sides have
    verified; an address that somebody merely typed there opens nothing here."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Without a verified address from there, whoever is not linked yet logs in here first.

        Otherwise one could park a log-in under somebody else's address and come back through it
        once the owner has confirmed the address.
        """
        is_linking = sociallogin.state.get("process") == "connect"
        is_verified = any(address.verified for address in sociallogin.email_addresses)
        if sociallogin.is_existing or is_linking or is_verified:
            return
        name = sociallogin.provider.name
        messages.warning(
            request,
            _(
                "%(name)s does not vouch for your e-mail address. Log in with a code, then link "
                "%(name)s on the page of your account."
            )
            % {"name": name},
        )
        raise ImmediateHttpResponse(redirect("account_login"))

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Only an address that was verified here, too, makes two log-ins the same person."""
        return (
            super().can_authenticate_by_email(login, email)
            and EmailAddress.objects.filter(email=email.lower(), verified=True).exists()
        )
