"""Both reports beside each other, and completing one on behalf, in the browser."""

import pytest

from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from reports.models import Report, ReportReminder
from reports.services.reviewing import return_report
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.matches import member_of
from tests.factories.profiles import published_profile
from tests.factories.reports import (
    finished_exchange,
    report_of,
    reported_by,
    reported_exchange,
    validated_by_all,
)
from tests.factories.running import running_exchange

pytestmark = pytest.mark.usefixtures("reference")


def path_of(exchange):
    return f"/exchanges/{exchange.ref}/report/review/"


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def exchange():
    return reported_exchange()


class TestReading:
    def test_answers_stand_beside_each_other(self, client, exchange):
        Report.objects.filter(capacity="HO").update(days_done=4)
        client.force_login(person_of(exchange, "VOP"))
        page = client.get(path_of(exchange)).context["page"]
        rows = {str(row.label): row for part in page.parts for row in part.rows}
        days = rows["Working days without travel"]
        assert (days.visitor, days.host, days.is_different) == (["5"], ["4"], True)
        first = rows["First day"]
        assert (first.visitor == first.host, first.is_different) == (True, False)
        differences = [(str(one.label), one.visitor, one.host) for one in page.differences]
        assert differences == [("Working days without travel", "5", "4")]
        assert [side.is_complete for side in page.sides] == [True, True]

    def test_what_only_one_side_is_asked_stands_on_its_side(self, client, exchange):
        client.force_login(person_of(exchange, "HOP"))
        page = client.get(path_of(exchange)).context["page"]
        rows = [row for part in page.parts for row in part.rows]
        assert any(row.host and not row.visitor for row in rows)

    def test_nothing_of_what_is_not_handed_in(self, client):
        exchange = finished_exchange()
        reported_by(exchange, "VO")
        client.force_login(person_of(exchange, "HOP"))
        page = client.get(path_of(exchange)).context["page"]
        assert {tuple(row.host) for part in page.parts for row in part.rows} == {()}
        assert (page.differences, page.is_contradiction) == ([], False)

    def test_a_contradiction_is_told_with_the_way_out(self, client):
        exchange = finished_exchange()
        reported_by(exchange, "VO")
        reported_by(exchange, "HO", outcome="not_taken_place")
        client.force_login(person_of(exchange, "VOP"))
        answer = client.get(path_of(exchange))
        assert answer.context["page"].is_contradiction is True
        assert "Ask both, then return the report that has to be put right." in text_of(answer)
        outcome = answer.context["page"].differences[0]
        assert (outcome.visitor, outcome.host) == (
            "It took place as planned",
            "It did not take place",
        )

    def test_before_the_last_day_there_are_none(self, client):
        exchange = running_exchange()
        client.force_login(person_of(exchange, "VOP"))
        answer = client.get(path_of(exchange), follow=True)
        assert "The reports open on the last day of the exchange." in text_of(answer)

    @pytest.mark.parametrize("side", ["HO", "VO"])
    def test_a_side_finds_its_own_report_elsewhere(self, client, exchange, side):
        client.force_login(person_of(exchange, side))
        answer = client.get(path_of(exchange))
        assert (answer.status_code, answer.url) == (302, f"/exchanges/{exchange.ref}/report/")
        assert client.post(path_of(exchange), {"validate": "1"}).status_code == 403

    def test_strangers_find_nothing(self, client, exchange):
        client.force_login(member_of(published_profile(organisation__country_id="DE")))
        assert client.get(path_of(exchange)).status_code == 404


