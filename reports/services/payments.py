"""The partnership of the visitor approves a lump sum and pays it, or refuses it with a reason."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import TransitionRefused
from exchanges.enums import Capacity
from exchanges.services.locking import locked_exchange
from profiles.models import User
from profiles.rules import current_rules
from reports.models import Payment
from reports.models.payment import REFERENCE_LENGTH
from reports.notifications import payments as notifications
from reports.queries.blocks import blocks_of
from reports.services.accounts import require_paid_to, require_seen
from reports.services.pieces import keep_in_step, payment_of, take_approval_back
from reports.workflows import payment_workflow

AS_PARTNERSHIP = {"capacity": Capacity.VOP}
DAY = "j F Y"


def approve_payment(
    *, payment_id: int, amount: int, reason: str, account: int, actor: User
) -> Payment:
    """So much is paid: the amount by the rules, or less with a reason. `account` is the revision of
    the bank account that the actor has before them.

    Raises `TransitionRefused` ("blocked") as long as anything is missing, ("amount") for more than
    the rules allow or nothing at all, ("reason_missing") for less without a reason; `StaleVersion`
    ("account_changed") where the visitor changed the account meanwhile.
    """
    with audit.transaction():
        payment = locked_payment(payment_id)
        _require_right(payment, "approve", actor)
        keep_in_step(exchange=payment.exchange)
        payment = _again(payment)
        blocks = blocks_of(payment)
        if blocks:
            raise TransitionRefused(
                "blocked",
                _("This payment is blocked: %(blocks)s.")
                % {"blocks": "; ".join(block.desk for block in blocks)},
            )
        require_seen(payment, revision=account, actor=actor)
        _require_amount(payment, amount, reason)
        is_less = amount < payment.computed_amount
        _apply(
            payment,
            "approve",
            actor,
            amount=amount,
            reason=reason.strip() if is_less else "",
            approved_by=actor,
            account_revision=account,
        )
    return payment


def unapprove_payment(*, payment_id: int, comment: str, actor: User) -> Payment:
    """It is due again, and leaves the list for accounting that it was on."""
    with audit.transaction():
        payment = locked_payment(payment_id)
        take_approval_back(payment, actor=actor, why=comment, **AS_PARTNERSHIP)
    return payment


def refuse_payment(*, payment_id: int, comment: str, actor: User) -> Payment:
    """Nothing is paid; the visitor reads why."""
    with audit.transaction():
        payment = locked_payment(payment_id)
        _apply(payment, "refuse", actor, comment=comment, batch=None, complete_at=None)
        notifications.payment_refused(payment, comment.strip())
    return payment


def take_payment_up(*, payment_id: int, comment: str, actor: User) -> Payment:
    """A refused payment is due again."""
    with audit.transaction():
        payment = locked_payment(payment_id)
        _apply(
            payment,
            "take_up",
            actor,
            comment=comment,
            approved_at=None,
            approved_by=None,
            account_revision=None,
        )
        keep_in_step(exchange=payment.exchange)
    return _again(payment)


def recover_payment(*, payment_id: int, comment: str, actor: User) -> Payment:
    """The money has come back."""
    with audit.transaction():
        payment = locked_payment(payment_id)
        _apply(payment, "recover", actor, comment=comment)
    return payment


def mark_paid(
    *, payment_id: int, paid_on: date, reference: str, account: int, actor: User
) -> Payment:
    """The bank made the transfer on that day, to the account of this revision; the visitor is told.

    Raises `TransitionRefused` ("day") for a day to come or before the approval, ("reference") for
    one that is too long, ("four_eyes") for whoever approved it where the rules ask for a second
    person; `StaleVersion` where it is not sure that the approved account got the money.
    """
    with audit.transaction():
        payment = locked_payment(payment_id)
        _require_right(payment, "pay", actor)
        _require_second_person(payment, actor)
        require_paid_to(payment, revision=account)
        _require_day(payment, paid_on)
        if len(reference.strip()) > REFERENCE_LENGTH:
            raise TransitionRefused(
                "reference",
                _("A reference of the bank has at most %(most)s characters.")
                % {"most": REFERENCE_LENGTH},
            )
        _apply(
            payment,
            "pay",
            actor,
            paid_on=paid_on,
            paid_by=actor,
            reference=reference.strip(),
        )
        notifications.payment_paid(payment)
    return payment


def locked_payment(payment_id: int) -> Payment:
    """A payment whose exchange is locked."""
    key = Payment.objects.values_list("exchange_id", flat=True).get(pk=payment_id)
    exchange = locked_exchange(key)
    payment: Payment = Payment.objects.select_related("approved_by").get(pk=payment_id)
    payment.exchange = exchange
    return payment


def needs_second_person(payment: Payment, user: User) -> bool:
    """Whether somebody else has to mark it as paid: this person approved it."""
    return payment.approved_by_id == user.pk and current_rules().flag("payment.four_eyes")


def _again(payment: Payment) -> Payment:
    found = payment_of(payment.exchange)
    return found or payment


def _apply(payment: Payment, name: str, actor: User, comment: str = "", **changes: object) -> None:
    exchange = payment.exchange
    payment_workflow.apply(
        payment, name, actor=actor, comment=comment, changes=changes, record=AS_PARTNERSHIP
    )
    payment.exchange = exchange


def _require_right(payment: Payment, name: str, actor: User) -> None:
    """That it is theirs to do, and that it is time for it."""
    if not payment_workflow.is_open(name, payment, actor):
        payment_workflow.apply(payment, name, actor=actor)  # says why not


def _require_amount(payment: Payment, amount: int, reason: str) -> None:
    if not 0 < amount <= payment.computed_amount:
        raise TransitionRefused(
            "amount",
            _("By the rules at most %(most)s EUR are due. Give an amount from 1 to that.")
            % {"most": payment.computed_amount},
        )
    if amount < payment.computed_amount and not reason.strip():
        raise TransitionRefused(
            "reason_missing", _("Say why it is less than the rules give; the visitor reads it.")
        )


def _require_second_person(payment: Payment, actor: User) -> None:
    if needs_second_person(payment, actor):
        raise TransitionRefused(
            "four_eyes",
            _("You approved this payment. Somebody else of your partnership marks it as paid."),
        )


def _require_day(payment: Payment, paid_on: date) -> None:
    approved_on = clock.day_of(payment.approved_at) if payment.approved_at else paid_on
    if not approved_on <= paid_on <= clock.today():
        raise TransitionRefused(
            "day",
            _("It was approved on %(day)s. Give a day from then until today.")
            % {"day": date_format(approved_on, DAY)},
        )
