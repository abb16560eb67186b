"""A lump sum on its way: what it rests on, who approves, who pays, and what takes it back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import OutgoingMail
from exchanges.enums import InterruptionKind, InterruptionState
from exchanges.models import Exchange, Interruption
from exchanges.signals import last_day_reached, set_back
from profiles.models import ProgrammeRules
from profiles.rules import current_rules
from reports.enums import PaymentState, ReportOutcome
from reports.models import Payment, Report
from reports.notifications import payments as mails
from reports.queries.amount import amount_due
from reports.queries.blocks import blocks_of, due_on, is_late, line_of
from reports.queries.payments import PaymentFilters, Reason, Show, payments_of
from reports.services.payments import (
    approve_payment,
    mark_paid,
    recover_payment,
    refuse_payment,
    take_payment_up,
    unapprove_payment,
)
from reports.services.pieces import keep_in_step, open_payment
from reports.services.reviewing import return_report
from reports.services.telling import tell_of_payments
from tests.factories.exchanges import person_of
from tests.factories.payments import (
    NEEDED,
    accepted_evidence,
    approved,
    approved_exchange,
    evidence_of,
    paid_exchange,
    payable_exchange,
    proved,
    second_officer,
    with_account,
)
from tests.factories.reports import (
    closed_exchange,
    finished_exchange,
    reported_exchange,
    validated_by_all,
    working_days_until_yesterday,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


def payment_of(exchange):
    found = Payment.objects.get(exchange=exchange)
    found.exchange = Exchange.objects.with_parties().get(pk=exchange.pk)
    return found


def told(payment, *, is_own):
    return line_of(payment, blocks_of(payment), is_own=is_own)


def codes(exchange):
    return [block.code for block in blocks_of(payment_of(exchange))]


def set_rules(**values):
    rules = current_rules()
    ProgrammeRules.objects.create(
        version=rules.version + 1,
        values={**rules.values, **{key.replace("__", "."): v for key, v in values.items()}},
        created_at=clock.now(),
    )


def sent(kind):
    rows = OutgoingMail.objects.filter(kind=kind.name).order_by("to")
    return list(rows.values_list("to", flat=True))


def take(service, exchange, by=None, **more):
    actor = by or person_of(exchange, "VOP")
    if service in (approve_payment, mark_paid):
        more.setdefault("account", 1)
    return service(payment_id=payment_of(exchange).pk, actor=actor, **more)


def refused(service, exchange, **more):
    with untouched(), pytest.raises(TransitionRefused) as found:
        take(service, exchange, **more)
    return found.value.code


# --- what it rests on --------------------------------------------------------------------------


def test_it_is_due_from_the_end_of_a_visit_in_person_on_and_once():
    exchange = finished_exchange()
    payment = payment_of(exchange)
    assert (payment.state, payment.amount, payment.computed["source"]) == ("due", 900, "planned")
    last_day_reached.send(sender=Exchange, exchange=exchange)
    assert Payment.objects.count() == 1
    assert codes(exchange) == ["report", "evidence", "evidence", "evidence", "account"]


def test_an_online_exchange_brings_none():
    exchange = finished_exchange(mode="virtual")
    assert (Payment.objects.count(), open_payment(exchange=exchange)) == (0, None)
    assert keep_in_step(exchange=exchange) is None
    assert amount_due(exchange) is None


def test_with_each_piece_one_block_less():
    exchange = finished_exchange()
    evidence_of(exchange, "outward")
    assert codes(exchange) == ["report", "evidence", "evidence", "account", "evidence_waits"]
    proved(exchange)
    assert codes(exchange) == ["report", "account"]
    with_account(exchange)
    assert codes(exchange) == ["report"]
    assert payment_of(exchange).complete_at is None


def test_a_complete_payment_says_since_when():
    exchange = payable_exchange()
    payment = payment_of(exchange)
    assert blocks_of(payment) == []
    assert due_on(payment) == clock.day_of(payment.complete_at) + timedelta(days=10)
    assert (is_late(payment), payment.report_validated_at is not None) == (False, True)
    Payment.objects.update(complete_at=clock.now() - timedelta(days=11))
    late = payment_of(exchange)
    assert is_late(late)
    keep_in_step(exchange=late.exchange)
    assert payment_of(exchange).complete_at == late.complete_at


def test_a_missing_report_of_the_host_blocks_only_where_the_rules_say_so():
    exchange = with_account(proved(reported_exchange()))
    validated_by_all(exchange)
    Report.objects.filter(exchange=exchange, capacity="HO").update(state="open")
    assert codes(exchange) == []
    officer = person_of(exchange, "VOP")
    before = payments_of(officer, Show.TO_APPROVE, PaymentFilters(), None)
    set_rules(report__needed_to_pay=True)
    assert codes(exchange) == ["host_report"]
    found = payments_of(officer, Show.BLOCKED, PaymentFilters(reason=Reason.HOST_REPORT), None)
    assert [len(before.rows), len(found.rows)] == [1, 1]
    assert refused(approve_payment, exchange, amount=900, reason="") == "blocked"


def test_without_need_of_accommodation_two_tickets_are_enough():
    set_rules(evidence__needs_accommodation=False)
    exchange = closed_exchange()
    for kind in NEEDED[:2]:
        accepted_evidence(exchange, kind)
    with_account(exchange)
    assert codes(exchange) == []
    approved(exchange)
    assert payment_of(exchange).state == PaymentState.APPROVED


def test_the_visitor_and_the_partnership_read_one_line_each():
    exchange = reported_exchange()
    payment = payment_of(exchange)
    assert told(payment, is_own=True) == (
        "What blocks the payment: evidence is missing (travel there); evidence is missing "
        "(travel back); evidence is missing (accommodation); your bank account is missing; "
        "RECIPE4MOBILITY reads your report."
    )
    assert told(payment, is_own=False).endswith("the visitor's report is to be validated.")


def test_a_payment_that_nothing_blocks_says_by_when_it_is_paid():
    payment = payment_of(payable_exchange())
    day = date_format(due_on(payment), "j F Y")
    assert [told(payment, is_own=own) for own in (True, False)] == [
        f"Nothing blocks the payment of 900 EUR. RECIPE4MOBILITY pays it by {day}.",
        f"Nothing blocks it: approve 900 EUR. To be paid by {day}.",
    ]


# --- the amount --------------------------------------------------------------------------------


def report_days(exchange, days, outcome=ReportOutcome.ENDED_EARLY):
    Report.objects.filter(exchange=exchange, capacity="VO").update(
        state="validated",
        validated_at=clock.now(),
        submitted_at=clock.now(),
        outcome=outcome,
        days_done=days,
        starts_on=exchange.starts_on,
        ends_on=exchange.ends_on,
    )
    keep_in_step(exchange=exchange)
    return payment_of(exchange)


def test_the_days_of_the_validated_report_decide():
    exchange = finished_exchange()
    amounts = [report_days(exchange, days).amount for days in (5, 4, 3, 2)]
    assert amounts == [900, 450, 450, 0]
    assert codes(exchange)[-1] == "nothing_due"
    assert "too few days" in told(payment_of(exchange), is_own=True)


def test_what_did_not_take_place_blocks_for_good():
    exchange = finished_exchange()
    payment = report_days(exchange, None, ReportOutcome.NOT_TAKEN_PLACE)
    assert (payment.amount, payment.report_validated_at) == (0, None)
    assert "did not take place" in told(payment, is_own=False)


def test_force_majeure_counts_one_day():
    exchange = finished_exchange()
    Interruption.objects.create(
        exchange=exchange,
        kind=InterruptionKind.EARLY_END,
        state=InterruptionState.ACCEPTED,
        is_force_majeure=True,
        last_day=exchange.starts_on,
        reason="Flood",
        capacity="VO",
        asked_by=person_of(exchange, "VO"),
        host_partnership_agreed_at=clock.now(),
        visitor_partnership_agreed_at=clock.now(),
    )
    assert report_days(exchange, 1).amount == 450


def test_an_early_end_counts_until_its_last_day():
    exchange = finished_exchange()
    days = working_days_until_yesterday(5)
    exchange.ends_on = days[3]
    exchange.save(update_fields=["ends_on"])
    open_payment(exchange=exchange)
    computed = payment_of(exchange).computed
    assert (computed["amount"], computed["days"], computed["source"]) == (450, 4, "ended_early")


def test_rules_and_rates_that_came_later_change_nothing():
    exchange = finished_exchange()
    set_rules(lump_sum__full_rate_min_days=20, early_end__min_days=5)
    country = exchange.host.organisation.country
    country.lump_sum_full = 100
    country.save()
    assert [report_days(exchange, days).amount for days in (5, 3)] == [900, 450]


def test_a_new_amount_takes_the_approval_and_a_lower_one_back():
    exchange = payable_exchange()
    take(approve_payment, exchange, amount=800, reason="Our budget")
    assert report_days(exchange, 4).state == PaymentState.DUE
    payment = payment_of(exchange)
    assert (payment.amount, payment.reason, payment.approved_by) == (450, "", None)


def test_a_returned_report_is_a_piece_less():
    exchange = finished_exchange()
    report_days(exchange, 5)
    report = Report.objects.get(exchange=exchange, capacity="VO")
    return_report(
        report_id=report.pk, comment="One page is missing", actor=person_of(exchange, "VOP")
    )
    payment = payment_of(exchange)
    assert (payment.report_validated_at, payment.computed["source"]) == (None, "planned")


# --- broken off --------------------------------------------------------------------------------


def test_what_is_broken_off_is_refused_and_taken_up_when_it_takes_place_after_all():
    exchange = proved(finished_exchange())
    actor = person_of(exchange, "VOP")
    set_back.send(sender=Exchange, exchange=exchange, actor=actor)
    payment = payment_of(exchange)
    states = set(exchange.evidence_items.values_list("state", flat=True))
    assert (payment.state, states) == (PaymentState.REFUSED, {"withdrawn"})
    set_back.send(sender=Exchange, exchange=exchange, actor=actor)
    open_payment(exchange=exchange)
    payment = payment_of(exchange)
    assert (payment.state, payment.outward) == (PaymentState.DUE, None)


def test_both_reports_that_nothing_took_place_refuse_the_payment():
    exchange = closed_exchange(outcome=ReportOutcome.NOT_TAKEN_PLACE)
    assert (exchange.state, payment_of(exchange).state) == ("failed", PaymentState.REFUSED)


def test_what_an_officer_refused_stays_refused():
    exchange = finished_exchange()
    take(refuse_payment, exchange, comment="No visit was seen.")
    open_payment(exchange=exchange)
    assert payment_of(exchange).state == PaymentState.REFUSED


def test_a_visit_that_failed_owes_nothing_new():
    exchange = finished_exchange()
    Payment.objects.all().delete()
    Exchange.objects.filter(pk=exchange.pk).update(state="failed")
    exchange.refresh_from_db()
    assert open_payment(exchange=exchange) is None
    set_back.send(sender=Exchange, exchange=exchange, actor=person_of(exchange, "VOP"))
    assert Payment.objects.count() == 0


# --- approving ---------------------------------------------------------------------------------


def test_an_officer_approves_the_amount_of_the_rules():
    exchange = payable_exchange()
    payment = take(approve_payment, exchange, amount=900, reason="not needed")
    assert (payment.state, payment.amount, payment.reason) == ("approved", 900, "")
    assert payment.approved_by == person_of(exchange, "VOP")
    step = payment.transitions.get(transition="approve")
    assert step.capacity == "VOP"


def test_less_needs_a_reason_and_more_is_never_paid():
    exchange = payable_exchange()
    assert refused(approve_payment, exchange, amount=901, reason="x") == "amount"
    assert refused(approve_payment, exchange, amount=0, reason="x") == "amount"
    assert refused(approve_payment, exchange, amount=800, reason=" ") == "reason_missing"
    payment = take(approve_payment, exchange, amount=800, reason=" Our budget ")
    assert (payment.amount, payment.reason) == (800, "Our budget")
    assert refused(approve_payment, exchange, amount=900, reason="") == "wrong_state"


@pytest.mark.parametrize("capacity", ["HO", "VO", "HOP"])
def test_only_the_partnership_of_the_visitor_approves(capacity):
    exchange = payable_exchange()
    person_of(exchange, "HOP")
    by = person_of(exchange, capacity)
    with untouched(), pytest.raises(NotAllowed):
        take(approve_payment, exchange, by=by, amount=900, reason="")


@pytest.mark.parametrize(
    "missing",
    [
        {"outward": None},
        {"homeward": None},
        {"accommodation": None},
        {"report_validated_at": None},
        {"has_account": False},
        {"approved_by": None},
        {"approved_at": None},
        {"amount": 0, "reason": "x"},
        {"amount": 901},
        {"amount": 899},
    ],
    ids=str,
)
def test_the_database_itself_refuses_an_approval_with_a_piece_missing(approved_once, missing):
    rows = Payment.objects.filter(pk=approved_once)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**missing)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state=PaymentState.PAID)


@pytest.fixture
def approved_once(reference):
    return payment_of(approved_exchange()).pk


def test_an_approval_is_taken_back_with_a_reason():
    exchange = approved_exchange()
    assert refused(unapprove_payment, exchange, comment="") == "comment_missing"
    payment = take(unapprove_payment, exchange, comment="Wrong month")
    assert (payment.state, payment.approved_by, payment.approved_at) == ("due", None, None)


# --- paying ------------------------------------------------------------------------------------


def test_a_second_person_marks_it_as_paid_and_the_visitor_is_told():
    exchange = approved_exchange()
    today = clock.today()
    more = {"paid_on": today, "reference": " B-7 "}
    assert refused(mark_paid, exchange, **more) == "four_eyes"
    other = second_officer(exchange)
    payment = take(mark_paid, exchange, by=other, **more)
    assert (payment.state, payment.paid_on, payment.paid_by, payment.reference) == (
        "paid",
        today,
        other,
        "B-7",
    )
    assert sent(mails.PAYMENT_PAID) == [person_of(exchange, "VO").email]
    assert refused(mark_paid, exchange, **more, by=other) == "wrong_state"


def test_where_the_rules_allow_it_one_person_is_enough():
    set_rules(payment__four_eyes=False)
    exchange = approved_exchange()
    assert take(mark_paid, exchange, paid_on=clock.today(), reference="").state == "paid"


@pytest.mark.parametrize(
    ("days", "bank", "code"), [(1, "", "day"), (-1, "", "day"), (0, "x" * 36, "reference")]
)
def test_a_payment_has_a_sensible_day_and_reference(days, bank, code):
    exchange = approved_exchange()
    other, day = second_officer(exchange), clock.today() + timedelta(days=days)
    assert refused(mark_paid, exchange, by=other, paid_on=day, reference=bank) == code


def test_a_refusal_is_told_and_can_be_taken_up():
    exchange = approved_exchange()
    take(refuse_payment, exchange, comment="Paid by another programme.")
    assert sent(mails.PAYMENT_REFUSED) == [person_of(exchange, "VO").email]
    payment = take(take_payment_up, exchange, comment="A mistake.")
    assert (payment.state, payment.approved_by, payment.complete_at is not None) == (
        "due",
        None,
        True,
    )


def test_what_was_paid_can_be_noted_as_recovered():
    exchange = paid_exchange()
    payment = take(recover_payment, exchange, comment="Paid twice.")
    assert payment.state == PaymentState.RECOVERED
    assert keep_in_step(exchange=exchange).state == PaymentState.RECOVERED
    assert "has been recovered" in told(payment_of(exchange), is_own=True)


# --- telling -----------------------------------------------------------------------------------


def test_the_partnership_hears_once_of_what_it_can_approve_and_pay(time_machine):
    exchange = payable_exchange()
    officer = person_of(exchange, "VOP")
    assert tell_of_payments() == 1
    tell_of_payments()
    assert sent(mails.DESK_PAYMENTS) == [officer.email]
    mail = OutgoingMail.objects.get(kind=mails.DESK_PAYMENTS.name)
    assert "1 payment can be approved" in mail.text
    monday = clock.now() + timedelta(days=7 - clock.today().weekday())
    time_machine.move_to(monday + timedelta(days=1))
    assert tell_of_payments() == 0
    time_machine.move_to(monday)
    assert tell_of_payments() == 1
