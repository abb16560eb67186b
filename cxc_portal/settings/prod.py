"""The server mode: PostgreSQL, Redis, SMTP. Starts only when every secret is given."""

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from cxc_portal.settings.base import *  # noqa: F403
from cxc_portal.settings.base import (
    CONTENT_SECURITY_POLICY,
    DOCUMENT_SEAL_CERTIFICATE_FILE,
    DOCUMENT_SEAL_KEY_FILE,
    DOCUMENT_SEAL_P12,
    VAULT_KEYS,
    env,
)

_REQUIRED = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SITE_URL",
    "VAULT_KEYS",
)
if _missing := [name for name in _REQUIRED if not env.str(name, default="")]:
    raise ImproperlyConfigured(
        f"The server mode needs these environment variables: {', '.join(_missing)}. "
        "The file .env.example describes each of them."
    )

if not (DOCUMENT_SEAL_P12 or (DOCUMENT_SEAL_KEY_FILE and DOCUMENT_SEAL_CERTIFICATE_FILE)):
    raise ImproperlyConfigured(
        "The server mode seals documents: it needs DOCUMENT_SEAL_KEY_FILE and "
        "DOCUMENT_SEAL_CERTIFICATE_FILE, or DOCUMENT_SEAL_P12. "
        "The file .env.example describes each of them."
    )

try:
    for _key in VAULT_KEYS:
        Fernet(_key.strip())
except ValueError:
    raise ImproperlyConfigured(
        "VAULT_KEYS holds something that is no key. docs/vault.md tells how to make one."
    ) from None

SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

STAFF_SECOND_FACTOR_REQUIRED = env.bool("STAFF_SECOND_FACTOR_REQUIRED", default=True)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[env.str("SITE_URL").rstrip("/")])
CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
