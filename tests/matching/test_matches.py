"""The pages of matches: who may see them, what they show, and how a list is narrowed."""

import re
from html import unescape
from io import StringIO
from json import loads
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.models import IndexRecord
from matching.queries.matches import partners_of
from matching.queries.narrowing import PER_PAGE, Search, Sorting
from matching.views import presentation
from profiles.enums import ProfileState, Role, StaffRoleName
from profiles.models import Country, Organisation, Partnership, Profile
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.generation import generate_profiles
from profiles.services.lifecycle import pause_profile, withdraw_profile
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

HTMX = {"HX-Request": "true"}


def make_host(ref: str = "P-HOST", **fields: Any) -> Profile:
    """A French cluster that hosts, looks for anything and has named two purposes."""
    organisation = OrganisationFactory(
        name="AQUIMER", country_id="FR", organisation_type_id="cluster"
    )
    facts = {"objectives": ["learn"], "activities": ["networking"]}
    return published_profile(ref=ref, role=Role.HOST, organisation=organisation, **(facts | fields))


def make_visitor(ref: str, *, name: str = "", **fields: Any) -> Profile:
    """A Portuguese SME that works in the vehicles of division 29."""
    about = {"name": name or f"Firm {ref}", "country_id": "PT"} | {
        key.removeprefix("org_"): fields.pop(key) for key in list(fields) if key.startswith("org_")
    }
    return published_profile(
        ref=ref, role=Role.VISITING, organisation=OrganisationFactory(**about), **fields
    )


@pytest.fixture
def host():
    return make_host()


@pytest.fixture
def owner(client, host):
    """The host's owner, logged in."""
    client.force_login(host.contact)
    return host.contact


def page(client, query: str = "", ref: str = "P-HOST", **headers: str) -> str:
    response = client.get(f"/matches/{ref}/{query}", headers=headers)
    assert response.status_code == 200
    return unescape(response.content.decode())


def names(html: str) -> list[str]:
    """The organisations of a list, in its order."""
    return re.findall(r'class="match-name"><a href="[^"]*">([^<]*)</a>', html)


def refs(html: str) -> list[str]:
    return re.findall(r'class="match-name"><a href="/matches/[^/]*/([^/]*)/"', html)


def excluded(html: str) -> dict[str, list[str]]:
    """The reasons by reference, in the order of the list."""
    rows = re.findall(
        r'<tr>\s*<th scope="row"><a href="/matches/[^/]*/([^/]*)/">(.*?)</tr>', html, re.S
    )
    badge = r'class="badge tone-danger">\s*<svg.*?</svg>\s*([^<]*)</span>'
    return {ref: re.findall(badge, row, re.DOTALL) for ref, row in rows}


