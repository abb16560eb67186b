"""The plan of a partnership: what it is made from, how it reads, and introducing its pairs."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.enums import MatchState
from matching.forms.plan import MOST_PAIRS
from matching.models import ContactLimits, Match
from matching.planning.reasons import Reason, Why
from matching.queries import plan as plans
from matching.queries.plan import only_common_languages, plan_of, reasons_for
from matching.wording.plan import reason_in_words
from profiles.enums import Role, StaffRoleName
from profiles.models import Partnership, Profile
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    StaffRoleFactory,
    UserFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)
from tests.matching.talking import member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

URL = "/partnerships/RECIPE4MOBILITY/plan/"
SEVERE = {"wanted_sectors": ["27"], "wanted_types": ["cluster"], "wanted_countries": ["DE"]}


@pytest.fixture
def partnership():
    return Partnership.objects.get(acronym="RECIPE4MOBILITY")


@pytest.fixture
def officer(client):
    user = StaffRoleFactory().user
    client.force_login(user)
    return user


def page(client, query: str = "") -> str:
    response = client.get(URL + query)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def pairs(partnership: Partnership) -> set[tuple[str, str]]:
    return {(pair.visitor, pair.host) for pair in plan_of(partnership).best.pairs}


def scarce() -> None:
    """Somebody with a choice of hosts, and somebody for whom there is one alone."""
    host_profile(ref="P-ONE", name="One", country="DE", acronym="EXXTRA")
    host_profile(ref="P-TWO", name="Two", country="ES", wanted_sectors=["01"])
    visitor_profile(ref="P-ANY", name="Any", objectives=["learn"])
    wishes = {"wanted_sectors": ["27"], "wanted_countries": ["DE"], "objectives": ["markets"]}
    visitor_profile(ref="P-ODD", name="Odd", **wishes)


# --- who may see it --------------------------------------------------------------------------


@pytest.mark.parametrize("path", [URL, f"{URL}introduce/"])
def test_whoever_is_not_logged_in_is_asked_to(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize(
    "role", [StaffRoleName.OFFICER, StaffRoleName.COORDINATOR, StaffRoleName.SUPPORT]
)
def test_staff_of_the_partnership_and_the_support_office_see_it(client, role):
    client.force_login(StaffRoleFactory(role=role).user)
    assert client.get(URL).status_code == 200


def test_others_do_not(client):
    for user in (
        StaffRoleFactory(acronym="EXXTRA").user,
        StaffRoleFactory(role=StaffRoleName.OBSERVER).user,
        member(visitor_profile()),
        UserFactory(),
    ):
        client.force_login(user)
        assert client.get(URL).status_code == 404
        assert client.post(f"{URL}introduce/", {"pair": "P-ANY:P-ONE"}).status_code == 404


def test_looking_at_the_page_of_introductions_introduces_nobody(client, officer):
    assert client.get(f"{URL}introduce/").status_code == 405


# --- what it is made from --------------------------------------------------------------------


def test_a_partnership_without_anybody_has_an_empty_plan(client, officer, partnership):
    made = plan_of(partnership)
    assert (made.best.pairs, made.is_of_whole_catalogue) == ((), True)
    assert "There is nobody to plan for at present" in page(client)


def test_more_are_served_than_by_the_rule_of_thumb(partnership):
    scarce()
    made = plan_of(partnership)
    assert pairs(partnership) == {("P-ANY", "P-TWO"), ("P-ODD", "P-ONE")}
    assert (made.best.value.served, made.greedy.value.served) == (2, 1)
    assert made.is_of_whole_catalogue


def test_own_hosts_are_planned_with_visitors_from_elsewhere(partnership):
    host_profile(ref="P-HOST", acronym="RECIPE4MOBILITY", max_visitors=2)
    for ref in ("P-A", "P-B", "P-C"):
        visitor_profile(ref=ref, name=ref, acronym="EXXTRA")
    assert len(pairs(partnership)) == 2


def test_a_limit_of_its_own_goes_before_what_a_host_can_receive_at_once(partnership):
    host = host_profile(ref="P-HOST", acronym="RECIPE4MOBILITY", max_visitors=3)
    for ref in ("P-A", "P-B"):
        visitor_profile(ref=ref, name=ref, acronym="EXXTRA")
    assert len(pairs(partnership)) == 2
    ContactLimits.objects.create(profile=host, capacity=1)
    assert len(pairs(partnership)) == 1


def test_nobody_is_planned_who_fits_too_little(partnership):
    host_profile(wanted_sectors=["01"], wanted_types=["fab_lab"], languages=["fr"])
    visitor_profile(ref="P-ODD", languages=["hu"], **SEVERE)
    made = plan_of(partnership)
    assert (made.best.pairs, made.left_out) == ((), ["P-ODD"])


def test_open_matches_stay_as_they_are(client, officer, partnership):
    host = host_profile(ref="P-HOST", acronym="RECIPE4MOBILITY", max_visitors=2)
    settled = visitor_profile(ref="P-SET", name="Settled")
    match_between(settled, host, state=MatchState.CONFIRMED)
    asked = visitor_profile(ref="P-ASK", name="Asked", country="DE")
    introduction_of(host_profile(name="Else", country="ES"), asked, officer)
    visitor_profile(ref="P-NEW", name="New", country="IT")
    made = plan_of(partnership)
    assert pairs(partnership) == {("P-NEW", "P-HOST")}
    assert [(match.visitor, match.is_confirmed) for match in made.fixed] == [
        ("P-SET", True),
        ("P-ASK", False),
    ]
    (smes,) = [one for one in made.progress if one.target.category == "smes"]
    assert (smes.achieved, smes.planned, smes.by_rule_of_thumb) == (1, 1, 1)
    text = text_of(page(client))
    assert "Settled visits AQUIMER Confirmed" in text
    assert "Asked visits Else Proposed" in text


def test_who_takes_a_break_or_was_declined_is_not_planned(partnership):
    host, visitor = host_profile(ref="P-HOST"), visitor_profile(ref="P-ME")
    match_between(visitor, host, state=MatchState.DECLINED)
    assert pairs(partnership) == set()


def test_it_is_worked_out_once_until_something_changes(partnership):
    host_profile(ref="P-HOST")
    visitor = visitor_profile(ref="P-ME")
    made = plan_of(partnership)
    assert plan_of(partnership) is made
    pause_profile(profile_id=visitor.pk, actor=member(visitor))
    assert pairs(partnership) == set()


def test_lists_grow_until_they_are_long_enough(partnership, monkeypatch):
    monkeypatch.setattr(plans, "LISTED", 1)
    for number in range(4):
        host_profile(ref=f"P-H{number}", name=f"H{number}")
        visitor_profile(ref=f"P-V{number}", name=f"V{number}")
    made = plan_of(partnership)
    assert (made.best.value.served, made.is_of_whole_catalogue) == (4, True)


def test_where_they_cannot_grow_enough_it_says_so(client, officer, partnership, monkeypatch):
    monkeypatch.setattr(plans, "LISTED", 1)
    monkeypatch.setattr(plans, "ROUNDS", 1)
    for number in range(2):
        host_profile(ref=f"P-H{number}", name=f"H{number}")
        visitor_profile(ref=f"P-V{number}", name=f"V{number}")
    made = plan_of(partnership)
    assert (made.best.is_proven, made.is_of_whole_catalogue) == (True, False)
    assert "the catalogue may hold a better one still" in page(client)


def test_a_longer_list_without_time_does_not_spoil_a_plan(partnership, monkeypatch):
    monkeypatch.setattr(plans, "LISTED", 1)
    solve, times = plans.best_plan, iter([30.0, 0.0])
    monkeypatch.setattr(
        plans, "best_plan", lambda world, seconds: solve(world, seconds=next(times))
    )
    for number in range(2):
        host_profile(ref=f"P-H{number}", name=f"H{number}")
        visitor_profile(ref=f"P-V{number}", name=f"V{number}")
    made = plan_of(partnership)
    assert (made.best.is_proven, made.is_of_whole_catalogue) == (True, False)


def test_without_time_it_says_how_much_may_be_missing(client, officer, monkeypatch):
    monkeypatch.setattr(plans, "SECONDS", 0.0)
    scarce()
    assert "per cent of the total score may be missing" in page(client)


def test_a_profile_that_leaves_the_catalogue_meanwhile_is_passed_over(partnership):
    host_profile()
    visitor = visitor_profile(ref="P-ME")
    sources = plans._sources_of(partnership)
    pause_profile(profile_id=visitor.pk, actor=member(visitor))
    assert plans._make(sources).best.pairs == ()
    reason = Reason("P-ME", "P-HOST", Why.BEST)
    assert only_common_languages([reason]) == {}


# --- how it reads ----------------------------------------------------------------------------


def test_the_page_compares_explains_and_leads_on(client, officer):
    scarce()
    text = text_of(page(client))
    assert "Participants served 2 1" in text
    assert "Proven: no other plan of the whole catalogue is better." in text
    assert "but One is the only one left for Odd." in text
    assert "SMEs 25 0 2" in text
    assert 'href="/matches/P-ANY/P-TWO/introduce/"' in page(client)


def test_for_whom_nobody_is_left_is_told(client, officer):
    visitor_profile(ref="P-ALONE", name="Alone")
    text = text_of(page(client))
    assert "For whom nobody is left" in text
    assert "Alone" in text


def test_a_language_that_nobody_else_shares_is_told(partnership):
    host_profile(ref="P-ONE", country="DE", languages=["pt"])
    host_profile(ref="P-TWO", country="ES", languages=["es"])
    visitor_profile(ref="P-ME", languages=["pt", "fr"])
    made = plan_of(partnership)
    reasons = reasons_for(made, made.best.pairs)
    assert only_common_languages(reasons.values()) == {"P-ME": {"pt"}}


def test_a_language_that_others_share_or_nobody_needs_is_not(partnership):
    for ref, country in (("P-ONE", "DE"), ("P-TWO", "ES")):
        host_profile(ref=ref, name=ref, country=country)
    visitor_profile(ref="P-ME")
    visitor_profile(ref="P-SHY", name="Shy", languages=["hu"])
    made = plan_of(partnership)
    reasons = reasons_for(made, made.best.pairs)
    assert only_common_languages(reasons.values()) == {}


NAMES = {"A": "Alfa", "B": "Beta", "C": "Gama", "D": "Delta"}
BETTER = "Alfa would score 4.0 more with Gama, but "


@pytest.mark.parametrize(
    ("reason", "role", "sentence"),
    [
        (Reason("A", "B", Why.ONLY), Role.VISITING, "Beta is the only free host that fits Alfa."),
        (Reason("A", "B", Why.ONLY), Role.HOST, "Beta is the only free visitor that fits Alfa."),
        (
            Reason("A", "B", Why.BEST, "C", 40),
            Role.HOST,
            "Nobody free fits Alfa better; Gama would score 4.0 less.",
        ),
        (
            Reason("A", "B", Why.BEST, "C"),
            Role.HOST,
            "Nobody free fits Alfa better; Gama would fit just as well.",
        ),
        (
            Reason("A", "B", Why.KEEPS_OTHER, "C", 40, "D"),
            Role.HOST,
            BETTER + "Gama is the only one left for Delta.",
        ),
        (
            Reason("A", "B", Why.WORTH_MORE, "C", 40, "D", 65),
            Role.HOST,
            BETTER + "Delta would lose 6.5 without Gama.",
        ),
        (
            Reason("A", "B", Why.FITS_OTHER, "C", 40, "D"),
            Role.HOST,
            BETTER + "Delta fits Gama better still.",
        ),
        (
            Reason("A", "B", Why.ONE_MORE, "C", 40, "D"),
            Role.HOST,
            BETTER + "so that both have a partner, Gama meets Delta.",
        ),
        (
            Reason("A", "B", Why.SERVES_PARTNER, "C", 40),
            Role.HOST,
            BETTER + "then nobody would be left for Beta.",
        ),
        (
            Reason("A", "B", Why.WHOLE, "C", 40, "D"),
            Role.HOST,
            BETTER + "Gama goes to Delta, and the plan as a whole is worth more so.",
        ),
        (
            Reason("A", "B", Why.WHOLE, "C", 40),
            Role.HOST,
            BETTER + "the plan as a whole is worth more so.",
        ),
    ],
)
def test_a_reason_reads_as_a_sentence(reason, role, sentence):
    assert reason_in_words(reason, NAMES, role) == sentence


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        (Role.VISITING, "No other free host that fits works in Portuguese."),
        (Role.HOST, "No other free visitor that fits works in Portuguese."),
    ],
)
def test_a_language_reads_as_a_sentence_of_its_own(role, sentence):
    words = reason_in_words(Reason("A", "B", Why.BEST, "C"), NAMES, role, frozenset({"pt"}))
    assert words.endswith(f"just as well. {sentence}")


def test_a_longer_plan_takes_as_many_queries(client, officer):
    def queries() -> int:
        page(client)
        with CaptureQueriesContext(connection) as asked:
            page(client)
        return len(asked)

    host_profile(name="H")
    visitor_profile(name="V")
    few = queries()
    for number in range(8):
        host_profile(name=f"H{number}")
        visitor_profile(name=f"V{number}")
    assert queries() == few


# --- introducing several pairs ---------------------------------------------------------------


@pytest.fixture
def chosen():
    """Two pairs of a plan as they are ticked."""
    scarce()
    return ["P-ANY:P-TWO", "P-ODD:P-ONE"]


def introduce(client, values: list[str], **more: str):
    return client.post(f"{URL}introduce/", {"pair": values, **more})


def test_ticked_pairs_are_asked_about_first(client, officer, chosen):
    html = unescape(introduce(client, chosen).content.decode())
    assert "Introduce 2 pairs?" in html
    assert "We have looked at all participants of RECIPE4MOBILITY together" in html
    assert Match.objects.count() == 0


def test_once_confirmed_both_sides_of_each_pair_are_asked(client, officer, chosen):
    html = unescape(introduce(client, chosen, confirm="1", message="Do meet.").content.decode())
    assert "2 pairs introduced" in html
    matches = Match.objects.values_list("visitor__ref", "host__ref", "introduced_by", "message")
    assert sorted(matches) == [
        ("P-ANY", "P-TWO", officer.pk, "Do meet."),
        ("P-ODD", "P-ONE", officer.pk, "Do meet."),
    ]
    assert "There is nobody to plan for at present" in page(client)


def test_one_that_is_refused_does_not_keep_the_others_back(client, officer, chosen):
    officer_of_both = Profile.objects.get(ref="P-ANY").organisation
    officer_of_both.memberships.create(user=officer)
    html = unescape(introduce(client, chosen, confirm="1", message="Do meet.").content.decode())
    assert "1 pair introduced" in html
    assert "You may introduce participants of your own partnership only." in html
    assert list(Match.objects.values_list("visitor__ref", flat=True)) == ["P-ODD"]


def test_without_words_nobody_is_introduced(client, officer, chosen):
    html = introduce(client, chosen, confirm="1", message=" ").content.decode()
    assert "Introduce 2 pairs?" in html
    assert "error" in html
    assert Match.objects.count() == 0


def test_nothing_ticked_is_told(client, officer, chosen):
    html = introduce(client, []).content.decode()
    assert "Tick at least one pair." in html
    assert Match.objects.count() == 0


def test_a_pair_that_is_not_in_the_plan_any_more_is_told(client, officer, chosen):
    html = introduce(client, ["P-ANY:P-ONE"], confirm="1", message="Do meet.").content.decode()
    assert "The plan has changed meanwhile." in html
    assert Match.objects.count() == 0


def test_too_many_at_a_time_are_told(client, officer, chosen):
    html = introduce(client, chosen * MOST_PAIRS).content.decode()
    assert f"Introduce at most {MOST_PAIRS} pairs at a time." in html
    assert Match.objects.count() == 0
