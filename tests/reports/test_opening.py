"""Reports open on the last day at the host's and go when the exchange is set back."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.models import AuditEntry, MailStatus, OutgoingMail
from exchanges.enums import ExchangeState
from exchanges.models import Attendance, Exchange
from exchanges.queries.follow_up import terms_in_force
from exchanges.services.interruptions import agree_interruption, ask_interruption
from exchanges.services.running import finish_due_exchanges
from reports.models import Questionnaire, Report, ReportReminder, ReportStep
from reports.notifications import reports as notifications
from reports.receivers import open_reports_at_end
from reports.services.opening import open_due, open_due_reports, open_reports
from reports.services.reminding import remind_author
from tests.factories.exchanges import person_of
from tests.factories.reports import answered, finished_exchange, report_of, reported_by
from tests.factories.running import running_exchange

pytestmark = pytest.mark.usefixtures("reference")
WEEK = [date(2027, 3, day) for day in range(1, 6)]


def at(day, hour=9):
    return time_machine.travel(datetime.combine(day, datetime.min.time(), UTC).replace(hour=hour))


@pytest.fixture
def running():
    """An exchange from Monday to Friday, on its Monday."""
    with at(WEEK[0]):
        return running_exchange(days=WEEK)


def set_back(exchange, kind="postpone"):
    asked = ask_interruption(
        exchange_id=exchange.pk, kind=kind, reason="A flood.", actor=person_of(exchange, "HOP")
    )
    agree_interruption(interruption_id=asked.pk, actor=person_of(exchange, "VOP"))


class TestTheLastDay:
    def test_nothing_opens_before(self, running):
        with at(WEEK[3]):
            assert (open_due_reports(), Report.objects.count()) == (0, 0)

    def test_both_open_and_are_due_ten_days_after(self, running):
        with at(WEEK[4]):
            assert (open_due_reports(), open_due_reports()) == (1, 0)
        rows = Report.objects.order_by("capacity").values_list("capacity", "state", "due_on")
        due = WEEK[4] + timedelta(days=10)
        assert list(rows) == [("HO", "open", due), ("VO", "open", due)]

    def test_the_day_is_that_of_the_host(self, running):
        Exchange.objects.update(time_zone="Pacific/Honolulu")
        with at(WEEK[4], hour=9):
            assert open_due(running.pk) is False
        with at(WEEK[4], hour=11):
            assert open_due(running.pk) is True

    def test_the_days_are_filled_in(self, running):
        with at(WEEK[4]):
            open_due_reports()
        report = report_of(running, "VO")
        found = (report.starts_on, report.ends_on, report.days_done, report.answers)
        assert found == (WEEK[0], WEEK[4], 5, report.prefilled)
        assert report.prefilled != {}

    def test_each_side_gets_one_mail_that_leads_to_its_report(self, running):
        with at(WEEK[4]):
            open_due_reports()
        with at(WEEK[4] + timedelta(days=1)):
            finish_due_exchanges()
        rows = OutgoingMail.objects.filter(kind=notifications.REPORT_OPENED.name)
        people = {person_of(running, side).pk for side in ("HO", "VO")}
        assert sorted(rows.values_list("recipient", flat=True)) == sorted(people)
        path = f"/exchanges/{running.ref}/report/"
        assert [path in mail.text or path in mail.link_path for mail in rows] == [True, True]
        visitor = rows.get(recipient=person_of(running, "VO"))
        host = rows.get(recipient=person_of(running, "HO"))
        assert ["Keep tickets" in mail.text for mail in (visitor, host)] == [True, False]

    def test_the_sides_wait_for_a_decision_about_the_course(self, running):
        with at(WEEK[4]):
            ask_interruption(
                exchange_id=running.pk,
                kind="postpone",
                reason="A flood.",
                actor=person_of(running, "VO"),
            )
            assert (open_due_reports(), Report.objects.count()) == (0, 0)

    def test_one_that_fails_does_not_stop_the_others(self, running, caplog):
        with at(WEEK[0]):
            other = running_exchange(days=WEEK)
        Exchange.objects.filter(pk=running.pk).update(time_zone="Nowhere/Land")
        with at(WEEK[4]):
            assert open_due_reports() == 1
        assert set(Report.objects.values_list("exchange", flat=True)) == {other.pk}
        assert "open_due failed" in caplog.text


class TestTheEnd:
    def test_what_was_not_opened_opens(self, running):
        with at(WEEK[4] + timedelta(days=1)):
            finish_due_exchanges()
        assert Report.objects.count() == 2

    def test_an_exchange_from_before_the_reports_catches_up(self):
        exchange = finished_exchange()
        Report.objects.all().delete()
        assert open_due_reports() == 1
        assert exchange.reports.count() == 2

    def test_without_a_questionnaire_it_ends_all_the_same(self, running, caplog):
        Questionnaire.objects.update(is_draft=True, published_at=None)
        with at(WEEK[4] + timedelta(days=1)):
            assert finish_due_exchanges() == 1
        assert (Report.objects.count(), "without a questionnaire" in caplog.text) == (0, True)

    def test_a_second_telling_changes_nothing(self):
        exchange = finished_exchange()
        before = list(Report.objects.values())
        open_reports_at_end(Exchange, exchange)
        assert list(Report.objects.values()) == before

    def test_only_an_exchange_with_a_last_day_is_reported(self):
        with pytest.raises(ValueError, match="has no last day"):
            open_reports(exchange=Exchange(ref="CXC-2027-000001"))


class TestAnEarlierEnd:
    def ended_on_wednesday(self, exchange):
        asked = ask_interruption(
            exchange_id=exchange.pk,
            kind="early_end",
            reason="A flood.",
            last_day=WEEK[3],
            actor=person_of(exchange, "HOP"),
        )
        agree_interruption(interruption_id=asked.pk, actor=person_of(exchange, "VOP"))

    def test_untouched_reports_take_the_days_over(self, running):
        with at(WEEK[4]):
            open_due_reports()
            self.ended_on_wednesday(running)
        report = report_of(running, "VO")
        due = WEEK[3] + timedelta(days=10)
        assert (report.due_on, report.ends_on, report.days_done) == (due, WEEK[3], 4)
        assert (report.outcome, report.answers["reason"]) == ("ended_early", "A flood.")
        assert report.prefilled == report.answers

    def test_reports_that_open_after_it_say_that_it_ended_early(self, running):
        with at(WEEK[2]):
            self.ended_on_wednesday(running)
        with at(WEEK[3]):
            open_due_reports()
        for side in ("VO", "HO"):
            report = report_of(running, side)
            days = (report.starts_on, report.ends_on, report.days_done)
            assert (report.outcome, days) == ("ended_early", (WEEK[0], WEEK[3], 4))
            assert report.saved_at is None

    def test_the_person_can_say_otherwise(self, running):
        with at(WEEK[2]):
            self.ended_on_wednesday(running)
        with at(WEEK[3]):
            open_due_reports()
            answered(report_of(running, "VO"), outcome="took_place")
        with at(WEEK[4]):
            finish_due_exchanges()
        outcomes = [report_of(running, side).outcome for side in ("VO", "HO")]
        assert outcomes == ["took_place", "ended_early"]

    def test_what_somebody_wrote_stays(self, running):
        with at(WEEK[4]):
            open_due_reports()
            Report.objects.update(saved_at=clock.now())
            self.ended_on_wednesday(running)
        report = report_of(running, "VO")
        due = WEEK[3] + timedelta(days=10)
        assert (report.due_on, report.ends_on, report.days_done) == (due, WEEK[4], 5)
        assert (report.outcome, "reason" in report.answers) == ("", False)

    def test_what_is_handed_in_stays_as_it_is(self, running):
        with at(WEEK[4]):
            open_due_reports()
            reported_by(running, "VO")
            self.ended_on_wednesday(running)
        report = report_of(running, "VO")
        assert (report.due_on, report.ends_on) == (WEEK[4] + timedelta(days=10), WEEK[4])


class TestWhatIsNotedLater:
    """The report is open on the last day already, and nobody has written in it."""

    def noted(self, *, was_present):
        with at(WEEK[0]):
            exchange = running_exchange(days=WEEK, mode="virtual")
        with at(WEEK[4]):
            open_due_reports()
        before = report_of(exchange, "HO").outcome
        for slot in terms_in_force(exchange).agenda.slots:
            for side in ("VO", "HO"):
                Attendance.objects.create(
                    exchange=exchange,
                    capacity=side,
                    slot=slot.key,
                    day=slot.day,
                    was_present=was_present,
                    by=person_of(exchange, side),
                )
        with at(WEEK[4] + timedelta(days=1)):
            finish_due_exchanges()
        return before, report_of(exchange, "HO")

    def test_sessions_that_both_missed_are_no_exchange(self):
        before, report = self.noted(was_present=False)
        assert (before, report.outcome) == ("", "not_taken_place")
        assert {line["done"] for line in report.answers["activities"]} == {False}

    def test_sessions_that_both_held_are_one(self):
        before, report = self.noted(was_present=True)
        assert (before, report.outcome, report.days_done) == ("", "took_place", 5)


class TestSetBack:
    def test_nothing_of_the_reports_is_left(self, running):
        with at(WEEK[4]):
            open_due_reports()
            reported_by(running, "VO")
            remind_author(report_id=report_of(running, "HO").pk, actor=person_of(running, "HOP"))
            set_back(running)
        rows = [model.objects.count() for model in (Report, ReportStep, ReportReminder)]
        assert rows == [0, 0, 0]
        assert Exchange.objects.get(pk=running.pk).state == ExchangeState.BUILDING
        waiting = OutgoingMail.objects.filter(kind__startswith="reports/report_")
        assert set(waiting.values_list("status", flat=True)) == {MailStatus.CANCELLED}

    def test_the_audit_says_that_they_were_there(self, running):
        with at(WEEK[4]):
            open_due_reports()
            set_back(running)
        entries = AuditEntry.objects.filter(event="report.take_away").order_by("pk")
        assert [entry.data["capacity"] for entry in entries] == ["VO", "HO"]

    def test_one_that_is_broken_off_is_not_reported(self, running):
        with at(WEEK[4]):
            open_due_reports()
            set_back(running, kind="cancel")
        assert Exchange.objects.get(pk=running.pk).state == ExchangeState.ABORTED
        assert Report.objects.count() == 0

    def test_without_reports_there_is_nothing_to_take_away(self, running):
        with at(WEEK[2]):
            set_back(running)
        assert AuditEntry.objects.filter(event="report.take_away").count() == 0
