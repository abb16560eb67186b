"""Staff brings two profiles together: who may, what is refused, and the list of what one did."""

from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.enums import MatchOrigin, MatchState
from matching.models import ContactBlock, ContactLimits, Match
from matching.queries.matches import pair_of
from matching.services.matches import accept_match, withdraw_match
from profiles.enums import StaffRoleName
from profiles.models import Membership
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    StaffRoleFactory,
    UserFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

WORDS = "You both sort batteries and could learn from each other."


@pytest.fixture
def host():
    return host_profile(ref="P-HOST")


@pytest.fixture
def visitor():
    return visitor_profile(ref="P-VISITOR")


@pytest.fixture
def officer():
    """Of the visitor's partnership."""
    return StaffRoleFactory().user


def text_of(response):
    html = unescape(response.content.decode())
    return " ".join(html[html.index("<main") : html.index("</main>")].split())


def refused(code, *args, **terms):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        introduction_of(*args, **terms)
    assert refusal.value.code == code
    return str(refusal.value)


# --- the service -------------------------------------------------------------------------------


def test_an_introduction_asks_both_and_names_its_partnership(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    pair = pair_of(host, visitor)
    assert (match.state, match.origin) == (MatchState.PROPOSED, MatchOrigin.INTRODUCED)
    assert (match.host_agreed_at, match.visitor_agreed_at, match.proposed_by) == (None, None, None)
    assert (match.introduced_by, match.introduced_for) == (officer, visitor.partnership)
    assert (match.score, match.ruleset) == (pair.explanation.total, pair.ruleset.version)


def test_the_partnership_of_the_host_may_too(host, visitor):
    officer = StaffRoleFactory(acronym="EXXTRA").user
    assert introduction_of(host, visitor, officer).introduced_for == host.partnership


def test_the_support_office_introduces_in_nobodys_name(host, visitor):
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    assert introduction_of(host, visitor, support).introduced_for is None


@pytest.mark.parametrize("who", ["other officer", "observer", "member", "officer within"])
def test_nobody_else_introduces(host, visitor, officer, who):
    if who == "officer within":
        Membership.objects.create(user=officer, organisation=host.organisation)
    actors = {
        "other officer": lambda: StaffRoleFactory(acronym="BLUES").user,
        "observer": lambda: StaffRoleFactory(role=StaffRoleName.OBSERVER).user,
        "member": lambda: visitor.contact,
        "officer within": lambda: officer,
    }
    actor = actors[who]()
    with untouched(), pytest.raises(NotAllowed):
        introduction_of(host, visitor, actor)


def test_two_with_an_open_match_are_not_introduced(host, visitor, officer):
    match_between(visitor, host)
    refused("open_already", host, visitor, officer)


def test_two_who_rest_are_not_introduced(host, visitor, officer):
    match_between(visitor, host, state=MatchState.DECLINED)
    refused("resting", host, visitor, officer)


def test_who_is_out_of_the_catalogue_is_not_introduced(host, visitor, officer):
    pause_profile(profile_id=host.pk, actor=host.contact)
    refused("not_published", host, visitor, officer)


def test_a_hard_stop_holds_for_introductions(visitor, officer):
    neighbour = host_profile(name="Vizinho", country="PT")
    refused("not_possible", neighbour, visitor, officer)


def test_a_break_from_contacts_holds_for_introductions(host, visitor, officer):
    ContactLimits.objects.create(profile=host, paused_until=date(2099, 1, 31))
    text = refused("unreachable", host, visitor, officer)
    assert text == "AQUIMER: Takes new contacts again on 31 January 2099."


def test_a_block_holds_for_introductions(host, visitor, officer):
    ContactBlock.objects.create(
        organisation=host.organisation, blocked=visitor.organisation, made_by=host.contact
    )
    text = refused("blocked", host, visitor, officer)
    assert text == "One of the two does not want to hear from the other."


def test_the_terms_hold_for_introductions(host, visitor, officer):
    refused("message", host, visitor, officer, message="")


def test_the_officer_and_colleagues_take_it_back(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    colleague = StaffRoleFactory().user
    withdrawn = withdraw_match(match_id=match.pk, actor=colleague, comment="A mistake")
    assert withdrawn.state == MatchState.WITHDRAWN
    step = match.transitions.get()
    assert (step.side, step.partnership, step.actor) == (None, visitor.partnership, colleague)


def test_the_support_office_takes_back_what_was_introduced_alone(host, visitor, officer):
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    proposed = match_between(visitor_profile(name="Other"), host)
    with untouched(), pytest.raises(NotAllowed):
        withdraw_match(match_id=proposed.pk, actor=support)
    match = introduction_of(host, visitor, officer)
    assert withdraw_match(match_id=match.pk, actor=support).state == MatchState.WITHDRAWN


def test_the_officer_of_the_other_side_does_not_take_it_back(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    other = StaffRoleFactory(acronym="EXXTRA").user
    with untouched(), pytest.raises(NotAllowed):
        withdraw_match(match_id=match.pk, actor=other)


# --- the pages ---------------------------------------------------------------------------------

FORM = {"message": WORDS, "mode": "physical", "dates_from": "", "dates_to": ""}
ADDRESS = "/matches/P-VISITOR/P-HOST/introduce/"


def test_the_way_leads_from_the_pair_over_the_form_to_the_match(client, host, visitor, officer):
    client.force_login(officer)
    assert ADDRESS in text_of(client.get("/matches/P-VISITOR/P-HOST/"))
    assert "Introduce Motores Lda and AQUIMER" in text_of(client.get(ADDRESS))

    response = client.post(ADDRESS, FORM)

    match = Match.objects.get()
    assert response["Location"] == f"/proposals/{match.pk}/"
    assert (match.message, match.host, match.visitor) == (WORDS, host, visitor)
    page = text_of(client.get(response["Location"]))
    assert "Waiting for the answer of AQUIMER and Motores Lda to the proposed match." in page
    assert "Take it back" in page
    assert "Accept" not in page


def test_the_address_works_from_either_side(client, host, visitor, officer):
    client.force_login(officer)
    client.post("/matches/P-HOST/P-VISITOR/introduce/", FORM)
    assert Match.objects.get().visitor == visitor


@pytest.mark.parametrize(
    ("who", "status"),
    [("member", 404), ("other officer", 403), ("observer", 403), ("support", 200)],
)
def test_who_may_open_the_form(client, host, visitor, who, status):
    people = {
        "member": lambda: visitor.contact,
        "other officer": lambda: StaffRoleFactory(acronym="BLUES").user,
        "observer": lambda: StaffRoleFactory(role=StaffRoleName.OBSERVER).user,
        "support": lambda: StaffRoleFactory(role=StaffRoleName.SUPPORT).user,
    }
    client.force_login(people[who]())
    assert client.get(ADDRESS).status_code == status


def test_whoever_is_unknown_is_not_there(client, host, visitor):
    assert client.get(ADDRESS)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("pair", ["P-VISITOR/P-NONE", "P-VISITOR/P-TWO"])
def test_two_that_are_no_pair_are_not_there(client, host, visitor, officer, pair):
    visitor_profile(ref="P-TWO", name="Two")
    client.force_login(officer)
    assert client.get(f"/matches/{pair}/introduce/").status_code == 404


def test_a_missing_message_is_asked_for(client, host, visitor, officer):
    client.force_login(officer)
    with untouched():
        page = text_of(client.post(ADDRESS, FORM | {"message": ""}))
    assert "Say in a few words what you would like to do." in page


def test_the_form_says_why_not(client, host, visitor, officer):
    match_between(visitor, host, state=MatchState.DECLINED)
    client.force_login(officer)
    page = text_of(client.get(ADDRESS))
    assert "A match of the two was declined." in page
    assert "<textarea" not in page
    assert "A match of the two was declined." in text_of(client.post(ADDRESS, FORM))


def test_an_open_match_is_shown_instead(client, host, visitor, officer):
    match = match_between(visitor, host)
    client.force_login(officer)
    assert client.get(ADDRESS)["Location"] == f"/proposals/{match.pk}/"


def test_the_list_tells_what_became_of_each(client, host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    accept_match(match_id=match.pk, actor=visitor.contact)
    introduction_of(host_profile(name="Elsewhere"), visitor, StaffRoleFactory().user)
    exxtra = StaffRoleFactory(acronym="EXXTRA").user
    introduction_of(host, visitor_profile(name="Other", acronym="BLUES"), exxtra)

    client.force_login(officer)
    page = text_of(client.get("/introductions/"))
    assert page.count("/proposals/") == 2
    assert f"/proposals/{match.pk}/" in page
    client.force_login(exxtra)
    assert text_of(client.get("/introductions/")).count("/proposals/") == 1


def test_an_empty_list_says_how_to_begin(client, officer):
    client.force_login(officer)
    assert "Nobody introduced yet" in text_of(client.get("/introductions/"))


@pytest.mark.parametrize(("role", "status"), [("observer", 403), (None, 404)])
def test_the_list_is_for_those_at_a_desk(client, role, status):
    client.force_login(StaffRoleFactory(role=role).user if role else UserFactory())
    assert client.get("/introductions/").status_code == status


def test_the_list_asks_as_much_for_one_as_for_many(client, visitor, officer):
    client.force_login(officer)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get("/introductions/")
        return len(queries)

    introduction_of(host_profile(name="First"), visitor, officer)
    for_one = asked()
    for number in range(2):
        introduction_of(host_profile(name=f"Host {number}"), visitor, officer)
    assert asked() == for_one


def test_who_belongs_to_the_other_side_does_not_introduce_it(client, host, visitor, officer):
    Membership.objects.create(user=officer, organisation=host.organisation)
    client.force_login(officer)
    assert ADDRESS not in text_of(client.get("/matches/P-VISITOR/P-HOST/"))
