"""What tests of pages need: the form of a page as it would be sent, and the queries of a page."""

from typing import Any

from django.db import connection
from django.forms import BaseForm
from django.test import Client
from django.test.utils import CaptureQueriesContext


def as_typed(form: BaseForm) -> dict[str, Any]:
    """What the browser would send if nothing were typed: the values that the form shows."""
    typed: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "decompress"):
            parts = value if isinstance(value, list) else bound.field.widget.decompress(value)
            names = bound.field.widget.widgets_names
            typed |= {
                f"{bound.html_name}{name}": part or ""
                for name, part in zip(names, parts, strict=True)
            }
        elif value is True:
            typed[bound.html_name] = "on"
        elif value not in (None, False):
            typed[bound.html_name] = value
    return typed


def queries_of(client: Client, url: str) -> int:
    """How many queries the page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
