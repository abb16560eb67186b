"""The page of one exchange, and the way to it from a match."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cxc_portal.core.access import get_visible, members
from exchanges.aftermath import panels_of
from exchanges.models import Exchange
from exchanges.queries.shown import for_batons
from exchanges.views.desk import desk_url
from exchanges.views.exchange_page import exchange_page
from exchanges.views.follow_up import follow_up_context
from exchanges.views.signatures import signatures_context
from exchanges.views.version_changes import amendment_of, asides_beside


@members
def exchange(request: HttpRequest, ref: str) -> HttpResponse:
    """Whose turn it is, how far it has come, and all that is agreed."""
    shown = for_batons(Exchange.objects.visible_to(request.user)).prefetch_related("sections")
    found = get_visible(shown, ref=ref)
    context = {
        "page": exchange_page(found, request.user),
        "amendment": amendment_of(found, request.user),
        "asides": asides_beside(found),
        "back_url": desk_url(request),
        "panels": panels_of(request, found),
        **follow_up_context(request, found),
        **signatures_context(request, found),
    }
    return render(request, "exchanges/exchange.html", context)


@members
def of_match(request: HttpRequest, pk: int) -> HttpResponse:
    """The exchange that a confirmed match became."""
    found = get_visible(Exchange.objects.visible_to(request.user), match=pk)
    return redirect(found)
