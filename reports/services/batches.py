"""Approved payments go to accounting in lists, and come back as what the bank has paid."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from profiles.models import Partnership, User
from reports.enums import PaymentState
from reports.models import Payment, PaymentBatch
from reports.payment.bank_list import Booking
from reports.payment.sepa import Transfer
from reports.services.accounts import approved_account, looked_at
from reports.services.payments import locked_payment, mark_paid

PAID, UNCHANGED, REFUSED = "paid", "unchanged", "refused"
CENTS = 100


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one row of the bank's list: `outcome` is one of the three above, `field` the
    column that a refusal is about."""

    row: int
    end_to_end: str
    outcome: str
    field: str = ""
    text: str = ""


def make_batch(*, payment_ids: Sequence[int], actor: User) -> PaymentBatch:
    """The approved payments stand together in the next list of their partnership; each payment is
    on one list at most, so that accounting never gets it twice.

    Raises `TransitionRefused` ("nothing_chosen"), ("several_partnerships"), and ("not_payable") for
    one that is not approved or on another list: then no list is made.
    """
    with audit.transaction():
        partnership = _locked_partnership(payment_ids)
        if partnership.pk not in actor.staffed_partnership_ids:
            raise NotAllowed(_("These payments are made by another partnership."))
        keys = Payment.objects.filter(pk__in=payment_ids).order_by("exchange_id")
        payments = [locked_payment(key) for key in list(keys.values_list("pk", flat=True))]
        for payment in payments:
            if payment.state != PaymentState.APPROVED or payment.batch_id:
                raise TransitionRefused(
                    "not_payable",
                    _("%(ref)s is not payable now, or on a list already. Choose anew.")
                    % {"ref": payment.ref},
                )
        last = PaymentBatch.objects.filter(partnership=partnership).aggregate(last=Max("number"))
        batch = PaymentBatch.objects.create(
            partnership=partnership,
            number=(last["last"] or 0) + 1,
            made_by=actor,
            made_at=clock.now(),
        )
        for payment in payments:
            payment.batch = batch
            payment.save(update_fields=["batch"])
        refs = [payment.ref for payment in payments]
        audit.record("payment.batch", subject=batch, actor=actor, data={"exchanges": refs})
    return batch


def transfers_of(*, batch_id: int, actor: User) -> list[Transfer]:
    """The list as accounting needs it: those of its payments that are still to be made. Each look
    at an account is written down. Raises `TransitionRefused` ("nothing_left") when all are made,
    `StaleVersion` ("account_changed") for an account that was not approved."""
    with audit.transaction():
        batch = PaymentBatch.objects.select_related("partnership").get(pk=batch_id)
        if batch.partnership_id not in actor.staffed_partnership_ids:
            raise NotAllowed(_("These payments are made by another partnership."))
        keys = batch.payments.filter(state=PaymentState.APPROVED).order_by("exchange_id")
        payments = [locked_payment(key) for key in list(keys.values_list("pk", flat=True))]
        if not payments:
            raise TransitionRefused("nothing_left", _("No payment of this list is to be made."))
        name = name_of(batch)
        audit.record("payment.export", subject=batch, actor=actor, data={"count": len(payments)})
        return [_transfer(payment, name, actor) for payment in payments]


def take_bank_list(*, bookings: Sequence[Booking], actor: User) -> list[Result]:
    """Each row is taken whole or not at all, and stands for itself. What is noted already in the
    same way stays as it is, so that a list can be given twice."""
    return [_taken(booking, actor) for booking in bookings]


def name_of(batch: PaymentBatch) -> str:
    """What a list is called in accounting."""
    return f"{batch.partnership.acronym}-{batch.number:04d}"


def _locked_partnership(payment_ids: Sequence[int]) -> Partnership:
    """The one whose payments these are: two lists at once get numbers one after the other."""
    rows = Payment.objects.filter(pk__in=payment_ids)
    found = set(rows.values_list("exchange__visitor_partnership", flat=True))
    if not found:
        raise TransitionRefused("nothing_chosen", _("Tick at least one payment."))
    if len(found) > 1:
        raise TransitionRefused(
            "several_partnerships", _("A list holds the payments of one partnership.")
        )
    locked = Partnership.objects.select_for_update(of=("self",), no_key=True)
    return locked.order_by().get(pk=found.pop())


def _transfer(payment: Payment, name: str, actor: User) -> Transfer:
    account = looked_at(approved_account(payment), actor=actor, purpose=name)
    return Transfer(
        creditor=account.holder,
        iban=account.iban,
        bic=account.bic,
        amount=payment.amount,
        end_to_end=payment.ref,
        remittance=f"ClusterXchange {payment.ref} {payment.exchange.visitor_partnership.acronym}",
    )


def _taken(booking: Booking, actor: User) -> Result:
    payments = Payment.objects.filter(
        exchange__ref=booking.end_to_end,
        exchange__visitor_partnership__in=actor.staffed_partnership_ids,
    )
    key = payments.values_list("pk", flat=True).first()
    if key is None:
        return _refused(
            booking, "end_to_end_id", _("Your partnership has no payment of this reference.")
        )
    with audit.transaction():
        payment = locked_payment(key)
        if payment.state == PaymentState.PAID:
            return _noted_already(booking, payment)
        if payment.state == PaymentState.APPROVED and booking.cents != payment.amount * CENTS:
            return _refused(
                booking,
                "amount",
                _("%(amount)s EUR were approved, not this.") % {"amount": payment.amount},
            )
        try:
            mark_paid(
                payment_id=key,
                paid_on=booking.day,
                reference=booking.reference,
                account=payment.account_revision or 0,
                actor=actor,
            )
        except DomainError as refused:
            field = "date" if refused.code == "day" else "end_to_end_id"
            return _refused(booking, field, str(refused))
    return Result(row=booking.row, end_to_end=booking.end_to_end, outcome=PAID)


def _noted_already(booking: Booking, payment: Payment) -> Result:
    for field, is_same, noted in (
        ("date", booking.day == payment.paid_on, payment.paid_on),
        ("amount", booking.cents == payment.amount * CENTS, payment.amount),
        ("reference", booking.reference == payment.reference, payment.reference),
    ):
        if not is_same:
            return _refused(
                booking,
                field,
                _("This payment is noted as made already, with another value: %(noted)s.")
                % {"noted": noted or "–"},
            )
    return Result(row=booking.row, end_to_end=booking.end_to_end, outcome=UNCHANGED)


def _refused(booking: Booking, field: str, text: str) -> Result:
    return Result(
        row=booking.row, end_to_end=booking.end_to_end, outcome=REFUSED, field=field, text=text
    )
