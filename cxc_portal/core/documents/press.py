"""From HTML to PDF/A-3: the only place that knows WeasyPrint.

Loading it takes half a second, much memory and C libraries, so this module is loaded when the first
document is rendered: workers need it, the web does not.
"""

import gc
import io
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from PIL import ImageFile
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# WeasyPrint lets Pillow accept pictures that are cut off, for the entire process; uploads must not.
ImageFile.LOAD_TRUNCATED_IMAGES = False

VARIANT = "pdf/a-3a"
STYLE_SHEET = "css/document.css"
CONTENT_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}

File = tuple[str, bytes, str, str]
"""Name, content, description and relationship of a file inside the PDF."""

_in_use = threading.Lock()  # Pango's font map is not made for several threads


class PrintingFailed(Exception):
    """The pages ask for something that they may not have, or that is not there."""


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Gives the portal's own static files and nothing else: no network, no other file."""

    def __init__(self, root: Path) -> None:
        super().__init__(allowed_protocols=["file"], fail_on_errors=True)
        self._root = root

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        path = Path(URLFetcherResponse(url).path or "").resolve()
        if self._root not in path.parents or path.suffix not in CONTENT_TYPES:
            raise ValueError(f"{url} is none of the portal's own files")
        return URLFetcherResponse(
            url, path.read_bytes(), {"Content-Type": CONTENT_TYPES[path.suffix]}
        )


@cache
def _static_folder() -> Path:
    return Path(settings.BASE_DIR, "static").resolve()


@cache
def _fonts() -> FontConfiguration:
    """Read once: looking through the fonts of a machine takes longer than a page."""
    return FontConfiguration()


@cache
def _style_sheet() -> CSS:
    return CSS(
        filename=_static_folder() / STYLE_SHEET,
        font_config=_fonts(),
        url_fetcher=OwnFiles(_static_folder()),
    )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """A document is some hundred thousand objects that all live until it is printed: to look for
    garbage among them meanwhile, again and again, takes almost as long as to print."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _name_files_once(_document: Any, pdf: Any) -> None:
    """WeasyPrint lists each file twice among those that belong to the document."""
    pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def printed(page: str, *, dated: datetime, files: Sequence[File]) -> bytes:
    """The page as tagged PDF/A-3 with the files inside. `dated` is the date of the files."""
    folder = _static_folder()
    inside = [
        Attachment(
            file_obj=io.BytesIO(content),
            name=name,
            description=description,
            created=dated,
            modified=dated,
            relationship=relationship,
        )
        for name, content, description, relationship in files
    ]
    try:
        with _in_use, _without_collecting(), warnings.catch_warnings():
            # WeasyPrint 70 leaves the file of its colour profile open.
            warnings.simplefilter("ignore", ResourceWarning)
            html = HTML(string=page, base_url=f"{folder.as_uri()}/", url_fetcher=OwnFiles(folder))
            content: bytes = html.write_pdf(
                finisher=_name_files_once,
                font_config=_fonts(),
                stylesheets=[_style_sheet()],
                attachments=inside,
                pdf_variant=VARIANT,
            )
    except FatalURLFetchingError as missing:
        raise PrintingFailed(f"{missing}: {missing.__cause__}") from missing
    return content
