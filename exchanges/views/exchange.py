"""The page of one exchange, and the way to it from a match."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cxc_portal.core.access import get_visible, members
from exchanges.models import Exchange
from exchanges.workflows import exchange_workflow


@members
def exchange(request: HttpRequest, ref: str) -> HttpResponse:
    visible = Exchange.objects.visible_to(request.user).with_parties()
    found = get_visible(visible.prefetch_related("versions__signatures"), ref=ref)
    baton = exchange_workflow.baton(found, request.user)
    return render(request, "exchanges/exchange.html", {"exchange": found, "baton": baton})


@members
def of_match(request: HttpRequest, pk: int) -> HttpResponse:
    """The exchange that a confirmed match became."""
    found = get_visible(Exchange.objects.visible_to(request.user), match=pk)
    return redirect(found)
