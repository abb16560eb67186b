"""What came of an exchange, asked some months later."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from exchanges.views.steps import seen_exchange, take
from reports.forms.afterwards import LaterForm
from reports.permissions import can_answer_later
from reports.queries.later import asked_of
from reports.services.later import answer_later


@access.members
def later(request: HttpRequest, ref: str, months: int) -> HttpResponse:
    """A few ticks; whoever has answered already sees so, and staff reads on the exchange's page."""
    exchange = seen_exchange(request, ref)
    access.require(can_answer_later(request.user, exchange))
    asked = asked_of(exchange, months, request.user)
    if asked is None or asked.answered_at:
        text = (
            _("We have not asked you this yet.")
            if asked is None
            else _("Your organisation has answered already. Thank you.")
        )
        messages.info(request, text)
        return redirect(exchange)
    form = LaterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return take(
            request,
            answer_later,
            back=exchange,
            success=_("Thank you. This is all we wanted to know."),
            exchange_id=exchange.pk,
            months=months,
            **form.cleaned_data,
        )
    context = {"exchange": exchange, "form": form, "asked": asked}
    return render(request, "reports/later.html", context)
