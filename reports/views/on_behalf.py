"""A partnership completes the report of its participant."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core import access
from exchanges.views.steps import seen_exchange, take
from reports.forms.on_behalf import OnBehalfForm
from reports.models import Report
from reports.permissions import can_write_on_behalf
from reports.services.on_behalf import submit_on_behalf
from reports.workflows import report_workflow
from reports.workflows.parties import OWN_PARTNERSHIP


@access.staff
def report_on_behalf(request: HttpRequest, ref: str, capacity: str) -> HttpResponse:
    """What is known, and from where; handed in with one press."""
    exchange = seen_exchange(request, ref)
    report = access.get_visible(
        Report.objects.visible_to(request.user).filter(exchange=exchange), capacity=capacity
    )
    report.exchange = exchange
    if OWN_PARTNERSHIP not in report_workflow.parties(report, request.user):
        raise PermissionDenied
    review = reverse("reports:report_review", args=[ref])
    if not can_write_on_behalf(request.user, report):
        return redirect(review)
    form = OnBehalfForm(request.POST if request.method == "POST" else None, report=report)
    if request.method == "POST" and form.is_valid():
        return take(
            request,
            submit_on_behalf,
            back=review,
            success=_("Completed on behalf of %(name)s. Validate it below once you have read it.")
            % {"name": exchange.party_name(capacity)},
            report_id=report.pk,
            **form.cleaned_data,
        )
    context = {
        "exchange": exchange,
        "report": report,
        "form": form,
        "name": exchange.party_name(capacity),
        "back_url": review,
    }
    return render(request, "reports/on_behalf.html", context)
