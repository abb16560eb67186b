"""Ordering documents, and what becomes of them later."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, files
from cxc_portal.core.documents.making import make_document
from cxc_portal.core.documents.registry import DocumentKind, kinds
from cxc_portal.core.documents.snapshots import Snapshot, digest_of, new_code, plain
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.models import Document, DocumentStatus


def order(
    kind: DocumentKind, *, about: models.Model, snapshot: Snapshot, language: str, name: str
) -> Document:
    """Write one document in the caller's transaction; a worker makes its file afterwards.

    There is one document for each kind, object and content: ordering it again returns it. The
    snapshot is plain JSON and holds every value that is printed, `dated` (ISO 8601) among them:
    the moment that the file carries as its date.
    """
    if kind not in kinds():
        raise ValueError(f"Nobody knows the document kind {kind.name}.")
    frozen = plain(snapshot)
    moment = clock.now()
    document = Document(
        kind=kind.name,
        name=name,
        language=language,
        about_type=about._meta.label_lower,
        about_id=str(about.pk),
        snapshot=frozen,
        digest=digest_of(frozen),
        template_version=kind.template_version,
        code=new_code(),
        created_at=moment,
        due_at=moment,
    )
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError:
        ordered = _of(kind, about).filter(digest=document.digest).first()
        if ordered is None:
            raise
        return ordered
    transaction.on_commit(lambda: make_document.enqueue(document.pk))
    return document


def _of(kind: DocumentKind, about: models.Model) -> "models.QuerySet[Document]":
    return Document.objects.filter(
        kind=kind.name, about_type=about._meta.label_lower, about_id=str(about.pk)
    )


def current(kind: DocumentKind, *, about: models.Model) -> Document | None:
    """The latest document of a kind about an object that is made and not superseded."""
    made = _of(kind, about).filter(status=DocumentStatus.MADE, superseded_at__isnull=True)
    return made.order_by("-created_at", "-pk").first()


def supersede(*, about: models.Model, kind: DocumentKind, successor: Document | None = None) -> int:
    """Mark the documents of a kind about an object as superseded; says how many.

    Those that are still being made are marked as well, so that they never pass for current.
    A `successor` about the same object stays as it is.
    """
    others = _of(kind, about)
    if successor is not None:
        others = others.exclude(pk=successor.pk)
    return others.filter(superseded_at__isnull=True).update(superseded_at=clock.now())


def run_again(*, document_id: int, actor: Any) -> Document:
    """Queue a failed document again. Who may do so is for the caller to say."""
    with audit.transaction():
        document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
        if document.status != DocumentStatus.FAILED:
            raise TransitionRefused(
                "not_failed", _("Only a document that failed can be made again.")
            )
        document.status, document.attempts = DocumentStatus.WAITING, 0
        document.error, document.due_at = "", clock.now()
        document.save(update_fields=["status", "attempts", "error", "due_at"])
        audit.record("document.rerun", subject=document, actor=actor)
        transaction.on_commit(lambda: make_document.enqueue(document.pk))
    return document


def download(document: Document) -> FileResponse:
    """The file of a document for somebody who may see it; 404 when there is none yet."""
    return files.stream(document.file, name=document.name)
