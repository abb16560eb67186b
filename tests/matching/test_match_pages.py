"""The page of a match and the pages around it: who sees what, and what each button does."""

from datetime import date
from html import unescape

import pytest
from django.core.files.base import ContentFile

from matching.enums import ConversationState, MatchOrigin, MatchState
from matching.models import ContactLimits, Conversation, Match
from matching.services.conversations import start_conversation
from matching.services.matches import accept_match
from profiles.enums import StaffRoleName
from profiles.models import AvailabilityWindow, Profile
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")
QUERIES_TO_PROPOSE, QUERIES_OF_PAGE = 25, 17

WHY = "We both work on batteries. A visit would show us how you sort them."
FORM = {"message": WHY, "mode": "physical", "dates_from": "", "dates_to": ""}
PROPOSE = "/matches/P-VISITOR/P-HOST/propose/"


@pytest.fixture
def host():
    return host_profile(ref="P-HOST", contact_name="Claire Delattre")


@pytest.fixture
def visitor():
    return visitor_profile(ref="P-VISITOR", contact_name="Vasco Motor")


def text_of(response):
    html = unescape(response.content.decode())
    return " ".join(html[html.index("<main") : html.index("</main>")].split())


def page(client, user, path):
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == 200
    return text_of(response)


def post(client, user, path, data=None):
    client.force_login(user)
    return client.post(path, data or {})


# --- proposing ---------------------------------------------------------------------------------


def test_a_member_proposes_from_the_page_of_the_pair(client, host, visitor):
    assert PROPOSE in page(client, visitor.contact, "/matches/P-VISITOR/P-HOST/")
    assert "Propose an exchange to AQUIMER" in page(client, visitor.contact, PROPOSE)

    dates = {"dates_from": "2099-05-04", "dates_to": "2099-05-08", "is_known": "on"}
    response = post(client, visitor.contact, PROPOSE, FORM | dates)

    match = Match.objects.get()
    assert response["Location"] == f"/proposals/{match.pk}/"
    assert (match.message, match.mode, match.origin) == (WHY, "physical", MatchOrigin.KNOWN)
    assert (match.starts_on, match.ends_on) == (date(2099, 5, 4), date(2099, 5, 8))
    shown = page(client, visitor.contact, response["Location"])
    assert "Waiting for the answer of AQUIMER to the proposed match." in shown
    assert "4 May 2099 – 8 May 2099" in shown
    assert "They already knew each other" in shown
    assert "by matching rules, version 1" in shown


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("other side", 403), ("officer", 403)]
)
def test_others_may_not_propose(client, host, visitor, who, status):
    people = {
        "stranger": UserFactory,
        "other side": lambda: host.contact,
        "officer": lambda: StaffRoleFactory().user,
    }
    client.force_login(people[who]())
    with untouched():
        assert client.get(PROPOSE).status_code == status
        assert client.post(PROPOSE, FORM).status_code == status


def test_whoever_is_not_logged_in_is_asked_to(client, host, visitor):
    match = match_between(visitor, host)
    for path in (PROPOSE, f"/proposals/{match.pk}/", f"/proposals/{match.pk}/decline/"):
        assert client.get(path)["Location"].startswith("/accounts/login/?next=")


def test_who_is_out_of_the_catalogue_reads_why(client, host, visitor):
    colleague = visitor_profile(ref="P-TWO", organisation=visitor.organisation)
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    client.force_login(visitor.contact)
    assert colleague.is_published
    assert client.get(PROPOSE)["Location"] == "/matches/P-VISITOR/"


def test_an_open_match_is_shown_instead(client, host, visitor):
    match = match_between(host, visitor)
    response = post(client, visitor.contact, PROPOSE, FORM)
    assert response["Location"] == f"/proposals/{match.pk}/"
    shown = text_of(client.get(response["Location"]))
    assert "There is a match of the two already. Here it is." in shown
    assert buttons(shown, match) == {"accept", "decline"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"message": ""}, "Say in a few words what you would like to do."),
        ({"mode": ""}, "This field is required."),
        ({"dates_from": "2099-01-01"}, "Give the first and the last day, or neither."),
        (
            {"dates_from": "2020-01-01", "dates_to": "2099-01-01"},
            "The first day is over. Choose a later one.",
        ),
        (
            {"dates_from": "2099-01-02", "dates_to": "2099-01-01"},
            "The last day is before the first.",
        ),
    ],
)
def test_what_is_missing_is_asked_for(client, host, visitor, wrong, told):
    client.force_login(visitor.contact)
    with untouched():
        assert told in text_of(client.post(PROPOSE, FORM | wrong))


