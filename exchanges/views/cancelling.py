"""Cancelling an exchange before it starts, with what follows said beforehand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import TransitionRefused
from exchanges.forms.cancelling import CancelForm
from exchanges.models import Exchange
from exchanges.permissions import can_cancel_exchange
from exchanges.services.cancelling import cancel_exchange


@access.members
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Asks once, with the consequences and a reason that all parties read."""
    visible = Exchange.objects.visible_to(request.user).with_parties()
    exchange = access.get_visible(visible.prefetch_related("versions__signatures"), ref=ref)
    access.require(can_cancel_exchange(request.user, exchange))
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_exchange(exchange_id=exchange.pk, actor=request.user, reason=form.comment)
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The exchange is cancelled. The other parties are told."))
            return redirect(exchange)
    versions = exchange.versions.all()
    context = {
        "exchange": exchange,
        "form": form,
        "is_frozen": bool(versions),
        "signed": sum(len(version.signed_capacities()) for version in versions),
    }
    return render(request, "exchanges/cancel.html", context)
