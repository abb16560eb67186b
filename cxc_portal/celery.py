"""The one Celery application. Broker and schedule come from the settings."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxc_portal.settings.dev")

app = Celery("cxc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _set_aside_what_is_loaded(**_signal: Any) -> None:
    """What a worker has loaded when it begins stays for ever: its garbage collector need not look
    through all of it each time."""
    gc.freeze()
