"""The page of indicators and the rows behind its numbers: who sees what, and what it says."""

import csv
import io
import re
from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse

from cxc_portal.core import clock
from exchanges.enums import ExchangeState
from profiles.enums import StaffRoleName
from profiles.models import IndicatorTarget, Partnership
from reports.forms.scope import ScopeForm, query_of
from reports.models import HandRecord, Questionnaire, Report
from reports.queries.figures import TABLES, figure
from reports.queries.row_kinds import KINDS, kind_of
from reports.queries.scopes import Scope
from reports.views.indicator_sections import OF_SECTIONS
from reports.wording.figures import in_words
from tests.factories import StaffRoleFactory, UserFactory
from tests.reports.exchange_rows import exchange_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
S = ExchangeState
PAGE = "/indicators/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-06-15 09:00Z"):
        yield


def staff(role=StaffRoleName.OFFICER, acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(role=role, acronym=acronym).user


def seen_by(client, user, url=PAGE):
    client.force_login(user)
    return client.get(url)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- who sees the page --------------------------------------------------------------------------


@pytest.mark.parametrize("url", [PAGE, "/indicators/5.5.1/"])
def test_visitors_who_are_not_logged_in_are_asked_to(client, url):
    response = client.get(url)

    assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("url", [PAGE, "/indicators/5.5.1/"])
def test_members_find_no_such_page(client, url):
    assert seen_by(client, UserFactory(), url).status_code == 404


def test_an_officer_sees_the_own_partnership(client):
    exchange_row(closed_on=date(2026, 5, 20))

    response = seen_by(client, staff())

    assert response.status_code == 200
    assert response.context["scope"].partnership.acronym == "RECIPE4MOBILITY"
    assert "Will we reach 50?" in text_of(response)
    assert 'href="/indicators/5.5.1/' not in response.content.decode()
    assert 'href="/indicators/indicators.5.5.1:actual/' in response.content.decode()


@pytest.mark.parametrize("url", [PAGE, "/indicators/5.5.1/"])
@pytest.mark.parametrize("acronym", ["EXXTRA", "NOBODY"])
def test_an_officer_finds_no_other_partnership(client, url, acronym):
    assert seen_by(client, staff(), f"{url}?partnership={acronym}").status_code == 404


def test_whoever_works_for_two_partnerships_chooses(client):
    user = staff()
    StaffRoleFactory(user=user, acronym="EXXTRA")

    response = seen_by(client, user, f"{PAGE}?partnership=EXXTRA")

    assert response.context["scope"].partnership.acronym == "EXXTRA"


def test_the_support_office_sees_all_together_or_one(client):
    support = staff(StaffRoleName.SUPPORT)

    together = seen_by(client, support)
    one = seen_by(client, support, f"{PAGE}?partnership=BLUES")

    assert together.context["scope"].partnership is None
    assert "All partnerships" in text_of(together)
    assert one.context["scope"].partnership.acronym == "BLUES"


def test_observers_read_totals_without_names_or_rows(client):
    exchange = exchange_row(closed_on=date(2026, 5, 20))
    waiting = exchange_row(S.BUILDING)
    observer = staff(StaffRoleName.OBSERVER)

    response = seen_by(client, observer)

    page = response.content.decode()
    assert response.status_code == 200
    assert response.context["gaps"] == []
    for one in (exchange, waiting):
        assert one.ref not in page
        assert one.visitor.organisation.name not in page
    assert not re.search(r'href="/indicators/[^"]*:', page)
    assert seen_by(client, observer, "/indicators/5.5.1/").status_code == 403


# --- what it says -------------------------------------------------------------------------------


def test_the_page_is_narrowed_to_days_and_mode(client):
    exchange_row(closed_on=date(2026, 2, 10))
    exchange_row(closed_on=date(2026, 5, 20))
    query = "starts_on=2026-05-01&ends_on=2026-05-31&mode=physical"

    response = seen_by(client, staff(), f"{PAGE}?{query}")

    line = response.context["lines"][0]
    assert (line.line.actual, line.line.so_far) == (1, 2)
    assert line.actual_url == (
        f"/indicators/indicators.5.5.1:actual/?partnership=RECIPE4MOBILITY&{query}"
    )
    assert "2 so far" in text_of(response)


def test_days_that_make_no_sense_are_refused_in_words(client):
    response = seen_by(client, staff(), f"{PAGE}?starts_on=2026-05-02&ends_on=2026-05-01")

    assert "The last day is before the first." in text_of(response)
    assert response.context["scope"].ends_on is None


def test_the_page_shows_every_table_of_figures(client):
    exchange_row(closed_on=date(2026, 5, 20))

    response = seen_by(client, staff(StaffRoleName.COORDINATOR))

    shown = {table.name for section in response.context["sections"] for table in section.tables}
    assert shown == set(OF_SECTIONS) == set(TABLES) - {"indicators"}
    assert "Change targets" in text_of(response)


def test_the_table_of_indicators_reads_as_the_chart_beside_it(client):
    HandRecord.objects.create(
        partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"),
        indicator_id="S1",
        count=1200,
        title="Fair",
        on=date(2026, 5, 2),
        recorded_by=UserFactory(),
    )
    lines = {one.line.code: one for one in seen_by(client, staff()).context["lines"]}
    assert (lines["S1"].target, lines["S1"].actual, lines["S1"].so_far) == ("1,000",) + (
        "1,200",
    ) * 2


def test_a_partnership_without_targets_is_told_so(client):
    IndicatorTarget.objects.exclude(indicator="5.5.1.a").delete()

    response = seen_by(client, staff())

    assert "No target is set, so there is nothing to measure by." in text_of(response)
    assert response.context["pace"] is None


def test_the_page_takes_as_many_queries_for_many_as_for_one(client, django_assert_max_num_queries):
    user = staff()
    exchange_row(closed_on=date(2026, 5, 20))
    seen_by(client, user)
    cache.clear()
    with django_assert_max_num_queries(400) as one:
        client.get(PAGE)
    for day in (3, 4):
        exchange_row(closed_on=date(2026, 4, day), visitor_country="DE")
        exchange_row(S.REPORTING, ends_on=date(2026, 6, day))
    cache.clear()
    with django_assert_max_num_queries(len(one)):
        client.get(PAGE)


# --- rows ---------------------------------------------------------------------------------------


def test_a_number_opens_the_exchanges_behind_it(client):
    exchange = exchange_row(closed_on=date(2026, 5, 20))
    exchange_row(closed_on=date(2026, 2, 20))

    response = seen_by(client, staff(), "/indicators/5.5.1/?starts_on=2026-05-01")

    assert response.context["total"] == "1"
    assert [line.url for line in response.context["lines"]] == [exchange.get_absolute_url()]
    assert response.context["back_url"] == (
        "/indicators/?partnership=RECIPE4MOBILITY&starts_on=2026-05-01#indicators"
    )


def test_rows_come_page_by_page_with_the_same_number_of_queries(
    client, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr("reports.views.rows.PER_PAGE", 2)
    user = staff()
    exchange_row(closed_on=date(2026, 5, 20))
    seen_by(client, user, "/indicators/5.5.1/")
    with django_assert_max_num_queries(60) as one:
        client.get("/indicators/5.5.1/")
    for day in (1, 2):
        exchange_row(closed_on=date(2026, 5, day))
    with django_assert_max_num_queries(len(one)):
        first = client.get("/indicators/5.5.1/")
    second = client.get("/indicators/5.5.1/?page=2")

    assert [len(response.context["lines"]) for response in (first, second)] == [2, 1]


def test_rows_are_taken_away_in_full(client, monkeypatch):
    monkeypatch.setattr("reports.views.rows.PER_PAGE", 1)
    refs = [exchange_row(closed_on=date(2026, 5, day)).ref for day in (2, 3)]

    response = seen_by(client, staff(), "/indicators/5.5.1/?format=csv")

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Reference", *refs]
    assert client.get("/indicators/5.5.1/?format=xlsx").status_code == 200
    assert client.get("/indicators/5.5.1/?format=odt").status_code == 404


@pytest.mark.parametrize(
    "code", ["nothing", "indicators.5.5.1:target", "modes.physical", "modes.sideways:closed"]
)
def test_what_is_no_number_has_no_rows(client, code):
    assert seen_by(client, staff(), f"/indicators/{code}/").status_code == 404


def test_a_number_that_adds_two_kinds_shows_both(client):
    user = staff()
    exchange_row(closed_on=date(2026, 5, 20))
    HandRecord.objects.create(
        partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"),
        indicator_id="S1",
        count=40,
        title="Fair",
        on=date(2026, 5, 2),
        recorded_by=user,
    )

    records = seen_by(client, user, "/indicators/S1/")
    firms = client.get("/indicators/S1/?part=2")

    assert [tab["count"] for tab in records.context["tabs"]] == [40, 2]
    assert records.context["total"] == "42"
    assert [line.name for line in records.context["lines"]] == ["Fair"]
    assert records.context["lines"][0].cells.endswith("<span>40</span></td>")
    assert len(firms.context["lines"]) == 2


def test_a_number_without_rows_says_so(client):
    response = seen_by(client, staff(), "/indicators/modes.physical:closed/")

    assert "Nothing is behind this number yet." in text_of(response)


def test_every_number_can_be_read_row_by_row():
    user = staff()
    exchange_row(closed_on=date(2026, 5, 20))
    scope = Scope(partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"))
    assert user.is_staff
    for table in TABLES.values():
        for column in table.columns:
            if table.opens(column.key):
                for row in table.values(scope)[:1]:
                    for rows in figure(f"{table.name}.{row[0]}:{column.key}", scope).rows:
                        kind = kind_of(rows)
                        assert kind in KINDS.values()
                        for one in kind.prepared(rows):
                            assert len(kind.values(one)) == len(kind.columns)


def test_rows_of_every_kind_that_an_exchange_brings_can_be_opened():
    exchange = exchange_row(closed_on=date(2026, 5, 20))
    match = KINDS[type(exchange.match)]
    profile = KINDS[type(exchange.visitor)]

    assert match.values(exchange.match)[-3:-1] == (85.0, date(2026, 6, 15))
    assert match.url(exchange.match) == exchange.match.get_absolute_url()
    assert profile.values(exchange.visitor)[0] == exchange.visitor.organisation.name
    assert profile.url(exchange.visitor) == exchange.visitor.get_absolute_url()


def test_what_did_not_go_as_planned_is_flagged_in_the_rows(client):
    exchange = exchange_row(closed_on=date(2026, 5, 20))
    partnership = exchange.visitor_partnership
    for capacity, completed_by in (("VO", partnership), ("HO", None)):
        Report.objects.create(
            exchange=exchange,
            capacity=capacity,
            questionnaire=Questionnaire.objects.get(),
            state="validated",
            outcome="ended_early",
            due_on=date(2026, 5, 10),
            submitted_at=clock.now(),
            validated_at=clock.now(),
            on_behalf_of=completed_by,
            source="A call" if completed_by else "",
            starts_on=date(2026, 5, 4),
            ends_on=date(2026, 5, 6),
            days_done=3,
        )

    client.force_login(staff())
    rows = {
        code: list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
        for code in ("5.5.1", "reports.asked:both")
        if (file := client.get(f"/indicators/{code}/?format=csv"))
    }

    flags = [row["To be noted"] for row in rows["5.5.1"]]
    assert flags == [f"It ended early; Completed on behalf by {partnership.acronym}"]
    told = [(row["What became of it"], row["Completed by"]) for row in rows["reports.asked:both"]]
    assert told == [("It ended early", partnership.acronym), ("It ended early", "")]


# --- scope and cells ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["", "starts_on=2026-01-01", "partnership=BLUES&ends_on=2026-05-31&mode=virtual"],
)
def test_a_scope_survives_being_an_address(query):
    support = staff(StaffRoleName.SUPPORT)

    assert query_of(ScopeForm(QueryDict(query), support).scope) == query


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        (1234, "1,234"),
        (4.26, "4.3"),
        (date(2026, 5, 1), "1 May 2026"),
        ("word", "word"),
    ],
)
def test_cells_read_plainly(value, text):
    assert in_words(value) == text


def test_the_navigation_leads_staff_to_the_indicators(client):
    page = seen_by(client, staff(StaffRoleName.OBSERVER), reverse("profiles:dashboard"))

    assert f'href="{PAGE}"' in page.content.decode()