class TestActing:
    def test_one_press_validates_and_the_last_one_closes(self, client, exchange):
        for capacity in ("HOP", "VOP"):
            client.force_login(person_of(exchange, capacity))
            answer = client.post(path_of(exchange), {"validate": "1"}, follow=True)
            assert "Validated. Thank you." in text_of(answer)
        assert Exchange.objects.get().state == ExchangeState.CLOSED
        assert "Validate the report" not in text_of(answer)

    def test_one_partnership_in_both_capacities_has_one_button(self, client, exchange):
        partnership = exchange.host_partnership
        Exchange.objects.update(visitor_partnership=partnership)
        client.force_login(person_of(exchange, "HOP"))
        assert "Validate both reports" in text_of(client.get(path_of(exchange)))

    def test_a_return_needs_a_comment(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        report = report_of(exchange, "VO")
        answer = client.post(path_of(exchange), {"report": report.pk, "comment": ""})
        sides = {side.report.capacity: side for side in answer.context["page"].sides}
        assert (sides["VO"].return_form.errors != {}, sides["HO"].return_form) == (True, None)
        answer = client.post(
            path_of(exchange), {"report": report.pk, "comment": "Which days?"}, follow=True
        )
        assert "Returned. Motores Lda reads your comment." in text_of(answer)
        assert "Which days?" in text_of(answer)

    def test_each_report_has_its_own_way_back(self, client, exchange):
        client.force_login(StaffRoleFactory(role="support").user)
        report = report_of(exchange, "HO")
        answer = client.post(path_of(exchange), {"report": report.pk, "comment": ""})
        sides = {side.report.capacity: side for side in answer.context["page"].sides}
        assert (sides["HO"].return_form.errors != {}, sides["VO"].return_form.errors) == (True, {})

    def test_a_missing_one_is_asked_for(self, client):
        exchange = finished_exchange()
        client.force_login(person_of(exchange, "VOP"))
        report = report_of(exchange, "HO")
        answer = client.post(path_of(exchange), {"remind": report.pk}, follow=True)
        assert "AQUIMER was reminded." in text_of(answer)
        assert ReportReminder.objects.get().report == report
        side = answer.context["page"].sides[1]
        assert (side.can_remind, side.reminded_at is None) == (True, False)

    @pytest.mark.parametrize("data", [{"remind": "x"}, {"remind": "0"}])
    def test_only_one_of_the_two(self, client, exchange, data):
        client.force_login(person_of(exchange, "VOP"))
        assert client.post(path_of(exchange), data).status_code == 403
        data = {"report": "0", "comment": "Which days?"}
        assert client.post(path_of(exchange), data).status_code == 403

    def test_once_closed_nothing_is_left_to_do(self, client, exchange):
        validated_by_all(exchange)
        client.force_login(person_of(exchange, "VOP"))
        page = client.get(path_of(exchange)).context["page"]
        assert (page.to_validate, [side.return_form for side in page.sides]) == ([], [None, None])


class TestOnBehalf:
    FACTS = {
        "source": "A call with Ms Ada on Monday.",
        "outcome": "took_place",
        "starts_on": "2026-01-05",
        "ends_on": "2026-01-09",
        "days_done": "5",
        "revision": "0",
    }

    @pytest.fixture
    def exchange(self):
        return finished_exchange()

    def path(self, exchange, capacity="VO"):
        return f"/exchanges/{exchange.ref}/report/{capacity}/on-behalf/"

    def test_the_partnership_says_what_it_knows_and_from_where(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        report = report_of(exchange, "VO")
        form = client.get(self.path(exchange)).context["form"]
        assert form["starts_on"].value() == report.starts_on
        facts = self.FACTS | {"starts_on": report.starts_on, "ends_on": report.ends_on}
        answer = client.post(self.path(exchange), facts, follow=True)
        text = text_of(answer)
        assert "Completed on behalf by RECIPE4MOBILITY" in text
        assert "A call with Ms Ada on Monday." in text
        assert "Only what became of the exchange had to be known." in text

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"source": ""}, "source"),
            ({"outcome": ""}, "outcome"),
            ({"days_done": ""}, "days_done"),
            ({"starts_on": "soon"}, "starts_on"),
            ({"ends_on": "2026-01-04"}, "ends_on"),
        ],
    )
    def test_what_is_missing_is_said_beside_its_field(self, client, exchange, change, field):
        client.force_login(person_of(exchange, "VOP"))
        answer = client.post(self.path(exchange), self.FACTS | change)
        assert list(answer.context["form"].errors) == [field]

    def test_what_did_not_take_place_needs_no_days(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        facts = self.FACTS | {"outcome": "not_taken_place", "days_done": ""}
        client.post(self.path(exchange), facts)
        report = report_of(exchange, "VO")
        assert (report.state, report.days_done) == ("submitted", None)

    def test_what_is_handed_in_is_read_instead(self, client, exchange):
        reported_by(exchange, "VO")
        client.force_login(person_of(exchange, "VOP"))
        assert client.get(self.path(exchange)).url == path_of(exchange)

    def test_a_returned_one_can_be_completed(self, client, exchange):
        officer = person_of(exchange, "VOP")
        report = reported_by(exchange, "VO")
        return_report(report_id=report.pk, comment="Days?", actor=officer)
        client.force_login(officer)
        page = client.get(path_of(exchange)).context["page"]
        assert page.sides[0].on_behalf_url == self.path(exchange)
        assert page.sides[0].returned.comment == "Days?"

    @pytest.mark.parametrize(("who", "status"), [("HOP", 403), ("VO", 404), ("support", 403)])
    def test_by_its_own_partnership_alone(self, client, exchange, who, status):
        support = who == "support"
        user = StaffRoleFactory(role=who).user if support else person_of(exchange, who)
        client.force_login(user)
        assert client.get(self.path(exchange)).status_code == status

    def test_there_are_two_sides(self, client, exchange):
        client.force_login(person_of(exchange, "VOP"))
        assert client.get(self.path(exchange, "XX")).status_code == 404
