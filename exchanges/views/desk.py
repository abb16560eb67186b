"""All exchanges of a person; for staff the desk with its views, filters and bulk reminders."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cxc_portal.core import access, desks
from exchanges.forms.desk import DeskForm, TickedForm
from exchanges.permissions import can_work_at_desk_of_exchanges
from exchanges.queries.exchange_list import Show, desk, own_rows
from exchanges.services.bulk import remind_many
from profiles.models import Partnership, User

DESK = "desk_of_exchanges"


@access.members
def exchanges(request: HttpRequest) -> HttpResponse:
    """One's own exchanges; for whoever works for a partnership or the Support Office the desk."""
    if can_work_at_desk_of_exchanges(request.user):
        return _desk(request)
    rows = own_rows(request.user)
    return render(request, "exchanges/exchanges.html", {"rows": rows})


@access.staff
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Whoever has yet to sign the ticked exchanges is reminded; a line each says what became."""
    access.require(can_work_at_desk_of_exchanges(request.user))
    form = TickedForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["exchange"][0])
        return redirect(desk_url(request))
    keys = form.cleaned_data["exchange"]
    outcomes = remind_many(exchange_ids=keys, actor=request.user)
    context = {
        "outcomes": outcomes,
        "done": sum(bool(outcome.names) for outcome in outcomes),
        "back_url": desk_url(request),
    }
    return render(request, "exchanges/desk_reminded.html", context)


def desk_url(request: HttpRequest) -> str:
    """The list as the reader last looked at it."""
    return desks.last_seen(request, DESK, reverse("exchanges:exchanges"))


def _desk(request: HttpRequest) -> HttpResponse:
    form = DeskForm(request.GET, partnerships_of(request.user))
    show = form.view or Show.WAITING
    found = desk(request.user, show, form.filters, request.GET.get("page"))
    desks.remember(request, DESK)
    context = {
        "form": form,
        "show": show,
        "desk": found,
        "tabs": desks.tabs(request, Show, show, found.counts),
    }
    return render(request, "exchanges/desk.html", context)


def partnerships_of(user: User) -> list[Partnership]:
    """Those that the user looks after; for the Support Office all."""
    found = Partnership.objects.order_by("acronym")
    if not user.is_support:
        found = found.filter(pk__in=user.staffed_partnership_ids)
    return list(found)
