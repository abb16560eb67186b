"""Lists for accounting, and the bank's list of what it has paid."""

from datetime import date, timedelta

import pytest

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from reports.models import AccountLook, Payment, PaymentBatch
from reports.payment.bank_list import Booking
from reports.services.batches import (
    PAID,
    REFUSED,
    UNCHANGED,
    make_batch,
    name_of,
    take_bank_list,
    transfers_of,
)
from reports.services.payments import unapprove_payment
from tests.factories.exchanges import person_of
from tests.factories.matches import host_profile, visitor_profile
from tests.factories.payments import (
    approved_exchange,
    paid_exchange,
    payable_exchange,
    second_officer,
)
from tests.factories.profiles import StaffRoleFactory
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def approved(reference):
    return approved_exchange()


def key(exchange):
    return Payment.objects.get(exchange=exchange).pk


def made(*exchanges, by=None):
    actor = by or person_of(exchanges[0], "VOP")
    return make_batch(payment_ids=[key(one) for one in exchanges], actor=actor)


def refusal(*exchanges, **more):
    with untouched(), pytest.raises(TransitionRefused) as refused:
        made(*exchanges, **more)
    return refused.value.code


def booking(exchange, **more):
    payment = Payment.objects.get(exchange=exchange)
    values = {
        "row": 2,
        "end_to_end": exchange.ref,
        "day": clock.today(),
        "cents": payment.amount * 100,
        "reference": "BANK-1",
    }
    return Booking(**values | more)


def test_approved_payments_leave_in_a_list_with_their_accounts(approved):
    officer = person_of(approved, "VOP")
    batch = made(approved)
    [transfer] = transfers_of(batch_id=batch.pk, actor=officer)
    assert (batch.number, name_of(batch)) == (1, "RECIPE4MOBILITY-0001")
    assert (transfer.creditor, transfer.iban, transfer.bic, transfer.amount) == (
        approved.visitor.organisation.name,
        "FR7630006000011234567890189",
        "AGRIFRPPXXX",
        900,
    )
    assert (transfer.end_to_end, transfer.remittance) == (
        approved.ref,
        f"ClusterXchange {approved.ref} RECIPE4MOBILITY",
    )
    assert list(AccountLook.objects.values_list("by", "purpose")) == [
        (officer.pk, "RECIPE4MOBILITY-0001")
    ]
    transfers_of(batch_id=batch.pk, actor=officer)
    assert AccountLook.objects.count() == 2
    assert AuditEntry.objects.filter(event="payment.export").count() == 2


def test_a_payment_is_on_one_list_at_most_until_its_approval_is_taken_back(approved):
    made(approved)
    assert refusal(approved) == "not_payable"
    officer = person_of(approved, "VOP")
    unapprove_payment(payment_id=key(approved), comment="Wrong amount", actor=officer)
    assert Payment.objects.get(exchange=approved).batch is None
    batch = PaymentBatch.objects.get()
    with untouched(), pytest.raises(TransitionRefused) as refused:
        transfers_of(batch_id=batch.pk, actor=officer)
    assert refused.value.code == "nothing_left"


def test_only_what_is_approved_and_chosen_goes_on_a_list():
    exchange = payable_exchange()
    assert refusal(exchange) == "not_payable"
    officer = person_of(exchange, "VOP")
    with untouched(), pytest.raises(TransitionRefused) as refused:
        make_batch(payment_ids=[], actor=officer)
    assert refused.value.code == "nothing_chosen"


def test_a_list_is_of_one_partnership_and_made_by_its_staff(approved):
    other = approved_exchange(
        host=host_profile(name="Rail Lab"),
        visitor=visitor_profile(name="Carris", acronym="EXXTRA"),
    )
    assert refusal(approved, other) == "several_partnerships"
    stranger = StaffRoleFactory(acronym="BLUES").user
    with untouched(), pytest.raises(NotAllowed):
        made(approved, by=stranger)
    batch = made(approved)
    with untouched(), pytest.raises(NotAllowed):
        transfers_of(batch_id=batch.pk, actor=stranger)


def test_the_banks_list_marks_as_paid_and_changes_nothing_the_second_time(approved):
    other = second_officer(approved)
    row = booking(approved)
    assert [one.outcome for one in take_bank_list(bookings=[row, row], actor=other)] == [
        PAID,
        UNCHANGED,
    ]
    with untouched():
        [again] = take_bank_list(bookings=[row], actor=other)
    assert again.outcome == UNCHANGED
    assert Payment.objects.get(exchange=approved).reference == "BANK-1"


def test_a_row_that_does_not_fit_names_its_column_and_costs_no_other_row(approved):
    other = second_officer(approved)
    early = clock.today() - timedelta(days=30)
    rows = [
        booking(approved, row=2, end_to_end="CXC-1999-000001"),
        booking(approved, row=3, cents=1),
        booking(approved, row=4, day=early),
        booking(approved, row=5),
    ]
    results = take_bank_list(bookings=rows, actor=other)
    assert [(one.row, one.outcome, one.field) for one in results] == [
        (2, REFUSED, "end_to_end_id"),
        (3, REFUSED, "amount"),
        (4, REFUSED, "date"),
        (5, PAID, ""),
    ]


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"day": date(2020, 1, 1)}, "date"),
        ({"cents": 7}, "amount"),
        ({"reference": "BANK-2"}, "reference"),
    ],
)
def test_what_is_noted_already_is_not_overwritten(other, field):
    exchange = paid_exchange()
    actor = person_of(exchange, "VOP")
    with untouched():
        [result] = take_bank_list(bookings=[booking(exchange, **other)], actor=actor)
    assert (result.outcome, result.field) == (REFUSED, field)


def test_four_eyes_hold_for_the_banks_list_too(approved):
    actor = person_of(approved, "VOP")
    with untouched():
        [result] = take_bank_list(bookings=[booking(approved)], actor=actor)
    assert (result.outcome, result.field) == (REFUSED, "end_to_end_id")
    assert "You approved this payment" in result.text


def test_another_partnership_has_no_such_payment(approved):
    stranger = StaffRoleFactory(acronym="BLUES").user
    with untouched():
        [result] = take_bank_list(bookings=[booking(approved)], actor=stranger)
    assert (result.outcome, result.field) == (REFUSED, "end_to_end_id")
