"""A side hands its report in, or its partnership completes it on behalf."""

from datetime import timedelta

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from reports.enums import ReportState
from reports.models import Report
from reports.notifications import reports as notifications
from reports.services.on_behalf import submit_on_behalf
from reports.services.reviewing import return_report
from reports.services.submitting import submit_report
from tests.factories.exchanges import person_of
from tests.factories.reports import complete_answers, finished_exchange, report_of, reported_by
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def exchange():
    return finished_exchange()


@pytest.fixture
def report(exchange):
    """That of the visitor, complete and not handed in."""
    report = report_of(exchange, "VO")
    report.outcome = "took_place"
    report.answers = complete_answers(report)
    report.save()
    return report


def told(kind):
    rows = OutgoingMail.objects.filter(kind=kind.name).exclude(status=MailStatus.CANCELLED)
    return [mail.recipient for mail in rows.order_by("pk")]


class TestHandingIn:
    def test_it_is_with_the_partnership_which_hears_of_it(self, exchange, report):
        actor = person_of(exchange, "VO")
        submit_report(report_id=report.pk, revision=0, actor=actor)
        report.refresh_from_db()
        assert (report.state, report.submitted_by) == (ReportState.SUBMITTED, actor)
        assert (report.on_behalf_of, report.transitions.get().capacity) == (None, "VO")
        assert told(notifications.REPORT_HANDED_IN) == [person_of(exchange, "VOP")]
        assert person_of(exchange, "VO") not in told(notifications.REPORT_OPENED)

    def test_what_is_missing_is_counted(self, exchange, report):
        del report.answers["declaration"]
        report.save()
        with untouched(), pytest.raises(TransitionRefused) as refused:
            submit_report(report_id=report.pk, revision=0, actor=person_of(exchange, "VO"))
        assert (refused.value.code, str(refused.value)) == (
            "incomplete",
            "1 answer is missing. It is marked below.",
        )

    def test_a_text_that_somebody_else_changed_is_not_handed_in(self, exchange, report):
        Report.objects.update(revision=3)
        with untouched(), pytest.raises(StaleVersion):
            submit_report(report_id=report.pk, revision=2, actor=person_of(exchange, "VO"))

    def test_not_twice(self, exchange, report):
        actor = person_of(exchange, "VO")
        submit_report(report_id=report.pk, revision=0, actor=actor)
        with untouched(), pytest.raises(TransitionRefused) as refused:
            submit_report(report_id=report.pk, revision=0, actor=actor)
        assert refused.value.code == "wrong_state"

    @pytest.mark.parametrize("capacity", ["HO", "HOP", "VOP"])
    def test_by_its_own_side_alone(self, exchange, report, capacity):
        with untouched(), pytest.raises(NotAllowed):
            submit_report(report_id=report.pk, revision=0, actor=person_of(exchange, capacity))

    def test_what_did_not_take_place_had_no_days(self, exchange):
        report = reported_by(exchange, "VO", outcome="not_taken_place")
        report.refresh_from_db()
        assert (report.starts_on, report.ends_on, report.days_done) == (None, None, None)

    def test_on_behalf_is_forgotten_once_the_side_says_it_itself(self, exchange, report):
        staff = person_of(exchange, "VOP")
        complete_on_behalf(report, staff)
        return_report(report_id=report.pk, comment="You were back.", actor=staff)
        submit_report(report_id=report.pk, revision=0, actor=person_of(exchange, "VO"))
        report.refresh_from_db()
        assert (report.on_behalf_of, report.source) == (None, "")


def complete_on_behalf(report, actor, **fields):
    known = {
        "outcome": "took_place",
        "starts_on": report.starts_on,
        "ends_on": report.ends_on,
        "days_done": 4,
        "source": "A call with Ms Ada on Monday.",
        "revision": report.revision,
    }
    return submit_on_behalf(report_id=report.pk, actor=actor, **known | fields)


class TestOnBehalf:
    def test_it_stands_with_the_report_and_its_side_is_told(self, exchange):
        report, staff = report_of(exchange, "HO"), person_of(exchange, "HOP")
        complete_on_behalf(report, staff)
        report.refresh_from_db()
        assert (report.state, report.submitted_by) == (ReportState.SUBMITTED, staff)
        assert report.on_behalf_of == exchange.host_partnership
        assert (report.source, report.days_done) == ("A call with Ms Ada on Monday.", 4)
        assert report.transitions.get().capacity == "HOP"
        assert told(notifications.REPORT_COMPLETED) == [person_of(exchange, "HO")]
        assert told(notifications.REPORT_HANDED_IN) == []
        mail = OutgoingMail.objects.get(kind=notifications.REPORT_COMPLETED.name)
        assert "A call with Ms Ada on Monday." in mail.text

    def test_what_did_not_take_place_needs_no_days(self, exchange):
        report = report_of(exchange, "HO")
        complete_on_behalf(report, person_of(exchange, "HOP"), outcome="not_taken_place")
        report.refresh_from_db()
        assert (report.outcome, report.days_done) == ("not_taken_place", None)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"source": "  "}, "source_missing"),
            ({"outcome": ""}, "incomplete"),
            ({"days_done": None}, "incomplete"),
            ({"days_done": 40}, "incomplete"),
        ],
    )
    def test_not_without_source_and_facts(self, exchange, fields, code):
        report = report_of(exchange, "HO")
        with untouched(), pytest.raises(TransitionRefused) as refused:
            complete_on_behalf(report, person_of(exchange, "HOP"), **fields)
        assert refused.value.code == code

    def test_no_day_after_today(self, exchange):
        report = report_of(exchange, "HO")
        later = report.ends_on + timedelta(days=30)
        with untouched(), pytest.raises(TransitionRefused) as refused:
            complete_on_behalf(report, person_of(exchange, "HOP"), ends_on=later)
        assert refused.value.code == "incomplete"

    def test_not_over_what_the_side_is_writing(self, exchange):
        report = report_of(exchange, "HO")
        Report.objects.update(revision=1)
        with untouched(), pytest.raises(StaleVersion):
            complete_on_behalf(report, person_of(exchange, "HOP"))

    @pytest.mark.parametrize("capacity", ["HO", "VO", "VOP"])
    def test_by_its_own_partnership_alone(self, exchange, capacity):
        with untouched(), pytest.raises(NotAllowed):
            complete_on_behalf(report_of(exchange, "HO"), person_of(exchange, capacity))

    def test_not_what_is_handed_in(self, exchange):
        report = reported_by(exchange, "HO")
        with untouched(), pytest.raises(TransitionRefused) as refused:
            complete_on_behalf(report, person_of(exchange, "HOP"))
        assert refused.value.code == "wrong_state"
