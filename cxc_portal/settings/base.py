"""Settings shared by every way of running. All that differs comes from the environment."""

from pathlib import Path

import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from cxc_portal.settings.accounts import *  # noqa: F403
from cxc_portal.settings.accounts import OIDC_ORIGINS

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="a-tour-of-the-portal")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.forms",
    "django_htmx",
    "django_filters",
    "template_partials",
    "csp",
    "phonenumber_field",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "cxc_portal.core",
    "profiles",
    "matching",
    "exchanges",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "profiles.middleware.RulesMiddleware",
    "profiles.middleware.UserLanguageMiddleware",
    "profiles.middleware.SecondFactorMiddleware",
    "profiles.middleware.MailLinkMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "cxc_portal.core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "cxc_portal.urls"
WSGI_APPLICATION = "cxc_portal.wsgi.application"
ASGI_APPLICATION = "cxc_portal.asgi.application"
FORM_RENDERER = "cxc_portal.core.forms.PortalFormRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cxc_portal.core.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "cxc_portal.core.templatetags.portal",
            ],
        },
    }
]

# Database: SQLite in var/ unless DATABASE_URL names another.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache: Redis where there is one, a folder that all processes share otherwise.
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
        }
    )
}

# Queue: Celery over Redis, or over files in var/queue.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost/")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"socket_connect_timeout": 5}
# Documents are slow to make and have a queue of their own, so that letters and jobs do not wait
# behind them. A worker that is given no queues works off both.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("documents")]
CELERY_TASK_ROUTES = {
    task: {"queue": "documents"} for task in ("core.make_document", "core.sweep_documents")
}
QUEUE_DIR = VAR_DIR / "queue"
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT = "cxc_portal.core.folder_queue:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
    }
    for folder in (QUEUE_DIR / "messages", QUEUE_DIR / "control"):
        folder.mkdir(parents=True, exist_ok=True)
