"""The account of the visitor: entered by its members, read by its partnership, every look a row."""

from contextlib import suppress

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, vault
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from exchanges.models import Exchange
from exchanges.services.locking import locked_exchange
from profiles.models import User
from reports.enums import PaymentState
from reports.models import AccountLook, BankAccount, Payment
from reports.notifications import payments as notifications
from reports.payment.account import Account, AccountFault, is_bank_elsewhere, read_bic, read_iban
from reports.permissions import can_enter_account, can_see_account
from reports.queries.accounts import ON_PAGE, is_changed_since_look, is_other_in_file
from reports.services.pieces import keep_in_step, payment_of, take_approval_back

CLOSED = (PaymentState.PAID, PaymentState.REFUSED, PaymentState.RECOVERED)


def enter_account(
    *, exchange_id: int, iban: str, bic: str, holder: str, actor: User
) -> BankAccount:
    """Where the lump sum goes; encrypted. A payment that was approved for another account has to be
    approved anew, and its partnership is told.

    Raises `TransitionRefused` ("iban", "bic", "holder") for what is no account, ("too_late") once
    the payment is made or refused, ("with_accounting") while it is on a list for accounting.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_enter_account(actor, exchange):
            raise NotAllowed(_("The account is given by the visiting organisation."))
        payment = payment_of(exchange)
        _require_changeable(payment, exchange)
        account = _checked(iban, bic, holder)
        if same := _unchanged(exchange, account):
            return same
        row = _written(exchange, account, actor)
        if payment and payment.state == PaymentState.APPROVED:
            take_approval_back(payment, actor=None, why=_("The visitor changed the account."))
            notifications.account_changed(payment, row)
        keep_in_step(exchange=exchange)
    return row


def show_account(*, exchange_id: int, actor: User) -> Account:
    """The account in full. The look is a row and an entry of the audit chain.

    Raises `TransitionRefused` ("no_account") when none is entered, `VaultLocked` when none of the
    portal's keys opens it.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_see_account(actor, exchange):
            raise NotAllowed(_("The account is for the visitor's partnership alone."))
        row = BankAccount.objects.filter(exchange=exchange).first()
        if row is None:
            raise TransitionRefused("no_account", _("No account has been entered yet."))
        return looked_at(row, actor=actor, purpose=ON_PAGE)


def looked_at(row: BankAccount, *, actor: User, purpose: str) -> Account:
    """The account in full, and who looked at it where. The caller has asked whether they may."""
    AccountLook.objects.create(
        account=row, by=actor, purpose=purpose, revision=row.revision, at=clock.now()
    )
    audit.record("account.look", subject=row, actor=actor, data={"purpose": purpose})
    return _opened(row)


def require_seen(payment: Payment, *, revision: int, actor: User) -> None:
    """That the account is the one of this revision, which the person has before them, and that it
    is none that they looked at before it was changed.

    Raises `StaleVersion` ("account_changed") else. The caller holds the lock of the exchange.
    """
    row = BankAccount.objects.get(exchange=payment.exchange)
    if row.revision != revision or is_changed_since_look(row, actor):
        raise StaleVersion(
            _("The visitor changed the bank account since you looked. Look at it, then approve."),
            "account_changed",
        )


def approved_account(payment: Payment) -> BankAccount:
    """The account that the payment was approved for; `StaleVersion` ("account_changed") where the
    present one is another."""
    row = BankAccount.objects.get(exchange=payment.exchange)
    if row.revision != payment.account_revision:
        raise StaleVersion(
            _("%(ref)s was approved for another bank account. Take the approval back.")
            % {"ref": payment.ref},
            "account_changed",
        )
    return row


def require_paid_to(payment: Payment, *, revision: int) -> None:
    """That the money went where the approval says: `revision` is the account that whoever notes the
    payment knows of.

    Raises `StaleVersion` ("account_changed") for another one, ("account_in_file") where the last
    file for accounting held the account from before.
    """
    row = approved_account(payment)
    if row.revision != revision:
        raise StaleVersion(
            _("The visitor changed the bank account since you opened this page. Look at it anew."),
            "account_changed",
        )
    if is_other_in_file(row):
        raise StaleVersion(
            _(
                "The last file for accounting held the account from before. Ask your accounting "
                "where the money went; then put %(ref)s on a new list and take its file."
            )
            % {"ref": payment.ref},
            "account_in_file",
        )


def is_over(payment: Payment | None) -> bool:
    """Whether nothing is to be paid any more, so that the account stays as it is."""
    return payment is not None and payment.state in CLOSED


def is_on_list(payment: Payment | None) -> bool:
    """Whether its account is with accounting."""
    if payment is None or payment.state != PaymentState.APPROVED:
        return False
    return payment.batch_id is not None


def _require_changeable(payment: Payment | None, exchange: Exchange) -> None:
    if is_over(payment):
        raise TransitionRefused("too_late", _("The payment is over; its account stays."))
    if is_on_list(payment):
        partnership = exchange.visitor_partnership.acronym
        raise TransitionRefused(
            "with_accounting",
            _("Your account is with the accounting of %(partnership)s. Ask %(partnership)s first.")
            % {"partnership": partnership},
        )


def _checked(iban: str, bic: str, holder: str) -> Account:
    account = Account(iban=_iban(iban), bic=_bic(bic), holder=_holder(holder))
    if is_bank_elsewhere(account.iban, account.bic):
        raise TransitionRefused("bic", _("IBAN and BIC are of banks in different countries."))
    return account


def _unchanged(exchange: Exchange, account: Account) -> BankAccount | None:
    """The account as it stands, if it is this very one: saving it again changes nothing."""
    row: BankAccount | None = BankAccount.objects.filter(exchange=exchange).first()
    with suppress(vault.VaultLocked):  # what no key opens can only be replaced
        if row and _opened(row) == account:
            return row
    return None


def _opened(row: BankAccount) -> Account:
    return Account(
        iban=vault.decrypt(row.iban), bic=vault.decrypt(row.bic), holder=vault.decrypt(row.holder)
    )


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
    present = BankAccount.objects.filter(exchange=exchange).first()
    row = present or BankAccount(exchange=exchange, revision=0)
    row.iban = vault.encrypt(account.iban)
    row.bic = vault.encrypt(account.bic)
    row.holder = vault.encrypt(account.holder)
    row.ending = account.ending
    row.revision += 1
    row.entered_by, row.entered_at = actor, clock.now()
    row.save()
    event = "account.change" if present else "account.enter"
    data = {"exchange": exchange.ref, "revision": row.revision}
    audit.record(event, subject=row, actor=actor, data=data)
    return row
