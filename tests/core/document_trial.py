"""A kind of document for the tests, and its snapshot."""

import importlib
from pathlib import Path

from cxc_portal.core import documents
from cxc_portal.core.documents import DocumentKind

SAMPLE = DocumentKind(name="trial/sample", title="Sample of Quality", template_version=3)
NAME = "CXC-2026-000012 v1"
SIGNATURE = {
    "name": "Zoë Ångström",
    "capacity": "for the host organisation",
    "organisation": "Debreceni Klaszter Kft.",
    "at": "22 November 2026, 10:00:12 UTC",
    "method": "signed in the portal",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "note": "",
}
SNAPSHOT = {
    "dated": "2026-11-22T10:00:00Z",
    "text": "Grüße, Αθηνά und Милена & <b>all</b>",
    "signatures": [SIGNATURE],
}
CODE = "ABCDE-FGHJK-LMNPQ-RSTUV"


def content_of(document):
    """The file of a document that was made."""
    with document.file.open() as file:
        return file.read()


def introduce(settings, monkeypatch):
    """Make the sample kind and its template known for the time of a test."""
    first = settings.TEMPLATES[0]
    folder = Path(__file__).with_name("templates")
    settings.TEMPLATES = [{**first, "DIRS": [*first["DIRS"], folder]}]
    registry = importlib.import_module("cxc_portal.core.documents.registry")
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(registry, "_made", dict(registry._made))
    return documents.register(SAMPLE)
