"""From a snapshot to the pages of a PDF/A-3.

Nothing is asked but the snapshot: no clock, no network, no file but the portal's own static ones,
so the same snapshot gives the same pages at any time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from cxc_portal.core.documents.registry import DocumentKind
from cxc_portal.core.documents.snapshots import Snapshot, canonical, digest_of

SNAPSHOT_FILE = "snapshot.json"
PAGE = mark_safe('<span class="page"></span>')
PAGES = mark_safe('<span class="pages"></span>')
UNDATED = datetime(2020, 1, 1, tzinfo=UTC)
"""The date of files whose snapshot has none: it must not be the time of rendering."""


@dataclass(frozen=True)
class Attachment:
    """A further file inside the PDF, as PDF/A-3 allows: `relationship` is an AFRelationship."""

    name: str
    content: bytes
    description: str = ""
    relationship: str = "Supplement"


def verification_url(code: str) -> str:
    """Where a reader verifies the document of a code."""
    return f"{settings.SITE_URL}{reverse('core:verify_code', args=[code])}"


def embedded(
    kind: DocumentKind, snapshot: Snapshot, *, language: str, code: str, name: str
) -> bytes:
    """What a file tells about itself: its content as JSON, with its code and its digest."""
    return canonical(
        {
            "code": code,
            "digest": digest_of(snapshot),
            "kind": kind.name,
            "language": language,
            "name": name,
            "snapshot": snapshot,
            "template_version": kind.template_version,
        }
    )


def render(
    kind: DocumentKind,
    snapshot: Snapshot,
    *,
    language: str,
    code: str,
    name: str = "",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The pages of a snapshot, with the snapshot inside. Not sealed yet."""
    dated = _dated(snapshot)
    with translation.override(language), timezone.override(UTC):
        page = render_to_string(
            kind.template, _context(kind, snapshot, language=language, code=code, name=name)
        )
    itself = Attachment(
        SNAPSHOT_FILE,
        embedded(kind, snapshot, language=language, code=code, name=name),
        description=f"{code}: every value that this document prints",
        relationship="Data",
    )
    # The press is slow to load; see there.
    from cxc_portal.core.documents import press  # noqa: PLC0415

    return press.printed(page, dated=dated, files=[astuple(one) for one in (itself, *attachments)])


def _dated(snapshot: Snapshot) -> datetime:
    text = snapshot.get("dated")
    return datetime.fromisoformat(text).astimezone(UTC) if text else UNDATED


def _context(
    kind: DocumentKind, snapshot: Snapshot, *, language: str, code: str, name: str
) -> Mapping[str, Any]:
    url = verification_url(code)
    return {
        "snapshot": snapshot,
        "document": {
            "title": kind.title,
            "name": name,
            "language": language,
            "code": code,
            "digest": digest_of(snapshot),
            "template_version": kind.template_version,
            "dated": _dated(snapshot).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "verify_url": url,
            "verify_page": url.removesuffix(f"{code}/").partition("://")[2],
            "qr": _qr(url),
            "has_disclaimer": kind.has_disclaimer,
            "page": PAGE,
            "pages": PAGES,
        },
    }


def _qr(url: str) -> SafeString:
    """The address as a QR code, drawn as one path."""
    drawing = segno.make(url, error="m", micro=False).svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None, dark="#14264d", title=url
    )
    return mark_safe(drawing)  # noqa: S308 - drawn by segno, which escapes the title
