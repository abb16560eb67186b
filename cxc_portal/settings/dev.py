"""The embedded mode: SQLite, files as queue, mail kept in var/. What `make run` starts."""

from django.core.management.utils import get_random_secret_key

from cxc_portal.settings.base import *  # noqa: F403
from cxc_portal.settings.base import ALLOWED_HOSTS, VAR_DIR, env

VAR_DIR.mkdir(parents=True, exist_ok=True)


def _kept_secret() -> str:
    """A secret made on the first start and kept beside the data it protects."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_secret()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]", "testserver"]
INTERNAL_IPS = ["127.0.0.1"]
WHITENOISE_AUTOREFRESH = DEBUG
# `make run` collects and compresses the static files; otherwise they are served as they lie.
if not env.bool("COLLECTED_STATIC", default=False):
    WHITENOISE_USE_FINDERS = True
    STORAGES["staticfiles"] = {  # noqa: F405
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
