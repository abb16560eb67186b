"""The ways to prove anew who one is, right when signing: one form each.

Password, authenticator app and passkey are checked as django-allauth does for what is only for the
owner of an account, with its limits on wrong ones; the code by mail is the portal's own. A proof is
sent together with the digest of the text, so it signs that text and no other.
"""

from collections.abc import Callable, Sequence
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.types import Text
from exchanges.enums import SignatureMethod
from profiles.forms.login import (
    TYPED_CODE,
    PasskeyAgainForm,
    ReauthenticateForm,
    SecondFactorAgainForm,
)
from profiles.models import User
from profiles.second_factor import has_second_factor

WAYS = {
    "reauthenticate": SignatureMethod.PASSWORD,
    "mfa_reauthenticate:webauthn": SignatureMethod.PASSKEY,
    "mfa_reauthenticate": SignatureMethod.SECOND_FACTOR,
}
"""What django-allauth calls the ways in which somebody can be asked again."""
FACTORS = {SignatureMethod.PASSKEY, SignatureMethod.SECOND_FACTOR}
WAY_LABELS: dict[str, Text] = {
    SignatureMethod.PASSWORD: gettext_lazy("With your password"),
    SignatureMethod.PASSKEY: gettext_lazy("With your passkey"),
    SignatureMethod.SECOND_FACTOR: gettext_lazy("With your authenticator app or a recovery code"),
    SignatureMethod.CODE: gettext_lazy("With a code by e-mail"),
}
Check = Callable[[str], bool]


def ways_to_prove(user: User) -> list[SignatureMethod]:
    """Those that this person has, the handiest first. A code by mail is for whoever has no second
    factor: with one, the mailbox alone proves less than logging in does."""
    known = get_adapter().get_reauthentication_methods(user)
    ways = [WAYS[way["id"]] for way in known]
    if not FACTORS.isdisjoint(ways) and has_second_factor(user):
        return ways
    return [*ways, SignatureMethod.CODE]


class PasswordProof(ReauthenticateForm):
    method = SignatureMethod.PASSWORD

    def use(self) -> None:
        """Nothing is used up."""


class FactorProof(SecondFactorAgainForm):
    method = SignatureMethod.SECOND_FACTOR

    def use(self) -> None:
        self.authenticator.record_usage()


class PasskeyProof(PasskeyAgainForm):
    method = SignatureMethod.PASSKEY

    def challenge(self) -> dict[str, Any]:
        """What the device is asked; a new one each time the page is shown."""
        return {"request_options": begin_authentication(self.user)}

    def use(self) -> None:
        self.cleaned_data["credential"].record_usage()


class CodeProof(forms.Form):
    """`check` says whether a code is the one that was sent for this text, and uses it up."""

    method = SignatureMethod.CODE
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("From the mail that we have sent you."),
        max_length=40,
        widget=forms.TextInput(attrs={**TYPED_CODE, "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the code from the mail.")},
    )

    def __init__(self, *args: Any, user: User, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self._check = user, check

    def clean_code(self) -> str:
        if not self._check(self.cleaned_data["code"]):
            raise forms.ValidationError(
                _(
                    "This is not the code from the latest mail, or it has run out. Check it, or "
                    "ask for a new one."
                )
            )
        return self.cleaned_data["code"]

    def use(self) -> None:
        """The check has used it up."""


PROOFS = {form.method: form for form in (PasswordProof, FactorProof, PasskeyProof)}


def proof_form(
    user: User, way: str, *, ways: Sequence[SignatureMethod], check: Check, data: Any = None
) -> Any:
    """The form for one of the person's own `ways`; the first one for any other."""
    method = way if way in ways else ways[0]
    if method == SignatureMethod.CODE:
        return CodeProof(data, user=user, check=check)
    return PROOFS[method](data, user=user)
