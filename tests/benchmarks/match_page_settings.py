"""The portal as it is served, and a yardstick view in the same server."""

from cxc_portal.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-benchmarks-" + "0" * 50
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.benchmarks.match_page_urls"
LOGGING = {}
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
