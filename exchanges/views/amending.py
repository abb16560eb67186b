"""Giving up the change of a commitment that is in force."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core.access import get_visible, members, require
from cxc_portal.core.errors import TransitionRefused
from exchanges.models import Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.shown import for_batons
from exchanges.services.amending import give_up_amendment
from exchanges.views.version_changes import amendment_of
from exchanges.workflows.parties import open_version


@members
def give_up(request: HttpRequest, ref: str) -> HttpResponse:
    """Asks once, with what is given up, and that what was signed goes on as it is."""
    exchange = get_visible(for_batons(Exchange.objects.visible_to(request.user)), ref=ref)
    require(can_edit_commitment(request.user, exchange))
    amendment = amendment_of(exchange, request.user)
    if request.method == "POST":
        try:
            give_up_amendment(exchange_id=exchange.pk, actor=request.user)
        except TransitionRefused as refused:
            messages.info(request, str(refused))
        else:
            messages.success(request, _("Given up. What was signed goes on as it is."))
        return redirect("exchanges:commitment", ref)
    if amendment is None or not amendment.differences:
        return redirect("exchanges:commitment", ref)
    context = {
        "exchange": exchange,
        "amendment": amendment,
        "version": open_version(exchange),
    }
    return render(request, "exchanges/amendment_give_up.html", context)