def test_a_refusal_stands_in_place_of_the_form(client, host, visitor):
    ContactLimits.objects.create(profile=host, paused_until=date(2099, 1, 31))
    shown = page(client, visitor.contact, PROPOSE)
    assert "Takes new contacts again on 31 January 2099." in shown
    assert "<textarea" not in shown
    assert "Takes new contacts again" in text_of(client.post(PROPOSE, FORM))


def test_one_way_of_meeting_is_told_and_not_asked(client, host):
    visitor_profile(ref="P-VISITOR", mode="virtual")
    visitor = Profile.objects.get(ref="P-VISITOR")
    shown = page(client, visitor.contact, PROPOSE)
    assert "How: <strong>Online</strong>" in shown
    assert 'type="radio"' not in shown


def window(profile, start, end):
    AvailabilityWindow.objects.create(profile=profile, starts_on=start, ends_on=end)


def test_days_that_suit_both_are_suggested(client, host, visitor):
    Profile.objects.filter(pk=visitor.pk).update(min_days=5, max_days=10)
    window(host, date(2099, 5, 1), date(2099, 5, 31))
    window(visitor, date(2099, 5, 2), date(2099, 6, 30))
    shown = page(client, visitor.contact, PROPOSE)
    assert "Free for both, as far as the profiles say: 2 May 2099 – 31 May 2099." in shown
    assert 'value="2099-05-04"' in shown
    assert 'value="2099-05-11"' in shown


def test_without_common_days_none_are_suggested(client, host, visitor):
    window(host, date(2099, 5, 1), date(2099, 5, 31))
    window(visitor, date(2099, 7, 1), date(2099, 7, 30))
    shown = page(client, visitor.contact, PROPOSE)
    assert "Leave it empty if it is open." in shown


def test_days_that_are_too_few_are_not_suggested(client, host, visitor):
    window(host, date(2099, 5, 1), date(2099, 5, 5))
    Profile.objects.filter(pk=visitor.pk).update(min_days=10, max_days=10)
    shown = page(client, visitor.contact, PROPOSE)
    assert "1 May 2099 – 5 May 2099" in shown
    assert 'value="2099' not in shown


# --- the page of a match -------------------------------------------------------------------------


@pytest.fixture
def match(host, visitor):
    return match_between(visitor, host)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("asked", 200),
        ("asking", 200),
        ("stranger", 404),
        ("participant", 404),
        ("officer of the visitor", 200),
        ("officer of the host", 200),
        ("other officer", 404),
        ("support", 200),
        ("observer", 404),
    ],
)
def test_who_sees_a_match(client, match, who, status):
    people = {
        "asked": lambda: match.host.contact,
        "asking": lambda: match.visitor.contact,
        "stranger": UserFactory,
        "participant": lambda: visitor_profile(name="Third").contact,
        "officer of the visitor": lambda: StaffRoleFactory().user,
        "officer of the host": lambda: StaffRoleFactory(acronym="EXXTRA").user,
        "other officer": lambda: StaffRoleFactory(acronym="BLUES").user,
        "support": lambda: StaffRoleFactory(role=StaffRoleName.SUPPORT).user,
        "observer": lambda: StaffRoleFactory(role=StaffRoleName.OBSERVER).user,
    }
    client.force_login(people[who]())
    assert client.get(f"/proposals/{match.pk}/").status_code == status


BUTTONS = ("accept", "decline", "withdraw", "dissolve")


def buttons(shown, match):
    return {name for name in BUTTONS if f"/proposals/{match.pk}/{name}/" in shown}


@pytest.mark.parametrize(
    ("state", "asked", "asking", "officer"),
    [
        (MatchState.PROPOSED, {"accept", "decline"}, {"withdraw"}, set()),
        (MatchState.CONFIRMED, {"dissolve"}, {"dissolve"}, {"dissolve"}),
        (MatchState.DECLINED, set(), set(), set()),
        (MatchState.WITHDRAWN, set(), set(), set()),
        (MatchState.EXPIRED, set(), set(), set()),
        (MatchState.DISSOLVED, set(), set(), set()),
    ],
)
def test_each_finds_the_steps_that_are_open(client, host, visitor, state, asked, asking, officer):
    match = match_between(visitor, host, state=state)
    path = f"/proposals/{match.pk}/"
    for user, expected in (
        (host.contact, asked),
        (visitor.contact, asking),
        (StaffRoleFactory().user, officer),
    ):
        shown = page(client, user, path)
        assert buttons(shown, match) == expected
        assert shown.count("button-primary") <= 1


