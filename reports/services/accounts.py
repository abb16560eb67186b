"""The account of the visitor: entered by its members, read by its partnership, every look a row."""

from django.db import transaction
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, vault
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.models import Exchange
from exchanges.services.locking import locked_exchange
from profiles.models import User
from reports.enums import PaymentState
from reports.models import AccountLook, BankAccount
from reports.payment.account import Account, AccountFault, read_bic, read_iban
from reports.permissions import can_enter_account, can_see_account
from reports.services.pieces import keep_in_step, payment_of, take_approval_back

CLOSED = (PaymentState.PAID, PaymentState.REFUSED, PaymentState.RECOVERED)
ON_PAGE = "page"
"""Where an account was read in full; in a file for accounting, the name of that list."""


def enter_account(
    *, exchange_id: int, iban: str, bic: str, holder: str, actor: User
) -> BankAccount:
    """Where the lump sum goes; encrypted. A payment that was approved for another account has to be
    approved anew.

    Raises `TransitionRefused` ("iban", "bic", "holder") for what is no account, ("too_late") once
    the payment is made or refused.
    """
    with transaction.atomic():
        exchange = locked_exchange(exchange_id)
        if not can_enter_account(actor, exchange):
            raise NotAllowed(_("The account is given by the visiting organisation."))
        payment = payment_of(exchange)
        if payment and payment.state in CLOSED:
            raise TransitionRefused("too_late", _("The payment is over; its account stays."))
        account = _checked(iban, bic, holder)
        row = _written(exchange, account, actor)
        if payment and payment.state == PaymentState.APPROVED:
            take_approval_back(payment, actor=None, why=_("The visitor changed the account."))
        keep_in_step(exchange=exchange)
    return row


def show_account(*, exchange_id: int, actor: User) -> Account:
    """The account in full. The look is a row and an entry of the audit chain.

    Raises `TransitionRefused` ("no_account") when none is entered, `VaultLocked` when none of the
    portal's keys opens it.
    """
    with transaction.atomic():
        exchange = locked_exchange(exchange_id)
        if not can_see_account(actor, exchange):
            raise NotAllowed(_("The account is for the visitor's partnership alone."))
        row = BankAccount.objects.filter(exchange=exchange).first()
        if row is None:
            raise TransitionRefused("no_account", _("No account has been entered yet."))
        return looked_at(row, actor=actor, purpose=ON_PAGE)


def looked_at(row: BankAccount, *, actor: User, purpose: str) -> Account:
    """The account in full, and who looked at it where. The caller has asked whether they may."""
    AccountLook.objects.create(account=row, by=actor, purpose=purpose, at=clock.now())
    audit.record("account.look", subject=row, actor=actor, data={"purpose": purpose})
    return Account(
        iban=vault.decrypt(row.iban),
        bic=vault.decrypt(row.bic),
        holder=vault.decrypt(row.holder),
    )


def _checked(iban: str, bic: str, holder: str) -> Account:
    return Account(iban=_iban(iban), bic=_bic(bic), holder=_holder(holder))


def _iban(text: str) -> str:
    try:
        return read_iban(text)
    except AccountFault as fault:
        raise TransitionRefused("iban", _("This IBAN is not valid. Check each digit.")) from fault


def _bic(text: str) -> str:
    try:
        return read_bic(text)
    except AccountFault as fault:
        raise TransitionRefused("bic", _("This BIC is not valid. Check each letter.")) from fault


def _holder(text: str) -> str:
    holder = " ".join(text.split())
    if not holder:
        raise TransitionRefused("holder", _("Give the name of the account's holder."))
    return holder


def _written(exchange: Exchange, account: Account, actor: User) -> BankAccount:
    row, is_new = BankAccount.objects.update_or_create(
        exchange=exchange,
        defaults={
            "iban": vault.encrypt(account.iban),
            "bic": vault.encrypt(account.bic),
            "holder": vault.encrypt(account.holder),
            "ending": account.ending,
            "entered_by": actor,
            "entered_at": clock.now(),
        },
    )
    event = "account.enter" if is_new else "account.change"
    audit.record(event, subject=row, actor=actor, data={"exchange": exchange.ref})
    return row
