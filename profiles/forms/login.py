"""The forms of django-allauth in the portal's words: labels instead of placeholders, a new
password typed once, hints that say what to do."""

import struct
from collections.abc import Mapping
from typing import Any

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as other_log_in
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text

E_MAIL = _("E-mail address")
NEW_PASSWORD_HINT = _("At least 10 characters. Three words in a row are easy to remember.")
LABELS: dict[str, Text] = {
    "code": _("Code"),
    "email": E_MAIL,
    "login": E_MAIL,
    "name": _("Name of this passkey"),
    "oldpassword": _("Current password"),
    "password": _("Password"),
    "password1": _("New password"),
    "passwordless": _("Log in with this passkey alone, without a code or password"),
}
TYPED_CODE = {"autocapitalize": "characters", "autocorrect": "off", "spellcheck": "false"}


class Worded(forms.Form):
    """Gives the fields their labels and hints, and drops the second typing of a password."""

    hints: Mapping[str, Text] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = str(LABELS.get(name, field.label))
            field.help_text = str(self.hints.get(name, ""))
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= TYPED_CODE


class LogInForm(Worded, account.LoginForm):
    """With a password it logs in, without one it sends a code."""

    def _setup_password_field(self) -> None:
        self.fields["password"].required = False


class SignUpForm(Worded, account.SignupForm):
    hints = {"email": _("We send a code there to make sure that it is yours.")}

    def try_save(self, request: HttpRequest) -> tuple[Any, Any]:
        """Of two sign-ups with one address at the same instant, the second finds the first."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class RequestCodeForm(Worded, account.RequestLoginCodeForm):
    pass


class ConfirmLogInForm(Worded, account.ConfirmLoginCodeForm):
    pass


class ConfirmAddressForm(Worded, account.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmPasswordResetForm(Worded, account.ConfirmPasswordResetCodeForm):
    pass


class AddAddressForm(Worded, account.AddEmailForm):
    hints = {"email": _("We send a code there. The address is added once you have typed it.")}


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    pass


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    hints = {"password1": NEW_PASSWORD_HINT}


class SetPasswordForm(Worded, account.SetPasswordForm):
    hints = {"password1": NEW_PASSWORD_HINT}


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    pass


class NewPasswordForm(Worded, account.ResetPasswordKeyForm):
    hints = {"password1": NEW_PASSWORD_HINT}


class SecondFactorForm(Worded, mfa.AuthenticateForm):
    hints = {"code": _("From your authenticator app, or one of your recovery codes.")}


class SecondFactorAgainForm(Worded, mfa.ReauthenticateForm):
    hints = SecondFactorForm.hints


class ActivateAppForm(Worded, totp.ActivateTOTPForm):
    hints = {"code": _("The six digits that the app shows now.")}


NOT_A_PASSKEY = (AttributeError, KeyError, TypeError, ValueError, struct.error)


class AddPasskeyForm(Worded, webauthn.AddWebAuthnForm):
    hints = {
        "name": _("To tell it from others, such as “Phone” or “Blue key”."),
        "passwordless": _(
            "The device asks for your fingerprint, face or PIN. "
            "Leave it out for a security key that only comes after a code or password."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["passwordless"] = True

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean() or {}
        except NOT_A_PASSKEY as problem:
            raise get_adapter().validation_error("incorrect_code") from problem


class SoundPasskey(forms.Form):
    """Refuses what no passkey would send, where the library would break on it."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except NOT_A_PASSKEY as problem:
            raise get_adapter().validation_error("incorrect_code") from problem


class PasskeyFactorForm(SoundPasskey, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeyLogInForm(SoundPasskey, webauthn.LoginWebAuthnForm):
    pass


class PasskeyAgainForm(SoundPasskey, webauthn.ReauthenticateWebAuthnForm):
    pass


class RenamePasskeyForm(Worded, webauthn.EditWebAuthnForm):
    pass


class DisconnectForm(other_log_in.DisconnectForm):
    """Unlinks one log-in; a code by e-mail logs in without it, and without a password."""

    def clean(self) -> dict[str, Any]:
        cleaned = super(other_log_in.DisconnectForm, self).clean() or {}
        if not EmailAddress.objects.filter(user=self.request.user, verified=True).exists():
            raise forms.ValidationError(
                _("Confirm an e-mail address first, so that you can still log in.")
            )
        return cleaned
