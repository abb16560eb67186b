"""The desk of reports: its views, filters and bulk reminders."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core import clock
from reports.models import Report, ReportReminder
from reports.queries.desk import DeskFilters, Show, desk
from reports.services.on_behalf import submit_on_behalf
from reports.services.reviewing import return_report
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import (
    finished_exchange,
    report_of,
    reported_by,
    reported_exchange,
    validated_by_all,
)

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def exchange():
    return finished_exchange()


def shown(user, show=Show.ALL, **filters):
    found = desk(user, show, DeskFilters(**filters), None)
    return sorted((row.report.exchange_id, row.report.capacity) for row in found.rows)


class TestViews:
    def test_each_shows_its_own(self, exchange):
        officer = person_of(exchange, "VOP")
        reported_by(exchange, "VO")
        returned, closed = reported_exchange(), validated_by_all(reported_exchange())
        return_report(
            report_id=report_of(returned, "HO").pk,
            comment="Days?",
            actor=person_of(returned, "HOP"),
        )
        report = report_of(exchange, "HO")
        Report.objects.filter(pk=report.pk).update(due_on=clock.today() - timedelta(days=1))
        own, back, over = exchange.pk, returned.pk, closed.pk
        assert {show: shown(officer, show) for show in Show} == {
            Show.WAITING: [(own, "VO"), (back, "VO")],
            Show.LATE: [(own, "HO")],
            Show.RETURNED: [(back, "HO")],
            Show.AWAITED: [(own, "HO"), (back, "HO")],
            Show.CLOSED: [(over, "HO"), (over, "VO")],
            Show.ALL: [(key, side) for key in (own, back, over) for side in ("HO", "VO")],
        }
        counts = desk(officer, Show.ALL, DeskFilters(), None).counts
        assert counts == {show: len(shown(officer, show)) for show in Show}

    def test_staff_of_others_sees_nothing(self, exchange):
        stranger = StaffRoleFactory(acronym="BLUES").user
        assert (shown(stranger), len(shown(StaffRoleFactory(role="support").user))) == ([], 2)

    def test_a_row_tells_what_has_to_be_known(self, exchange):
        report, officer = report_of(exchange, "HO"), person_of(exchange, "HOP")
        submit_on_behalf(
            report_id=report.pk,
            outcome="not_taken_place",
            starts_on=None,
            ends_on=None,
            days_done=None,
            source="A call.",
            revision=0,
            actor=officer,
        )
        rows = {
            row.report.capacity: row for row in desk(officer, Show.ALL, DeskFilters(), None).rows
        }
        assert [str(flag) for flag in rows["HO"].flags] == [
            "It did not take place",
            "Completed on behalf by EXXTRA",
        ]
        assert (rows["HO"].can_remind, rows["VO"].can_remind, rows["VO"].flags) == (False, True, [])

    def test_more_rows_need_no_more_queries(self, exchange):
        def queries():
            officer = type(user).objects.get(pk=user.pk)
            with CaptureQueriesContext(connection) as asked:
                desk(officer, Show.ALL, DeskFilters(), None)
            return len(asked)

        user = person_of(exchange, "VOP")
        one = queries()
        reported_exchange()
        finished_exchange()
        assert queries() == one


class TestFilters:
    def test_each_narrows(self, exchange):
        officer, support = person_of(exchange, "VOP"), StaffRoleFactory(role="support").user
        reported_by(exchange, "VO", outcome="ended_early")
        key = exchange.pk
        both = [(key, "HO"), (key, "VO")]
        assert shown(officer, text=exchange.ref.lower()) == both
        assert shown(officer, text="motores") == both
        assert shown(officer, text="nobody") == []
        assert shown(officer, side="VO") == [(key, "VO")]
        assert shown(officer, outcome="ended_early") == [(key, "VO")]
        assert shown(officer, outcome="took_place") == []
        assert shown(officer, is_on_behalf=True) == []
        assert shown(support, partnership=exchange.host_partnership) == both

    def test_the_page_takes_them(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        page = client.get("/reports/", {"show": "all", "side": "VO", "on_behalf": ""})
        assert [row.report.capacity for row in page.context["desk"].rows] == ["VO"]
        nonsense = client.get("/reports/", {"show": "nothing", "side": "XX", "outcome": "?"})
        assert (nonsense.context["show"], nonsense.context["desk"].rows) == (Show.WAITING, [])
        assert "No report waits for you." in nonsense.content.decode()

    def test_whoever_looks_after_several_chooses_a_partnership(self, client, exchange):
        client.force_login(StaffRoleFactory(role="support").user)
        page = client.get("/reports/", {"partnership": exchange.host_partnership.pk, "show": "all"})
        assert len(page.context["desk"].rows) == 2
        assert "partnership" in page.context["form"].fields


class TestReminding:
    def test_the_ticked_ones_are_reminded(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        reported_by(exchange, "HO")
        client.get("/reports/", {"show": "all"})
        keys = [report_of(exchange, side).pk for side in ("VO", "HO")]
        page = client.post("/reports/remind/", {"report": keys})
        assert page.context["done"] == 1
        assert page.context["back_url"] == "/reports/?show=all"
        text = page.content.decode()
        assert ("Reminded." in text, "This report is handed in already." in text) == (True, True)
        assert ReportReminder.objects.get().by == person_of(exchange, "VOP")

    def test_without_a_tick_nothing_happens(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        page = client.post("/reports/remind/", {}, follow=True)
        assert "Tick at least one report." in page.content.decode()
        assert ReportReminder.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "status"), [("VO", 404), ("observer", 403), ("VOP", 200), ("support", 200)]
)
def test_who_may_look(client, exchange, who, status):
    roles = {"observer", "support"}
    user = StaffRoleFactory(role=who).user if who in roles else person_of(exchange, who)
    client.force_login(user)
    assert client.get("/reports/").status_code == status


def test_whoever_validates_nothing_sees_what_is_late_first(client, exchange):
    client.force_login(StaffRoleFactory(role="support").user)
    assert client.get("/reports/").context["show"] == Show.LATE


def test_the_navigation_leads_there(client, exchange):
    found = {}
    for capacity in ("VO", "VOP"):
        client.force_login(person_of(exchange, capacity))
        found[capacity] = 'href="/reports/"' in client.get("/dashboard/").content.decode()
    assert found == {"VO": False, "VOP": True}