def text_of(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")] if "<main" in html else html
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


# --- who may see them ------------------------------------------------------------------------


def test_whoever_is_not_logged_in_is_asked_to(client, host):
    for path in ("/matches/", "/matches/P-HOST/", "/matches/P-HOST/P-ONE/"):
        assert client.get(path)["Location"].startswith("/accounts/login/?next=")


def test_a_stranger_does_not_learn_that_there_is_such_a_profile(client, host):
    make_visitor("P-ONE")
    client.force_login(UserFactory())
    for ref in ("P-HOST", "P-NONE"):
        assert client.get(f"/matches/{ref}/").status_code == 404
        assert client.get(f"/matches/{ref}/P-ONE/").status_code == 404


def test_another_participant_may_not_see_them(client, host):
    other = make_visitor("P-ONE")
    client.force_login(other.contact)
    assert client.get("/matches/P-HOST/").status_code == 403
    assert client.get("/matches/P-HOST/P-ONE/").status_code == 403


def test_the_members_see_them(client, host):
    client.force_login(MembershipFactory(organisation=host.organisation).user)
    assert "Visitors that fit you" in page(client)


def test_the_desk_of_the_partnership_sees_what_the_organisation_sees(client, host):
    make_visitor("P-ONE")
    client.force_login(StaffRoleFactory().user)
    assert "You see what AQUIMER sees: “you” is AQUIMER." in page(client)
    assert "You see what AQUIMER sees" in page(client, "P-ONE/")


def test_the_owner_is_not_told_who_you_is(client, owner):
    assert "You see what" not in page(client)


@pytest.mark.parametrize(
    ("role", "acronym", "status"),
    [
        (StaffRoleName.SUPPORT, "", 200),
        (StaffRoleName.COORDINATOR, "RECIPE4MOBILITY", 200),
        (StaffRoleName.OFFICER, "EXXTRA", 403),
        (StaffRoleName.OBSERVER, "", 403),
    ],
)
def test_other_staff_may_or_may_not(client, host, role, acronym, status):
    staff = StaffRoleFactory(role=role, acronym=acronym) if acronym else StaffRoleFactory(role=role)
    client.force_login(staff.user)
    assert client.get("/matches/P-HOST/").status_code == status


def test_an_officer_of_another_partnership_does_not_learn_of_a_waiting_profile(client):
    submitted_profile(ref="P-WAITS")
    client.force_login(StaffRoleFactory(acronym="EXXTRA").user)
    assert client.get("/matches/P-WAITS/").status_code == 404


def returned(profile: Profile) -> None:
    officer = StaffRoleFactory().user
    decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment="Say more")


def paused(profile: Profile) -> None:
    decide_profile(profile_id=profile.pk, decision="publish", actor=None)
    pause_profile(profile_id=profile.pk, actor=profile.contact)


def suspended(profile: Profile) -> None:
    decide_profile(profile_id=profile.pk, decision="publish", actor=None)
    suspend_profile(profile_id=profile.pk, actor=StaffRoleFactory().user, comment="No answer")


def withdrawn(profile: Profile) -> None:
    withdraw_profile(profile_id=profile.pk, actor=profile.contact)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (lambda profile: None, "Waiting for the partnership to check the profile."),
        (returned, "Your turn: change what your partnership asked for and submit again."),
        (paused, "Your turn: you paused this profile. Return when you are ready."),
        (suspended, "Suspended: waiting for the partnership."),
        (withdrawn, "Withdrawn by the organisation."),
    ],
)
@pytest.mark.parametrize("path", ["", "P-ONE/"])
def test_an_owner_out_of_the_catalogue_reads_why_and_what_to_do(client, step, told, path):
    make_visitor("P-ONE")
    profile = submitted_profile(ref="P-MINE", role=Role.HOST)
    step(profile)
    client.force_login(profile.contact)

    html = page(client, path, "P-MINE")

    assert "Matches come with publication" in html
    assert told in text_of(html)
    assert (names(html), "P-ONE" in html) == ([], False)


def test_a_draft_leads_to_its_page(client):
    profile = ProfileFactory(ref="P-MINE")
    client.force_login(profile.contact)
    assert "/profiles/P-MINE/edit/" in page(client, ref="P-MINE")


# --- whose matches ---------------------------------------------------------------------------


def test_the_only_published_profile_is_shown_at_once(client, owner):
    assert client.get("/matches/")["Location"] == "/matches/P-HOST/"


def test_with_several_one_chooses(client, host, owner):
    published_profile(
        ref="P-BOTH",
        role=Role.VISITING,
        organisation=OrganisationFactory(name="Twin"),
        contact=host.contact,
    )
    html = unescape(client.get("/matches/").content.decode())
    assert "Whose matches?" in html
    main = html[html.index("<main") :]
    assert re.findall(r'href="/matches/(P-[A-Z]+)/"', main) == ["P-HOST", "P-BOTH"]


def test_with_none_published_one_reads_what_comes_next(client):
    profile = submitted_profile(ref="P-WAITS")
    client.force_login(profile.contact)
    html = text_of(unescape(client.get("/matches/").content.decode()))
    assert "Matches come with publication" in html
    assert "Waiting for the partnership to check the profile." in html


