"""Making the files of documents: rendered from the snapshot, sealed, kept.

A document is claimed in a transaction of its own, made, and marked as made. A worker that dies
meanwhile leaves its claim behind; the sweep takes the document up again once the claim is older
than `DOCUMENT_CLAIM_SECONDS`.
"""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.documents.pages import render
from cxc_portal.core.documents.registry import DocumentKind, kind_of, tell_made
from cxc_portal.core.documents.snapshots import digest_of
from cxc_portal.core.models import Document, DocumentStatus
from cxc_portal.core.queueing import SweptTask

logger = logging.getLogger(__name__)

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
SWEEP_BUDGET = timedelta(seconds=50)


class _TakenAway(Exception):
    """The claim ran out before the file was ready, and another worker has the document."""


def _dead() -> Q:
    """What a worker claimed so long ago that it must have died."""
    claims_end = clock.real_now() - timedelta(seconds=settings.DOCUMENT_CLAIM_SECONDS)
    return Q(status=DocumentStatus.MAKING, claimed_at__lt=claims_end)


def _due(moment: datetime) -> Q:
    return Q(status=DocumentStatus.WAITING, due_at__lte=moment) | (
        _dead() & Q(attempts__lt=MAX_ATTEMPTS)
    )


@shared_task(name="core.make_document", base=SweptTask)
def make_document(document_id: int) -> bool:
    return make(document_id)


def make(document_id: int) -> bool:
    """Make one document if it is due and nobody else has it. True when it was made now."""
    document = _claim(document_id)
    if document is None:
        return False
    try:
        _keep(document, _file(document))
    except _TakenAway:
        logger.warning("document %s was given to another worker", document_id)
        return False
    except Exception as problem:
        logger.exception("document %s: attempt %s failed", document_id, document.attempts)
        _note_failure(document, problem)
        return False
    return True


def sweep() -> int:
    """Make what is due, oldest first; says how many were made.

    It stops after `SWEEP_BUDGET`, because by then the next sweep has begun. A document that took
    its worker down with it `MAX_ATTEMPTS` times is given up.
    """
    start = clock.real_now()
    Document.objects.filter(_dead(), attempts__gte=MAX_ATTEMPTS).update(
        status=DocumentStatus.FAILED,
        error=_("The work was interrupted several times. It can be run again."),
    )
    due = Document.objects.filter(_due(clock.now())).order_by("pk").values_list("pk", flat=True)
    made = 0
    for document_id in list(due):
        if clock.real_now() - start > SWEEP_BUDGET:
            break
        made += make(document_id)
    return made


def _claim(document_id: int) -> Document | None:
    due = Document.objects.filter(_due(clock.now()), pk=document_id)
    claimed = due.update(
        status=DocumentStatus.MAKING, claimed_at=clock.real_now(), attempts=F("attempts") + 1
    )
    return Document.objects.get(pk=document_id) if claimed else None


def _file(document: Document) -> bytes:
    """The content of the document's file; who sealed it is noted on the row."""
    kind = _known_kind(document)
    document.template_version = kind.template_version
    if digest_of(document.snapshot) != document.digest:
        raise ValueError("The snapshot is no longer what was ordered.")
    content = render(
        kind,
        document.snapshot,
        language=document.language,
        code=document.code,
        name=document.name,
    )
    if not kind.is_sealed:
        return content
    # Sealing is slow to load; see there.
    from cxc_portal.core.documents.seal import seal  # noqa: PLC0415

    sealed = seal(content, code=document.code)
    document.sealed_by, document.sealed_at = sealed.by, sealed.at
    document.seal_fingerprint = sealed.fingerprint
    return sealed.content


def _known_kind(document: Document) -> DocumentKind:
    kind = kind_of(document)
    if kind is None:
        raise LookupError(f"Nobody knows the document kind {document.kind}.")
    return kind


def _keep(document: Document, content: bytes) -> None:
    """Store the file and mark the document as made, and tell who wants to know."""
    field = document.file
    field.save(f"{secrets.token_hex(16)}.pdf", ContentFile(content), save=False)
    stored = field.name or ""
    try:
        with transaction.atomic():
            _mark_made(document, stored, hashlib.sha256(content).hexdigest())
            tell_made(document)
            audit.record(
                "document.made",
                subject=document,
                data={"digest": document.digest, "file_digest": document.file_digest},
            )
    except BaseException:
        field.storage.delete(stored)
        raise


def _mark_made(document: Document, stored: str, file_digest: str) -> None:
    is_ours = _update(
        document,
        status=DocumentStatus.MADE,
        made_at=clock.now(),
        template_version=document.template_version,
        file=stored,
        file_digest=file_digest,
        sealed_by=document.sealed_by,
        sealed_at=document.sealed_at,
        seal_fingerprint=document.seal_fingerprint,
        error="",
    )
    if not is_ours:
        raise _TakenAway


def _note_failure(document: Document, problem: Exception) -> None:
    """Try again later, after a longer wait each time, and give up in the end."""
    error = f"{type(problem).__name__}: {problem}"[:500]
    if document.attempts >= MAX_ATTEMPTS:
        _update(document, status=DocumentStatus.FAILED, error=error)
    else:
        again = clock.now() + RETRY_AFTER[document.attempts - 1]
        _update(document, status=DocumentStatus.WAITING, error=error, due_at=again)


def _update(document: Document, **fields: object) -> bool:
    """Write to the document's row while the claim is still ours."""
    ours = Document.objects.filter(pk=document.pk, status=DocumentStatus.MAKING)
    if not ours.filter(claimed_at=document.claimed_at).update(**fields):
        return False
    for name, value in fields.items():
        setattr(document, name, value)
    return True
