"""Evidence of a visit: given by the visitor, accepted or refused piece by piece."""

import pytest
from django.core.files.storage import default_storage

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from exchanges.models import Exchange
from reports.enums import EvidenceState, PaymentState
from reports.models import EvidenceItem, Payment
from reports.notifications import payments as mails
from reports.services import evidence as services
from reports.services.evidence import (
    Decision,
    decide_all,
    decide_evidence,
    upload_evidence,
    withdraw_evidence,
)
from tests.factories.exchanges import person_of
from tests.factories.payments import (
    accepted_evidence,
    approved_exchange,
    evidence_of,
    paid_exchange,
    paper,
)
from tests.factories.profiles import UserFactory
from tests.factories.reports import finished_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def visit(reference):
    exchange = finished_exchange()
    for capacity in ("HOP", "VOP"):
        person_of(exchange, capacity)
    return exchange


def payment_of(exchange):
    return Payment.objects.get(exchange=exchange)


def sent(kind, **filters):
    rows = OutgoingMail.objects.filter(kind=kind.name, **filters).order_by("to")
    return list(rows.values_list("to", flat=True))


def states(exchange):
    rows = EvidenceItem.objects.filter(exchange=exchange).order_by("pk")
    return list(rows.values_list("kind", "state"))


def decide(item, accept, reason="", by="VOP", exchange=None):
    actor = person_of(exchange or item.exchange, by)
    return decide_evidence(item_id=item.pk, accept=accept, reason=reason, actor=actor)


def test_several_files_of_a_kind_wait_for_the_partnership_and_ask_it_once_a_day(visit):
    first = evidence_of(visit, "outward", text="out 1")
    second = evidence_of(visit, "outward", text="out 2")
    assert states(visit) == [("outward", "waiting"), ("outward", "waiting")]
    assert (first.file_name, first.size, first.digest != second.digest) == (
        "outward.pdf",
        14,
        True,
    )
    assert sent(mails.DESK_EVIDENCE) == [person_of(visit, "VOP").email]


def test_the_same_file_once_more_is_the_piece_that_is_there(visit):
    assert evidence_of(visit, text="x").pk == evidence_of(visit, text="x").pk


@pytest.mark.parametrize("capacity", ["HO", "HOP", "VOP"])
def test_evidence_is_given_by_the_visitor_alone(visit, capacity):
    with untouched(), pytest.raises(NotAllowed):
        upload_evidence(
            exchange_id=visit.pk,
            kind="outward",
            file=paper(),
            note="",
            actor=person_of(visit, capacity),
        )


def test_evidence_has_its_time_and_its_limit(visit, monkeypatch):
    Exchange.objects.filter(pk=visit.pk).update(state="validated")
    with untouched(), pytest.raises(TransitionRefused) as early:
        evidence_of(visit)
    Exchange.objects.filter(pk=visit.pk).update(state="reporting")
    monkeypatch.setattr(services, "MOST_ITEMS", 0)
    with untouched(), pytest.raises(TransitionRefused) as many:
        evidence_of(visit)
    Payment.objects.update(state=PaymentState.REFUSED)
    with untouched(), pytest.raises(TransitionRefused) as late:
        evidence_of(visit)
    assert [one.value.code for one in (early, many, late)] == [
        "too_early",
        "too_many",
        "not_needed",
    ]


def test_a_file_without_its_row_does_not_stay(visit, monkeypatch):
    before = kept_files()
    monkeypatch.setattr(EvidenceItem, "save", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        evidence_of(visit)
    assert kept_files() == before


def kept_files():
    folder = "evidence"
    return set(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else set()


def test_accepting_notes_the_piece_on_the_payment(visit):
    item = accepted_evidence(visit, "outward")
    assert payment_of(visit).outward_id == item.pk
    assert sent(mails.DESK_EVIDENCE, status=MailStatus.CANCELLED) == [person_of(visit, "VOP").email]


def test_a_refused_piece_is_told_at_once_and_replaced_by_the_next(visit):
    item = decide(evidence_of(visit, text="blurred"), False, " Too dark to read. ")
    assert (item.state, sent(mails.EVIDENCE_REFUSED)) == (
        EvidenceState.REFUSED,
        [person_of(visit, "VO").email],
    )
    mail = OutgoingMail.objects.get(kind=mails.EVIDENCE_REFUSED.name)
    assert "Too dark to read." in mail.text
    evidence_of(visit, text="sharp")
    assert states(visit) == [("outward", "withdrawn"), ("outward", "waiting")]


def test_a_refusal_needs_its_reason(visit):
    item = evidence_of(visit)
    with untouched(), pytest.raises(TransitionRefused):
        decide(item, False, " ")


@pytest.mark.parametrize("capacity", ["HO", "VO", "HOP"])
def test_only_the_partnership_of_the_visitor_decides(visit, capacity):
    item = evidence_of(visit)
    with untouched(), pytest.raises(NotAllowed):
        decide(item, True, by=capacity)
    with untouched(), pytest.raises(NotAllowed):
        decide_all(
            decisions=[Decision(item_id=item.pk, accept=True)], actor=person_of(visit, capacity)
        )


def test_each_of_several_decisions_stands_for_itself(visit):
    good, bad = evidence_of(visit, "outward"), evidence_of(visit, "return")
    withdraw_evidence(item_id=bad.pk, actor=person_of(visit, "VO"))
    outcomes = decide_all(
        decisions=[
            Decision(item_id=bad.pk, accept=True),
            Decision(item_id=good.pk, accept=True),
        ],
        actor=person_of(visit, "VOP"),
    )
    assert [(one.item.state, bool(one.problem)) for one in outcomes] == [
        ("withdrawn", True),
        ("accepted", False),
    ]


def test_the_visitor_takes_back_what_nobody_accepted(visit):
    item, other = evidence_of(visit, "outward"), accepted_evidence(visit, "return")
    visitor = person_of(visit, "VO")
    assert withdraw_evidence(item_id=item.pk, actor=visitor).state == EvidenceState.WITHDRAWN
    with untouched(), pytest.raises(TransitionRefused):
        withdraw_evidence(item_id=other.pk, actor=visitor)
    stranger = UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        withdraw_evidence(item_id=other.pk, actor=stranger)


def test_refusing_what_an_approval_rests_on_takes_it_back():
    exchange = approved_exchange()
    payment = payment_of(exchange)
    decide(payment.outward, False, "Another name on it.", exchange=exchange)
    payment.refresh_from_db()
    assert (payment.state, payment.outward, payment.approved_by, payment.complete_at) == (
        PaymentState.DUE,
        None,
        None,
        None,
    )
    step = payment.transitions.get(transition="unapprove")
    assert (step.actor, step.comment) == (None, "Evidence that it rested on was refused.")


def test_another_accepted_piece_leaves_the_approval_alone(visit):
    first = accepted_evidence(visit, "outward")
    evidence_of(visit, "outward", text="second leg")
    [second] = EvidenceItem.objects.filter(state="waiting")
    decide(second, True, exchange=visit)
    assert payment_of(visit).outward_id == first.pk


def test_what_is_paid_is_not_decided_about_any_more():
    exchange = paid_exchange()
    item = payment_of(exchange).outward
    with untouched(), pytest.raises(TransitionRefused) as refused:
        decide(item, False, "Too late", exchange=exchange)
    assert refused.value.code == "paid"