def test_without_a_profile_one_is_asked_to_register(client):
    client.force_login(UserFactory())
    html = unescape(client.get("/matches/").content.decode())
    assert 'href="/register/"' in html
    assert "You have no profile yet" in html


# --- the list --------------------------------------------------------------------------------


def test_partners_come_best_first_and_ties_by_reference(client, owner):
    make_visitor("P-C", languages=["en"])
    make_visitor("P-B", languages=["pt"])
    make_visitor("P-A", languages=["en"])
    assert refs(page(client)) == ["P-A", "P-C", "P-B"]


def test_a_partner_is_shown_with_all_columns(client, owner):
    make_visitor(
        "P-ONE",
        name="Rodas Novas",
        languages=["en", "pt", "es", "fr"],
        org_sectors=["29", "30"],
        acronym="EXXTRA",
    )
    html = page(client)
    assert text_of(html[html.index("match-list") : html.index("</ol>")]) == (
        'match-list" start="1"> Rodas Novas Type SME Country Portugal Sector Manufacture of motor '
        "vehicles, trailers and semi-trailers and 1 more Partnership EXXTRA Languages English, "
        "French, Portuguese and 1 more 100.0 of 100 High fit View profile : Rodas Novas "
        "Why this score : Rodas Novas See how the two of you fit together"
    )
    assert 'href="/profiles/P-ONE/"' in html
    assert "flags.svg#PT" in html


def test_no_contact_data_is_in_the_page(client, owner):
    visitor = make_visitor("P-ONE", contact_phone="+351912345678")
    html = page(client) + page(client, "P-ONE/")
    secrets = (visitor.contact_email, visitor.contact_name, visitor.contact.email, "912345678")
    assert [secret for secret in secrets if secret in html] == []


def test_what_somebody_is_called_is_escaped(client, owner):
    make_visitor("P-ONE", name="<b>Bold & Co</b>")
    response = client.get("/matches/P-HOST/")
    assert b"&lt;b&gt;Bold &amp; Co&lt;/b&gt;" in response.content
    assert b"<b>Bold" not in response.content


def test_the_bands_are_counted_and_the_rules_named(client, owner):
    make_visitor("P-A")
    make_visitor("P-B", languages=["pt"], objectives=["markets"])
    make_visitor("P-C", languages=["pt"], objectives=["markets"], wanted_types=["sme"])
    make_visitor(
        "P-D",
        languages=["pt"],
        objectives=["markets"],
        wanted_sectors=["01"],
        wanted_countries=["DE"],
        wanted_types=["sme"],
    )
    told = text_of(page(client))
    assert "High fit: 1 Medium fit: 2 Low fit: 1 scored by matching rules, version 1" in told


def test_whoever_is_ruled_out_is_not_in_the_list(client, owner):
    make_visitor("P-HOME", org_country_id="FR")
    make_visitor("P-AWAY")
    html = page(client)
    assert refs(html) == ["P-AWAY"]
    assert text_of(html).count("Not possible 1") == 1


def test_a_partner_that_leaves_the_catalogue_is_gone_at_once(client, owner):
    visitor = make_visitor("P-ONE")
    assert refs(page(client)) == ["P-ONE"]
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    assert refs(page(client)) == []


def test_a_profile_that_the_index_has_lost_still_sees_its_partners(client, host, owner):
    make_visitor("P-ONE")
    IndexRecord.objects.filter(profile=host).delete()
    assert refs(page(client)) == ["P-ONE"]


def test_a_row_whose_profile_went_meanwhile_is_left_out(client, owner):
    make_visitor("P-ONE")
    gone = make_visitor("P-TWO")
    Profile.objects.filter(pk=gone.pk).update(ref="P-RENAMED")
    assert refs(page(client)) == ["P-ONE"]


def test_the_page_says_the_same_as_the_command(client, host, owner):
    generate_profiles(count=60, seed=3)
    output = StringIO()
    call_command("match", "P-HOST", "--top", "25", "--json", stdout=output)
    told = loads(output.getvalue())["matches"]
    html = page(client)
    scores = re.findall(r'class="ring-number">([0-9.]+)<', html)
    assert [(one["ref"], f"{one['score']:.1f}") for one in told] == list(
        zip(refs(html), scores, strict=True)
    )


