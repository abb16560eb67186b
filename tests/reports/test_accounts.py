"""The account of the visitor: checked, encrypted, read by its partnership alone."""

import pytest
from django.db.models import F

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from reports.enums import PaymentState
from reports.models import AccountLook, BankAccount, Payment
from reports.notifications.payments import ACCOUNT_CHANGED
from reports.payment.bank_list import Booking
from reports.services.accounts import enter_account, show_account
from reports.services.batches import PAID, REFUSED, make_batch, take_bank_list, transfers_of
from reports.services.payments import approve_payment, mark_paid, unapprove_payment
from tests.factories.exchanges import person_of
from tests.factories.payments import (
    BIC,
    IBAN,
    approved_exchange,
    payable_exchange,
    second_officer,
    with_account,
)
from tests.factories.profiles import StaffRoleFactory
from tests.factories.reports import finished_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")
OTHER_IBAN = "FR1420041010050500013M02606"


@pytest.fixture
def visit(reference):
    exchange = finished_exchange()
    for capacity in ("HOP", "VOP"):
        person_of(exchange, capacity)
    return exchange


def enter(exchange, by="VO", **more):
    values = {"iban": IBAN, "bic": BIC, "holder": " Motores   Lda "} | more
    return enter_account(exchange_id=exchange.pk, actor=person_of(exchange, by), **values)


def events(name):
    return AuditEntry.objects.filter(event=name).count()


def test_it_is_kept_encrypted_and_read_with_a_trace(visit):
    row = enter(visit)
    stored = b"".join(bytes(value) for value in (row.iban, row.bic, row.holder))
    assert (row.ending, b"FR76" in stored, b"Motores" in stored) == ("0189", False, False)
    officer = person_of(visit, "VOP")
    account = show_account(exchange_id=visit.pk, actor=officer)
    assert (account.iban, account.bic, account.holder) == (
        "FR7630006000011234567890189",
        BIC,
        "Motores Lda",
    )
    look = AccountLook.objects.get()
    assert (look.by, look.purpose, look.account_id) == (officer, "page", row.pk)
    assert events("account.look") == 1
    assert Payment.objects.get().has_account


def test_it_can_be_changed_and_stays_one(visit):
    enter(visit)
    enter(visit, iban=OTHER_IBAN)
    assert list(BankAccount.objects.values_list("ending", "revision")) == [("2606", 2)]
    changed = AuditEntry.objects.get(event="account.change")
    assert changed.data == {"exchange": visit.ref, "revision": 2}
    assert (events("account.enter"), events("account.change")) == (1, 1)


def test_the_same_account_again_changes_nothing():
    exchange = approved_exchange()
    row = exchange.bank_account
    with untouched():
        assert enter(exchange, holder=exchange.visitor.organisation.name) == row


def test_an_account_that_no_key_opens_is_replaced(visit, settings):
    enter(visit)
    settings.VAULT_KEYS = ["A" * 43 + "="]
    enter(visit)
    assert list(BankAccount.objects.values_list("ending", "revision")) == [("0189", 2)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"bic": "COBADEFFXXX"}, "bic"),
        ({"iban": "FR76"}, "iban"),
        ({"bic": "A"}, "bic"),
        ({"holder": " "}, "holder"),
    ],
)
def test_what_is_no_account_is_refused(visit, wrong, code):
    with untouched(), pytest.raises(TransitionRefused) as refused:
        enter(visit, **wrong)
    assert refused.value.code == code


@pytest.mark.parametrize("capacity", ["HO", "HOP", "VOP"])
def test_it_is_entered_by_the_visitor_alone(visit, capacity):
    with untouched(), pytest.raises(NotAllowed):
        enter(visit, by=capacity)


def test_nobody_else_reads_it(visit):
    enter(visit)
    support = StaffRoleFactory(role="support").user
    others = [person_of(visit, one) for one in ("HO", "VO", "HOP")]
    for person in (*others, support):
        with untouched(), pytest.raises(NotAllowed):
            show_account(exchange_id=visit.pk, actor=person)


def test_without_an_account_there_is_nothing_to_look_at(visit):
    officer = person_of(visit, "VOP")
    with untouched(), pytest.raises(TransitionRefused) as refused:
        show_account(exchange_id=visit.pk, actor=officer)
    assert refused.value.code == "no_account"


def test_another_account_takes_the_approval_back_and_its_officers_hear_it():
    exchange = approved_exchange()
    with_account(exchange, OTHER_IBAN)
    payment = Payment.objects.get(exchange=exchange)
    step = payment.transitions.get(transition="unapprove")
    assert (payment.state, payment.approved_by, payment.account_revision, step.comment) == (
        PaymentState.DUE,
        None,
        None,
        "The visitor changed the account.",
    )
    mail = OutgoingMail.objects.get(kind=ACCOUNT_CHANGED.name)
    assert mail.to == person_of(exchange, "VOP").email
    assert "nothing is paid until you approve it anew" in " ".join(mail.text.split())
    assert IBAN.replace(" ", "")[-4:] not in mail.text