def test_the_reason_and_the_day_to_try_again_stand_there(client, host, visitor):
    match = match_between(visitor, host, state=MatchState.DECLINED)
    for user in (visitor.contact, host.contact, StaffRoleFactory().user):
        shown = page(client, user, f"/proposals/{match.pk}/")
        assert "The dates do not suit us." in shown
        assert "Can be tried again from" in shown


def test_the_other_side_reads_organisations_and_staff_reads_people(client, host, visitor):
    match = match_between(visitor, host, state=MatchState.DECLINED)
    actor = str(host.contact)
    assert actor not in page(client, visitor.contact, f"/proposals/{match.pk}/")
    assert f"({actor})" in page(client, StaffRoleFactory().user, f"/proposals/{match.pk}/")


def test_steps_of_the_portal_and_of_the_support_office_are_named(client, host, visitor):
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    match = introduction_of(host, visitor, support)
    shown = page(client, host.contact, f"/proposals/{match.pk}/")
    assert "What the Support Office proposed" in shown
    post(client, support, f"/proposals/{match.pk}/withdraw/")
    assert "· the Support Office" in page(client, host.contact, f"/proposals/{match.pk}/")
    expired = match_between(visitor, host, state=MatchState.EXPIRED)
    assert "· the portal" in page(client, host.contact, f"/proposals/{expired.pk}/")


# --- contact data --------------------------------------------------------------------------------


def with_cv(profile):
    profile.cv.save("cv.pdf", ContentFile(b"%PDF-1.4 a life"))
    return profile


def status_of(client, path):
    """Of a file that is read to its end, and so closed again."""
    response = client.get(path)
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


@pytest.mark.parametrize("state", MatchState)
def test_contact_data_are_open_while_a_match_is_confirmed(client, host, visitor, state):
    with_cv(host)
    match = match_between(visitor, host, state=state)
    is_open = state == MatchState.CONFIRMED
    shown = page(client, visitor.contact, f"/proposals/{match.pk}/")
    profile = page(client, visitor.contact, "/profiles/P-HOST/")
    for secret in (host.contact_email, "Claire Delattre"):
        assert (secret in shown) is is_open
        assert (secret in profile) is is_open
    status = 200 if is_open else 403
    assert status_of(client, f"/proposals/{match.pk}/cv/") == status
    assert status_of(client, "/profiles/P-HOST/cv/") == status


def test_the_contact_of_a_partner_on_a_break_stays_open(client, host, visitor):
    with_cv(host)
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    pause_profile(profile_id=host.pk, actor=host.contact)
    assert host.contact_email in page(client, visitor.contact, f"/proposals/{match.pk}/")
    response = client.get(f"/proposals/{match.pk}/cv/")
    assert b"".join(response.streaming_content) == b"%PDF-1.4 a life"


def test_a_confirmed_match_opens_nothing_to_others(client, host, visitor):
    with_cv(host)
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    third = visitor_profile(name="Third").contact
    assert host.contact_email not in page(client, third, "/profiles/P-HOST/")
    assert client.get("/profiles/P-HOST/cv/").status_code == 403
    assert client.get(f"/proposals/{match.pk}/cv/").status_code == 404
    client.force_login(StaffRoleFactory().user)
    assert client.get(f"/proposals/{match.pk}/cv/").status_code == 403


def test_a_cv_that_is_not_there_is_not_found(client, host, visitor):
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    client.force_login(visitor.contact)
    assert client.get(f"/proposals/{match.pk}/cv/").status_code == 404


# --- the steps -----------------------------------------------------------------------------------


def test_accepting_opens_the_contact(client, match):
    response = post(client, match.host.contact, f"/proposals/{match.pk}/accept/")
    shown = text_of(client.get(response["Location"]))
    assert "It is a match. You see each other’s contact data now." in shown
    assert "What comes next" in shown
    assert "RECIPE4MOBILITY for the visitor, EXXTRA for the host" in shown


def test_the_first_yes_to_an_introduction_waits_for_the_second(client, host, visitor):
    match = introduction_of(host, visitor, StaffRoleFactory().user)
    response = post(client, host.contact, f"/proposals/{match.pk}/accept/")
    shown = text_of(client.get(response["Location"]))
    assert "Thank you. Now the other side is asked" in shown
    assert "Waiting for the answer of Motores Lda" in shown
    again = post(client, host.contact, f"/proposals/{match.pk}/accept/")
    assert "Your side has agreed already." in text_of(client.get(again["Location"]))


