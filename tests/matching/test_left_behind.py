"""Nobody left behind: who is told to lack what, which partners are missing, and who may know."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core import clock
from matching.enums import MatchState
from matching.index import index
from matching.models import ContactLimits
from matching.queries.left_behind import (
    Lack,
    best_partners,
    counts,
    left_behind,
    refs_without_fit,
)
from matching.queries.missing import Missing, missing_partners, seekers_of
from matching.queries.supply import Supply, kept_apart
from matching.services.conversation_ends import block_organisation
from matching.wording.left_behind import missing_in_words, offered_in_words
from matching.wording.names import Words
from profiles.enums import StaffRoleName
from profiles.models import Partnership
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)
from tests.matching.talking import contact, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

URL = "/partnerships/RECIPE4MOBILITY/left-behind/"
PICKY = {"wanted_sectors": ["27"], "wanted_countries": ["DE"], "wanted_types": ["cluster"]}
"""Wishes that nobody here fulfils: no high fit, but a fair one."""


@pytest.fixture
def partnership():
    return Partnership.objects.get(acronym="RECIPE4MOBILITY")


@pytest.fixture
def officer():
    return StaffRoleFactory().user


@pytest.fixture
def page(client, officer):
    client.force_login(officer)

    def get(query: str = "") -> str:
        response = client.get(URL + query)
        assert response.status_code == 200
        return " ".join(unescape(response.content.decode()).split())

    return get


def names(html: str) -> list[str]:
    return re.findall(r'<th scope="row">.*?<a href="/profiles/[^"]*">([^<]*)</a>', html)


def lacks(partnership: Partnership) -> dict[str, set[str]]:
    return {one.ref: {lack.value for lack in one.lacks} for one in left_behind(partnership)}


def days_later(days: float):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


# --- who may see it --------------------------------------------------------------------------


@pytest.mark.parametrize("path", [URL, "/partnerships/"])
def test_whoever_is_not_logged_in_is_asked_to(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("role", [StaffRoleName.OFFICER, StaffRoleName.COORDINATOR])
def test_staff_of_the_partnership_sees_it(client, role):
    client.force_login(StaffRoleFactory(role=role).user)
    assert client.get("/partnerships/")["Location"] == URL
    assert client.get(URL).status_code == 200


def test_the_support_office_chooses_among_all_partnerships(client):
    client.force_login(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    html = client.get("/partnerships/").content.decode()
    assert html.count("/left-behind/") == Partnership.objects.count()
    assert client.get(URL).status_code == 200


def test_staff_of_another_partnership_does_not(client):
    client.force_login(StaffRoleFactory(acronym="EXXTRA").user)
    assert client.get(URL).status_code == 404


def test_observers_and_participants_do_not(client):
    for user in (
        StaffRoleFactory(role=StaffRoleName.OBSERVER).user,
        member(visitor_profile()),
        UserFactory(),
    ):
        client.force_login(user)
        assert client.get(URL).status_code == 404
        assert client.get("/partnerships/").status_code == 404


def test_the_navigation_leads_there(client, officer):
    client.force_login(officer)
    assert 'href="/partnerships/"' in client.get("/dashboard/").content.decode()
    client.force_login(member(visitor_profile()))
    assert 'href="/partnerships/"' not in client.get("/dashboard/").content.decode()


# --- who lacks what --------------------------------------------------------------------------


def test_nobody_is_left_behind_in_an_empty_partnership(page, partnership):
    assert counts(partnership) == {"all": 0, "fit": 0, "contact": 0, "answer": 0}
    assert "Nobody is left behind here" in page()


def test_whom_nobody_fits_highly_lacks_a_fit(partnership):
    host_profile(ref="P-HOST")
    visitor_profile(ref="P-PICKY", **PICKY)
    visitor_profile(ref="P-OPEN", name="Open")
    assert refs_without_fit(partnership) == {"P-PICKY"}
    assert lacks(partnership) == {"P-PICKY": {"fit"}}


def test_whom_nobody_fits_at_all_lacks_a_fit(partnership):
    visitor_profile(ref="P-ALONE")
    assert lacks(partnership) == {"P-ALONE": {"fit"}}


def test_others_are_not_told_of(partnership):
    host_profile(ref="P-HOST", **PICKY)
    with days_later(30):
        assert lacks(partnership) == {}


def test_who_had_no_contact_for_two_weeks_lacks_contact(partnership):
    host_profile()
    visitor = visitor_profile(ref="P-QUIET")
    with days_later(13):
        assert lacks(partnership) == {}
    with days_later(14):
        assert lacks(partnership) == {"P-QUIET": {"contact"}}
        (one,) = left_behind(partnership)
    visitor.refresh_from_db()
    assert one.since == visitor.published_at


def test_a_contact_starts_the_two_weeks_anew(partnership):
    host, visitor = host_profile(), visitor_profile(ref="P-QUIET")
    with days_later(10):
        begun = contact(visitor, host)
    with days_later(15):
        assert lacks(partnership) == {}
    with days_later(24):
        (one,) = left_behind(partnership)
    assert one.lacks == {Lack.CONTACT: begun.asked_at}


def test_being_written_to_is_contact_and_an_answer_that_is_owed(partnership):
    host, visitor = host_profile(), visitor_profile(ref="P-ASKED")
    with days_later(10):
        begun = contact(host, visitor)
    with days_later(12):
        assert lacks(partnership) == {}
    with days_later(13):
        (one,) = left_behind(partnership)
    assert one.lacks == {Lack.ANSWER: begun.state_since}


def test_whoever_waits_for_an_answer_owes_none(partnership):
    host, visitor = host_profile(), visitor_profile()
    contact(visitor, host)
    with days_later(5):
        assert lacks(partnership) == {}
        assert lacks(host.partnership) == {host.ref: {"answer"}}


def test_a_proposal_waits_for_the_side_that_has_not_agreed(partnership):
    host, visitor = host_profile(), visitor_profile(ref="P-ASKED")
    match = match_between(host, visitor)
    with days_later(4):
        (one,) = left_behind(partnership)
        assert lacks(host.partnership) == {}
    assert one.lacks == {Lack.ANSWER: match.proposed_at}


def test_who_has_an_open_match_lacks_neither_partner_nor_contact(partnership, officer):
    host, visitor = host_profile(), visitor_profile(ref="P-PICKY", **PICKY)
    with days_later(20):
        assert lacks(partnership) == {"P-PICKY": {"fit", "contact"}}
        introduction_of(host, visitor, officer)
        assert lacks(partnership) == {}


def test_who_takes_a_break_lacks_nothing(partnership):
    host_profile()
    visitor = visitor_profile(**PICKY)
    until = clock.today() + timedelta(days=5)
    ContactLimits.objects.create(profile=visitor, paused_until=until)
    assert lacks(partnership) == {}


def test_who_is_not_in_the_catalogue_is_not_told_of(partnership):
    visitor = visitor_profile(**PICKY)
    pause_profile(profile_id=visitor.pk, actor=member(visitor))
    assert lacks(partnership) == {}


def test_the_longest_left_behind_come_first(partnership):
    visitor_profile(ref="P-LATE")
    with days_later(-3):
        visitor_profile(ref="P-EARLY", name="Early")
    assert [one.ref for one in left_behind(partnership)] == ["P-EARLY", "P-LATE"]


# --- the best free partner -------------------------------------------------------------------


def best_of(partnership: Partnership, ref: str) -> str | None:
    partner = best_partners(partnership, [ref], Supply.now()).get(ref)
    return partner.ref if partner else None


def test_a_partner_who_is_taken_is_not_offered(partnership, officer):
    best = host_profile(ref="P-BEST", objectives=["learn"])
    host_profile(ref="P-NEXT", name="Next", country="ES", languages=["es"])
    visitor_profile(ref="P-ME")
    assert best_of(partnership, "P-ME") == "P-BEST"
    introduction_of(best, visitor_profile(name="Other"), officer)
    assert best_of(partnership, "P-ME") == "P-NEXT"


def test_a_host_with_another_place_is(partnership, officer):
    best = host_profile(ref="P-BEST", max_visitors=2)
    visitor_profile(ref="P-ME")
    introduction_of(best, visitor_profile(name="Other"), officer)
    assert best_of(partnership, "P-ME") == "P-BEST"


def test_a_visitor_who_has_a_host_is_not(partnership, officer):
    host_profile(ref="P-ME", acronym="RECIPE4MOBILITY", name="Me", country="ES")
    visitor = visitor_profile(ref="P-TAKEN")
    assert best_of(partnership, "P-ME") == "P-TAKEN"
    introduction_of(host_profile(), visitor, officer)
    assert best_of(partnership, "P-ME") is None


def test_whoever_was_declined_or_blocked_is_not(partnership):
    host, visitor = host_profile(ref="P-ONE"), visitor_profile(ref="P-ME")
    other = host_profile(ref="P-TWO", name="Two", country="ES", languages=["es"])
    match_between(visitor, host, state=MatchState.DECLINED)
    assert best_of(partnership, "P-ME") == "P-TWO"
    begun = contact(visitor, other)
    block_organisation(conversation_id=begun.pk, actor=member(other))
    assert kept_apart(partnership)["P-ME"] == {"P-ONE", "P-TWO"}
    assert best_of(partnership, "P-ME") is None
    with days_later(31):
        assert best_of(partnership, "P-ME") == "P-ONE"


def test_whoever_left_the_catalogue_a_moment_ago_has_no_partner(partnership):
    assert best_of(partnership, "P-GONE") is None


# --- the missing supply ----------------------------------------------------------------------


def missing(partnership: Partnership) -> list[Missing]:
    return missing_partners(left_behind(partnership))


def test_what_is_missing_most_comes_first(partnership):
    for number, countries in enumerate((["DE"], ["DE", "ES"], ["DE"])):
        visitor_profile(name=f"V{number}", wanted_sectors=["27"], wanted_countries=countries)
    assert missing(partnership) == [
        Missing("visiting", ("27",), ("DE",), number=3, offered=0),
        Missing("visiting", ("27",), ("ES",), number=1, offered=0),
    ]


def test_wishes_of_the_same_profiles_are_told_together(partnership):
    visitor_profile(wanted_sectors=["27", "29"], wanted_countries=["DE", "ES"])
    assert missing(partnership) == [
        Missing("visiting", ("27", "29"), ("DE", "ES"), number=1, offered=0)
    ]


def test_what_the_catalogue_has_is_counted(partnership):
    organisation = OrganisationFactory(country_id="DE", main_sector_id="27")
    host_profile(organisation=organisation, wanted_countries=["ES"], wanted_sectors=["01"])
    visitor_profile(languages=["pt"], **PICKY)
    assert missing(partnership) == [Missing("visiting", ("27",), ("DE",), number=1, offered=1)]


def test_each_sentence_has_its_rows(partnership):
    visitor_profile(ref="P-DE", wanted_sectors=["27"], wanted_countries=["DE"])
    visitor_profile(ref="P-ES", name="E", wanted_sectors=["27"], wanted_countries=["ES"])
    found = left_behind(partnership)
    assert [one.ref for one in seekers_of(found, "visiting", ("27", "ES"))] == ["P-ES"]
    assert seekers_of(found, "host", ("27", "ES")) == []


def test_whoever_left_the_catalogue_meanwhile_misses_nothing(partnership):
    visitor = visitor_profile()
    found = left_behind(partnership)
    pause_profile(profile_id=visitor.pk, actor=member(visitor))
    assert missing_partners(found) == []


@pytest.mark.parametrize(
    ("role", "sectors", "countries", "number", "sentence"),
    [
        (
            "visiting",
            ("01",),
            ("PT",),
            1,
            "1 visitor seeks hosts for “Crop and animal production, hunting and related service"
            " activities” in Portugal.",
        ),
        ("visiting", ("",), ("PT", "ES"), 3, "3 visitors seek hosts of any sector in Portugal"),
        ("host", ("",), ("",), 1, "1 host seeks visitors of any sector in any country."),
        ("host", ("11",), ("",), 2, "2 hosts seek visitors for “Manufacture of beverages” in any"),
    ],
)
def test_what_is_missing_reads_as_a_sentence(role, sectors, countries, number, sentence):
    one = Missing(role, sectors, countries, number=number, offered=0)
    words = missing_in_words(one, Words.load())
    assert words.startswith(sentence.partition(" in Portugal")[0])


@pytest.mark.parametrize(
    ("offered", "sentence"),
    [
        (0, "Nobody in the catalogue is like that yet."),
        (1, "1 in the catalogue is like that, but does not fit otherwise."),
        (3, "3 in the catalogue are like that, but do not fit otherwise."),
    ],
)
def test_what_the_catalogue_has_reads_as_a_sentence(offered, sentence):
    assert offered_in_words(Missing("host", ("",), ("",), number=1, offered=offered)) == sentence


# --- the page --------------------------------------------------------------------------------


def test_a_row_names_the_partner_and_leads_to_the_introduction(page):
    host_profile(ref="P-HOST", name="AQUIMER")
    visitor_profile(ref="P-PICKY", name="Picky", **PICKY)
    html = page()
    assert names(html) == ["Picky"]
    assert 'href="/matches/P-PICKY/P-HOST/introduce/"' in html
    assert ">AQUIMER</a>" in html
    assert "No high fit; in the catalogue since" in html


def test_whom_nobody_fits_is_told_why(page):
    visitor_profile(ref="P-ALONE", name="Alone")
    html = page()
    assert "Nobody is possible and free at present." in html
    assert 'href="/matches/P-ALONE/?show=excluded"' in html


def test_tabs_open_the_rows_behind_their_numbers(page):
    host = host_profile()
    visitor_profile(name="Picky", **PICKY)
    asked = visitor_profile(name="Asked")
    with days_later(8):
        contact(host, asked)
    with days_later(12):
        assert sorted(names(page())) == ["Asked", "Picky"]
        assert names(page("?lack=fit")) == ["Picky"]
        assert names(page("?lack=answer")) == ["Asked"]
        assert names(page("?lack=contact")) == []
        assert sorted(names(page("?lack=nonsense"))) == ["Asked", "Picky"]


def test_a_sentence_opens_its_rows(page):
    visitor_profile(name="Germany", wanted_sectors=["11"], wanted_countries=["DE"])
    visitor_profile(name="Spain", wanted_sectors=["11"], wanted_countries=["ES"])
    sentence = "1 visitor seeks hosts for “Manufacture of beverages” in Germany."
    assert sentence in page()
    html = page("?role=visiting&sector=11&country=DE")
    assert names(html) == ["Germany"]
    assert sentence in html
    gone = page("?role=visiting&sector=11&country=FR")
    assert names(gone) == []
    assert "Nobody looks for this any more." in gone


def test_more_than_a_few_sentences_wait_to_be_asked_for(page):
    for country in ("DE", "ES", "IT", "PL", "RO", "BG"):
        visitor_profile(name=country, wanted_sectors=["11"], wanted_countries=[country])
    assert "Everything that is missing" in page()


def test_the_list_is_a_table_to_take_away(client, officer):
    host_profile(ref="P-HOST", name="AQUIMER")
    visitor_profile(ref="P-PICKY", name="=Picky", **PICKY)
    with days_later(20):
        visitor_profile(ref="P-LONE", name="Lone", mode="virtual", country="FR")
        client.force_login(officer)
        response = client.get(URL + "?format=csv&lack=fit")
        day = (clock.today() - timedelta(days=20)).isoformat()
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1][:4] == ["P-PICKY", "'=Picky", "Visitor", "Portugal"]
    assert rows[1][4:] == [day, day, "", "P-HOST", "AQUIMER", rows[1][9]]
    assert rows[2][:2] + rows[2][7:] == ["P-LONE", "Lone", "", "", ""]
    assert client.get(URL + "?format=exe").status_code == 404


def test_a_longer_list_takes_as_many_queries(client, officer):
    host_profile()
    client.force_login(officer)

    def queries() -> int:
        with index.reading():
            pass
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        return len(asked)

    visitor_profile(name="One", **PICKY)
    queries()
    few = queries()
    for number in range(30):
        visitor_profile(name=f"More {number}", **PICKY)
    queries()
    assert queries() == few
    assert "Page" in client.get(URL).content.decode()