def approve(exchange, account, by=None):
    payment = Payment.objects.get(exchange=exchange)
    return approve_payment(
        payment_id=payment.pk,
        amount=900,
        reason="",
        account=account,
        actor=by or person_of(exchange, "VOP"),
    )


def pay(exchange, account, by):
    return mark_paid(
        payment_id=Payment.objects.get(exchange=exchange).pk,
        paid_on=clock.today(),
        reference="B-1",
        account=account,
        actor=by,
    )


def stale(step, *args):
    with untouched(), pytest.raises(StaleVersion) as refused:
        step(*args)
    return refused.value.code


def test_an_account_that_was_not_on_the_page_is_not_approved():
    exchange = with_account(payable_exchange(), OTHER_IBAN)
    assert stale(approve, exchange, 1) == "account_changed"
    assert approve(exchange, 2).account_revision == 2


def test_whoever_looked_before_the_change_looks_again_before_they_approve():
    exchange = payable_exchange()
    officer = person_of(exchange, "VOP")
    show_account(exchange_id=exchange.pk, actor=officer)
    with_account(exchange, OTHER_IBAN)
    assert stale(approve, exchange, 2) == "account_changed"
    show_account(exchange_id=exchange.pk, actor=officer)
    assert approve(exchange, 2).state == PaymentState.APPROVED


def test_a_look_of_a_colleague_is_not_ones_own():
    exchange = payable_exchange()
    show_account(exchange_id=exchange.pk, actor=person_of(exchange, "VOP"))
    with_account(exchange, OTHER_IBAN)
    assert approve(exchange, 2, by=second_officer(exchange)).state == PaymentState.APPROVED


def test_who_marks_as_paid_has_the_approved_account_on_the_page():
    exchange = approved_exchange()
    other = second_officer(exchange)
    with_account(exchange, OTHER_IBAN)
    approve(exchange, 2)
    assert stale(pay, exchange, 1, other) == "account_changed"
    assert pay(exchange, 2, other).state == PaymentState.PAID


def test_an_account_that_was_not_approved_is_neither_paid_nor_in_a_file():
    """Whatever changed it."""
    exchange = approved_exchange()
    officer, other = person_of(exchange, "VOP"), second_officer(exchange)
    batch = make_batch(payment_ids=[exchange.payment.pk], actor=officer)
    BankAccount.objects.update(revision=F("revision") + 1)
    assert stale(pay, exchange, 2, other) == "account_changed"

    def take_file():
        transfers_of(batch_id=batch.pk, actor=officer)

    assert stale(take_file) == "account_changed"


def listed(exchange):
    officer, payment = person_of(exchange, "VOP"), Payment.objects.get(exchange=exchange)
    batch = make_batch(payment_ids=[payment.pk], actor=officer)
    transfers_of(batch_id=batch.pk, actor=officer)


def test_an_account_that_accounting_has_is_changed_once_the_approval_is_taken_back():
    exchange = approved_exchange()
    listed(exchange)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        with_account(exchange, OTHER_IBAN)
    assert refused.value.code == "with_accounting"
    officer = person_of(exchange, "VOP")
    unapprove_payment(payment_id=exchange.payment.pk, comment="Wrong account", actor=officer)
    with_account(exchange, OTHER_IBAN)
    assert BankAccount.objects.get().ending == "2606"


def test_a_transfer_to_the_account_from_before_is_not_taken_for_the_approved_one():
    """The bank may have paid by the first file: a person finds out before anything is noted."""
    exchange = approved_exchange()
    officer, other = person_of(exchange, "VOP"), second_officer(exchange)
    listed(exchange)
    unapprove_payment(payment_id=exchange.payment.pk, comment="Wrong account", actor=officer)
    with_account(exchange, OTHER_IBAN)
    show_account(exchange_id=exchange.pk, actor=officer)
    approve(exchange, 2)
    row = Booking(row=2, end_to_end=exchange.ref, day=clock.today(), cents=90000, reference="B-1")
    with untouched():
        [result] = take_bank_list(bookings=[row], actor=other)
    assert (result.outcome, "held the account from before" in result.text) == (REFUSED, True)
    assert stale(pay, exchange, 2, other) == "account_in_file"
    listed(exchange)
    assert [one.outcome for one in take_bank_list(bookings=[row], actor=other)] == [PAID]


def test_after_the_payment_it_stays(visit):
    Payment.objects.update(state=PaymentState.REFUSED)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        enter(visit)
    assert refused.value.code == "too_late"
