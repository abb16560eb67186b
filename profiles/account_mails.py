"""The mails about accounts: codes, and notices of what was changed.

django-allauth asks for a mail by the path of its own template; here that becomes a row of the
outbox. All are confidential: they carry codes, addresses, or whether somebody has an account.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Recipient
from cxc_portal.core.types import Text
from profiles.models import User

ASKED = _("whoever asked, at that address")
OWNER = _("the owner of the account")


def _kind(name: str, audience: Text, occasion: Text) -> MailKind:
    return mail.register(MailKind(f"profiles/{name}", audience, occasion, is_confidential=True))


CODE_SIGN_UP = _kind("code_sign_up", ASKED, _("signing up"))
CODE_ADDRESS = _kind("code_address", ASKED, _("an address is to be confirmed"))
CODE_LOG_IN = _kind("code_log_in", ASKED, _("logging in by a code"))
CODE_PASSWORD = _kind("code_password", ASKED, _("a new password is wanted"))
ACCOUNT_EXISTS = _kind("account_exists", ASKED, _("signing up with an address that has an account"))
ACCOUNT_UNKNOWN = _kind("account_unknown", ASKED, _("logging in with an unknown address"))
PASSWORD_CHANGED = _kind("password_changed", OWNER, _("the password was changed"))
PASSWORD_REPLACED = _kind("password_replaced", OWNER, _("a forgotten password was replaced"))
PASSWORD_SET = _kind("password_set", OWNER, _("a first password was set"))
ADDRESS_CHANGED = _kind("address_changed", OWNER, _("another address became the main one"))
ADDRESS_REMOVED = _kind("address_removed", OWNER, _("an address was removed"))
APP_ADDED = _kind("app_added", OWNER, _("an authenticator app was added"))
APP_REMOVED = _kind("app_removed", OWNER, _("the authenticator app was removed"))
PASSKEY_ADDED = _kind("passkey_added", OWNER, _("a passkey was added"))
PASSKEY_REMOVED = _kind("passkey_removed", OWNER, _("a passkey was removed"))
RECOVERY_CODES_MADE = _kind("recovery_codes_made", OWNER, _("new recovery codes were made"))
LOG_IN_LINKED = _kind("log_in_linked", OWNER, _("another organisation's log-in was linked"))
LOG_IN_UNLINKED = _kind("log_in_unlinked", OWNER, _("another organisation's log-in was unlinked"))

KINDS = {
    "account/email/email_confirmation_signup": CODE_SIGN_UP,
    "account/email/email_confirmation": CODE_ADDRESS,
    "account/email/login_code": CODE_LOG_IN,
    "account/email/password_reset_code": CODE_PASSWORD,
    "account/email/account_already_exists": ACCOUNT_EXISTS,
    "account/email/unknown_account": ACCOUNT_UNKNOWN,
    "account/email/password_changed": PASSWORD_CHANGED,
    "account/email/password_reset": PASSWORD_REPLACED,
    "account/email/password_set": PASSWORD_SET,
    "account/email/email_changed": ADDRESS_CHANGED,
    "account/email/email_deleted": ADDRESS_REMOVED,
    "mfa/email/totp_activated": APP_ADDED,
    "mfa/email/totp_deactivated": APP_REMOVED,
    "mfa/email/webauthn_added": PASSKEY_ADDED,
    "mfa/email/webauthn_removed": PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": RECOVERY_CODES_MADE,
    "socialaccount/email/account_connected": LOG_IN_LINKED,
    "socialaccount/email/account_disconnected": LOG_IN_UNLINKED,
}
CODES = (CODE_SIGN_UP, CODE_ADDRESS, CODE_LOG_IN, CODE_PASSWORD)


def send(template_prefix: str, *, to: str, context: Mapping[str, Any]) -> None:
    """Queue the mail that allauth calls `template_prefix`, in the language of whoever reads it:
    the account's, or the page's where there is no account."""
    kind = KINDS[template_prefix]
    user = _person_at(to)
    mail.queue(
        kind,
        to=Recipient(
            email=to,
            language=(user.language if user else "") or translation.get_language() or "",
            user=user,
            name=user.get_short_name() if user else "",
        ),
        context={**context, **_action(kind)},
        dedup_key=f"{kind.name}:{uuid.uuid4()}",
    )


def _person_at(email: str) -> User | None:
    address = EmailAddress.objects.filter(email=email.lower()).order_by("-verified").first()
    return address.user if address else None


def _action(kind: MailKind) -> dict[str, Any]:
    if kind in CODES:
        return {}
    if kind is ACCOUNT_EXISTS:
        label, name = _("Log in"), "account_login"
    elif kind is ACCOUNT_UNKNOWN:
        label, name = _("Sign up"), "account_signup"
    else:
        label, name = _("Look at your account"), "profiles:account"
    return {"action_label": label, "action_url": settings.SITE_URL + reverse(name)}
