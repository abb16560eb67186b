"""Whether a file is what the portal made, for anybody who holds it or its code.

What decides is the digest of the whole file. Files that the portal did not make are never parsed:
they are searched for a known code, in the open and in what unpacks, within limits.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core.documents.registry import Standing, kind_of, title_of
from cxc_portal.core.documents.snapshots import CODE, tidy_code
from cxc_portal.core.models import Document, DocumentStatus
from cxc_portal.core.types import Text

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
MOST_STREAMS = 2_000
MOST_OF_A_STREAM = 4 * MEGABYTE
MOST_UNPACKED = 40 * MEGABYTE
MOST_CODES = 50
STEP = 512

_STREAM = re.compile(rb"stream\r?\n")
_CODE = re.compile(CODE.pattern.encode())


class Status(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    ALTERED = "altered"
    UNKNOWN = "unknown"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Seal:
    """Who sealed a file, when, and the SHA-256 of the certificate."""

    by: str
    at: datetime
    fingerprint: str


@dataclass(frozen=True)
class Verdict:
    """What is known of a file or a code. `facts` hold nothing but what the file itself shows."""

    status: Status
    sentence: Text
    document: Document | None = None
    facts: list[tuple[Text, Text]] = field(default_factory=list)
    seal: Seal | None = None

    @property
    def is_valid(self) -> bool:
        return self.status == Status.VALID


def verify(content: bytes) -> Verdict:
    """The verdict on a file."""
    if len(content) > LARGEST:
        return Verdict(
            Status.UNKNOWN,
            _("The file is larger than any document of this portal, so it is none of them."),
        )
    digest = hashlib.sha256(content).hexdigest()
    known = Document.objects.filter(file_digest=digest, status=DocumentStatus.MADE).first()
    if known:
        return _of_genuine(known)
    return _of_stranger(content)


def verify_code(code: str) -> Verdict:
    """The verdict on a document, by the code that is printed on it. It tells nothing of a file."""
    document = Document.objects.filter(code=tidy_code(code) or None).first()
    if document is None:
        return Verdict(
            Status.UNKNOWN,
            _(
                "We have no document with this code. Compare it letter by letter with the one on "
                "the document, or give us the file."
            ),
        )
    if document.status != DocumentStatus.MADE:
        return _of_unfinished(document)
    return _of_genuine(document)


def _of_unfinished(document: Document) -> Verdict:
    return Verdict(
        Status.UNFINISHED,
        _("This document was ordered, but its file is not made yet. Try again in a few minutes."),
        document,
        _facts(document),
    )


def _of_genuine(document: Document) -> Verdict:
    standing = _standing(document)
    is_current = standing.is_current and document.superseded_at is None
    return Verdict(
        Status.VALID if is_current else Status.SUPERSEDED,
        standing.sentence,
        document,
        [*_facts(document), *standing.facts],
        _seal(document),
    )


def _standing(document: Document) -> Standing:
    """What the kind says of it, or else what the row does."""
    kind = kind_of(document)
    if kind and kind.standing:
        return kind.standing(document)
    if document.superseded_at:
        return Standing(False, _("The portal made this document, but a later one replaces it."))
    return Standing(True, _("The portal made this document, and it holds."))


def _seal(document: Document) -> Seal | None:
    if document.sealed_at is None:
        return None
    return Seal(document.sealed_by, document.sealed_at, document.seal_fingerprint)


def _facts(document: Document) -> list[tuple[Text, Text]]:
    """What the document itself shows, so that a reader can compare it with the pages."""
    facts: list[tuple[Text, Text]] = [
        (_("Document"), title_of(document)),
        (_("Name"), document.name),
    ]
    if document.made_at:
        facts.append((_("Made"), in_words(document.made_at)))
    return [
        *facts,
        (_("Code"), document.code),
        (_("Digest of the content (SHA-256)"), document.digest),
    ]


def in_words(moment: datetime) -> str:
    """A moment as documents give it: in UTC, and saying so."""
    return f"{date_format(moment.astimezone(UTC), 'j F Y, H:i')} UTC"


def _of_stranger(content: bytes) -> Verdict:
    """A file that the portal did not make as it is: one of ours that was changed, or none."""
    codes = list(_codes_in(content))
    document = Document.objects.filter(code__in=codes).order_by("pk").first()
    if document is None:
        return Verdict(Status.UNKNOWN, _unknown_sentence(content))
    return Verdict(
        Status.ALTERED,
        _(
            "This file carries the code of a document of the portal, but it is not the same file: "
            "somebody changed it after it was sealed, or made it anew. Do not rely on it. Ask for "
            "the original, or download it from the portal."
        ),
        document,
        _facts(document),
    )


def _unknown_sentence(content: bytes) -> Text:
    if b"%PDF-" not in content[:1024]:
        return _(
            "This is not a PDF. Give the file as you downloaded it from the portal; if you have "
            "the document on paper or as a picture, type the code that is printed on it."
        )
    return _(
        "The portal did not make this file, and we found no code of one of its documents in it. If "
        "you see a code on its pages, type it."
    )


def _codes_in(content: bytes) -> Iterator[str]:
    """The codes that a file carries, wherever they stand; the first ones when it has many."""
    seen: set[str] = set()
    for text in _texts(content):
        for found in _CODE.finditer(text):
            code = found[0].decode()
            if code not in seen:
                seen.add(code)
                yield code
            if len(seen) >= MOST_CODES:
                return


def _texts(content: bytes) -> Iterator[bytes]:
    """What can be read in a file: its bytes, the same as UTF-16, and what its streams unpack to."""
    yield content
    yield content.replace(b"\x00", b"")
    left = MOST_UNPACKED
    for number, start in enumerate(_STREAM.finditer(content)):
        if number >= MOST_STREAMS or left <= 0:
            return
        text = _unpacked(content, start.end(), min(left, MOST_OF_A_STREAM))
        left -= len(text)
        yield text


def _unpacked(content: bytes, start: int, most: int) -> bytes:
    """The beginning of a packed stream, as far as it is sound."""
    stream = zlib.decompressobj()
    text = bytearray()
    try:
        for at in range(start, len(content), STEP):
            text += stream.decompress(content[at : at + STEP], most - len(text))
            if stream.eof or len(text) >= most:
                break
    except zlib.error:
        pass
    return bytes(text)