def test_a_second_click_is_no_fault(client, match):
    for _click in range(2):
        response = post(client, match.host.contact, f"/proposals/{match.pk}/accept/")
    assert "the match is “Confirmed” now" in text_of(client.get(response["Location"]))


def test_declining_takes_a_ready_reason_and_own_words(client, match):
    path = f"/proposals/{match.pk}/decline/"
    assert "Decline the exchange?" in page(client, match.host.contact, path)
    response = post(client, match.host.contact, path, {"reason": "0", "words": "Maybe in May."})
    shown = text_of(client.get(response["Location"]))
    assert "The dates do not suit us.<br>Maybe in May." in shown
    match.refresh_from_db()
    assert match.state == MatchState.DECLINED


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, "Choose a reason."),
        ({"reason": "9"}, "Select a valid choice."),
        ({"reason": "other"}, "Say the reason in a few words."),
    ],
)
@pytest.mark.parametrize("name", ["decline", "dissolve"])
def test_a_no_without_a_reason_is_asked_again(client, host, visitor, name, typed, told):
    state = MatchState.PROPOSED if name == "decline" else MatchState.CONFIRMED
    match = match_between(visitor, host, state=state)
    client.force_login(host.contact)
    with untouched():
        assert told in text_of(client.post(f"/proposals/{match.pk}/{name}/", typed))


def test_own_words_alone_will_do(client, match):
    post(
        client,
        match.host.contact,
        f"/proposals/{match.pk}/decline/",
        {"reason": "other", "words": "We moved."},
    )
    assert match.transitions.get().comment == "We moved."


def test_taking_back_is_asked_first(client, match):
    path = f"/proposals/{match.pk}/withdraw/"
    assert "Take it back?" in page(client, match.visitor.contact, path)
    response = post(client, match.visitor.contact, path)
    assert "Taken back. Nobody needs to answer" in text_of(client.get(response["Location"]))


def test_dissolving_closes_the_contact(client, host, visitor):
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    path = f"/proposals/{match.pk}/dissolve/"
    assert "Dissolve the match?" in page(client, host.contact, path)
    response = post(client, host.contact, path, {"reason": "1"})
    shown = text_of(client.get(response["Location"]))
    assert "Dissolved. The other side and the partnerships read your reason." in shown
    assert visitor.contact_email not in shown


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("accept", "asking"),
        ("accept", "officer"),
        ("decline", "asking"),
        ("decline", "officer"),
        ("withdraw", "asked"),
        ("withdraw", "officer"),
        ("accept", "stranger"),
        ("decline", "stranger"),
        ("withdraw", "stranger"),
    ],
)
def test_the_wrong_side_is_refused(client, match, name, user):
    people = {
        "asked": lambda: match.host.contact,
        "asking": lambda: match.visitor.contact,
        "officer": lambda: StaffRoleFactory().user,
        "stranger": UserFactory,
    }
    client.force_login(people[user]())
    status = 404 if user == "stranger" else 403
    path = f"/proposals/{match.pk}/{name}/"
    with untouched():
        assert client.post(path, {"reason": "0"}).status_code == status
        assert client.get(path).status_code == (405 if name == "accept" else status)


@pytest.mark.parametrize("name", ["decline", "withdraw", "dissolve"])
def test_a_question_that_comes_too_late_leads_back(client, host, visitor, name):
    match = match_between(visitor, host, state=MatchState.EXPIRED)
    client.force_login(host.contact)
    response = client.get(f"/proposals/{match.pk}/{name}/")
    assert response["Location"] == f"/proposals/{match.pk}/"


# --- writing to each other -----------------------------------------------------------------------


def talk(visitor, host):
    return start_conversation(
        profile_id=visitor.pk, other_id=host.pk, text=WHY, actor=visitor.contact
    )


def test_the_page_leads_to_the_conversation(client, host, visitor):
    conversation = talk(visitor, host)
    match = match_between(visitor, host)
    path, url = f"/proposals/{match.pk}/", conversation.get_absolute_url()
    assert f'href="{url}"' in page(client, host.contact, path)
    assert "Read the conversation" in page(client, StaffRoleFactory().user, path)
    accept_match(match_id=match.pk, actor=host.contact)
    assert f'href="{url}"' in page(client, host.contact, path)


def test_without_one_it_leads_to_a_first_message(client, match):
    shown = page(client, match.host.contact, f"/proposals/{match.pk}/")
    assert 'href="/matches/P-HOST/P-VISITOR/contact/"' in shown
    assert "contact/" not in page(client, StaffRoleFactory().user, f"/proposals/{match.pk}/")


