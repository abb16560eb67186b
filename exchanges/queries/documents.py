"""Where the documents of a commitment are found."""

from collections.abc import Iterable

from django.db.models import QuerySet

from cxc_portal.core.models import Document
from exchanges.models import CommitmentVersion, Exchange

COMMITMENT_KIND = "exchanges/commitment"
AMENDMENT_KIND = "exchanges/amendment"
CANCELLATION_KIND = "exchanges/cancellation"
EVIDENCE_KIND = "exchanges/evidence"


def document_of(version: CommitmentVersion) -> Document | None:
    """The document of a version, made or still being made; none before all have signed."""
    return documents_of([version]).last()


def documents_of(versions: Iterable[CommitmentVersion]) -> QuerySet[Document]:
    """The documents of these versions, in the order of their making."""
    found = Document.objects.filter(
        kind__in=(COMMITMENT_KIND, AMENDMENT_KIND),
        about_type=CommitmentVersion._meta.label_lower,
        about_id__in=[str(version.pk) for version in versions],
    )
    return found.order_by("created_at", "pk")


def notice_of(exchange: Exchange) -> Document | None:
    """The notice of cancellation; none where nothing was frozen before."""
    return _about(exchange, CANCELLATION_KIND)


def evidence_document_of(exchange: Exchange) -> Document | None:
    """The evidence that was asked for last."""
    return _about(exchange, EVIDENCE_KIND)


def _about(exchange: Exchange, kind: str) -> Document | None:
    found = Document.objects.filter(
        kind=kind, about_type=Exchange._meta.label_lower, about_id=str(exchange.pk)
    )
    return found.order_by("created_at", "pk").last()