@pytest.mark.parametrize("query", ["", "?sort=name", "?country=PT", "?show=excluded"])
def test_more_rows_take_no_more_queries(client, owner, query):
    def queries_of() -> int:
        page(client, query)
        with CaptureQueriesContext(connection) as captured:
            page(client, query)
        return len(captured)

    counts = []
    for number in range(PER_PAGE):
        make_visitor(f"P-{number:02}")
        make_visitor(f"P-H{number:02}", org_country_id="FR")
        if number + 1 in (1, 3, PER_PAGE):
            counts.append(queries_of())
    assert len(set(counts)) == 1
    assert counts[0] <= 16


# --- narrowing -------------------------------------------------------------------------------


@pytest.fixture
def crowd(host):
    """Five visitors who differ in all that a list can be narrowed by."""
    make_visitor("P-DE", name="Álamo Räder", org_country_id="DE", languages=["de"])
    make_visitor("P-ES", name="Beta Wheels", org_country_id="ES", org_main_sector_id="30")
    cluster = {"org_organisation_type_id": "cluster", "org_is_declared_sme": False}
    make_visitor("P-IT", name="Gamma", org_country_id="IT", activities=["training"], **cluster)
    make_visitor("P-PL", name="Delta", org_country_id="PL", mode="virtual", acronym="EXXTRA")
    make_visitor(
        "P-PT",
        name="Epsilon",
        min_days=5,
        max_days=10,
        mode="physical",
        org_description="We build e-mobility for harbours.",
        description="Batteries and charging",
    )


ALL = {"P-DE", "P-ES", "P-IT", "P-PL", "P-PT"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?name=beta", {"P-ES"}),
        ("?name=alamo", {"P-DE"}),
        ("?name=RADER", {"P-DE"}),
        ("?name=emobility", {"P-PT"}),
        ("?name=e-mobility+harbour", {"P-PT"}),
        ("?name=batteries", {"P-PT"}),
        ("?name=batteries+wheels", set()),
        ("?name=%25", ALL),
        ("?sector=30", {"P-ES"}),
        ("?sector=30&sector=29", ALL),
        ("?country=DE", {"P-DE"}),
        ("?country=DE&country=PL", {"P-DE", "P-PL"}),
        ("?language=de", {"P-DE"}),
        ("?type=cluster", {"P-IT"}),
        ("?type=sme", ALL - {"P-IT"}),
        ("?purpose=training", {"P-IT"}),
        ("?purpose=learn", ALL),
        ("?days=3", ALL - {"P-PT"}),
        ("?days=7", ALL),
        ("?mode=virtual", ALL - {"P-PT"}),
        ("?mode=physical", ALL - {"P-PL"}),
        ("?mode=", ALL),
        ("?country=DE&language=en", set()),
        ("?unknown=1", ALL),
    ],
)
def test_a_filter_lets_pass_whoever_has_it(client, crowd, owner, query, found):
    assert set(refs(page(client, query))) == found


def test_a_partnership_is_a_filter(client, crowd, owner):
    exxtra = Partnership.objects.get(acronym="EXXTRA").pk
    assert refs(page(client, f"?partnership={exxtra}")) == ["P-PL"]


def test_the_counts_are_those_of_the_filtered_list_and_the_tabs_of_all(client, crowd, owner):
    told = text_of(page(client, "?country=DE&country=ES"))
    assert "Possible 5" in told
    assert "High fit: 2" in told


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?sector=00", "Select a valid choice. 00 is not one of the available choices."),
        ("?language=xx", "Select a valid choice. xx is not one of the available choices."),
        ("?partnership=x", "Select a valid choice. x is not one of the available choices."),
        ("?days=many", "Give a number of working days from 1 to 31."),
        ("?days=0", "Give a number of working days from 1 to 31."),
        ("?days=99", "Give a number of working days from 1 to 31."),
        ("?mode=telepathy", "telepathy is not one of the available choices."),
        ("?sort=height", "height is not one of the available choices."),
        (f"?name={'x' * 101}", "Ensure this value has at most 100 characters (it has 101)."),
    ],
)
def test_what_cannot_be_is_named_and_narrows_nothing(client, crowd, owner, query, message):
    html = page(client, query)
    assert message in html
    assert set(refs(html)) == ALL


