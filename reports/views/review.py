"""Both reports of an exchange beside each other, for the partnerships that validate them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from exchanges.models import Exchange
from exchanges.views.steps import seen_exchange, take
from reports.forms.review import RemindForm, ReturnForm
from reports.models import Report
from reports.permissions import is_staff_of_reports
from reports.queries.shown import reports_of
from reports.services.reminding import remind_author
from reports.services.reviewing import return_report, validate_reports
from reports.views.review_page import review_page


@access.members
def report_review(request: HttpRequest, ref: str) -> HttpResponse:
    """What both sides report and where they differ; one press validates, another returns. The two
    sides find their own report elsewhere."""
    exchange = seen_exchange(request, ref)
    if not is_staff_of_reports(request.user, exchange):
        access.require(request.method == "GET")
        return redirect("reports:report", ref=ref)
    reports = reports_of(exchange)
    if not reports:
        messages.info(request, _("The reports open on the last day of the exchange."))
        return redirect(exchange)
    posted = None
    if request.method == "POST":
        if "validate" in request.POST:
            return _validate(request, exchange)
        if "remind" in request.POST:
            return _remind(request, exchange, reports)
        posted = ReturnForm(request.POST)
        if posted.is_valid():
            return _return(request, posted, exchange, reports)
    page = review_page(exchange, reports, request.user, posted)
    return render(request, "reports/review.html", {"page": page, "exchange": exchange})


def _validate(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    return take(
        request,
        validate_reports,
        back=request.path,
        success=_("Validated. Thank you."),
        exchange_id=exchange.pk,
    )


def _return(
    request: HttpRequest, form: ReturnForm, exchange: Exchange, reports: list[Report]
) -> HttpResponse:
    report = _chosen(reports, form.cleaned_data["report"])
    return take(
        request,
        return_report,
        back=request.path,
        success=_("Returned. %(name)s reads your comment.")
        % {"name": exchange.party_name(report.capacity)},
        report_id=report.pk,
        comment=form.cleaned_data["comment"],
    )


def _remind(request: HttpRequest, exchange: Exchange, reports: list[Report]) -> HttpResponse:
    form = RemindForm(request.POST)
    key = form.cleaned_data["remind"] if form.is_valid() else None
    report = _chosen(reports, key)
    return take(
        request,
        remind_author,
        back=request.path,
        success=_("%(name)s was reminded.") % {"name": exchange.party_name(report.capacity)},
        report_id=report.pk,
    )


def _chosen(reports: list[Report], key: int | None) -> Report:
    """One of the two; 403 for another one."""
    found = [report for report in reports if report.pk == key]
    access.require(bool(found))
    return found[0]
