from datetime import UTC, datetime

import pytest
import time_machine

from cxc_portal.core.workflow import Baton
from profiles.enums import Role
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.invitations import invite_colleague, key_of
from profiles.services.lifecycle import withdraw_profile
from profiles.services.registration import start_registration
from profiles.turns import Turn
from profiles.views.dashboard import sorted_matters
from tests.factories import (
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)
from tests.profiles.pages import queries_of

pytestmark = pytest.mark.django_db

MONDAY = datetime(2027, 6, 7, 9, 0, tzinfo=UTC)
A_MONTH_LATER = datetime(2027, 7, 7, 9, 0, tzinfo=UTC)


def dashboard(client, user):
    client.force_login(user)
    return client.get("/dashboard/").content.decode()


def test_dashboard_asks_for_a_log_in(client, db):
    assert client.get("/dashboard/").headers["Location"].startswith("/accounts/login/")


def test_whoever_is_new_is_shown_the_first_step(client, reference):
    text = dashboard(client, UserFactory(first_name="Ada"))
    assert "Good day, Ada" in text
    assert "Your first step abroad" in text
    assert 'href="/register/"' in text


def test_whoever_gave_no_name_is_greeted_all_the_same(client, reference):
    assert "<h1>Good day</h1>" in " ".join(dashboard(client, UserFactory(first_name="")).split())


def test_registration_that_was_begun_can_be_continued(client, reference):
    user = UserFactory()
    registration = start_registration(actor=user)
    text = dashboard(client, user)
    assert "Your turn: finish your registration." in text
    assert f"/register/continue/{registration.key}/" in text
    registration.answers = {"name": "Ateliers"}
    registration.save()
    assert "Your turn: finish registering Ateliers." in dashboard(client, user)
    registration.organisation = OrganisationFactory(name="Werft")
    registration.save()
    assert "Your turn: finish registering Werft." in dashboard(client, user)


def test_invitation_waits_on_the_dashboard(client, reference):
    profile = submitted_profile()
    invitation = invite_colleague(
        organisation_id=profile.organisation_id, email="new@example.org", actor=profile.contact
    )
    text = dashboard(client, UserFactory(email="new@example.org"))
    name = profile.organisation.name
    assert f"Your turn: {profile.contact} asks you to act for {name}." in text
    assert f"/invitations/{key_of(invitation)}/" in text
    assert "asks you to act for" not in dashboard(client, UserFactory())


def test_each_own_profile_says_whose_turn_it_is(client, reference):
    profile = published_profile()
    text = dashboard(client, profile.contact)
    assert "Your turn: look at your matches and choose a partner." in text
    assert f'href="/matches/{profile.ref}/"' in text
    assert "things can be added. The next one: What you hope for." in " ".join(text.split())
    assert f'href="/profiles/{profile.ref}/edit/"' in text


def test_own_turn_comes_first_and_what_is_over_last(client, reference):
    owner = UserFactory()
    over = ProfileFactory(contact=owner, organisation__name="Over")
    waiting = submitted_profile(contact=owner, organisation__name="Waiting")
    mine = published_profile(contact=owner, organisation__name="Mine")
    withdraw_profile(profile_id=over.pk, actor=owner)
    client.force_login(owner)
    matters = client.get("/dashboard/").context["matters"]
    parts = [[matters.first], matters.yours, matters.waiting, matters.closed]
    assert [[turn.title for turn in part] for part in parts] == [
        ["Mine"],
        [],
        ["Waiting"],
        ["Over"],
    ]
    assert matters.closed[0].note == ""
    assert matters.first.url == f"/profiles/{mine.ref}/"
    assert matters.waiting[0].url == f"/profiles/{waiting.ref}/"


def turn(name, *, day=1, situation="yours", blocks=True, action_url="/there/"):
    baton = Baton(
        situation=situation,
        label="",
        sentence=f"{name}.",
        since=MONDAY.replace(day=day),
        next="",
        responsible="owner",
        action_label="Go",
        action_url=action_url,
    )
    return Turn("Matter", name, baton, "/there/", blocks=blocks)


