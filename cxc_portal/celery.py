"""The one Celery application. Broker and schedule come from the settings."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_process_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxc_portal.settings.dev")

app = Celery("cxc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.CELERY_DB_REUSE_MAX = 1000
"""Celery would connect anew for each task: the database then begins with nothing in its memory,
and takes longer to plan what it is asked than to answer it."""

app.autodiscover_tasks()


@worker_process_init.connect
def _set_aside_what_is_loaded(**_signal: Any) -> None:
    """What a worker has loaded when it begins stays for ever: its garbage collector need not look
    through all of it each time, nor after every 700 objects (see `gunicorn.conf.py`)."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@task_prerun.connect
@task_postrun.connect
def _leave_lost_connections(sender: Any, **_signal: Any) -> None:
    """Before and after a task connections are kept or given up as around a request: those that are
    too old, or that failed (`CONN_MAX_AGE`, `CONN_HEALTH_CHECKS`)."""
    if not sender.request.is_eager:
        close_old_connections()
