"""The bank account of the visitor: its members enter it, its partnership reads it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, NotAllowed
from cxc_portal.core.vault import VaultLocked
from exchanges.models import Exchange
from exchanges.views.steps import seen_exchange, take
from reports.forms.account import AccountForm
from reports.models import AccountLook, BankAccount
from reports.payment.account import Account, is_same_name
from reports.permissions import can_enter_account, can_see_account
from reports.services import accounts
from reports.services.pieces import payment_of

MOST_LOOKS = 10


@never_cache
@access.members
def account(request: HttpRequest, ref: str) -> HttpResponse:
    """For the visitor its ending and the form, for the partnership the way to see it in full."""
    exchange = seen_exchange(request, ref)
    if can_see_account(request.user, exchange):
        return _for_partnership(request, exchange)
    access.require(can_enter_account(request.user, exchange))
    name = exchange.visitor.organisation.name
    form = AccountForm(request.POST or None, organisation=name)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        return take(
            request,
            accounts.enter_account,
            back=payment_of(exchange) or exchange,
            success=_("Your account is kept, encrypted."),
            exchange_id=exchange.pk,
            iban=cleaned["iban"],
            bic=cleaned["bic"],
            holder=cleaned["holder"],
        )
    payment = payment_of(exchange)
    context = {
        "exchange": exchange,
        "form": form,
        "present": BankAccount.objects.filter(exchange=exchange).first(),
        "payment": payment,
        "is_over": accounts.is_over(payment),
        "is_on_list": accounts.is_on_list(payment),
    }
    return render(request, "reports/account.html", context)


@never_cache
@require_POST
@access.members
def show_account(request: HttpRequest, ref: str) -> HttpResponse:
    """The account in full; that it was looked at is written down."""
    exchange = seen_exchange(request, ref)
    try:
        found = accounts.show_account(exchange_id=exchange.pk, actor=request.user)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("reports:account", exchange.ref)
    except VaultLocked:
        messages.error(
            request,
            _("The key that this account was encrypted with is missing. Tell the Support Office."),
        )
        return redirect("reports:account", exchange.ref)
    return _for_partnership(request, exchange, shown=found)


def _for_partnership(
    request: HttpRequest, exchange: Exchange, shown: Account | None = None
) -> HttpResponse:
    name = exchange.visitor.organisation.name
    looks = AccountLook.objects.filter(account__exchange=exchange).select_related("by")
    context = {
        "exchange": exchange,
        "present": BankAccount.objects.filter(exchange=exchange).first(),
        "shown": shown,
        "differs": shown is not None and not is_same_name(shown.holder, name),
        "looks": looks.order_by("-at", "-pk")[:MOST_LOOKS],
        "payment": payment_of(exchange),
    }
    return render(request, "reports/account_seen.html", context)