def test_a_conversation_that_is_over_is_begun_anew(client, match):
    conversation = talk(match.visitor, match.host)
    Conversation.objects.filter(pk=conversation.pk).update(state=ConversationState.SILENT)
    shown = page(client, match.host.contact, f"/proposals/{match.pk}/")
    assert 'href="/matches/P-HOST/P-VISITOR/contact/"' in shown


def test_a_match_that_is_over_leads_to_other_partners(client, host, visitor):
    match = match_between(visitor, host, state=MatchState.DECLINED)
    shown = page(client, visitor.contact, f"/proposals/{match.pk}/")
    assert 'href="/matches/P-VISITOR/"' in shown
    assert "contact/" not in shown


# --- what a pair and a profile offer -------------------------------------------------------------

PAIR = "/matches/P-VISITOR/P-HOST/"


def test_a_pair_offers_to_write_and_to_propose(client, host, visitor):
    shown = page(client, visitor.contact, PAIR)
    assert 'href="/matches/P-VISITOR/P-HOST/contact/"' in shown
    assert f'href="{PROPOSE}"' in shown
    assert shown.count("button-primary") == 1


def test_a_pair_in_talks_leads_on(client, host, visitor):
    url = talk(visitor, host).get_absolute_url()
    shown = page(client, visitor.contact, PAIR)
    assert f'href="{url}"' in shown
    assert f'href="{PROPOSE}"' in shown


def test_a_pair_that_cannot_begin_says_why(client, host, visitor):
    ContactLimits.objects.create(profile=host, paused_until=date(2099, 1, 31))
    shown = page(client, visitor.contact, PAIR)
    assert "Takes new contacts again on 31 January 2099." in shown
    assert PROPOSE not in shown


def test_a_pair_with_an_open_match_says_so(client, match):
    shown = page(client, match.visitor.contact, PAIR)
    assert "A match or an exchange between you is open already." in shown
    assert f'href="/proposals/{match.pk}/"' in shown
    assert PROPOSE not in shown


def test_a_pair_that_is_not_possible_offers_nothing(client, visitor):
    host_profile(ref="P-HOST", country="PT")
    shown = page(client, visitor.contact, PAIR)
    assert "Both of you are in Portugal." in shown
    assert PROPOSE not in shown


def test_the_page_of_a_partner_offers_the_same(client, host, visitor):
    shown = page(client, visitor.contact, "/profiles/P-HOST/")
    assert "You and them" in shown
    assert 'href="/matches/P-VISITOR/P-HOST/contact/"' in shown
    assert shown.count("button-primary") == 1
    assert f'href="{PAIR}"' in shown


def test_the_page_of_a_partner_leads_to_the_open_match(client, match):
    shown = page(client, match.visitor.contact, "/profiles/P-HOST/")
    assert f'href="/proposals/{match.pk}/"' in shown
    assert "See what rules an exchange out" in shown


def test_with_several_profiles_the_latest_of_the_other_role_is_meant(client, host, visitor):
    own_host = host_profile(organisation=visitor.organisation, contact=visitor.contact)
    shown = page(client, visitor.contact, "/profiles/P-HOST/")
    assert f"/matches/{own_host.ref}/" not in shown
    assert f'href="{PAIR}"' in shown


def test_no_panel_where_there_is_no_pair(client, host, visitor):
    for user, path in (
        (visitor.contact, "/profiles/P-VISITOR/"),
        (visitor.contact, "/profiles/P-VISITOR/?preview=1"),
        (StaffRoleFactory().user, "/profiles/P-HOST/"),
        (host_profile(name="Third").contact, "/profiles/P-HOST/"),
    ):
        assert "You and them" not in page(client, user, path)


def test_a_colleague_sees_the_match_too(client, match):
    colleague = MembershipFactory(organisation=match.host.organisation).user
    assert "Your turn: accept or decline" in page(client, colleague, f"/proposals/{match.pk}/")


def test_the_page_of_a_match_asks_little(client, match, django_assert_max_num_queries):
    client.force_login(match.host.contact)
    with django_assert_max_num_queries(30):
        client.get(f"/proposals/{match.pk}/")


# --- how much is read ---------------------------------------------------------------------------


def test_the_page_to_propose_takes_a_fixed_number_of_queries(
    client, host, visitor, django_assert_num_queries
):
    client.force_login(visitor.contact)
    client.get(PROPOSE)
    with django_assert_num_queries(QUERIES_TO_PROPOSE):
        client.get(PROPOSE)


def test_the_page_of_a_match_reads_each_side_once(client, host, visitor, django_assert_num_queries):
    match = match_between(host, visitor)
    client.force_login(host.contact)
    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(match.get_absolute_url())
