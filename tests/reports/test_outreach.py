"""The outreach log: links that attribute registrations, and count people rather than programs."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.enums import Role, StaffRoleName
from profiles.models import Partnership, Registration
from profiles.services.registration import start_registration, start_second_profile
from reports.models import Attribution, OutreachAction
from reports.queries.outreach import OutreachFilters, actions_seen_by, sums_of_actions
from reports.services.outreach import (
    Told,
    add_action,
    attribute_registration,
    edit_action,
    remove_action,
)
from tests.factories import MembershipFactory, ProfileFactory, StaffRoleFactory, published_profile
from tests.profiles.registering import send
from tests.untouched import untouched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


def told(**changes):
    return Told(**{"kind": "event", "title": "Breakfast", "on": date(2026, 10, 1)} | changes)


def officer(acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(acronym=acronym).user


def noted(acronym="RECIPE4MOBILITY", **changes):
    key = Partnership.objects.get(acronym=acronym).pk
    return add_action(partnership_id=key, content=told(**changes), actor=officer(acronym))


def visits():
    return list(OutreachAction.objects.values_list("visits", flat=True))


def results(user, **narrowed):
    found = actions_seen_by(user, OutreachFilters(**narrowed))
    return [(one.title, one.begun, one.registrations, one.published) for one in found]


def registered(action, profile=None):
    registration = start_registration(actor=None, link=action.code)
    if profile:
        registration.owner, registration.profile = profile.contact, profile
        registration.save()
    return registration


# --- the link ------------------------------------------------------------------------------------


def test_a_person_counts_once_and_registers_for_the_action(client):
    action = noted()
    for _time in range(2):
        response = client.get(action.get_absolute_url(), headers=BROWSER)
        assert response["Location"] == "/"
    assert visits() == [1]
    page = client.get("/register/role/")
    assert page.context["invited_by"].acronym == "RECIPE4MOBILITY"
    send(client, "role")
    registration = Registration.objects.get()
    assert registration.attribution.action == action
    assert registration.answers["linked_partnership"] == "RECIPE4MOBILITY"


def test_an_answer_to_the_teaser_counts_as_well(client):
    client.get(noted().get_absolute_url(), headers=BROWSER)
    answers = {"role": "visiting", "country": "PT", "main_sector": "29", "purpose": "learn"}
    client.post("/try/keep/", {**answers, "sector": "29", "purposes": "learn"})
    assert Attribution.objects.count() == Registration.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"User-Agent": "LinkScanner/2.1"},
        BROWSER | {"Sec-Purpose": "prefetch;prerender"},
        BROWSER | {"Purpose": "prefetch"},
        BROWSER | {"Sec-Fetch-Dest": "image"},
    ],
)
def test_programs_that_open_links_do_not_count(client, headers):
    action = noted()
    assert client.get(action.get_absolute_url(), headers=headers).status_code == 302
    assert visits() == [0]
    assert dict(client.session) == {}


def test_asking_for_the_head_does_not_count(client):
    assert client.head(noted().get_absolute_url(), headers=BROWSER).status_code == 302
    assert visits() == [0]


def test_over_a_secure_connection_a_browser_says_that_it_opens_a_page(client):
    action = noted()
    client.get(action.get_absolute_url(), headers=BROWSER, secure=True)
    assert visits() == [0]
    said = BROWSER | {"Sec-Fetch-Dest": "document"}
    client.get(action.get_absolute_url(), headers=said, secure=True)
    assert visits() == [1]


def test_one_place_cannot_count_without_end(client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"outreach_visit": "1/m/ip"}
    action = noted()
    for _time in range(3):
        client.cookies.clear()
        assert client.get(action.get_absolute_url(), headers=BROWSER).status_code == 302
    assert visits() == [1]


def test_whoever_is_logged_in_does_not_count(client):
    client.force_login(officer())
    client.get(noted().get_absolute_url(), headers=BROWSER)
    assert visits() == [0]


def test_an_unknown_link_leads_to_the_front_door(client):
    assert client.get("/o/nothing/", headers=BROWSER)["Location"] == "/"
    assert attribute_registration(registration=Registration(), code="nothing") is None


def test_a_registration_counts_for_its_first_action_only():
    first, second = noted(), noted()
    registration = registered(first)
    attribute_registration(registration=registration, code=second.code)
    assert Attribution.objects.get().action == first


def test_a_second_profile_counts_as_well():
    action, member = noted(), MembershipFactory()
    start_second_profile(
        organisation=member.organisation, role=Role.HOST, actor=member.user, link=action.code
    )
    assert Attribution.objects.get().action == action


# --- the log -------------------------------------------------------------------------------------


def test_the_log_shows_what_came_of_each_action():
    action = noted(reached=40)
    noted(title="Letter", kind="mailing", reached=2, on=date(2026, 9, 1))
    registered(action)
    registered(action, ProfileFactory())
    registered(action, published_profile())
    reader = officer()
    assert results(reader) == [("Breakfast", 3, 2, 1), ("Letter", 0, 0, 0)]
    assert sums_of_actions(actions_seen_by(reader, OutreachFilters())) == {
        "actions": 2,
        "reached": 42,
        "visits": 0,
        "registrations": 2,
        "published": 1,
    }


@pytest.mark.parametrize(
    ("narrowed", "titles"),
    [
        ({"kind": "mailing"}, ["Letter"]),
        ({"starts_on": date(2026, 10, 1)}, ["Breakfast"]),
        ({"ends_on": date(2026, 9, 30)}, ["Letter"]),
        ({"text": "linked"}, ["Letter"]),
    ],
)
def test_filters_narrow_the_log(narrowed, titles):
    noted()
    noted(title="Letter", kind="mailing", on=date(2026, 9, 1), channel="LinkedIn")
    noted("EXXTRA")
    assert [row[0] for row in results(officer(), **narrowed)] == titles


def test_the_support_office_narrows_by_partnership():
    noted()
    noted("EXXTRA", title="Fair")
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    partnership = Partnership.objects.get(acronym="EXXTRA")
    assert [row[0] for row in results(support, partnership=partnership)] == ["Fair"]
    assert list(Attribution.objects.visible_to(AnonymousUser())) == []


def test_an_empty_log_comes_to_nothing():
    sums = sums_of_actions(actions_seen_by(officer(), OutreachFilters()))
    assert set(sums.values()) == {0}


def test_strangers_cannot_write():
    action, stranger = noted(), officer("EXXTRA")
    key = action.partnership_id
    with untouched(), pytest.raises(NotAllowed):
        add_action(partnership_id=key, content=told(), actor=stranger)
    with untouched(), pytest.raises(NotAllowed):
        edit_action(action_id=action.pk, content=told(), actor=stranger)


def test_what_brought_a_registration_stays():
    action, someone = noted(), officer()
    registered(action)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        remove_action(action_id=action.pk, actor=someone)
    assert refused.value.code == "registered"


# --- pages ---------------------------------------------------------------------------------------

FORM = {"kind": "event", "title": "Breakfast", "on": "2026-12-01", "reached": "", "address": ""}


def test_an_officer_notes_an_action_and_gets_its_link(client, settings):
    client.force_login(officer())
    response = client.post("/outreach/new/", FORM)
    action = OutreachAction.objects.get()
    assert response["Location"] == f"/outreach/{action.pk}/"
    page = client.get(response["Location"])
    assert page.context["url"] == f"{settings.SITE_URL}/o/{action.code}/"
    assert f'data-copy="{page.context["url"]}"' in page.content.decode()
    assert client.get("/outreach/?kind=event").context["sums"]["actions"] == 1


def test_the_qr_code_is_a_file_for_print(client):
    action = noted()
    client.force_login(officer())
    svg = client.get(f"/outreach/{action.pk}/qr.svg")
    assert (svg["Content-Type"], b"<svg" in svg.content) == ("image/svg+xml", True)
    png = client.get(f"/outreach/{action.pk}/qr.png")
    assert png.content.startswith(b"\x89PNG")
    assert client.get(f"/outreach/{action.pk}/qr.exe").status_code == 404


def test_an_action_is_put_right_and_removed(client):
    action = noted()
    client.force_login(officer())
    assert client.get(f"/outreach/{action.pk}/edit/").status_code == 200
    client.post(f"/outreach/{action.pk}/edit/", FORM | {"title": "Lunch"})
    action.refresh_from_db()
    assert action.title == "Lunch"
    assert client.post(f"/outreach/{action.pk}/remove/")["Location"] == "/outreach/"
    assert not OutreachAction.objects.exists()


def test_an_action_that_counted_says_why_it_stays(client):
    action = noted()
    registered(action)
    client.force_login(officer())
    path = f"/outreach/{action.pk}/"
    assert client.post(f"{path}remove/")["Location"] == path
    assert "so it stays in the log" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("role", "acronym", "page", "writing"),
    [
        (StaffRoleName.SUPPORT, "", 200, 403),
        (StaffRoleName.OBSERVER, "", 200, 403),
        (StaffRoleName.OFFICER, "EXXTRA", 404, 404),
    ],
)
def test_others_read_at_most(client, role, acronym, page, writing):
    action = noted()
    client.force_login(StaffRoleFactory(role=role, acronym=acronym).user)
    assert client.get("/outreach/").status_code == 200
    assert client.get(f"/outreach/{action.pk}/").status_code == page
    assert client.get(f"/outreach/{action.pk}/edit/").status_code == writing


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_asks_as_often_for_many_as_for_one(client, django_assert_max_num_queries, count):
    for _time in range(count):
        registered(noted())
    client.force_login(officer())
    client.get("/outreach/")
    with django_assert_max_num_queries(16):
        client.get("/outreach/")