def test_a_code_that_the_index_does_not_know_yet_belongs_to_nobody(client, crowd, owner):
    Country.objects.create(code="AA", name="A", group="1", is_eligible=True, lump_sum_full=1)
    assert refs(page(client, "?country=AA")) == []


def test_only_what_occurs_is_offered(client, crowd, owner):
    html = page(client, "?more=1")
    offered = {
        name: set(re.findall(rf'name="{name}" value="([^"]+)"', html))
        for name in ("sector", "country", "language", "type")
    }
    assert offered == {
        "sector": {"29", "30"},
        "country": {"DE", "ES", "IT", "PL", "PT"},
        "language": {"de", "en"},
        "type": {"sme", "cluster"},
    }


def test_what_is_chosen_stays_chosen(client, crowd, owner):
    html = page(client, "?country=DE&name=alamo&sort=name")
    assert re.search(r'name="country" value="DE"[^>]* checked', html)
    assert re.search(r'name="name" value="alamo"', html)
    assert re.search(r'<option value="name" selected', html)


def test_filters_with_many_options_are_drawn_on_demand(client, crowd, owner):
    assert 'name="sector"' not in page(client)
    assert 'name="sector"' in page(client, "?show=fields", **HTMX)
    assert "<html" not in page(client, "?show=fields", **HTMX)


def test_without_javascript_all_filters_are_a_link_away(client, crowd, owner):
    assert 'href="?country=DE&more=1"' in page(client, "?country=DE")
    html = page(client, "?country=DE&more=1")
    assert [html.count(f'name="{name}" value=') > 0 for name in ("sector", "country")] == [True] * 2
    assert "<html" in page(client, "?show=fields")


def test_the_form_works_without_javascript(client, owner):
    html = page(client)
    form = html[
        html.index('<form class="filters') : html.index(
            "</form>", html.index('<form class="filters')
        )
    ]
    assert 'method="get"' in form
    assert 'type="submit"' in form
    assert '<input type="hidden" name="show" value="excluded">' not in form
    assert '<input type="hidden" name="show" value="excluded">' in page(client, "?show=excluded")


# --- order and pages -------------------------------------------------------------------------


def test_names_are_sorted_without_regard_to_accents_and_case(client, crowd, owner):
    make_visitor("P-LOW", name="beta stones")
    expected = ["Álamo Räder", "beta stones", "Beta Wheels", "Delta", "Epsilon", "Gamma"]
    assert names(page(client, "?sort=name")) == expected


def test_countries_are_sorted_by_name_and_the_best_first_within(client, crowd, owner):
    make_visitor("P-DE0", name="Late", org_country_id="DE", languages=["en"])
    assert refs(page(client, "?sort=country")) == ["P-DE0", "P-DE", "P-IT", "P-PL", "P-PT", "P-ES"]


@pytest.mark.parametrize("sorting", Sorting)
def test_every_order_shows_everybody_once(host, sorting):
    generate_profiles(count=70, seed=5)
    search = Search(sorting=sorting)
    first = partners_of(host, search, "1")
    pages = [partners_of(host, search, str(number)) for number in first.page.paginator.page_range]
    found = [partner.ref for each in pages for partner in each.partners]
    assert len(found) == len(set(found)) == sum(first.counts.values())


