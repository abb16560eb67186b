"""The link of an outreach action: as address, and as QR code for posters."""

import io

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from reports.models import OutreachAction

INK = "#14264d"
PIXELS = 16
"""Of one square in the picture: sharp on a poster of A3."""


def url_of(action: OutreachAction) -> str:
    """The whole address, as it stands in a mailing or on a poster."""
    return f"{settings.SITE_URL}{action.get_absolute_url()}"


def qr_in_page(action: OutreachAction) -> SafeString:
    """The drawing for a page, as one path."""
    drawing = _code(action).svg_inline(
        border=2, omitsize=True, svgclass=None, lineclass=None, dark=INK, light="#fff"
    )
    return mark_safe(drawing)  # noqa: S308 - drawn by segno out of our own address


def qr_file(action: OutreachAction, ending: str) -> bytes:
    """A file for print: `svg` or `png`."""
    content = io.BytesIO()
    options = {"scale": PIXELS} if ending == "png" else {"omitsize": True}
    _code(action).save(content, kind=ending, border=4, dark=INK, light="#fff", **options)
    return content.getvalue()


def _code(action: OutreachAction) -> segno.QRCode:
    return segno.make(url_of(action), error="q", micro=False)
