"""What the rules find, for whoever writes or reads along, and the warnings let pass."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core.access import get_visible, members, require
from cxc_portal.core.errors import TransitionRefused
from exchanges.enums import Section
from exchanges.forms.overrides import OverrideForm
from exchanges.models import Exchange
from exchanges.permissions import can_override_warning
from exchanges.queries.findings import findings_of, in_section
from exchanges.services.overrides import override_warning, withdraw_override


@members
def findings(request: HttpRequest, ref: str) -> HttpResponse:
    """What the draft still has to change, for one section with `?section=`: a part of a page."""
    exchange = _visible(request, ref)
    found = findings_of(exchange, viewer=request.user)
    section = request.GET.get("section", "")
    if section in Section.values:
        found = in_section(found, section)
    return render(request, "exchanges/_findings.html", {"findings": found})


@require_POST
@members
def override(request: HttpRequest, ref: str) -> HttpResponse:
    """Without a reason it is asked for once more, on a page of its own."""
    exchange = _visible(request, ref)
    require(can_override_warning(request.user, exchange))
    form = OverrideForm(request.POST)
    if not form.is_valid():
        found = findings_of(exchange, viewer=request.user)
        code = request.POST.get("code")
        context = {
            "exchange": exchange,
            "form": form,
            "found": next((one for one in found if one.code == code), None),
        }
        return render(request, "exchanges/override.html", context)
    try:
        override_warning(exchange_id=exchange.pk, actor=request.user, **form.cleaned_data)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The warning is let pass. All four parties read why."))
    return redirect("exchanges:commitment", ref)


@require_POST
@members
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """The warning stands again."""
    exchange = _visible(request, ref)
    require(can_override_warning(request.user, exchange))
    code = request.POST.get("code", "")
    withdraw_override(exchange_id=exchange.pk, code=code, actor=request.user)
    messages.success(request, _("The warning stands again."))
    return redirect("exchanges:commitment", ref)


def _visible(request: HttpRequest, ref: str) -> Exchange:
    return get_visible(Exchange.objects.visible_to(request.user).with_parties(), ref=ref)
