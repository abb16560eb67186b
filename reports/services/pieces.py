"""What a payment rests on is noted on its row, in the transaction of each change, so that the
database refuses an approval with a piece missing. The caller holds the lock of the exchange."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from profiles.models import User
from profiles.rules import current_rules
from reports.enums import EvidenceKind, EvidenceState, PaymentState
from reports.models import BankAccount, EvidenceItem, Payment
from reports.queries.amount import amount_due, validated_report
from reports.queries.blocks import OPEN, PIECES
from reports.workflows import evidence_workflow, payment_workflow

PAYABLE = (ExchangeState.ONGOING, ExchangeState.REPORTING, ExchangeState.CLOSED)
"""In these states a visit in person has or will have brought a lump sum."""
APPROVAL = ("approved_at", "approved_by", "account_revision", "batch")
"""What goes with an approval that is taken back."""


def open_payment(*, exchange: Exchange) -> Payment | None:
    """The lump sum of a visit in person is due, once; None for an online exchange. One that the
    portal itself refused, because the visit was broken off or put off, is taken up again."""
    if not exchange.is_physical or exchange.state not in PAYABLE:
        return None
    payment, is_new = Payment.objects.get_or_create(
        exchange=exchange,
        defaults={"needs_accommodation": current_rules().flag("evidence.needs_accommodation")},
    )
    payment.exchange = exchange
    if is_new:
        audit.record("payment.open", subject=payment, data={"exchange": exchange.ref})
    elif payment.state == PaymentState.REFUSED and _was_refused_by_portal(payment):
        comment = _("The visit took place after all.")
        payment_workflow.apply(payment, "take_up", actor=None, comment=comment)
    return keep_in_step(exchange=exchange)


def keep_in_step(*, exchange: Exchange, why: str = "") -> Payment | None:
    """The row says what is there: accepted evidence, the validated report, an account, the amount.

    Where that changes what was approved, the approval is taken back, with `why` as its reason; what
    is paid, refused or recovered stays as it is.
    """
    payment = payment_of(exchange)
    if payment is None or payment.state not in OPEN:
        return payment
    changes = {
        name: value
        for name, value in _present(payment, exchange).items()
        if getattr(payment, name) != value
    }
    if not changes:
        return payment
    if payment.state == PaymentState.APPROVED:
        take_approval_back(
            payment, actor=None, why=why or _("The grounds of the approval changed.")
        )
        return keep_in_step(exchange=exchange)
    save(payment, changes)
    return payment


def give_payment_up(*, exchange: Exchange, why: str) -> None:
    """Nothing is due for this exchange: it was broken off, is written anew, or did not take place.
    Its evidence proves nothing any more."""
    for item in exchange.evidence_items.exclude(state=EvidenceState.WITHDRAWN):
        item.exchange = exchange
        evidence_workflow.apply(item, "set_aside", actor=None, comment=why)
    payment = payment_of(exchange)
    if payment is None or payment.state not in OPEN:
        return
    payment_workflow.apply(
        payment, "refuse", actor=None, comment=why, changes={**_nobody(), "complete_at": None}
    )


def take_approval_back(payment: Payment, *, actor: User | None, why: str, **record: Any) -> None:
    """It is due again; the amount is that of the rules, and it leaves the list for accounting."""
    changes = {**_nobody(), "amount": payment.computed_amount, "reason": ""}
    exchange = payment.exchange
    payment_workflow.apply(
        payment, "unapprove", actor=actor, comment=why, changes=changes, record=record
    )
    payment.exchange = exchange


def payment_of(exchange: Exchange) -> Payment | None:
    """The payment of an exchange, with the exchange as it is in memory."""
    payment = Payment.objects.filter(exchange=exchange).first()
    if payment:
        payment.exchange = exchange
    return payment


def save(payment: Payment, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(payment, name, value)
    payment.save(update_fields=list(changes))


def _nobody() -> dict[str, Any]:
    return dict.fromkeys(APPROVAL)


def _was_refused_by_portal(payment: Payment) -> bool:
    step = payment.transitions.filter(transition="refuse").order_by("-at", "-pk").first()
    return step is not None and step.actor_id is None


def _present(payment: Payment, exchange: Exchange) -> dict[str, Any]:
    """What the row should say now."""
    report = validated_report(exchange)
    found: dict[str, Any] = {
        **_evidence(payment, exchange),
        "report_validated_at": report.validated_at if report and report.has_happened else None,
        "has_account": BankAccount.objects.filter(exchange=exchange).exists(),
        **_amount(payment, exchange),
    }
    return {**found, "complete_at": _complete_since(payment, found)}


def _evidence(payment: Payment, exchange: Exchange) -> dict[str, int | None]:
    """The accepted piece of each kind; the one that was noted stays as long as it is accepted."""
    accepted = EvidenceItem.objects.filter(exchange=exchange, state=EvidenceState.ACCEPTED)
    by_kind: dict[str, list[int]] = {}
    for kind, key in accepted.order_by("pk").values_list("kind", "pk"):
        by_kind.setdefault(kind, []).append(key)
    found: dict[str, int | None] = {}
    for kind, field in PIECES:
        keys, noted = by_kind.get(kind, []), getattr(payment, field)
        found[field] = noted if noted in keys else next(iter(keys), None)
    return found


def _amount(payment: Payment, exchange: Exchange) -> dict[str, Any]:
    """A new amount replaces what was set lower by hand."""
    due = amount_due(exchange)
    computed = due.to_json() if due else {}
    amount = due.amount if due else 0
    if computed == payment.computed and amount == payment.computed_amount:
        return {}
    return {"computed": computed, "computed_amount": amount, "amount": amount, "reason": ""}


def _complete_since(payment: Payment, found: Mapping[str, Any]) -> Any:
    """Since when nothing is missing; the moment that was noted as long as that is so."""
    pieces = [found[field] for kind, field in PIECES if kind != EvidenceKind.ACCOMMODATION]
    if payment.needs_accommodation:
        pieces.append(found["accommodation_id"])
    amount = found.get("computed_amount", payment.computed_amount)
    if all([*pieces, found["report_validated_at"], found["has_account"], amount]):
        return payment.complete_at or clock.now()
    return None
