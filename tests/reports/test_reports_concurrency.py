"""Two at the same instant: one closing, one set of mails, one report."""

from collections import Counter

import pytest

from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import OutgoingMail
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from profiles.services.reference import load_reference_data
from reports.models import Report
from reports.services.on_behalf import submit_on_behalf
from reports.services.opening import open_due_reports
from reports.services.reminding import remind_missing_reports
from reports.services.reviewing import return_report, validate_reports
from reports.services.submitting import submit_report
from tests.concurrency import at_once, errors, values
from tests.factories.exchanges import person_of
from tests.factories.reports import (
    complete_answers,
    finished_exchange,
    report_of,
    reported_exchange,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def mails():
    rows = OutgoingMail.objects.filter(kind__startswith="reports/")
    return Counter(kind.partition("/")[2] for kind in rows.values_list("kind", flat=True))


def complete(exchange, side):
    report = report_of(exchange, side)
    report.outcome = "took_place"
    report.answers = complete_answers(report)
    report.save()
    return report


@pytest.mark.parametrize("attempt", range(3))
def test_both_partnerships_validate_at_once_and_the_exchange_is_closed_once(attempt):
    exchange = reported_exchange()
    officers = [person_of(exchange, capacity) for capacity in ("HOP", "VOP")]
    outcomes = at_once(
        *(
            (lambda actor=actor: validate_reports(exchange_id=exchange.pk, actor=actor))
            for actor in officers
        )
    )
    assert errors(outcomes) == []
    closed = Exchange.objects.get(pk=exchange.pk)
    assert closed.state == ExchangeState.CLOSED
    assert closed.transitions.filter(transition="close").count() == 1
    assert mails()["exchange_closed"] == 2


def test_a_second_press_validates_nothing():
    exchange = reported_exchange()
    actor = person_of(exchange, "HOP")
    outcomes = at_once(*[lambda: validate_reports(exchange_id=exchange.pk, actor=actor)] * 2)
    assert [error.code for error in errors(outcomes)] == ["nothing_to_validate"]
    assert report_of(exchange, "HO").transitions.filter(transition="validate").count() == 1


def test_a_report_is_handed_in_once():
    exchange = finished_exchange()
    report, actor = complete(exchange, "VO"), person_of(exchange, "VO")
    outcomes = at_once(*[lambda: submit_report(report_id=report.pk, revision=0, actor=actor)] * 2)
    assert [error.code for error in errors(outcomes)] == ["wrong_state"]
    assert (report.transitions.count(), mails()["report_handed_in"]) == (1, 1)


@pytest.mark.parametrize("attempt", range(3))
def test_the_side_and_its_partnership_hand_in_at_once(attempt):
    """Whoever comes first has reported; the other reads that it is in."""
    exchange = finished_exchange()
    report = complete(exchange, "VO")
    side, staff = person_of(exchange, "VO"), person_of(exchange, "VOP")
    outcomes = at_once(
        lambda: submit_report(report_id=report.pk, revision=0, actor=side),
        lambda: submit_on_behalf(
            report_id=report.pk,
            outcome="took_place",
            starts_on=report.starts_on,
            ends_on=report.ends_on,
            days_done=3,
            source="A call.",
            revision=0,
            actor=staff,
        ),
    )
    assert [error.code for error in errors(outcomes)] == ["wrong_state"]
    report.refresh_from_db()
    is_on_behalf = report.submitted_by == staff
    assert (report.on_behalf_of_id is not None, report.source != "") == (is_on_behalf,) * 2
    assert report.days_done == (3 if is_on_behalf else 5)
    told = mails()
    assert told["report_handed_in"] + told["report_completed"] == 1


@pytest.mark.parametrize("attempt", range(3))
def test_one_officer_validates_while_another_returns(attempt):
    """A report that goes back is not validated, and nothing is closed with it."""
    exchange = reported_exchange()
    validate_reports(exchange_id=exchange.pk, actor=person_of(exchange, "HOP"))
    report, officer = report_of(exchange, "VO"), person_of(exchange, "VOP")
    outcomes = at_once(
        lambda: validate_reports(exchange_id=exchange.pk, actor=officer),
        lambda: return_report(report_id=report.pk, comment="Days?", actor=officer),
    )
    refused = errors(outcomes)
    assert (len(refused), all(isinstance(error, DomainError) for error in refused)) == (1, True)
    report.refresh_from_db()
    state = Exchange.objects.get(pk=exchange.pk).state
    assert (report.state, state) in (("validated", "closed"), ("returned", "reporting"))


def test_two_clocks_open_and_remind_once():
    exchange = finished_exchange()
    for report in Report.objects.all():
        report.delete()
    OutgoingMail.objects.all().delete()
    assert sorted(values(at_once(open_due_reports, open_due_reports))) == [0, 1]
    assert (exchange.reports.count(), mails()["report_opened"]) == (2, 2)
    assert sorted(values(at_once(remind_missing_reports, remind_missing_reports)))[1] >= 1
    assert mails()["report_reminder"] == 2