def names(turns):
    return [turn.title for turn in turns]


def test_what_holds_others_up_comes_first_and_the_longest_wait_before_all():
    matters = sorted_matters(
        [
            turn("own", day=1, blocks=False),
            turn("late", day=5),
            turn("early", day=3),
            turn("theirs", day=4, situation="waiting"),
            turn("theirs for long", day=2, situation="waiting"),
            turn("over", day=2, situation="closed"),
            turn("over lately", day=6, situation="closed"),
        ]
    )
    assert names([matters.first, *matters.yours]) == ["early", "late", "own"]
    assert names(matters.waiting) == ["theirs for long", "theirs"]
    assert names(matters.closed) == ["over lately", "over"]
    assert matters.more == {"yours": 0, "waiting": 0, "closed": 0}


def test_what_can_be_done_comes_before_what_cannot():
    matters = sorted_matters([turn("early", day=1, action_url=""), turn("late", day=2)])
    assert (matters.first.title, names(matters.yours)) == ("late", ["early"])


def test_ten_of_each_are_shown_and_the_others_counted():
    matters = sorted_matters([turn(str(day), day=day) for day in range(1, 14)])
    assert (len(matters.yours), matters.more["yours"]) == (10, 2)


def test_the_page_has_one_primary_action(client, reference):
    owner = published_profile().contact
    start_registration(actor=owner)
    submitted_profile(contact=owner)
    text = dashboard(client, owner)
    assert text.count("button-primary") == 1
    assert text.count("Your turn: ") == 2


def test_how_much_is_left_out_is_said(client, reference):
    owner = UserFactory()
    for _number in range(12):
        start_registration(actor=owner)
    assert "And 1 more, which came later." in " ".join(dashboard(client, owner).split())


def test_second_role_is_offered_for_an_organisation_with_one(client, reference):
    profile = published_profile(organisation__name="Ateliers")
    offer = f"/register/?organisation={profile.organisation_id}"
    text = dashboard(client, profile.contact)
    assert offer in text
    assert "Register Ateliers as a host, too" in text
    submitted_profile(organisation=profile.organisation, role=Role.HOST, contact=profile.contact)
    assert offer not in dashboard(client, profile.contact)


def test_host_is_offered_to_visit(client, reference):
    host = published_profile(organisation__name="Ateliers", role=Role.HOST)
    assert "Register Ateliers as a visitor, too" in dashboard(client, host.contact)


def test_ended_profiles_offer_no_second_role(client, reference):
    profile = published_profile()
    withdraw_profile(profile_id=profile.pk, actor=profile.contact)
    assert "/register/?organisation=" not in dashboard(client, profile.contact)


def test_officer_sees_how_many_wait_and_who_has_waited_longest(client, reference):
    officer = StaffRoleFactory().user
    with time_machine.travel(MONDAY, tick=False):
        submitted_profile(organisation__name="Ateliers")
    with time_machine.travel(MONDAY.replace(day=10), tick=False):
        submitted_profile(organisation__name="Werft")
        submitted_profile(acronym="EXXTRA", organisation__name="Ferrovia")
        text = " ".join(dashboard(client, officer).split())
    assert "Your turn: 2 profiles wait at the validation desk." in text
    assert "Ateliers has waited longest: 3 working days. It is due on 21 June." in text
    assert "Ferrovia" not in text
    assert 'href="/admin/profiles/profile/"' in text


def test_overdue_profile_is_called_so(client, reference):
    with time_machine.travel(MONDAY, tick=False):
        submitted_profile(organisation__name="Ateliers")
    with time_machine.travel(A_MONTH_LATER, tick=False):
        text = dashboard(client, StaffRoleFactory().user)
    assert "Ateliers has waited longest: 22 working days. It was due on 21 June." in text


def test_empty_desk_says_so(client, reference):
    text = dashboard(client, StaffRoleFactory().user)
    assert "Nothing waits at the validation desk." in text