@pytest.mark.parametrize(
    ("number", "shown"),
    [("", 1), ("2", 2), ("0", 1), ("-1", 1), ("x", 1), ("999", 2), ("9" * 30, 1), ("²", 1)],
)
def test_pages_hold_25_and_any_number_leads_somewhere(client, owner, number, shown):
    for one in range(PER_PAGE + 2):
        make_visitor(f"P-{one:02}")
    expected = {1: [f"P-{one:02}" for one in range(PER_PAGE)], 2: ["P-25", "P-26"]}
    assert refs(page(client, f"?page={number}")) == expected[shown]


def test_links_to_pages_keep_the_filters(client, owner):
    for one in range(PER_PAGE + 1):
        make_visitor(f"P-{one:02}")
    html = page(client, "?country=PT&sort=name")
    assert 'href="?country=PT&sort=name&page=2"' in html
    assert 'href="?country=PT&sort=name&show=excluded"' in html


# --- htmx ------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?country=DE", "?sort=name", "?show=excluded"])
def test_the_part_for_htmx_has_the_rows_of_the_page(client, crowd, owner, query):
    make_visitor("P-FR", org_country_id="FR")
    whole, part = page(client, query), page(client, query, **HTMX)
    assert ("<html" in part, "<html" in whole) == (False, True)
    assert re.findall(r'<div[^>]* id="partners"', part) != []
    assert (refs(part), excluded(part)) == (refs(whole), excluded(whole))


def test_going_back_gets_the_whole_page(client, owner):
    headers = HTMX | {"HX-History-Restore-Request": "true"}
    assert "<html" in page(client, **headers)


def test_a_browser_keeps_part_and_page_apart(client, owner):
    make_visitor("P-ONE")
    for path in ("", "P-ONE/", "?show=ways", "?show=fields"):
        assert "HX-Request" in client.get(f"/matches/P-HOST/{path}")["Vary"]


# --- who is not possible ---------------------------------------------------------------------


def test_whoever_is_ruled_out_is_listed_with_the_reasons(client, host, owner):
    make_visitor("P-HOME", name="Zeta", org_country_id="FR")
    make_visitor("P-AWAY")
    published_profile(ref="P-OWN", role=Role.VISITING, organisation=host.organisation)
    used = {"org_physical_visit_used_on": "2026-05-01"}
    make_visitor("P-USED", name="Alpha", mode="physical", **used)
    html = page(client, "?show=excluded")
    assert excluded(html) == {
        "P-USED": ["Visit in person used up"],
        "P-OWN": ["Same country", "Same organisation"],
        "P-HOME": ["Same country"],
    }
    assert "Possible 1" in text_of(html)
    assert "Not possible 3" in text_of(html)


def test_other_hosts_are_counted_only(client, owner):
    make_host("P-OTHER")
    make_host("P-THIRD")
    told = text_of(page(client, "?show=excluded"))
    assert "2 more published profiles are hosts like you." in told
    assert "Nobody is ruled out" in told


def test_other_visitors_are_counted_only(client):
    visitor = make_visitor("P-ME")
    make_visitor("P-OTHER")
    client.force_login(visitor.contact)
    told = text_of(page(client, "?show=excluded", "P-ME"))
    assert "1 more published profile is a visitor like you." in told


def test_the_excluded_come_by_name_and_offer_no_other_order(client, owner):
    make_visitor("P-A", name="Beta", org_country_id="FR")
    make_visitor("P-B", name="Alpha", org_country_id="FR")
    html = page(client, "?show=excluded&sort=score")
    assert list(excluded(html)) == ["P-B", "P-A"]
    assert 'name="sort"' not in html


def test_the_excluded_can_be_narrowed_too(client, owner):
    make_visitor("P-A", name="Alpha", org_country_id="FR")
    make_visitor("P-B", name="Beta", org_country_id="FR")
    assert list(excluded(page(client, "?show=excluded&name=beta"))) == ["P-B"]
    assert "Nobody fits these filters" in page(client, "?show=excluded&name=gamma")


