"""Whether the portal is well, for those who watch over it."""

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from cxc_portal.celery import app as celery_app
from cxc_portal.core import access


@access.public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@access.public
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, queue and storage answer: 200, or 503 naming what does not."""
    parts = {name: "ok" if _answers(check) else "failed" for name, check in CHECKS.items()}
    is_ready = all(answer == "ok" for answer in parts.values())
    return JsonResponse(parts, status=200 if is_ready else 503)


def _answers(check: Callable[[], None]) -> bool:
    """Whatever goes wrong in a check, the answer is that the part is not there."""
    try:
        check()
    except Exception:  # noqa: BLE001 - each driver has errors of its own
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _queue() -> None:
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        _require_writable(settings.QUEUE_DIR / "messages")
    with celery_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def _storage() -> None:
    name = default_storage.save("health/probe", ContentFile(b"ok"))
    default_storage.delete(name)


def _require_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        raise OSError(f"{folder} cannot be written to")


CHECKS = {"database": _database, "queue": _queue, "storage": _storage}