def test_suspended_profiles_are_counted(client, reference):
    officer = StaffRoleFactory().user
    suspend_profile(profile_id=published_profile().pk, actor=officer, comment="A complaint")
    assert "Your turn: 1 profile is suspended." in dashboard(client, officer)


def test_support_office_sees_all_partnerships(client, reference):
    submitted_profile()
    submitted_profile(acronym="EXXTRA")
    text = dashboard(client, StaffRoleFactory(role="support").user)
    assert "Your turn: 2 profiles wait at the validation desk." in text


def test_observer_sees_totals_and_no_desk(client, reference):
    published_profile()
    published_profile(role=Role.HOST, organisation__country_id="DE")
    submitted_profile()
    client.force_login(StaffRoleFactory(role="observer").user)
    response = client.get("/dashboard/")
    assert response.context["counts"] == {"hosts": 1, "visitors": 1, "countries": 2}
    text = response.content.decode()
    assert "validation desk" not in text
    assert "Your first step abroad" not in text


def test_members_see_no_totals(client, reference):
    assert "The catalogue today" not in dashboard(client, published_profile().contact)


def test_returned_profile_is_the_owners_turn(client, reference):
    officer = StaffRoleFactory().user
    profile = submitted_profile()
    decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment="Which?")
    text = dashboard(client, profile.contact)
    assert "Your turn: change what your partnership asked for and submit again." in text


@pytest.mark.parametrize("staff", [False, True])
def test_dashboard_needs_the_same_queries_for_one_of_each_and_three(client, reference, staff):
    owner = UserFactory(email="owner@example.org")
    if staff:
        StaffRoleFactory(user=owner, acronym="EXXTRA")
    client.force_login(owner)
    _one_of_each(owner)
    client.get("/dashboard/")  # what was published lately is taken up into memory
    one = queries_of(client, "/dashboard/")
    _one_of_each(owner)
    _one_of_each(owner)
    client.get("/dashboard/")
    assert queries_of(client, "/dashboard/") == one


def _one_of_each(owner):
    published_profile(contact=owner)
    start_registration(actor=owner)
    other = submitted_profile(acronym="EXXTRA")
    invite_colleague(organisation_id=other.organisation_id, email=owner.email, actor=other.contact)


def labels(client, user=None):
    if user:
        client.force_login(user)
    return [str(item.label) for item in client.get("/rules/").context["navigation"]]


def test_visitor_of_the_site_finds_the_rules(client, reference):
    assert labels(client) == ["See your partners", "Rules and lump sums"]


def test_whoever_is_new_finds_the_dashboard(client, reference):
    assert labels(client, UserFactory()) == ["Dashboard", "Rules"]


def test_member_of_an_unpublished_organisation_has_no_matches_yet(client, reference):
    assert labels(client, submitted_profile().contact) == [
        "Dashboard",
        "Messages",
        "My organisation",
        "Rules",
    ]


def test_published_member_finds_the_matches(client, reference):
    profile = published_profile()
    assert labels(client, profile.contact) == [
        "Dashboard",
        "My matches",
        "Catalogue",
        "Messages",
        "My organisation",
        "Rules",
    ]


DESKS = ["Dashboard", "Validation desk", "Left behind", "Exchanges", "Reports"]


@pytest.mark.parametrize("role", ["officer", "coordinator"])
def test_staff_of_a_partnership_finds_its_desks(client, reference, role):
    user = StaffRoleFactory(role=role).user
    assert labels(client, user) == [*DESKS, "Payments", "Indicators", "Catalogue"]


def test_the_support_office_pays_nobody(client, reference):
    user = StaffRoleFactory(role="support").user
    assert labels(client, user) == [*DESKS, "Indicators", "Catalogue"]


def test_observer_finds_figures_and_no_desk(client, reference):
    observer = StaffRoleFactory(role="observer").user
    assert labels(client, observer) == ["Dashboard", "Indicators", "Catalogue"]


def test_place_where_one_is_is_marked(client, reference):
    client.force_login(UserFactory())
    items = client.get("/rules/").context["navigation"]
    assert [str(item.label) for item in items if item.is_current] == ["Rules"]
