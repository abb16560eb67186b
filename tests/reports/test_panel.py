"""Whose turn it is after an exchange: on its page, in lists, and on the dashboard."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from exchanges.models import Exchange
from exchanges.queries.exchange_list import DeskFilters, Show, desk, own_rows
from reports.models import Report
from reports.services.opening import open_reports
from reports.turns import turns
from reports.views.panel import reports_panel
from tests.factories.exchanges import person_of
from tests.factories.reports import (
    finished_exchange,
    report_of,
    reported_by,
    reported_exchange,
    validated_by_all,
)
from tests.factories.running import running_exchange

pytestmark = pytest.mark.usefixtures("reference")
CAPACITIES = ("VO", "HO", "VOP", "HOP")


@pytest.fixture
def exchange():
    return finished_exchange()


def page_of(client, exchange, user):
    client.force_login(user)
    return client.get(exchange.get_absolute_url())


def sentences(client, exchange):
    found = {}
    for capacity in CAPACITIES:
        answer = page_of(client, exchange, person_of(exchange, capacity))
        baton = answer.context["page"].baton
        found[capacity] = (baton.situation, str(baton.sentence))
    return found


def test_each_of_the_four_reads_the_turn_of_the_report_that_matters_to_them(client, exchange):
    day = f"{exchange.ends_on + timedelta(days=10):%-d %B %Y}"
    yours = ("yours", f"Your turn: say in five minutes how the exchange was, by {day}.")
    assert sentences(client, exchange) == {
        "VO": yours,
        "HO": yours,
        "VOP": ("waiting", f"Waiting for the report of Motores Lda, due on {day}."),
        "HOP": ("waiting", f"Waiting for the report of AQUIMER, due on {day}."),
    }
    reported_by(exchange, "VO")
    assert sentences(client, exchange) == {
        "VO": ("waiting", "Waiting for RECIPE4MOBILITY to validate your report."),
        "HO": yours,
        "VOP": ("yours", "Your turn: read whether the report of Motores Lda is complete."),
        "HOP": ("waiting", f"Waiting for the report of AQUIMER, due on {day}."),
    }


def test_the_badge_stays_that_of_the_exchange(client, exchange):
    answer = page_of(client, exchange, person_of(exchange, "VO"))
    assert str(answer.context["page"].baton.label) == "To be reported"


def test_each_side_sees_that_the_other_waits_and_nothing_of_what_it_says(client, exchange):
    reported_by(exchange, "HO", outcome="not_taken_place")
    text = page_of(client, exchange, person_of(exchange, "VO")).content.decode()
    waits = "AQUIMER has reported and waits for your report."
    assert (waits in text, "It did not take place" in text) == (True, False)
    text = page_of(client, exchange, person_of(exchange, "HOP")).content.decode()
    assert (waits in text, "It did not take place" in text) == (False, True)


def test_staff_of_its_own_side_can_complete_a_missing_report(client, exchange):
    link = f"/exchanges/{exchange.ref}/report/VO/on-behalf/"
    found = {
        capacity: link in page_of(client, exchange, person_of(exchange, capacity)).content.decode()
        for capacity in CAPACITIES
    }
    assert found == {"VO": False, "HO": False, "VOP": True, "HOP": False}


def test_before_the_last_day_there_is_nothing_to_show(rf):
    request = rf.get("/")
    assert reports_panel(request, running_exchange()) == ""


def test_on_the_last_day_it_runs_for_whoever_has_nothing_to_do(client):
    exchange = running_exchange()
    open_reports(exchange=exchange)
    longer = {situation for situation, _text in sentences(client, exchange).values()}
    assert longer == {"waiting"}
    Exchange.objects.update(ends_on=exchange.starts_on)
    found = {key: situation for key, (situation, _text) in sentences(client, exchange).items()}
    assert found == {"VO": "yours", "HO": "yours", "VOP": "waiting", "HOP": "waiting"}
    text = sentences(client, exchange)["VOP"][1]
    assert text.startswith("The exchange is running until")


def test_once_closed_it_is_closed_for_everybody(client):
    exchange = validated_by_all(reported_exchange())
    found = {situation for situation, _text in sentences(client, exchange).values()}
    assert found == {"closed"}
    page = page_of(client, exchange, person_of(exchange, "VO")).context["page"]
    assert (page.phase, [step.situation for step in page.progress]) == (5, ["done"] * 5)
    assert page.shows_contacts is True


def test_what_did_not_take_place_ends_at_the_report(client):
    exchange = finished_exchange()
    for side in ("HO", "VO"):
        reported_by(exchange, side, outcome="not_taken_place")
    exchange = validated_by_all(exchange)
    page = page_of(client, exchange, person_of(exchange, "VO")).context["page"]
    assert [step.situation for step in page.progress] == ["done"] * 4 + ["left_out"]
    assert (page.phase, page.shows_contacts) == (4, False)


class TestLists:
    def test_the_list_of_a_side_tells_its_turn(self, exchange):
        rows = own_rows(person_of(exchange, "HO"))
        assert [row.baton.situation for row in rows] == ["yours"]

    def test_reports_to_validate_wait_at_the_desk_of_exchanges(self, exchange):
        officer = person_of(exchange, "VOP")
        assert desk(officer, Show.WAITING, DeskFilters(), None).rows == []
        reported_by(exchange, "VO")
        found = desk(officer, Show.WAITING, DeskFilters(), None)
        assert [row.exchange for row in found.rows] == [exchange]
        other = person_of(exchange, "HOP")
        assert desk(other, Show.WAITING, DeskFilters(), None).rows == []

    def late(self, exchange):
        found = desk(person_of(exchange, "VOP"), Show.LATE, DeskFilters(), None)
        return [str(reason) for row in found.rows for reason in row.late]

    def test_a_report_is_late_after_its_day(self, exchange):
        Report.objects.update(due_on=clock.today())
        assert self.late(exchange) == []
        Report.objects.update(due_on=clock.today() - timedelta(days=1))
        assert self.late(exchange) == ["Report is overdue"]

    def test_so_is_a_validation(self, exchange):
        reported_by(exchange, "VO")
        reported_by(exchange, "HO")
        assert self.late(exchange) == []
        Report.objects.update(submitted_at=clock.now() - timedelta(days=11))
        assert self.late(exchange) == ["Validation is overdue"]


class TestDashboard:
    def test_the_sides_find_their_report_as_the_turn_of_the_exchange(self, client, exchange):
        client.force_login(person_of(exchange, "VO"))
        first = client.get("/dashboard/").context["matters"].first
        assert (str(first.kind), first.baton.action_url) == (
            "Exchange",
            f"/exchanges/{exchange.ref}/report/",
        )

    def test_staff_finds_what_to_validate(self, exchange):
        officer = person_of(exchange, "VOP")
        assert list(turns(officer)) == []
        reported_by(exchange, "VO")
        (turn,) = turns(officer)
        assert (turn.title, turn.url) == (
            "Motores Lda",
            f"/exchanges/{exchange.ref}/report/review/",
        )
        kinds = [turn.kind for turn in turns(person_of(exchange, "VO"))]
        assert "Report to validate" not in kinds

    def test_many_are_summed_up(self, exchange):
        officer = person_of(exchange, "VOP")
        reported_by(exchange, "VO")
        template = report_of(exchange, "VO")
        for number in range(6):
            match = exchange.match
            match.pk, match.state = None, "finished"
            match.save()
            copy = Exchange.objects.get(pk=exchange.pk)
            copy.pk, copy.ref, copy.match = None, f"CXC-2026-9{number:05}", match
            copy.save()
            template.pk, template.exchange = None, copy
            template.save()
        (turn,) = turns(officer)
        assert turn.baton.sentence == "Your turn: read whether 7 reports are complete."
        assert turn.url == "/reports/?show=waiting"
