"""The catalogue and its map: who sees them, what narrows and sorts them, what they cost."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from cxc_portal.core import clock
from cxc_portal.core.maps import PLACES
from matching.forms.catalogue import CatalogueForm
from matching.models import IndexRecord
from matching.permissions import can_see_catalogue
from matching.queries.catalogue import occurring_in
from matching.queries.catalogue_list import CountryCount, Listed, fitting, listed_among
from matching.queries.narrowing import PER_PAGE, Search
from matching.services.index import rebuild_index
from matching.views import catalogue_rows
from matching.views.country_map import map_of
from profiles.enums import Role, StaffRoleName
from profiles.models import AvailabilityWindow, Cluster, Partnership, Profile
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    match_between,
    published_profile,
    submitted_profile,
    visitor_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def host():
    return host_profile(ref="P-HOST", languages=["fr", "en"])


@pytest.fixture
def visitor():
    return visitor_profile(ref="P-VISITOR")


@pytest.fixture
def owner(client, host):
    client.force_login(host.contact)
    return host.contact


def page(client, query: str = "", path: str = "/catalogue/", **headers: str) -> str:
    response = client.get(path + query, headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def names(html: str) -> list[str]:
    return re.findall(r'class="match-name"><a href="[^"]*">([^<]*)</a>', html)


def refs(html: str) -> list[str]:
    return re.findall(r'class="match-name"><a href="/profiles/([^/]*)/"', html)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# --- who sees it -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/catalogue/", "/catalogue/map/"])
def test_whoever_has_nothing_published_reads_when_they_will_see_it(client, host, path):
    for user in (UserFactory(), submitted_profile(role=Role.VISITING).contact):
        client.force_login(user)
        html = page(client, path=path)
        assert "The catalogue opens with your profile" in html
        assert 'href="/try/"' in html
        assert "AQUIMER" not in html


@pytest.mark.parametrize("path", ["/catalogue/", "/catalogue/map/"])
@pytest.mark.parametrize("role", list(StaffRoleName))
def test_staff_of_every_kind_sees_it(client, host, role, path):
    client.force_login(StaffRoleFactory(role=role).user)
    html = page(client, path=path)
    assert "The catalogue opens with your profile" not in html
    assert "France" in html


def test_members_of_a_published_profile_see_both_roles(client, owner, host, visitor):
    html = page(client)
    assert sorted(refs(html)) == ["P-HOST", "P-VISITOR"]
    assert "1 host" in text_of(html)
    assert "1 visitor" in text_of(html)


def test_whoever_leaves_the_catalogue_sees_it_no_more(client, owner, host):
    assert can_see_catalogue(owner)
    pause_profile(profile_id=host.pk, actor=owner)
    assert not can_see_catalogue(owner)
    assert "The catalogue opens with your profile" in page(client)


def test_only_published_profiles_are_in_it(client, owner, host):
    submitted_profile(ref="P-WAITS")
    assert refs(page(client)) == ["P-HOST"]


@pytest.mark.parametrize(("makes", "is_there"), [(UserFactory, False), (StaffRoleFactory, True)])
def test_the_navigation_leads_to_it_whoever_sees_it(client, makes, is_there):
    made = makes()
    client.force_login(getattr(made, "user", made))
    assert ('href="/catalogue/"' in page(client, path="/rules/")) is is_there


# --- what a row says -------------------------------------------------------------------------


def test_a_row_says_who_that_is_and_how_well_it_fits(client, owner, visitor):
    html = page(client, "?role=visiting")
    assert names(html) == ["Motores Lda"]
    assert 'href="/matches/P-HOST/P-VISITOR/"' in html
    assert re.search(r'class="ring-number">\d+\.\d', html)


def test_ones_own_profile_and_those_of_the_same_role_have_no_score(client, owner, host):
    published_profile(ref="P-OTHER", role=Role.HOST)
    html = page(client)
    assert sorted(refs(html)) == ["P-HOST", "P-OTHER"]
    assert "ring-number" not in html
    assert html.count("Your profile") == 1


def test_who_is_not_possible_leads_to_the_reasons(client, owner):
    visitor_profile(ref="P-NEAR", country="FR", name="Voisin")
    html = page(client, "?role=visiting")
    assert "ring-number" not in html
    assert re.search(r'href="/matches/P-HOST/P-NEAR/">Not possible: see why<', html)


def test_an_open_match_makes_a_row_impossible(client, owner, host, visitor):
    match_between(host, visitor)
    assert "Not possible: see why" in page(client, "?role=visiting")


def test_with_a_profile_of_each_role_both_have_scores(client, owner, host, visitor):
    published_profile(
        ref="P-SECOND", role=Role.VISITING, organisation=host.organisation, contact=owner
    )
    published_profile(
        ref="P-FAR", organisation=OrganisationFactory(country_id="SE"), role=Role.HOST
    )
    html = page(client)
    assert 'href="/matches/P-HOST/P-VISITOR/"' in html
    assert 'href="/matches/P-SECOND/P-FAR/"' in html


def test_staff_has_no_scores_and_cannot_sort_by_them(client, host, visitor):
    client.force_login(StaffRoleFactory().user)
    html = page(client)
    assert "ring-number" not in html
    assert "Fit with you" not in html
    assert 'value="score"' not in html


def test_a_profile_that_leaves_while_one_looks_is_left_out(monkeypatch, client, owner, host):
    monkeypatch.setattr(catalogue_rows, "rows_by_ref", lambda refs, words: {})
    assert names(page(client)) == []


# --- what narrows it -------------------------------------------------------------------------


@pytest.fixture
def some(host):
    """Three more than the host, each with something of its own."""
    cluster = Cluster.objects.order_by("pk")[0]
    member = OrganisationFactory(name="Member", country_id="PL", main_sector_id="30")
    member.clusters.add(cluster)
    published_profile(
        ref="P-MEMBER",
        organisation=member,
        languages=["pl"],
        mode="virtual",
        min_days=3,
        max_days=5,
    )
    published_profile(
        ref="P-CLUSTER",
        role=Role.HOST,
        acronym="EXXTRA",
        objectives=["markets"],
        organisation=OrganisationFactory(
            name="Cluster", country_id="SE", organisation_type_id="cluster"
        ),
    )
    free = published_profile(
        ref="P-MARCH",
        organisation=OrganisationFactory(name="In March", country_id="SE"),
        min_days=10,
        max_days=20,
        mode="physical",
    )
    AvailabilityWindow.objects.create(
        profile=free, starts_on=date(2027, 2, 20), ends_on=date(2027, 3, 10)
    )
    rebuild_index()
    return cluster


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["P-CLUSTER", "P-HOST", "P-MARCH", "P-MEMBER"]),
        ("?role=host", ["P-CLUSTER", "P-HOST"]),
        ("?role=visiting", ["P-MARCH", "P-MEMBER"]),
        ("?role=somebody", ["P-CLUSTER", "P-HOST", "P-MARCH", "P-MEMBER"]),
        ("?country=SE", ["P-CLUSTER", "P-MARCH"]),
        ("?country=SE&country=PL", ["P-CLUSTER", "P-MARCH", "P-MEMBER"]),
        ("?sector=30", ["P-MEMBER"]),
        ("?type=cluster", ["P-CLUSTER"]),
        ("?language=pl", ["P-MEMBER"]),
        ("?purpose=markets", ["P-CLUSTER"]),
        ("?mode=virtual", ["P-CLUSTER", "P-HOST", "P-MEMBER"]),
        ("?days=15", ["P-CLUSTER", "P-HOST", "P-MARCH"]),
        ("?month=2027-03", ["P-CLUSTER", "P-HOST", "P-MARCH", "P-MEMBER"]),
        ("?month=2027-04", ["P-CLUSTER", "P-HOST", "P-MEMBER"]),
        ("?name=member", ["P-MEMBER"]),
        ("?name=march&country=SE", ["P-MARCH"]),
        ("?name=march&country=PL", []),
        ("?country=XX", ["P-CLUSTER", "P-HOST", "P-MARCH", "P-MEMBER"]),
    ],
)
def test_filters(client, owner, some, query, found):
    assert sorted(refs(page(client, query))) == found


def test_by_cluster_and_by_partnership(client, owner, some):
    assert refs(page(client, f"?cluster={some.pk}")) == ["P-MEMBER"]
    exxtra = Partnership.objects.get(acronym="EXXTRA")
    assert sorted(refs(page(client, f"?partnership={exxtra.pk}"))) == ["P-CLUSTER", "P-HOST"]
    assert refs(page(client, f"?cluster={some.pk}&country=SE")) == []


def test_filters_offer_what_occurs(client, owner, some):
    html = page(client, "?show=fields", **HTMX)
    assert some.name in html
    assert html.count('name="cluster"') == 1
    assert "Poland" in html
    assert "Portugal" not in html


def test_a_cluster_that_nobody_belongs_to_any_more_stays_while_it_is_chosen(client, owner, host):
    cluster = Cluster.objects.order_by("pk")[0]
    html = page(client, f"?cluster={cluster.pk}")
    assert names(html) == []
    assert cluster.name in html
    assert refs(page(client, "?cluster=x")) == ["P-HOST"]


def test_a_month_that_is_over_stays_while_it_is_chosen(client, owner, some):
    html = page(client, "?month=2020-05")
    assert "May 2020" in html
    assert "P-MARCH" not in refs(html)


def test_months_run_over_the_end_of_a_year(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 30))
    form = CatalogueForm(QueryDict(), lambda: occurring_in(None))
    months = [value for value, _label in form.fields["month"].choices]
    assert months[:5] == ["", "2026-11", "2026-12", "2027-01", "2027-02"]
    assert len(months) == 19


def test_the_list_alone_for_htmx_and_the_page_for_going_back(client, owner, host):
    part = page(client, "?country=FR", **HTMX)
    assert part.lstrip().startswith('<div class="flow matches catalogue" id="catalogue"')
    whole = page(client, "?country=FR", **HTMX, **{"HX-History-Restore-Request": "true"})
    assert "<h1>Catalogue</h1>" in whole


def test_all_filters_at_once_without_javascript(client, owner, host):
    html = page(client, "?more=1")
    assert 'name="month"' in html
    assert 'name="month"' in page(client, "?show=fields")


# --- in which order --------------------------------------------------------------------------


@pytest.fixture
def three(host):
    for number, (name, country) in enumerate([("Beta", "SE"), ("Alfa", "SE"), ("Gamma", "PL")]):
        made = published_profile(
            ref=f"P-{number}",
            organisation=OrganisationFactory(name=name, country_id=country),
            wanted_sectors=["01"] if number else [],
        )
        Profile.objects.filter(pk=made.pk).update(
            published_at=clock.now() - timedelta(days=number + 1)
        )
    rebuild_index()


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["AQUIMER", "Beta", "Alfa", "Gamma"]),
        ("?sort=newest", ["AQUIMER", "Beta", "Alfa", "Gamma"]),
        ("?sort=name", ["Alfa", "AQUIMER", "Beta", "Gamma"]),
        ("?sort=country", ["AQUIMER", "Gamma", "Alfa", "Beta"]),
        ("?sort=score", ["Beta", "Alfa", "Gamma", "AQUIMER"]),
        ("?sort=nonsense", ["AQUIMER", "Beta", "Alfa", "Gamma"]),
    ],
)
def test_orders(client, owner, three, query, order):
    assert names(page(client, query)) == order


def test_partners_can_be_sorted_by_age_as_well(client, owner, three):
    html = page(client, "?sort=newest", path="/matches/P-HOST/")
    assert names(html) == ["Beta", "Alfa", "Gamma"]


def test_pages_hold_25(client, owner, host):
    for number in range(PER_PAGE):
        published_profile(ref=f"P-{number:02}")
    assert len(names(page(client))) == PER_PAGE
    assert len(names(page(client, "?page=2"))) == 1
    assert names(page(client, "?page=2&sort=name")) == names(page(client, "?page=99&sort=name"))


# --- nobody ----------------------------------------------------------------------------------


def test_another_spelling_is_proposed_when_it_finds_somebody(client, owner, host):
    html = page(client, "?name=aquimmer&role=host&page=3")
    assert names(html) == []
    assert '<a href="?name=aquimer&role=host"><strong>aquimer</strong></a>' in html


def test_another_spelling_is_not_proposed_when_filters_rule_it_out(client, owner, host):
    assert "Did you mean" not in page(client, "?name=aquimmer&role=visiting")
    assert "Did you mean" not in page(client, "?name=zzzzzz")


def test_nobody_for_these_filters(client, owner, host):
    html = page(client, "?role=visiting")
    assert "Nobody fits these filters" in html
    assert "Save this search" in html


def test_nobody_at_all(client):
    client.force_login(StaffRoleFactory().user)
    for path in ("/catalogue/", "/catalogue/map/"):
        assert "Nobody is in the catalogue yet" in page(client, path=path)


# --- the map ---------------------------------------------------------------------------------


def test_the_map_and_its_table_count_by_country(client, owner, host, visitor):
    visitor_profile(name="Second")
    html = page(client, path="/catalogue/map/")
    rows = re.findall(r'<th scope="row">.*?</tr>', html, re.DOTALL)
    assert [text_of(row) for row in rows] == ["Portugal 0 2 2", "France 1 0 1"]
    assert 'href="/catalogue/?country=PT"' in html
    assert 'aria-label="Portugal: 2 organisations"' in html
    assert 'aria-label="France: 1 organisation"' in html


def test_the_map_keeps_the_filters(client, owner, host, visitor):
    html = page(client, "?role=visiting&page=2", path="/catalogue/map/")
    assert 'href="/catalogue/?role=visiting&country=PT"' in html
    assert "France: " not in html


def test_the_map_alone_for_htmx(client, owner, host):
    part = page(client, path="/catalogue/map/", **HTMX)
    assert part.lstrip().startswith('<div class="flow" id="map"')
    assert 'name="month"' in page(client, "?show=fields", path="/catalogue/map/", **HTMX)


def test_circles_do_not_hide_each_other_and_stay_on_the_map():
    counts = [CountryCount(code, code, 3, index) for index, code in enumerate(PLACES)]
    circles = map_of(counts)
    assert [circle.count for circle in circles] == counts
    for number, one in enumerate(circles):
        assert one.radius <= one.x <= 1000 - one.radius
        assert one.radius <= one.y <= 840 - one.radius
        for other in circles[:number]:
            distance = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            assert distance > 0.8 * (one.radius + other.radius)


def test_circles_grow_with_their_number_and_hold_it():
    small, large, huge = map_of(
        [
            CountryCount("PT", "", 1, 0),
            CountryCount("FI", "", 0, 900),
            CountryCount("CY", "", 99999, 0),
        ]
    )
    assert small.radius < large.radius < huge.radius


def test_a_country_that_is_not_drawn_is_in_the_table_alone():
    assert map_of([CountryCount("JP", "Japan", 1, 0)]) == []


# --- what others build on --------------------------------------------------------------------


def test_listed_keep_the_order_that_is_asked_for(host, visitor):
    found, _words = listed_among(["P-VISITOR", "P-NONE", "P-HOST"], [])
    assert found == [Listed("P-VISITOR"), Listed("P-HOST")]


def test_fitting_keeps_those_that_pass(host, visitor):
    assert fitting(Search(), ["P-VISITOR", "P-HOST"]) == ["P-VISITOR", "P-HOST"]
    assert fitting(Search(words="motores"), ["P-HOST", "P-VISITOR"]) == ["P-VISITOR"]


def test_what_occurs_in_both_roles(host, visitor):
    assert occurring_in(None).country == {"FR", "PT"}
    assert occurring_in(Role.HOST).country == {"FR"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?sort=score",
        "?sort=name",
        "?name=motores",
        "?name=motorez&role=visiting",
        "?role=visiting&days=5",
    ],
)
@pytest.mark.parametrize("path", ["/catalogue/", "/catalogue/map/"])
def test_more_rows_take_no_more_queries(client, owner, visitor, path, query):
    def queries() -> int:
        page(client, query, path=path)
        with CaptureQueriesContext(connection) as captured:
            page(client, query, path=path)
        return len(captured)

    one = queries()
    for number in (2, 3):
        visitor_profile(ref=f"P-{number}", name=f"Motores {number}")
    assert IndexRecord.objects.listed().count() == 4
    assert queries() == one
