"""Group exchanges: the open ones, one of them, and taking or giving up a place."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access, places
from cxc_portal.core.errors import TransitionRefused
from exchanges.forms.group import GroupReasonForm
from exchanges.models import GroupOffer, GroupPlace
from exchanges.permissions import can_edit_group, can_leave_group, can_take_step_in_group
from exchanges.queries.groups import (
    SHOWN,
    agenda_of,
    cards_of,
    hosts_of_member,
    joined_groups,
    open_groups,
    own_groups,
    own_places_in,
    participants_of,
    plain_cards_of,
    types_named_by,
    visitors_of_member,
)
from exchanges.services.group_places import join_group as join
from exchanges.services.group_places import leave_group as leave
from exchanges.services.group_places import reason_against_joining
from exchanges.wording.agenda import Zones, agenda_table
from exchanges.workflows import group_workflow
from profiles.models import Profile
from profiles.views.sections import posted

PER_PAGE = 24


@access.members
def groups(request: HttpRequest) -> HttpResponse:
    """Groups that take visitors, and one's own."""
    user = request.user
    page = Paginator(open_groups(user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": cards_of(page, user),
        "own": plain_cards_of(own_groups(user)),
        "joined": plain_cards_of(joined_groups(user)),
        "can_offer": bool(hosts_of_member(user)),
    }
    return render(request, "exchanges/groups.html", context)


@access.members
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One group: who hosts, when, what is planned, how many places are left."""
    offer = _offer(request, pk)
    user = request.user
    (card,) = cards_of([offer], user)
    visitors = visitors_of_member(user)
    own_places = own_places_in(offer, user)
    reasons = {one: reason_against_joining(offer, one) for one in visitors}
    can_edit = can_edit_group(user, offer)
    context = {
        "offer": offer,
        "card": card,
        "baton": group_workflow.baton(offer, user),
        "agenda": agenda_table(agenda_of(offer), _zones(offer, visitors)),
        "types": types_named_by(offer),
        "own_places": own_places,
        "joinable": [one for one, reason in reasons.items() if not reason],
        "reasons": [] if own_places else [(one, why) for one, why in reasons.items() if why],
        "participants": participants_of(offer, user) if can_edit else [],
        "can_edit": can_edit,
        "can_close": can_take_step_in_group(user, offer, "close"),
        "can_reopen": can_take_step_in_group(user, offer, "reopen"),
        "history": offer.transitions.order_by("at", "pk"),
    }
    return render(request, "exchanges/group.html", context)


@require_POST
@access.members
def join_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a place for one's own visiting profile."""
    offer = _offer(request, pk)
    visible = Profile.objects.visible_to(request.user)
    visitor = access.get_visible(visible, ref=request.POST.get("visitor", ""))
    access.require(visitor.organisation.has_member(request.user))
    try:
        place = join(offer_id=offer.pk, visitor_id=visitor.pk, actor=request.user)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect(offer)
    messages.success(
        request, _("You have a place. Your commitment begins with the agenda of the group.")
    )
    return redirect(place.exchange)


@access.members
def leave_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives up the place of one's own visitor, with a reason."""
    place = _place(request, pk)
    form = GroupReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            leave(
                offer_id=place.offer_id,
                visitor_id=place.visitor_id,
                actor=request.user,
                comment=form.cleaned_data["comment"],
            )
        except TransitionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your place is free again. The host reads why."))
            return redirect("exchanges:groups")
    context = {"offer": place.offer, "place": place, "form": form}
    return render(request, "exchanges/group_leave.html", context)


def _zones(offer: GroupOffer, visitors: list[Profile]) -> Zones:
    """The clocks of the host and of the viewer's own visitor."""
    host = offer.host.organisation
    visitor = visitors[0].organisation if visitors else host
    return Zones(*(places.time_zone(one.city, one.country_id) for one in (host, visitor)))


def _offer(request: HttpRequest, pk: int) -> GroupOffer:
    visible = GroupOffer.objects.visible_to(request.user).select_related(*SHOWN)
    return access.get_visible(visible, pk=pk)


def _place(request: HttpRequest, pk: int) -> GroupPlace:
    """One's own place in the group; 403 for whoever may look at the group but has none."""
    own = own_places_in(_offer(request, pk), request.user)
    access.require(bool(own) and can_leave_group(request.user, own[0]))
    return own[0]
