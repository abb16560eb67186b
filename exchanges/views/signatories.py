"""Around a missing signature: naming a colleague, attaching a paper, reminding."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import StaleVersion, TransitionRefused
from exchanges.enums import Capacity
from exchanges.forms.signing import DelegateForm, PaperForm
from exchanges.models import CommitmentVersion, Delegation, Exchange
from exchanges.permissions import can_delegate_signature, can_enter_paper
from exchanges.queries.signatures import colleagues_for
from exchanges.services.delegating import delegate_signature
from exchanges.services.delegating import end_delegation as take_back
from exchanges.services.paper import sign_on_paper
from exchanges.services.reminding import remind_signatory
from exchanges.views.signing import visible_exchange
from exchanges.workflows.parties import open_version


@access.members
def delegate(request: HttpRequest, ref: str, capacity: str) -> HttpResponse:
    """Name a colleague who signs instead, or see how to invite one."""
    exchange = visible_exchange(request, ref)
    capacity = _capacity(capacity)
    access.require(can_delegate_signature(request.user, exchange, capacity))
    colleagues = colleagues_for(exchange, capacity, request.user)
    form = DelegateForm(request.POST or None, colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        named = form.cleaned_data["delegate"]
        delegate_signature(
            exchange_id=exchange.pk,
            capacity=capacity,
            delegate_id=named.pk,
            reason=form.cleaned_data["reason"],
            actor=request.user,
        )
        text = _("%(name)s signs from now on, and has a mail about it.")
        messages.success(request, text % {"name": named})
        return _back(exchange)
    context = {
        "exchange": exchange,
        "party": exchange.party_name(capacity),
        "capacity": capacity,
        "form": form,
        "has_colleagues": colleagues.exists(),
        "invite_url": _invite_url(exchange, capacity),
    }
    return render(request, "exchanges/delegate.html", context)


@require_POST
@access.members
def end_delegation(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    exchange = visible_exchange(request, ref)
    visible = Delegation.objects.visible_to(request.user)
    delegation = access.get_visible(visible, pk=pk, exchange=exchange)
    take_back(delegation_id=delegation.pk, actor=request.user)
    messages.success(request, _("Taken back. Whoever signs usually does so again."))
    return _back(exchange)


@access.members
def paper(request: HttpRequest, ref: str, capacity: str) -> HttpResponse:
    """Attach the scan of a signature on paper, one's own or on behalf of one's organisation."""
    exchange = visible_exchange(request, ref)
    capacity = _capacity(capacity)
    access.require(can_enter_paper(request.user, exchange, capacity))
    version = _open(exchange)
    if version is None:
        return _back(exchange)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sign_on_paper(
                version_id=version.pk,
                digest=request.POST.get("digest", ""),
                capacity=capacity,
                actor=request.user,
                **form.cleaned_data,
            )
        except (TransitionRefused, StaleVersion) as refusal:
            messages.error(request, str(refusal))
            return _back(exchange)
        messages.success(request, _("The signature is recorded with its scan."))
        return redirect(exchange)
    context = {
        "exchange": exchange,
        "version": version,
        "party": exchange.party_name(capacity),
        "is_on_behalf": capacity not in exchange.capacities_of(request.user),
        "sentence": version.snapshot["sentences"][capacity],
        "form": form,
    }
    return render(request, "exchanges/paper.html", context)


@require_POST
@access.members
def remind(request: HttpRequest, ref: str) -> HttpResponse:
    """One reminder to whoever has yet to sign in a capacity."""
    exchange = visible_exchange(request, ref)
    capacity = _capacity(request.POST.get("capacity", ""))
    version = _open(exchange)
    if version is None:
        messages.info(request, _("Nothing is to be signed now."))
        return redirect(exchange)
    try:
        remind_signatory(version_id=version.pk, capacity=capacity, actor=request.user)
    except TransitionRefused as refusal:
        messages.info(request, str(refusal))
    else:
        text = _("%(party)s gets a reminder by mail.")
        messages.success(request, text % {"party": exchange.party_name(capacity)})
    return redirect(exchange)


def _capacity(text: str) -> Capacity:
    access.require(text in Capacity.values)
    return Capacity(text)


def _open(exchange: Exchange) -> CommitmentVersion | None:
    version = open_version(exchange)
    if version is not None:
        version.exchange = exchange
    return version


def _back(exchange: Exchange) -> HttpResponse:
    return redirect("exchanges:sign", exchange.ref)


def _invite_url(exchange: Exchange, capacity: Capacity) -> str:
    """Where a colleague without an account is invited; partnerships ask the Support Office."""
    if capacity.is_partnership:
        return ""
    organisation = exchange.profile_of(capacity).organisation
    return reverse("profiles:organisation", args=[organisation.pk])
