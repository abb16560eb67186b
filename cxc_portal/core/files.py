"""Files that people upload: looked at before they are kept, streamed after an access check only.

`accept` is the one door. What it returns has been checked by content, size and virus scanner and
carries a random name; services take nothing else. No stored file has a public address.
"""

import io
import logging
import secrets
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import filetype
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from cxc_portal.core.virus import ScannerUnavailable, found_in
from cxc_portal.core.workflow import Text

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MOST_PARTS = 2_000
MOST_UNPACKED = 200 * MEGABYTE
MOST_PIXELS = 40_000_000
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PRIVATE = "private, no-store"

PDF, DOC, DOCX, ODT = ".pdf", ".doc", ".docx", ".odt"
PNG, JPEG, WEBP = ".png", ".jpg", ".webp"
CONTENT_TYPES: Mapping[str, str] = {
    PDF: "application/pdf",
    DOC: "application/msword",
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ODT: "application/vnd.oasis.opendocument.text",
    PNG: "image/png",
    JPEG: "image/jpeg",
    WEBP: "image/webp",
}
IMAGE_FORMATS: Mapping[str, str] = {"PNG": PNG, "JPEG": JPEG, "WEBP": WEBP}


@dataclass(frozen=True)
class FileKind:
    """What may be uploaded in one place: the endings, the size, and the words for them."""

    endings: tuple[str, ...]
    max_bytes: int
    wanted: Text
    largest_side: int = 0

    @property
    def accept(self) -> str:
        """The value of the `accept` attribute of the file field."""
        return ",".join(self.endings)


@dataclass(frozen=True)
class AcceptedFile:
    """A file that has passed every check, under the random name that it will be stored as."""

    name: str
    content: "ContentFile[bytes]"


def accept(upload: "UploadedFile[Any]", kind: FileKind) -> AcceptedFile:
    """Look at an upload and take it in. Raises `ValidationError` that says how to put it right."""
    if upload.size is None or upload.size > kind.max_bytes:
        raise ValidationError(
            _("The file is larger than %(most)s. Give a smaller one."),
            code="too_large",
            params={"most": filesizeformat(kind.max_bytes)},
        )
    content = upload.read()
    if not content:
        raise ValidationError(_("The file is empty. Choose it again."), code="empty")
    _refuse_viruses(io.BytesIO(content))
    if kind.largest_side:
        ending, content = _clean_image(content, kind)
    else:
        ending = _document_ending(content)
    if ending not in kind.endings:
        raise _wrong_type(kind)
    return AcceptedFile(name=secrets.token_hex(16) + ending, content=ContentFile(content))


def _wrong_type(kind: FileKind) -> ValidationError:
    return ValidationError(
        _("This is not one of the kinds of file that we can take. Give %(wanted)s."),
        code="wrong_type",
        params={"wanted": kind.wanted},
    )


def _refuse_viruses(file: BinaryIO) -> None:
    try:
        name = found_in(file)
    except ScannerUnavailable as silent:
        raise ValidationError(
            _("We cannot check files for viruses at the moment, so we took none. Try again later."),
            code="not_scanned",
        ) from silent
    if name:
        logger.warning("an upload was refused: the scanner found something")
        raise ValidationError(
            _(
                "The virus scanner found something in this file. Check your computer, and save the "
                "file anew from a clean one."
            ),
            code="virus",
        )


def _document_ending(content: bytes) -> str:
    """The ending that fits what a document really is, or ""."""
    if content.startswith(OLD_OFFICE):
        return _word(content)
    check = _DOCUMENTS.get(filetype.guess_extension(content) or "")
    return check(content) if check else ""


def _pdf(content: bytes) -> str:
    return PDF if content.startswith(b"%PDF-") else ""


def _word(content: bytes) -> str:
    """Word, Excel and installers share one container; only Word's has this stream."""
    return DOC if "WordDocument".encode("utf-16-le") in content else ""


def _zipped(content: bytes) -> str:
    """DOCX or ODT; not a bomb, and without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                return ""
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return "" if "word/vbaProject.bin" in names else DOCX
            if "mimetype" in names and "content.xml" in names:
                is_text = archive.read("mimetype").strip() == CONTENT_TYPES[ODT].encode()
                return ODT if is_text else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return ""
    return ""


_DOCUMENTS: Mapping[str, Callable[[bytes], str]] = {
    "pdf": _pdf,
    "docx": _zipped,
    "odt": _zipped,
    "zip": _zipped,
}


def _clean_image(content: bytes, kind: FileKind) -> tuple[str, bytes]:
    """The picture painted anew: the right way up, not larger than needed, nothing else in it."""
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGE_FORMATS)) as picture:
            name = picture.format or ""
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(
                    _("The picture has too many pixels. Give a smaller one."),
                    code="too_many_pixels",
                )
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((kind.largest_side, kind.largest_side))
            is_clear = upright.has_transparency_data and name != "JPEG"
            painted = io.BytesIO()
            upright.convert("RGBA" if is_clear else "RGB").save(painted, format=name)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as problem:
        raise _wrong_type(kind) from problem
    return IMAGE_FORMATS[name], painted.getvalue()


def keep(field: FieldFile, file: AcceptedFile) -> None:
    """Store a new file in a model's field; the old one goes once the change is certain.

    The caller is in a transaction, holds the row's lock and saves the row.
    """
    drop(field)
    field.save(file.name, file.content, save=False)


def drop(field: FieldFile) -> None:
    """Empty a model's field; its file goes once the change is certain. The caller saves the row."""
    if name := field.name:
        storage = field.storage
        transaction.on_commit(lambda: storage.delete(name))
    field.name = ""


def stream(field: FieldFile, *, name: Text = "", cache: str = PRIVATE) -> FileResponse:
    """A stored file for somebody who may see it; 404 when there is none.

    With a `name` it is offered for saving under that name, else shown in the page.
    """
    if not field.name:
        raise Http404
    try:
        file: File[bytes] = field.open("rb")
    except FileNotFoundError as missing:
        logger.error("a stored file is missing: %s", field.name)
        raise Http404 from missing
    ending = PurePosixPath(field.name).suffix
    response = FileResponse(
        file,
        as_attachment=bool(name),
        filename=f"{slugify(str(name)) or 'file'}{ending}",
        content_type=CONTENT_TYPES.get(ending, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = cache
    return response
