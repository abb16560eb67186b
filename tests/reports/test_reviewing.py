"""The partnerships validate for completeness or return; with both validations the exchange is
closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import Exchange
from exchanges.services.running import finish_due_exchanges
from matching.enums import MatchState
from profiles.models import Partnership
from reports.enums import ReportState
from reports.notifications import reports as notifications
from reports.services.opening import open_due_reports
from reports.services.reviewing import return_report, validate_reports
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import (
    closed_exchange,
    finished_exchange,
    report_of,
    reported_by,
    reported_exchange,
    validated_by_all,
)
from tests.factories.running import running_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


def told(kind):
    rows = OutgoingMail.objects.filter(kind=kind.name).exclude(status=MailStatus.CANCELLED)
    return {mail.recipient for mail in rows}


def states(exchange):
    return dict(exchange.reports.values_list("capacity", "state"))


@pytest.fixture
def exchange():
    return reported_exchange()


class TestValidating:
    def test_each_validates_the_report_of_its_side(self, exchange):
        validate_reports(exchange_id=exchange.pk, actor=person_of(exchange, "HOP"))
        assert states(exchange) == {"HO": ReportState.VALIDATED, "VO": ReportState.SUBMITTED}
        report = report_of(exchange, "HO")
        assert report.validated_by == person_of(exchange, "HOP")
        assert report.transitions.last().capacity == "HOP"
        assert Exchange.objects.get().state == ExchangeState.REPORTING
        assert told(notifications.REPORT_HANDED_IN) == {person_of(exchange, "VOP")}

    def test_with_the_second_one_the_exchange_is_closed(self, exchange):
        closed = validated_by_all(exchange)
        assert (closed.state, closed.closed_at is None) == (ExchangeState.CLOSED, False)
        step = closed.transitions.last()
        assert (step.transition, step.capacity) == ("close", "VOP")
        sides = {person_of(exchange, "HO"), person_of(exchange, "VO")}
        assert (told(notifications.EXCHANGE_CLOSED), told(notifications.REPORT_HANDED_IN)) == (
            sides,
            set(),
        )

    def test_one_partnership_in_both_capacities_acts_once(self):
        both = Partnership.objects.get(acronym="EXXTRA")
        exchange = reported_exchange()
        Exchange.objects.update(host_partnership=both, visitor_partnership=both)
        actor = person_of(Exchange.objects.get(pk=exchange.pk), "HOP")
        done = validate_reports(exchange_id=exchange.pk, actor=actor)
        assert [report.capacity for report in done] == ["VO", "HO"]
        assert Exchange.objects.get().state == ExchangeState.CLOSED
        assert OutgoingMail.objects.filter(kind=notifications.EXCHANGE_CLOSED.name).count() == 2

    def test_not_twice(self, exchange):
        actor = person_of(exchange, "HOP")
        validate_reports(exchange_id=exchange.pk, actor=actor)
        with untouched(), pytest.raises(TransitionRefused) as refused:
            validate_reports(exchange_id=exchange.pk, actor=actor)
        assert refused.value.code == "nothing_to_validate"

    def test_not_what_is_not_handed_in(self):
        exchange = finished_exchange()
        with untouched(), pytest.raises(TransitionRefused) as refused:
            validate_reports(exchange_id=exchange.pk, actor=person_of(exchange, "HOP"))
        assert refused.value.code == "nothing_to_validate"

    @pytest.mark.parametrize("who", ["HO", "VO", "support", "foreign"])
    def test_by_its_own_partnership_alone(self, exchange, who):
        strangers = {"support": {"role": "support"}, "foreign": {"acronym": "BLUES"}}
        fields = strangers.get(who)
        actor = StaffRoleFactory(**fields).user if fields else person_of(exchange, who)
        with untouched(), pytest.raises(NotAllowed):
            validate_reports(exchange_id=exchange.pk, actor=actor)


class TestOutcomes:
    def test_an_early_end_counts(self):
        assert closed_exchange(outcome="ended_early").state == ExchangeState.CLOSED

    def test_what_did_not_take_place_ends_and_the_visit_is_given_back(self):
        exchange = finished_exchange()
        organisation = exchange.visitor.organisation
        assert organisation.physical_visit_used_on is not None
        for side in ("HO", "VO"):
            reported_by(exchange, side, outcome="not_taken_place")
        failed = validated_by_all(exchange)
        organisation.refresh_from_db()
        assert (failed.state, failed.closed_at) == (ExchangeState.FAILED, None)
        assert organisation.physical_visit_used_on is None
        assert failed.versions.get().state == VersionState.ENDED
        assert failed.match.state == MatchState.FINISHED
        assert failed.calendar_sequence == exchange.calendar_sequence + 1
        sides = {person_of(exchange, "HO"), person_of(exchange, "VO")}
        assert told(notifications.EXCHANGE_FAILED) == sides

    @pytest.fixture
    def contradicting(self):
        exchange = finished_exchange()
        reported_by(exchange, "VO")
        reported_by(exchange, "HO", outcome="not_taken_place")
        return exchange

    def test_a_contradiction_cannot_be_validated(self, contradicting):
        validate_reports(exchange_id=contradicting.pk, actor=person_of(contradicting, "VOP"))
        with untouched(), pytest.raises(TransitionRefused) as refused:
            validate_reports(exchange_id=contradicting.pk, actor=person_of(contradicting, "HOP"))
        assert refused.value.code == "contradiction"
        assert "return the report that has to be put right" in str(refused.value).lower()

    def test_nor_by_one_partnership_in_both_capacities(self, contradicting):
        both = Partnership.objects.get(acronym="EXXTRA")
        Exchange.objects.update(host_partnership=both, visitor_partnership=both)
        actor = person_of(Exchange.objects.get(pk=contradicting.pk), "HOP")
        with untouched(), pytest.raises(TransitionRefused) as refused:
            validate_reports(exchange_id=contradicting.pk, actor=actor)
        assert refused.value.code == "contradiction"

    @pytest.mark.parametrize(
        ("side", "capacity", "outcome", "state"),
        [
            ("HO", "HOP", "took_place", ExchangeState.CLOSED),
            ("VO", "VOP", "not_taken_place", ExchangeState.FAILED),
        ],
    )
    def test_the_way_out_is_to_return_either(self, contradicting, side, capacity, outcome, state):
        validate_reports(exchange_id=contradicting.pk, actor=person_of(contradicting, "VOP"))
        wrong = report_of(contradicting, side)
        comment = "The other side says otherwise. Which is right?"
        return_report(report_id=wrong.pk, comment=comment, actor=person_of(contradicting, capacity))
        reported_by(contradicting, side, outcome=outcome)
        assert validated_by_all(contradicting).state == state


class TestReturning:
    def test_its_side_reads_the_comment_at_once(self, exchange):
        report = report_of(exchange, "VO")
        return_report(report_id=report.pk, comment=" Days? ", actor=person_of(exchange, "VOP"))
        report.refresh_from_db()
        assert (report.state, report.transitions.last().comment) == ("returned", "Days?")
        assert told(notifications.REPORT_RETURNED) == {person_of(exchange, "VO")}
        assert told(notifications.REPORT_HANDED_IN) == {person_of(exchange, "HOP")}
        mail = OutgoingMail.objects.get(kind=notifications.REPORT_RETURNED.name)
        assert (mail.pace, "RECIPE4MOBILITY" in mail.text, "Days?" in mail.text) == (
            "blocking",
            True,
            True,
        )

    def test_the_support_office_can_help(self, exchange):
        support = StaffRoleFactory(role="support").user
        return_report(report_id=report_of(exchange, "VO").pk, comment="Days?", actor=support)
        assert "the Support Office" in OutgoingMail.objects.get(kind="reports/report_returned").text

    def test_a_validated_one_is_no_longer_validated(self, exchange):
        report, actor = report_of(exchange, "VO"), person_of(exchange, "VOP")
        validate_reports(exchange_id=exchange.pk, actor=actor)
        return_report(report_id=report.pk, comment="One thing more.", actor=actor)
        report.refresh_from_db()
        assert (report.state, report.validated_at, report.validated_by) == ("returned", None, None)

    def test_it_is_handed_in_again(self, exchange):
        report = report_of(exchange, "VO")
        return_report(report_id=report.pk, comment="Days?", actor=person_of(exchange, "VOP"))
        reported_by(exchange, "VO")
        assert states(exchange) == {"HO": "submitted", "VO": "submitted"}
        assert told(notifications.REPORT_RETURNED) == set()

    def test_not_without_a_comment(self, exchange):
        with untouched(), pytest.raises(TransitionRefused) as refused:
            return_report(
                report_id=report_of(exchange, "VO").pk,
                comment=" ",
                actor=person_of(exchange, "VOP"),
            )
        assert refused.value.code == "comment_missing"

    def test_not_once_the_exchange_is_closed(self, exchange):
        validated_by_all(exchange)
        with untouched(), pytest.raises(TransitionRefused) as refused:
            return_report(
                report_id=report_of(exchange, "VO").pk,
                comment="Too late.",
                actor=person_of(exchange, "VOP"),
            )
        assert refused.value.code == "too_late"

    @pytest.mark.parametrize("capacity", ["HO", "VO", "HOP"])
    def test_by_its_own_partnership_alone(self, exchange, capacity):
        with untouched(), pytest.raises(NotAllowed):
            return_report(
                report_id=report_of(exchange, "VO").pk,
                comment="Days?",
                actor=person_of(exchange, capacity),
            )


def test_what_is_validated_on_the_last_day_is_closed_at_its_end():
    days = [date(2027, 3, day) for day in range(1, 6)]
    with time_machine.travel(datetime(2027, 3, 1, 9, tzinfo=UTC)):
        exchange = running_exchange(days=days)
    with time_machine.travel(datetime(2027, 3, 5, 16, tzinfo=UTC)):
        open_due_reports()
        for side in ("HO", "VO"):
            reported_by(exchange, side)
        assert validated_by_all(exchange).state == ExchangeState.ONGOING
    with time_machine.travel(datetime(2027, 3, 5, 16, tzinfo=UTC) + timedelta(days=1)):
        finish_due_exchanges()
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.CLOSED
    step = exchange.transitions.last()
    assert (step.transition, step.actor, step.capacity) == ("close", None, "")
