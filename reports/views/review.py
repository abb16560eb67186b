"""Both reports of an exchange beside each other, for the partnerships that validate them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from exchanges.models import Exchange
from exchanges.views.steps import seen_exchange, take
from reports.forms.review import ReturnForm
from reports.permissions import can_return_report, can_validate_report
from reports.queries.contradictions import contrasts
from reports.queries.shown import reports_seen
from reports.services.reviewing import return_report, validate_reports


@access.members
def report_review(request: HttpRequest, ref: str) -> HttpResponse:
    """What both sides report and where they differ; one press validates, another returns."""
    exchange = seen_exchange(request, ref)
    form = ReturnForm(request.POST or None)
    if request.method == "POST":
        if "validate" in request.POST:
            return take(
                request,
                validate_reports,
                exchange_id=exchange.pk,
                back=request.path,
                success=_("Validated."),
            )
        if form.is_valid():
            return take(
                request,
                return_report,
                report_id=form.cleaned_data["report"],
                comment=form.cleaned_data["comment"],
                back=request.path,
                success=_("Returned. The side reads your comment."),
            )
    return render(request, "reports/review.html", _context(request, exchange, form))


def _context(request: HttpRequest, exchange: Exchange, form: ReturnForm) -> dict[str, Any]:
    reports = reports_seen(exchange, request.user)
    return {
        "exchange": exchange,
        "reports": reports,
        "contrasts": contrasts(reports),
        "can_validate": any(can_validate_report(request.user, one) for one in reports),
        "can_return": any(can_return_report(request.user, one) for one in reports),
        "form": form,
    }