# A job whose work shows no sign of life for so long counts as lost with its worker.
JOB_SILENCE_SECONDS = env.int("JOB_SILENCE_SECONDS", default=300)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=60.0)
# A sweep that nobody took up before the next one is dropped, so that none pile up.
_sweep = {"schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}
CELERY_BEAT_SCHEDULE = {
    "mail-sweep": {"task": "core.sweep_mails", **_sweep},
    "letters": {"task": "core.post_letters", **_sweep},
    "job-sweep": {"task": "core.sweep_jobs", **_sweep},
    "document-sweep": {"task": "core.sweep_documents", **_sweep},
    "old-jobs": {"task": "core.forget_old_jobs", "schedule": crontab(hour=4, minute=10)},
    "validation-clock": {
        "task": "profiles.remind_about_waiting_profiles",
        "schedule": crontab(minute=10),
    },
    "dormancy": {
        "task": "profiles.mind_dormant_profiles",
        "schedule": crontab(hour=3, minute=20),
    },
    "abandoned-registrations": {
        "task": "profiles.remove_abandoned_registrations",
        "schedule": crontab(hour=4, minute=20),
    },
    "new-profiles": {
        "task": "matching.tell_of_new_profiles",
        "schedule": crontab(hour=5, minute=10),
    },
    "partner-alerts": {"task": "matching.tell_of_partners", "schedule": crontab(minute=25)},
    "addresses-of-strangers": {
        "task": "matching.forget_strangers",
        "schedule": crontab(hour=4, minute=30),
    },
    "silence": {
        "task": "matching.mind_conversations",
        "schedule": crontab(minute=25),
    },
    "proposals": {
        "task": "matching.expire_matches",
        "schedule": crontab(minute=35),
    },
    # Days begin and end at different times in different countries, also at half and quarter hours.
    "exchanges-that-start": {
        "task": "exchanges.start_due_exchanges",
        "schedule": crontab(minute="*/5"),
    },
    "exchanges-that-end": {
        "task": "exchanges.finish_due_exchanges",
        "schedule": crontab(minute="*/5"),
    },
    "reports-that-open": {"task": "reports.open_due_reports", "schedule": crontab(minute="*/5")},
    "missing-reports": {
        "task": "reports.remind_missing_reports",
        "schedule": crontab(hour=7, minute=10),
    },
    "starts-ahead": {"task": "exchanges.announce_starts", "schedule": crontab(minute=40)},
    "running-exchanges": {"task": "exchanges.mind_running", "schedule": crontab(minute=45)},
    "missing-signatures": {
        "task": "exchanges.remind_missing_signatories",
        "schedule": crontab(hour=7, minute=20),
    },
    "resting-drafts": {
        "task": "exchanges.recall_drafts",
        "schedule": crontab(hour=5, minute=30),
    },
    "groups-that-close": {"task": "exchanges.close_due_groups", "schedule": crontab(minute=5)},
    "unsettled-incidents": {"task": "exchanges.climb_unsettled", "schedule": crontab(minute=50)},
    "what-came-of-it": {"task": "reports.ask_later", "schedule": crontab(hour=6, minute=20)},
    "payments-that-wait": {
        "task": "reports.tell_of_payments",
        "schedule": crontab(hour=5, minute=50),
    },
    "expired-sessions": {
        "task": "core.clear_expired_sessions",
        "schedule": crontab(hour=4, minute=40),
    },
}

# Mail: files in var/mail unless EMAIL_URL names a server.
if EMAIL_URL := env.str("EMAIL_URL", default=""):
    _email = env.email_url("EMAIL_URL")
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
    EMAIL_PORT = _email.get("EMAIL_PORT") or 25
    EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
    EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
    EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 20
# After this long a mail that is being sent counts as lost with its worker, and is sent again.
MAIL_CLAIM_SECONDS = env.int("MAIL_CLAIM_SECONDS", default=300)
# For how many days the link in a mail logs its reader in, counted from sending.
MAIL_LINK_DAYS = env.int("MAIL_LINK_DAYS", default=7)
# From which hour on, in the portal's time zone, the summary of the day goes out.
MAIL_SUMMARY_HOUR = env.int("MAIL_SUMMARY_HOUR", default=16)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ClusterXchange <portal@cxc.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Documents: the key and certificate of the seal, as two PEM files or one PKCS #12 file; without
# either the portal makes its own in var/seal. The passphrase is the key's or the file's.
DOCUMENT_SEAL_KEY_FILE = env.str("DOCUMENT_SEAL_KEY_FILE", default="")
DOCUMENT_SEAL_CERTIFICATE_FILE = env.str("DOCUMENT_SEAL_CERTIFICATE_FILE", default="")
DOCUMENT_SEAL_P12 = env.str("DOCUMENT_SEAL_P12", default="")
DOCUMENT_SEAL_PASSPHRASE = env.str("DOCUMENT_SEAL_PASSPHRASE", default="")
# A service (RFC 3161) that confirms the time of the seal; none without.
DOCUMENT_TIMESTAMP_URL = env.str("DOCUMENT_TIMESTAMP_URL", default="")
# After this long a document that is being made counts as lost with its worker.
DOCUMENT_CLAIM_SECONDS = env.int("DOCUMENT_CLAIM_SECONDS", default=300)

# Bank accounts are encrypted: by the first of these keys, read by all of them. Without any the
# portal makes its own in var/vault.
VAULT_KEYS = env.list("VAULT_KEYS", default=[])

# Files: private, streamed through access checks only.
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
VIRUS_SCANNER = env.str("VIRUS_SCANNER", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]

# Language and time.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Brussels"

# Security.
CSP_SELF = "'self'"
CONTENT_SECURITY_POLICY: dict[str, dict[str, object]] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [CSP_SELF],
        "style-src": [CSP_SELF],
        "img-src": [CSP_SELF],
        "font-src": [CSP_SELF],
        "connect-src": [CSP_SELF],
        "form-action": [CSP_SELF, *OIDC_ORIGINS],
        "manifest-src": [CSP_SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cxc_portal.core.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Libraries that tell each step of each document.
    "loggers": {name: {"level": "WARNING"} for name in ("fontTools", "pyhanko", "weasyprint")},
}
