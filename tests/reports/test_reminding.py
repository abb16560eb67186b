"""A missing report is recalled on the days of the rules, and by one press of staff."""

from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from profiles.rules import current_rules
from reports.models import ReportReminder
from reports.services import reminding
from reports.services.reminding import remind_author, remind_many, remind_missing_reports
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, report_of, reported_by

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def exchange():
    return finished_exchange()


def days_after_the_end(exchange, days):
    moment = clock.at_hour(exchange.ends_on + timedelta(days=days), 9)
    return time_machine.travel(moment, tick=False)


def subjects(kind="reports/report_reminder"):
    rows = OutgoingMail.objects.filter(kind=kind).exclude(status=MailStatus.CANCELLED)
    return sorted(rows.values_list("subject", flat=True))


def test_both_sides_are_reminded_once_on_each_of_the_four_days(exchange):
    counts = {}
    for day in range(20):
        with days_after_the_end(exchange, day):
            counts[day] = (remind_missing_reports(), remind_missing_reports())
    assert {day: count for day, count in counts.items() if count != (0, 0)} == {
        1: (2, 0),
        7: (2, 0),
        10: (2, 0),
        15: (2, 0),
    }


def test_between_the_days_it_costs_three_queries_however_many_are_missing(
    exchange, django_assert_num_queries
):
    with days_after_the_end(exchange, 3):
        remind_missing_reports()
        with django_assert_num_queries(3):
            assert remind_missing_reports() == 0


def test_no_two_reminders_read_the_same(exchange):
    for day in (1, 7, 10, 15):
        with days_after_the_end(exchange, day):
            remind_missing_reports()
    with days_after_the_end(exchange, 20):
        remind_author(report_id=report_of(exchange, "VO").pk, actor=person_of(exchange, "VOP"))
    rows = OutgoingMail.objects.filter(kind="reports/report_reminder")
    to_visitor = rows.filter(recipient=person_of(exchange, "VO")).values_list("subject", flat=True)
    assert (len(to_visitor), len(set(to_visitor))) == (5, 5)


def test_an_earlier_reminder_that_has_not_gone_out_is_taken_back(exchange):
    for day in (1, 7):
        with days_after_the_end(exchange, day):
            remind_missing_reports()
    assert len(subjects()) == 2
    assert subjects("reports/report_opened") == []


def test_it_stops_at_success_and_says_that_the_other_waits(exchange):
    reported_by(exchange, "HO")
    with days_after_the_end(exchange, 7):
        assert remind_missing_reports() == 1
    mail = OutgoingMail.objects.get(kind="reports/report_reminder")
    assert mail.recipient == person_of(exchange, "VO")
    assert "AQUIMER has handed in its report and waits for yours." in mail.text


def test_days_that_were_missed_are_not_made_up_for(exchange):
    with days_after_the_end(exchange, 30):
        assert remind_missing_reports() == 2
    with days_after_the_end(exchange, 32):
        assert remind_missing_reports() == 0
    assert set(ReportReminder.objects.values_list("level", flat=True)) == {4}


def test_whoever_was_asked_by_a_person_is_left_alone_for_a_day(exchange):
    report = report_of(exchange, "VO")
    with days_after_the_end(exchange, 7):
        remind_author(report_id=report.pk, actor=person_of(exchange, "VOP"))
        assert remind_missing_reports() == 1
    with days_after_the_end(exchange, 8):
        assert remind_missing_reports() == 1


def test_no_reminder_before_the_end():
    exchange = finished_exchange()
    exchange.state = "ongoing"
    exchange.save(update_fields=["state"])
    assert remind_missing_reports() == 0
    assert reminding._mind(report_of(exchange, "VO").pk, current_rules()) is False


class TestByAPerson:
    def test_a_second_one_waits_for_a_day(self, exchange):
        report, actor = report_of(exchange, "VO"), person_of(exchange, "HOP")
        remind_author(report_id=report.pk, actor=actor)
        with pytest.raises(TransitionRefused) as refused:
            remind_author(report_id=report.pk, actor=actor)
        assert (refused.value.code, report.reminders.count()) == ("too_soon", 1)
        with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
            remind_author(report_id=report.pk, actor=actor)
        assert report.reminders.count() == 2

    def test_nobody_is_asked_for_what_is_in(self, exchange):
        report = reported_by(exchange, "VO")
        with pytest.raises(TransitionRefused) as refused:
            remind_author(report_id=report.pk, actor=person_of(exchange, "VOP"))
        assert (refused.value.code, ReportReminder.objects.count()) == ("not_awaited", 0)

    @pytest.mark.parametrize("capacity", ["HO", "VO"])
    def test_the_sides_do_not_remind(self, exchange, capacity):
        with pytest.raises(NotAllowed):
            remind_author(
                report_id=report_of(exchange, "VO").pk, actor=person_of(exchange, capacity)
            )
        assert ReportReminder.objects.count() == 0

    def test_many_at_once_stand_each_for_itself(self, exchange):
        reported_by(exchange, "HO")
        reports = [report_of(exchange, side) for side in ("HO", "VO")]
        keys = [report.pk for report in reports]
        outcomes = remind_many(report_ids=keys, actor=person_of(exchange, "VOP"))
        assert {one.name: one.refusal for one in outcomes} == {
            "AQUIMER": "This report is handed in already.",
            "Motores Lda": "",
        }
        assert remind_many(report_ids=keys, actor=person_of(finished_exchange(), "VO")) == []

    def test_one_does_not_remind_oneself(self, exchange):
        report = report_of(exchange, "VO")
        outcomes = remind_many(report_ids=[report.pk], actor=person_of(exchange, "VO"))
        assert [one.refusal for one in outcomes] == ["This is your own report: write it."]
