"""The desk of reports, with its views, filters and bulk reminders."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cxc_portal.core import access, desks
from exchanges.views.desk import partnerships_of
from reports.forms.desk import DeskForm, TickedForm
from reports.permissions import can_work_at_desk_of_reports
from reports.queries.desk import Show, desk
from reports.services.reminding import remind_many

DESK = "desk_of_reports"


@access.staff
def reports_desk(request: HttpRequest) -> HttpResponse:
    """Which reports wait for whom, and which are late."""
    access.require(can_work_at_desk_of_reports(request.user))
    form = DeskForm(request.GET, partnerships_of(request.user))
    show = form.view or _first_view(request)
    found = desk(request.user, show, form.filters, request.GET.get("page"))
    desks.remember(request, DESK)
    context = {
        "form": form,
        "show": show,
        "desk": found,
        "tabs": desks.tabs(request, Show, show, found.counts),
    }
    return render(request, "reports/desk.html", context)


@access.staff
@require_POST
def remind_reports(request: HttpRequest) -> HttpResponse:
    """The sides of the ticked reports are reminded; a line each says what became."""
    access.require(can_work_at_desk_of_reports(request.user))
    form = TickedForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["report"][0])
        return redirect(desk_url(request))
    outcomes = remind_many(report_ids=form.cleaned_data["report"], actor=request.user)
    context = {
        "outcomes": outcomes,
        "done": sum(not outcome.refusal for outcome in outcomes),
        "back_url": desk_url(request),
    }
    return render(request, "reports/desk_reminded.html", context)


def _first_view(request: HttpRequest) -> Show:
    """Whoever validates nothing looks at what is late."""
    return Show.WAITING if request.user.staffed_partnership_ids else Show.LATE


def desk_url(request: HttpRequest) -> str:
    """The list as the reader last looked at it."""
    return desks.last_seen(request, DESK, reverse("reports:reports_desk"))
