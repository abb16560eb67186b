"""The outreach log, the link of each action and its QR code."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from reports.exports.links import qr_file, qr_in_page, url_of
from reports.forms.outreach import OutreachFilterForm, OutreachForm
from reports.models import OutreachAction
from reports.permissions import can_record, can_see_indicators
from reports.queries.outreach import (
    actions_seen_by,
    page_of_actions,
    sums_of_actions,
    with_results,
)
from reports.queries.scopes import partnerships_for
from reports.services.outreach import add_action, edit_action, remove_action
from reports.views.partnerships import staffed_partnerships

QR_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


@access.staff
def outreach(request: HttpRequest) -> HttpResponse:
    """Whom the partnership told, and what came of it."""
    access.require(can_see_indicators(request.user))
    seen = partnerships_for(request.user)
    form = OutreachFilterForm(request.GET, seen)
    found = actions_seen_by(request.user, form.filters)
    context = {
        "form": form,
        "page": page_of_actions(found, request.GET.get("page")),
        "sums": sums_of_actions(found),
        "can_add": bool(request.user.staffed_partnership_ids),
        "shows_partnership": len(seen) > 1,
    }
    return render(request, "reports/outreach.html", context)


@access.staff
def new_outreach(request: HttpRequest) -> HttpResponse:
    """Note an action; its link can be handed out at once."""
    partnerships = staffed_partnerships(request.user)
    access.require(bool(partnerships))
    form = OutreachForm(request.POST or None, partnerships=partnerships)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data.get("partnership") or partnerships[0]
        action = add_action(partnership_id=chosen.pk, content=form.content, actor=request.user)
        messages.success(request, _("Noted. Hand out its link, and we count who comes by it."))
        return redirect("reports:outreach_action", action.pk)
    return render(request, "reports/outreach_form.html", {"form": form, "action": None})


@access.staff
def outreach_action(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: its link, its QR code and what came by it."""
    action = _visible(request, pk)
    context = {
        "action": action,
        "url": url_of(action),
        "qr": qr_in_page(action),
        "can_edit": can_record(request.user, action.partnership),
        "can_remove": not action.begun,
        "shows_people": not request.user.is_observer,
    }
    return render(request, "reports/outreach_action.html", context)


@access.staff
def edit_outreach(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an action right; its link stays."""
    action = _own(request, pk)
    form = OutreachForm(request.POST or None, instance=action)
    if request.method == "POST" and form.is_valid():
        edit_action(action_id=action.pk, content=form.content, actor=request.user)
        messages.success(request, _("Saved."))
        return redirect("reports:outreach_action", action.pk)
    return render(request, "reports/outreach_form.html", {"form": form, "action": action})


@access.staff
@require_POST
def remove_outreach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an action out of the log."""
    action = _own(request, pk)
    try:
        remove_action(action_id=action.pk, actor=request.user)
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("reports:outreach_action", pk)
    messages.success(request, _("Removed. Its link leads nowhere now."))
    return redirect("reports:outreach")


@access.staff
def outreach_qr(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """The QR code as a file for print."""
    if ending not in QR_TYPES:
        raise Http404
    action = _visible(request, pk)
    name = f"clusterxchange-{action.code}.{ending}"
    return HttpResponse(
        qr_file(action, ending),
        content_type=QR_TYPES[ending],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _visible(request: HttpRequest, pk: int) -> Any:
    access.require(can_see_indicators(request.user))
    seen = with_results(OutreachAction.objects.visible_to(request.user))
    return access.get_visible(seen.select_related("partnership", "recorded_by"), pk=pk)


def _own(request: HttpRequest, pk: int) -> OutreachAction:
    action: OutreachAction = _visible(request, pk)
    access.require(can_record(request.user, action.partnership))
    return action
