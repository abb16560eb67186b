"""What a host does with its group exchanges: offer, change, close, open again, cancel."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import TransitionRefused
from exchanges.forms.group import GroupForm, GroupReasonForm
from exchanges.models import GroupOffer
from exchanges.permissions import can_edit_group, can_take_step_in_group
from exchanges.queries.groups import (
    SHOWN,
    cards_of,
    hosts_of_member,
    open_groups,
    own_groups,
    taken_of,
)
from exchanges.services import groups as services
from profiles.models import Profile
from profiles.views.sections import posted

MOST_IN_PANEL = 3


@access.members
def offer_group(request: HttpRequest) -> HttpResponse:
    """Offers a group in the name of one's own host profile; which one, where there are several."""
    hosts = hosts_of_member(request.user)
    access.require(bool(hosts))
    wanted = request.GET.get("host", "")
    host = next((one for one in hosts if one.ref == wanted), hosts[0])
    form = GroupForm(posted(request), host=host)
    if request.method == "POST" and form.is_valid():
        try:
            offer = services.offer_group(host_id=host.pk, actor=request.user, terms=form.terms)
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your group is open. Visitors can take their places."))
            return redirect(offer)
    context = {"form": form, "host": host, "hosts": hosts}
    return render(request, "exchanges/group_form.html", context)


@access.members
def edit_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes what is still open to change."""
    offer = _own_offer(request, pk)
    form = GroupForm(posted(request), host=offer.host, offer=offer)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_group(offer_id=offer.pk, actor=request.user, terms=form.terms)
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The group is changed."))
            return redirect(offer)
    context = {"form": form, "host": offer.host, "hosts": [], "offer": offer}
    return render(request, "exchanges/group_form.html", context)


@require_POST
@access.members
def close_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes no further visitors."""
    offer = _own_offer(request, pk)
    _try(request, offer, services.close_group, _("The group takes no further visitors."))
    return redirect(offer)


@require_POST
@access.members
def reopen_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes visitors again."""
    offer = _own_offer(request, pk)
    _try(request, offer, services.reopen_group, _("Places can be taken again."))
    return redirect(offer)


@access.members
def cancel_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels the group with a reason, and says beforehand what that means for its visitors."""
    offer = _own_offer(request, pk)
    access.require(can_take_step_in_group(request.user, offer, "cancel"))
    form = GroupReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_group(
                offer_id=offer.pk, actor=request.user, comment=form.cleaned_data["comment"]
            )
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The group is cancelled. Its visitors are told."))
            return redirect(offer)
    context = {"form": form, "offer": offer, "taken": taken_of(offer)}
    return render(request, "exchanges/group_cancel.html", context)


def group_panel(request: HttpRequest, profile: Profile) -> SafeString:
    """On the page of a host: its groups, and for its members the way to offer one."""
    if not (profile.is_host and profile.is_published):
        return SafeString()
    is_own = profile.organisation.has_member(request.user)
    found = own_groups(request.user) if is_own else open_groups(request.user)
    cards = cards_of(found.filter(host=profile)[:MOST_IN_PANEL], request.user)
    if not (cards or is_own):
        return SafeString()
    context: dict[str, Any] = {"profile": profile, "cards": cards, "is_own": is_own}
    return render_to_string("exchanges/_group_panel.html", context, request)


def _own_offer(request: HttpRequest, pk: int) -> GroupOffer:
    """A group in one's own hands; 403 for whoever may only look at it."""
    visible = GroupOffer.objects.visible_to(request.user).select_related(*SHOWN)
    offer = access.get_visible(visible, pk=pk)
    access.require(can_edit_group(request.user, offer))
    return offer


def _try(request: HttpRequest, offer: GroupOffer, service: Any, done: str) -> None:
    try:
        service(offer_id=offer.pk, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
