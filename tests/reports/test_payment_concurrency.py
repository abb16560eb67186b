"""Approving, paying, refusing evidence and changing the account at the same instant."""

import pytest
from django.db.models import Count

from cxc_portal.core import clock
from reports.models import Payment, PaymentBatch, PaymentStep
from reports.payment.bank_list import Booking
from reports.services.batches import PAID, UNCHANGED, make_batch, take_bank_list
from reports.services.evidence import decide_evidence
from reports.services.payments import approve_payment, mark_paid
from tests.concurrency import at_once, errors, values
from tests.factories.exchanges import person_of
from tests.factories.payments import (
    approved_exchange,
    payable_exchange,
    second_officer,
    with_account,
)
from tests.worlds import put_reference_data

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
OTHER_IBAN = "FR1420041010050500013M02606"


@pytest.fixture
def payable():
    put_reference_data()
    return payable_exchange()


@pytest.fixture
def approved():
    put_reference_data()
    return approved_exchange()


def key(exchange):
    return Payment.objects.get(exchange=exchange).pk


def state(exchange):
    return Payment.objects.get(exchange=exchange).state


def steps(name):
    return PaymentStep.objects.filter(transition=name).count()


def approving(exchange, actor):
    payment = key(exchange)
    return lambda: approve_payment(
        payment_id=payment, amount=900, reason="", account=1, actor=actor
    )


def test_of_two_officers_who_approve_one_does(payable):
    officers = [person_of(payable, "VOP"), second_officer(payable)]
    outcomes = at_once(*(approving(payable, one) for one in officers))
    assert [one.code for one in errors(outcomes)] == ["wrong_state"]
    assert steps("approve") == 1


def test_a_payment_is_made_once(approved):
    others = [second_officer(approved), second_officer(approved)]
    payment, today = key(approved), clock.today()
    outcomes = at_once(
        *(
            lambda one=one: mark_paid(
                payment_id=payment, paid_on=today, reference="B-1", account=1, actor=one
            )
            for one in others
        )
    )
    assert [one.code for one in errors(outcomes)] == ["wrong_state"]
    assert steps("pay") == 1


def test_the_banks_list_twice_at_once_pays_once(approved):
    other = second_officer(approved)
    row = Booking(row=2, end_to_end=approved.ref, day=clock.today(), cents=90000, reference="B-1")
    outcomes = at_once(*[lambda: take_bank_list(bookings=[row], actor=other)] * 2)
    found = sorted(result.outcome for [result] in values(outcomes))
    assert (found, steps("pay")) == ([PAID, UNCHANGED], 1)


def test_a_payment_gets_on_one_of_two_lists(approved):
    officer, payment = person_of(approved, "VOP"), key(approved)
    outcomes = at_once(*[lambda: make_batch(payment_ids=[payment], actor=officer)] * 2)
    assert [one.code for one in errors(outcomes)] == ["not_payable"]
    assert list(PaymentBatch.objects.annotate(n=Count("payments")).values_list("n")) == [(1,)]


def test_evidence_that_is_refused_meanwhile_leaves_no_approval(payable):
    officer, other = person_of(payable, "VOP"), second_officer(payable)
    item = Payment.objects.get(exchange=payable).outward_id
    outcomes = at_once(
        approving(payable, officer),
        lambda: decide_evidence(item_id=item, accept=False, reason="Wrong name", actor=other),
    )
    assert outcomes[1].is_success
    assert state(payable) == "due"


@pytest.mark.parametrize("attempt", range(3))
def test_nobody_approves_while_the_visitor_changes_the_account(payable, attempt):
    """Whoever comes first: what is approved is never an account that the officer has not seen."""
    officer = person_of(payable, "VOP")
    outcomes = at_once(approving(payable, officer), lambda: bool(with_account(payable, OTHER_IBAN)))
    assert outcomes[1].is_success
    refusals = [error.code for error in errors(outcomes)]
    assert (refusals, steps("unapprove")) in ((["account_changed"], 0), ([], 1))
    payment = Payment.objects.select_related("exchange__bank_account").get(exchange=payable)
    account = payment.exchange.bank_account
    assert (account.ending, account.revision) == ("2606", 2)
    assert (payment.state, payment.account_revision) == ("due", None)


@pytest.mark.parametrize("attempt", range(3))
def test_an_account_goes_to_accounting_or_is_changed(approved, attempt):
    officer, payment = person_of(approved, "VOP"), key(approved)
    outcomes = at_once(
        lambda: make_batch(payment_ids=[payment], actor=officer),
        lambda: bool(with_account(approved, OTHER_IBAN)),
    )
    [refusal] = errors(outcomes)
    found = Payment.objects.select_related("exchange__bank_account").get(pk=payment)
    result = (refusal.code, found.state, found.exchange.bank_account.ending)
    assert result in (("with_accounting", "approved", "0189"), ("not_payable", "due", "2606"))
