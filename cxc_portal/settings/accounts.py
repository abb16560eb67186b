"""How people sign up, log in and prove who they are (django-allauth)."""

import re
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

AUTH_USER_MODEL = "profiles.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "cxc_portal.core.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # from before; the next login renews them
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"

# Sign-up asks for the address alone. A code sent there proves it and logs in; a password is extra.
ACCOUNT_ADAPTER = "profiles.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True

# A mail may take minutes. Codes have 8 characters of an alphabet of 20.
CODE_LIFETIME = 15 * 60
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_LIFETIME
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_LIFETIME
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_LIFETIME
ACCOUNT_LOGIN_TIMEOUT = 2 * CODE_LIFETIME

# Nothing tells whether an address has an account: pages are the same, the mail tells its owner.
# A sign-up with another address than the one typed first would, so it starts anew instead.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False

ACCOUNT_RATE_LIMITS = {
    "signup": "20/m/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/m/key",
    "confirm_email": "1/10s/key",
    "reset_password": "20/m/ip,3/m/key",
    "reset_password_from_key": "20/m/ip",
    "manage_email": "10/m/user",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "mail_link": "30/m/ip",
    "new_mail_link": "10/m/ip,3/h/key",
    "registration": "1200/h/ip",
    "outreach_visit": "60/m/ip",  # counted at most; the link itself always works
    "registration_submit": "20/h/user",
    "try": "120/m/ip",
    "verify": "30/m/ip",
    "alert": "20/h/ip",
    "signing_code": "3/m/user,20/h/user",
}
# How many proxies in front of the portal are ours: they add the visitor's address that the limits
# above count by.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

ACCOUNT_FORMS = {
    "add_email": "profiles.forms.login.AddAddressForm",
    "change_password": "profiles.forms.login.ChangePasswordForm",
    "confirm_email_verification_code": "profiles.forms.login.ConfirmAddressForm",
    "confirm_login_code": "profiles.forms.login.ConfirmLogInForm",
    "confirm_password_reset_code": "profiles.forms.login.ConfirmPasswordResetForm",
    "login": "profiles.forms.login.LogInForm",
    "reauthenticate": "profiles.forms.login.ReauthenticateForm",
    "request_login_code": "profiles.forms.login.RequestCodeForm",
    "reset_password": "profiles.forms.login.ResetPasswordForm",
    "reset_password_from_key": "profiles.forms.login.NewPasswordForm",
    "set_password": "profiles.forms.login.SetPasswordForm",
    "signup": "profiles.forms.login.SignUpForm",
}

# Second factors.
MFA_ADAPTER = "profiles.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "ClusterXchange"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "profiles.forms.login.ActivateAppForm",
    "add_webauthn": "profiles.forms.login.AddPasskeyForm",
    "authenticate": "profiles.forms.login.SecondFactorForm",
    "authenticate_webauthn": "profiles.forms.login.PasskeyFactorForm",
    "edit_webauthn": "profiles.forms.login.RenamePasskeyForm",
    "login_webauthn": "profiles.forms.login.PasskeyLogInForm",
    "reauthenticate": "profiles.forms.login.SecondFactorAgainForm",
    "reauthenticate_webauthn": "profiles.forms.login.PasskeyAgainForm",
}
STAFF_SECOND_FACTOR_REQUIRED = env.bool("STAFF_SECOND_FACTOR_REQUIRED", default=False)

# Another organisation's log-in by OpenID Connect, such as EU Login, when these are set.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
OIDC_EMAIL_IS_VERIFIED = env.bool("OIDC_EMAIL_IS_VERIFIED", default=False)
OIDC_ENABLED = bool(OIDC_SERVER_URL)


def openid_connect_provider(
    *, server_url: str, client_id: str, secret: str, name: str, is_email_verified: bool
) -> dict[str, Any]:
    """One provider as `SOCIALACCOUNT_PROVIDERS` wants it.

    Its id is made of its address, so that two providers that number people alike never mix them up.
    """
    if not client_id:
        raise ImproperlyConfigured("OIDC_SERVER_URL is set: OIDC_CLIENT_ID must be set as well.")
    address = urlsplit(server_url)
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": re.sub(r"\W+", "-", address.netloc + address.path).strip("-"),
                    "name": name,
                    "client_id": client_id,
                    "secret": secret,
                    "settings": {
                        "server_url": server_url,
                        "verified_email": is_email_verified,
                        "email_authentication": True,
                    },
                }
            ],
        }
    }


SOCIALACCOUNT_ADAPTER = "profiles.adapters.OtherLogInAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "profiles.forms.login.DisconnectForm"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
OIDC_ORIGINS: list[str] = []
if OIDC_ENABLED:
    SOCIALACCOUNT_PROVIDERS = openid_connect_provider(
        server_url=OIDC_SERVER_URL,
        client_id=OIDC_CLIENT_ID,
        secret=OIDC_CLIENT_SECRET,
        name=OIDC_NAME,
        is_email_verified=OIDC_EMAIL_IS_VERIFIED,
    )
    # The browser may go on to these from our form (CSP form-action).
    OIDC_ORIGINS = env.list(
        "OIDC_ORIGINS", default=["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_SERVER_URL))]
    )
