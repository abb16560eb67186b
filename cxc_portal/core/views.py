"""Pages that belong to no domain: health, the demo's mailbox, jobs, errors."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from kombu.exceptions import OperationalError

from cxc_portal.celery import app as celery_app
from cxc_portal.core import access


@access.public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@access.public
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, queue and storage answer: 200, or 503 naming what does not."""
    parts = {"database": _database(), "queue": _queue(), "storage": _storage()}
    return JsonResponse(parts, status=200 if all(v == "ok" for v in parts.values()) else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long or in another session: say so, keep the page's address."""
    return render(request, "403_csrf.html", {"retry_url": request.path}, status=403)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "failed"
    return "ok"


def _queue() -> str:
    try:
        with celery_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return "failed"
    return "ok"


def _storage() -> str:
    try:
        name = default_storage.save("health/probe", ContentFile(b"ok"))
        default_storage.delete(name)
    except OSError:
        return "failed"
    return "ok"
