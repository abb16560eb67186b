"""Figures as files: of the scope of the page, or of a frozen period."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from cxc_portal.core import access, documents
from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import Document
from profiles.models import User
from reports.documents.indicators import INDICATORS, order_indicators
from reports.exports.files import FORMATS, MAIN, UnknownTable, export
from reports.forms.scope import query_of
from reports.models import ReportingPeriod
from reports.permissions import can_see_indicators
from reports.queries.handed_in import HandedIn, of_period, of_scope
from reports.queries.scopes import partnerships_for, sees_all
from reports.views.scope import scope_form

CSV, PDF = "csv", "pdf"


@never_cache
@access.staff
def indicator_exports(request: HttpRequest, format: str) -> HttpResponseBase:
    """A file with the page's scope, or with `?period=` of a frozen period. A PDF is ordered by POST
    and made by a worker."""
    access.require(can_see_indicators(request.user))
    if format not in (*FORMATS, PDF):
        raise Http404
    period = _period(request)
    table = request.GET.get("table", MAIN)
    try:
        figures = of_period(period) if period else _of_today(request, format, table)
    except DomainError as refused:
        context = {"problem": str(refused), "period": period}
        return render(request, "reports/export_refused.html", context, status=409)
    if format == PDF:
        return _pdf(request, figures, period)
    return _file(figures, format, table)


def _of_today(request: HttpRequest, file_format: str, table: str) -> HandedIn:
    """A CSV needs one table, and asking for a PDF none."""
    scope = scope_form(request).scope
    if file_format == CSV:
        return of_scope(scope, only=table)
    is_asked = file_format == PDF and request.method != "POST"
    return of_scope(scope, only=MAIN if is_asked else None)


def _file(figures: HandedIn, file_format: str, table: str) -> HttpResponse:
    try:
        written = export(figures, file_format, table=table)
    except UnknownTable as unknown:
        raise Http404 from unknown
    return HttpResponse(
        written.content,
        content_type=written.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{written.name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _pdf(request: HttpRequest, figures: HandedIn, period: ReportingPeriod | None) -> HttpResponse:
    if request.method == "POST":
        document = order_indicators(figures, period=period, actor=request.user)
        return redirect("reports:indicators_document", document.code)
    context = {"figures": figures, "period": period, "back_url": _back(request, period)}
    return render(request, "reports/export_pdf.html", context)


@never_cache
@access.staff
def indicators_document(request: HttpRequest, code: str) -> HttpResponseBase:
    """The sealed document, or that it is still being made."""
    access.require(can_see_indicators(request.user))
    ordered = Document.objects.filter(kind=INDICATORS.name)
    document = access.get_visible(ordered, code=code)
    if not _may_read(request.user, document):
        raise Http404
    if document.is_ready:
        return documents.download(document)
    context = {"document": document, "again": request.path}
    return render(request, "reports/export_waits.html", context)


def _may_read(user: User, document: Document) -> bool:
    """Whoever sees the figures of its partnership; those of all together for those who see all."""
    acronym = document.snapshot["acronym"]
    if not acronym:
        return sees_all(user)
    return acronym in {one.acronym for one in partnerships_for(user)}


def _period(request: HttpRequest) -> ReportingPeriod | None:
    if "period" not in request.GET:
        return None
    seen = ReportingPeriod.objects.visible_to(request.user).select_related("partnership")
    return access.get_visible(seen, pk=request.GET["period"])


def _back(request: HttpRequest, period: ReportingPeriod | None) -> str:
    if period:
        return period.get_absolute_url()
    return f"{reverse('reports:indicators')}?{query_of(scope_form(request).scope)}"


def export_links(query: str) -> list[dict[str, Any]]:
    """The formats with their addresses, for pages; `query` names the scope or the period."""
    return [
        {
            "format": name,
            "url": f"{reverse('reports:indicator_exports', args=[name])}?{query}",
        }
        for name in (*FORMATS, PDF)
    ]


def query_of_period(period: ReportingPeriod) -> str:
    return urlencode({"period": period.pk})
