"""Where the documents about what was reported are found."""

from collections.abc import Iterable

from cxc_portal.core.models import Document
from exchanges.models import CommitmentVersion, Exchange
from reports.models import Report

REPORT_KIND = "reports/report"
CERTIFICATE_KIND = "reports/certificate"


def report_document(report: Report) -> Document | None:
    """The file of a validated report, made or still being made."""
    return _about(report, REPORT_KIND)


def certificate_of(report: Report) -> Document | None:
    """The certificate of participation of the side whose report this is."""
    return _about(report, CERTIFICATE_KIND)


def documents_about(reports: Iterable[Report]) -> dict[tuple[str, str], Document]:
    """All those about the reports of one exchange, by kind and side."""
    sides = {str(report.pk): report.capacity for report in reports}
    found = Document.objects.filter(
        kind__in=(REPORT_KIND, CERTIFICATE_KIND),
        about_type=Report._meta.label_lower,
        about_id__in=sides,
    )
    return {(one.kind, sides[one.about_id]): one for one in found.order_by("created_at", "pk")}


def agreed_version(exchange: Exchange) -> CommitmentVersion:
    """What was in force in the end."""
    return exchange.versions.filter(in_force_at__isnull=False).latest("number")


def _about(report: Report, kind: str) -> Document | None:
    found = Document.objects.filter(
        kind=kind, about_type=Report._meta.label_lower, about_id=str(report.pk)
    )
    return found.order_by("created_at", "pk").last()
