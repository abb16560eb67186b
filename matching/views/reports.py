"""Reported conversations, for the staff that looks into them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from matching.forms.conversation import SettleForm
from matching.models import ConversationReport
from matching.permissions import can_settle_report
from matching.queries.reports import reports_for
from matching.services.reports import settle_report
from profiles.permissions import can_work_at_desk
from profiles.views.sections import posted

PER_PAGE = 25


@access.staff
def reports(request: HttpRequest) -> HttpResponse:
    """What members of one's partnership reported, unsettled first."""
    access.require(can_work_at_desk(request.user))
    page = Paginator(reports_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "matching/conversation_reports.html", {"page": page})


@access.staff
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Saying what was done about a report."""
    visible = ConversationReport.objects.visible_to(request.user).select_related(
        "conversation__host__organisation",
        "conversation__visitor__organisation",
        "side__organisation",
        "reported_by",
        "settled_by",
    )
    report = access.get_visible(visible, pk=pk)
    access.require(can_settle_report(request.user, report))
    form = SettleForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            settle_report(report_id=pk, actor=request.user, note=form.cleaned_data["note"])
        except DomainError as refused:
            messages.error(request, str(refused.message))
        else:
            messages.success(request, _("Settled. Whoever reported it is told."))
            return redirect("matching:conversation_reports")
    context = {"report": report, "form": form, "other": report.other_side}
    return render(request, "matching/conversation_settle.html", context)
