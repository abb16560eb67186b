"""The account of the visitor: checked, encrypted, read by its partnership alone."""

import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from reports.enums import PaymentState
from reports.models import AccountLook, BankAccount, Payment
from reports.services.accounts import enter_account, show_account
from tests.factories.exchanges import person_of
from tests.factories.payments import BIC, IBAN, approved_exchange, with_account
from tests.factories.profiles import StaffRoleFactory
from tests.factories.reports import finished_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")
OTHER_IBAN = "PT50000201231234567890154"


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
    assert BankAccount.objects.get().ending == "0154"
    assert (events("account.enter"), events("account.change")) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"iban": "FR76"}, "iban"), ({"bic": "A"}, "bic"), ({"holder": " "}, "holder")],
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


def test_another_account_takes_the_approval_back():
    exchange = approved_exchange()
    with_account(exchange, OTHER_IBAN)
    payment = Payment.objects.get(exchange=exchange)
    step = payment.transitions.get(transition="unapprove")
    assert (payment.state, payment.approved_by, step.comment) == (
        PaymentState.DUE,
        None,
        "The visitor changed the account.",
    )


def test_after_the_payment_it_stays(visit):
    Payment.objects.update(state=PaymentState.REFUSED)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        enter(visit)
    assert refused.value.code == "too_late"
