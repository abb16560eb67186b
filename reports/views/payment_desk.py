"""The payments of one's partnership: what can be paid and approved, lists for accounting, and what
the bank has paid."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cxc_portal.core import access, desks
from cxc_portal.core.errors import DomainError, NotAllowed
from cxc_portal.core.exports import Column, Table, download
from cxc_portal.core.vault import VaultLocked
from exchanges.wording.lump_sum import euro
from reports.forms.payments import BankListForm, FiltersForm, TickedForm, in_words
from reports.models import PaymentBatch
from reports.payment.sepa import COLUMNS, rows_of
from reports.permissions import can_work_with_payments
from reports.queries.payments import Show, batches_of, payments_of, with_all
from reports.services import batches
from reports.views.partnerships import staffed_partnerships

LATEST_LISTS = 5


@access.staff
def payments(request: HttpRequest) -> HttpResponse:
    """What can be paid now, what can be approved, what is blocked why, and what was paid."""
    access.require(can_work_with_payments(request.user))
    form = FiltersForm(request.GET, staffed_partnerships(request.user))  # type: ignore[arg-type]
    found = payments_of(request.user, form.view, form.filters, request.GET.get("page"))
    counts = {view: total.count for view, total in found.totals.items()}
    context = {
        "form": form,
        "show": form.view,
        "found": found,
        "total": found.totals[form.view],
        "total_text": euro(found.totals[form.view].amount),
        "tabs": desks.tabs(request, Show, form.view, counts),
        "lists": batches_of(request.user)[:LATEST_LISTS],
    }
    return render(request, "reports/payments.html", context)


@access.staff
@require_POST
def make_payment_list(request: HttpRequest) -> HttpResponse:
    """The ticked payments stand together in a list for accounting."""
    access.require(can_work_with_payments(request.user))
    form = TickedForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["payment"][0])
        return redirect("reports:payments")
    try:
        batch = batches.make_batch(payment_ids=form.cleaned_data["payment"], actor=request.user)
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("reports:payments")
    return redirect("reports:payment_list", batch.pk)


@access.staff
def payment_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands on a list, and the file for accounting."""
    batch = access.get_visible(batches_of(request.user), pk=pk)
    context = {
        "batch": batch,
        "name": batches.name_of(batch),
        "payments": with_all(batch.payments.all()).order_by("exchange_id"),
    }
    return render(request, "reports/payment_list.html", context)


@access.staff
@never_cache
@require_POST
def payment_list_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file with the accounts; each look at one is written down."""
    batch = access.get_visible(PaymentBatch.objects.visible_to(request.user), pk=pk)
    try:
        transfers = batches.transfers_of(batch_id=batch.pk, actor=request.user)
    except NotAllowed:
        raise
    except DomainError as refused:
        messages.error(request, str(refused))
    except VaultLocked:
        messages.error(
            request,
            _("The key of an account is missing. Tell the Support Office, nothing is lost."),
        )
    else:
        columns = [Column(name, name) for name in COLUMNS]
        return download(Table(batches.name_of(batch), columns, rows_of(transfers)), "csv")
    return redirect("reports:payment_list", batch.pk)


@access.staff
def bank_list(request: HttpRequest) -> HttpResponse:
    """What the bank has paid; a line for each row says what became of it."""
    access.require(can_work_with_payments(request.user))
    is_sent = request.method == "POST"
    form = BankListForm(request.POST, request.FILES) if is_sent else BankListForm()
    context: dict[str, Any] = {"form": form, "results": None}
    if is_sent and form.is_valid():
        results = batches.take_bank_list(bookings=form.bookings, actor=request.user)
        context |= {
            "form": BankListForm(),
            "results": results,
            "faults": [(fault, in_words(fault)) for fault in form.faults],
            "paid": sum(one.outcome == batches.PAID for one in results),
            "unchanged": sum(one.outcome == batches.UNCHANGED for one in results),
            "refused": [one for one in results if one.outcome == batches.REFUSED],
        }
    return render(request, "reports/bank_list.html", context)