def test_the_command_counts_as_the_page_does(client, host, owner):
    generate_profiles(count=40, seed=4)
    output = StringIO()
    call_command("match", "P-HOST", "--json", stdout=output)
    stopped = loads(output.getvalue())["stopped"]
    found = client.get("/matches/P-HOST/?show=excluded").context
    assert found["excluded"] + found["same_role"] == len(stopped)


# --- nobody, or few --------------------------------------------------------------------------


def test_without_a_match_the_page_leads_to_the_reasons(client, owner):
    make_visitor("P-HOME", org_country_id="FR")
    html = page(client)
    assert "No visitor is possible yet" in html
    assert "1 published profile is not possible for you. See why" in html
    assert 'href="/matches/P-HOST/?show=excluded"' in html


def test_in_an_empty_catalogue_the_page_says_when_to_look_again(client):
    visitor = make_visitor("P-ME")
    client.force_login(visitor.contact)
    html = page(client, ref="P-ME")
    assert "No host is possible yet" in html
    assert "New profiles are published every week." in html


def test_when_the_filters_leave_nobody_a_link_clears_them(client, crowd, owner):
    html = page(client, "?name=nobody")
    assert "Nobody fits these filters" in html
    assert re.search(r'class="button"\s+href="/matches/P-HOST/">Clear all filters', html)


def test_with_few_high_fits_the_page_asks_what_would_bring_more(client, owner):
    make_visitor("P-A", languages=["pt"], objectives=["markets"])
    assert "See what would bring you more high fits" in page(client)
    assert "See what would bring you more high fits" not in page(client, "?country=PT")


def test_with_enough_high_fits_it_does_not(client, owner):
    for one in range(3):
        make_visitor(f"P-{one}")
    make_visitor("P-LOW", languages=["pt"], objectives=["markets"])
    assert "See what would bring you more high fits" not in page(client)


def test_with_high_fits_only_it_does_not(client, owner):
    make_visitor("P-A")
    assert "See what would bring you more high fits" not in page(client)


LONE = {"languages": ["pt"], "wanted_sectors": ["01"]}
"""77.5 points with somebody who works in French alone: a common language would do."""
FAR = {"wanted_sectors": ["01"], "wanted_types": ["sme"], "wanted_countries": ["DE"]}
"""72.5 points: nothing that the host could do would suffice."""


@pytest.fixture
def frenchman(client):
    """The owner of a host who works in French alone, logged in."""
    french = make_host(languages=["fr"])
    client.force_login(french.contact)
    return french.contact


def test_what_would_bring_more_is_counted_and_true(client, frenchman):
    for one in range(3):
        make_visitor(f"P-PT{one}", **LONE)
    make_visitor("P-ES", **(LONE | {"languages": ["es"]}))
    told = text_of(page(client, "?show=ways"))
    assert "Add Portuguese to your working languages. 3 more high fits." in told
    assert "Add Spanish to your working languages. 1 more high fit." in told

    Profile.objects.filter(ref="P-HOST").update(languages=["fr", "pt"])
    call_command("rebuild_index", stdout=StringIO())
    assert "High fit: 3" in text_of(page(client))


def test_the_owner_is_led_to_the_page_to_change(client, frenchman):
    make_visitor("P-A", **LONE)
    assert 'href="/profiles/P-HOST/edit/languages/"' in page(client, "?show=ways")
    client.force_login(StaffRoleFactory().user)
    assert "/edit/" not in page(client, "?show=ways")


def test_where_nothing_of_ones_own_would_help_the_page_says_so(client, owner):
    make_visitor("P-A", **FAR)
    told = text_of(page(client, "?show=ways", **HTMX))
    assert told == (
        "No change of your own would bring more high fits at present. "
        "New profiles are published every week."
    )


# --- a pair ----------------------------------------------------------------------------------


def test_a_pair_has_a_page_with_the_points_and_the_map(client, owner):
    make_visitor("P-ONE", name="Rodas Novas", languages=["pt"])
    html = page(client, "P-ONE/")
    told = text_of(html)
    assert "You and Rodas Novas" in told
    assert "No language in common: you work in English, they in Portuguese. 0.0 10" in told
    assert "Score 90.0 100" in told
    assert "Nothing rules this exchange out. Scored by matching rules, version 1" in told
    assert html.count("europe.svg#FR") == html.count("europe.svg#PT") == 1
    assert 'aria-label="Between France and Portugal"' in html
    assert 'href="/profiles/P-ONE/"' in html


