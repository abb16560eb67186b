"""The lump sum of one exchange: where it stands, what blocks it, the steps of the partnership."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.types import Text
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.views.steps import seen_exchange, take
from reports.enums import PaymentState
from reports.forms.payments import ApproveForm, CommentForm, PaidForm
from reports.models import BankAccount, Payment
from reports.permissions import can_see_account, can_take_step_in_payment
from reports.queries.accounts import is_changed_since_look
from reports.queries.amount import days_of_host
from reports.queries.blocks import blocks_of, due_on, is_late, line_of
from reports.services import payments as services
from reports.services.pieces import payment_of
from reports.wording.payments import amount_in_words
from reports.workflows import payment_workflow

WITH_REASON: dict[str, tuple[Callable[..., Payment], Text, Text]] = {
    "unapprove": (
        services.unapprove_payment,
        gettext_lazy("Take the approval back"),
        gettext_lazy("The approval is taken back."),
    ),
    "refuse": (
        services.refuse_payment,
        gettext_lazy("Refuse the payment"),
        gettext_lazy("Refused. The visitor reads the reason."),
    ),
    "take_up": (
        services.take_payment_up,
        gettext_lazy("Take it up again"),
        gettext_lazy("The payment is due again."),
    ),
    "recover": (
        services.recover_payment,
        gettext_lazy("Note that it was recovered"),
        gettext_lazy("Noted as recovered."),
    ),
}
"""The steps that say why: what takes them, their button, and what is said afterwards."""
TAKEN: dict[str, Text] = {
    "approve": gettext_lazy("Approved"),
    "unapprove": gettext_lazy("The approval was taken back"),
    "pay": gettext_lazy("Marked as paid"),
    "refuse": gettext_lazy("Refused"),
    "take_up": gettext_lazy("Taken up again"),
    "recover": gettext_lazy("Recovered"),
}
"""The steps of a payment as they are told afterwards."""
TONES = {
    PaymentState.DUE: "info",
    PaymentState.APPROVED: "success",
    PaymentState.PAID: "success",
    PaymentState.REFUSED: "danger",
    PaymentState.RECOVERED: "warning",
}


@access.members
def payment(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the payment stands: for the visitor, its partnership and the Support Office."""
    exchange = seen_exchange(request, ref)
    access.require(_sees(request.user, exchange))
    found = payment_of(exchange)
    if found is None:
        return render(request, "reports/payment_none.html", {"exchange": exchange})
    return _shown(request, found)


@require_POST
@access.members
def payment_step(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """Approve, pay, or one of the steps that say why."""
    exchange = seen_exchange(request, ref)
    access.require(can_see_account(request.user, exchange))
    found = payment_of(exchange)
    if found is None or name not in payment_workflow.transitions:
        raise Http404
    form = _form(name, found, _account(found), request.POST)
    if not form.is_valid():
        return _shown(request, found, bound=(name, form))
    step, success = _step(name)
    return take(
        request, step, back=found, success=success, payment_id=found.pk, **form.cleaned_data
    )


def _sees(user: Any, exchange: Exchange) -> bool:
    is_own = Capacity.VO in exchange.capacities_of(user)
    return is_own or can_see_account(user, exchange) or user.is_support


def _step(name: str) -> tuple[Callable[..., Payment], Text]:
    if name == "approve":
        return services.approve_payment, _("Approved.")
    if name == "pay":
        return services.mark_paid, _("Noted as paid. The visitor is told.")
    step, _label, success = WITH_REASON[name]
    return step, success


def _form(name: str, found: Payment, account: BankAccount | None, data: Any = None) -> Any:
    revision = account.revision if account else 0
    if name == "approve":
        return ApproveForm(data, payment=found, account=revision)
    if name == "pay":
        return PaidForm(data, account=revision)
    return CommentForm(data, name=name)


def _shown(
    request: HttpRequest, found: Payment, bound: tuple[str, Any] | None = None
) -> HttpResponse:
    exchange, user = found.exchange, request.user
    is_staff = can_see_account(user, exchange) or user.is_support  # type: ignore[union-attr]
    is_own = not is_staff
    blocks, account = blocks_of(found), _account(found)
    is_news = not blocks and _is_news(found, account, user)
    forms = _forms(found, account, user, bound, is_ready=not (blocks or is_news))
    context = {
        "payment": found,
        "exchange": exchange,
        "baton": payment_workflow.baton(found, user),
        "tone": TONES[PaymentState(found.state)],
        "line": line_of(found, blocks, is_own=is_own),
        "blocks": [(block, block.own if is_own else block.desk) for block in blocks],
        "is_own": is_own,
        "sees_account": can_see_account(user, exchange),
        "due_on": due_on(found),
        "is_late": is_late(found),
        "amount": amount_in_words(found, exchange),
        "host_days": _other_days(found, exchange) if is_staff else None,
        "account": account,
        "is_account_news": is_news,
        "second_person": _needs_other(found, user),
        "forms": forms,
        "bound": bound[1] if bound else None,
        "history": _history(found),
        "shows_actors": is_staff,
    }
    return render(request, "reports/payment.html", context)


def _forms(
    found: Payment,
    account: BankAccount | None,
    user: Any,
    bound: tuple[str, Any] | None,
    *,
    is_ready: bool,
) -> dict[str, Any]:
    """The forms of the steps that this person can take now, by their names."""
    names = [name for name in payment_workflow.transitions if _is_open(found, user, name, is_ready)]
    forms = {name: {"form": _form(name, found, account), "label": _label(name)} for name in names}
    if bound and bound[0] in forms:
        forms[bound[0]]["form"] = bound[1]
    return {
        "approve": forms.pop("approve", None),
        "pay": forms.pop("pay", None),
        "others": [{"name": name, **one} for name, one in forms.items()],
    }


def _is_open(found: Payment, user: Any, name: str, is_ready: bool) -> bool:
    if not can_take_step_in_payment(user, found, name):
        return False
    if name == "approve":
        return is_ready
    return name != "pay" or not services.needs_second_person(found, user)


def _account(found: Payment) -> BankAccount | None:
    return BankAccount.objects.filter(exchange=found.exchange).first()


def _is_news(found: Payment, account: BankAccount | None, user: Any) -> bool:
    """Whether this person would approve an account that was changed since they looked."""
    if account is None or not can_take_step_in_payment(user, found, "approve"):
        return False
    return is_changed_since_look(account, user)


def _label(name: str) -> Text:
    return WITH_REASON[name][1] if name in WITH_REASON else ""


def _needs_other(found: Payment, user: Any) -> bool:
    """Whether this person would pay, had they not approved it themselves."""
    return can_take_step_in_payment(user, found, "pay") and services.needs_second_person(
        found, user
    )


def _other_days(found: Payment, exchange: Exchange) -> int | None:
    """The days of the host's report, where they differ from those that are paid for."""
    days = days_of_host(exchange)
    return None if days == found.computed.get("days") else days


def _history(found: Payment) -> list[dict[str, Any]]:
    steps = found.transitions.select_related("actor").order_by("at", "pk")
    return [
        {
            "label": TAKEN[step.transition],
            "by": found.exchange.visitor_partnership.acronym if step.actor else _("the portal"),
            "actor": step.actor,
            "comment": step.comment,
            "at": step.at,
        }
        for step in steps
    ]