def test_a_pair_of_a_visitor_shows_the_journey_to_the_host(client):
    visitor = make_visitor("P-ME")
    make_host()
    client.force_login(visitor.contact)
    assert 'aria-label="Between Portugal and France"' in page(client, "P-HOST/", "P-ME")


def test_opening_a_row_brings_the_same_points(client, owner):
    make_visitor("P-ONE")
    part = page(client, "P-ONE/", **HTMX)
    assert "<html" not in part
    assert text_of(part) in text_of(page(client, "P-ONE/"))


def test_what_keeps_two_apart_stands_in_place_of_points(client, owner):
    make_visitor("P-HOME", org_country_id="FR")
    html = page(client, "P-HOME/")
    assert "Both of you are in France. An exchange crosses a border." in html
    assert ("How this score adds up" in html, "europe.svg" in html) == (False, False)


def test_modes_that_exclude_each_other_lead_to_the_page_to_change(client, host, owner):
    Profile.objects.filter(pk=host.pk).update(mode="physical")
    call_command("rebuild_index", stdout=StringIO())
    make_visitor("P-ONE", mode="virtual")
    html = page(client, "P-ONE/")
    assert "You want to meet in person only, they want to meet online only." in html
    assert 'href="/profiles/P-HOST/edit/time/"' in html


def test_the_smallest_change_says_who_changes_what_and_where(client, frenchman):
    make_visitor("P-FAR", languages=["fr"], **FAR)
    make_visitor("P-LONE", **LONE)
    far, lone = page(client, "P-FAR/"), page(client, "P-LONE/")
    assert "The smallest change that would make this a high fit" in far
    assert "They would have to look for “Manufacture of motor vehicles" in far
    assert "Add Portuguese to your working languages." in lone
    assert ("/edit/" in far, "/profiles/P-HOST/edit/languages/" in lone) == (False, True)


def test_staff_reads_the_change_without_a_link(client, frenchman):
    make_visitor("P-LONE", **LONE)
    client.force_login(StaffRoleFactory().user)
    html = page(client, "P-LONE/")
    assert "Add Portuguese to your working languages." in html
    assert "/edit/" not in html


def test_a_high_fit_needs_no_change(client, owner):
    make_visitor("P-ONE")
    html = page(client, "P-ONE/")
    assert ("smallest change" in html, "No change of preferences" in html) == (False, False)


def test_where_no_change_suffices_the_page_says_so(client, owner, monkeypatch):
    monkeypatch.setattr(presentation, "smallest_change_to_green", lambda *pair: None)
    make_visitor("P-FAR", **FAR)
    assert "No change of preferences would make this a high fit." in page(client, "P-FAR/")


@pytest.mark.parametrize("ref", ["P-HOST", "P-NONE", "P-WAITS"])
def test_a_pair_needs_two_published_profiles(client, owner, ref):
    submitted_profile(ref="P-WAITS")
    assert client.get(f"/matches/P-HOST/{ref}/").status_code == 404


def test_a_partner_is_found_by_the_new_name_of_its_organisation(client, owner):
    """Names are not scored, but they are searched and sorted by."""
    visitor = make_visitor("P-ONE", name="Old name")
    assert refs(page(client, "?name=new")) == []
    Organisation.objects.filter(pk=visitor.organisation_id).update(name="New name")
    call_command("rebuild_index", stdout=StringIO())
    assert refs(page(client, "?name=new")) == ["P-ONE"]


def test_states_are_complete():
    """The steps above cover each state in which an owner has no matches."""
    covered = {"submitted", "returned", "paused", "suspended", "withdrawn", "draft"}
    assert set(ProfileState.values) - covered == {"published", "rejected", "dormant"}
