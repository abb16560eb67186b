"""The pages of group exchanges, as hosts, visitors, staff and strangers see them."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from exchanges.enums import ExchangeState, GroupState
from exchanges.models import Exchange, GroupOffer, GroupPlace
from exchanges.services.groups import cancel_group, close_group
from profiles.models import Membership
from profiles.services.lifecycle import pause_profile
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import free_week
from tests.factories.groups import another_visitor, offered_group, place_in
from tests.factories.matches import host_profile, member_of, visitor_profile

pytestmark = pytest.mark.usefixtures("reference")


def read(client, user, address, status=200):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def sent(client, user, address, **data):
    client.force_login(user)
    return client.post(address, data)


def answers(**changes):
    """What a host fills in."""
    values = {
        "title": "Batteries in practice",
        "description": "Three days in our members' workshops.",
        "template": "learn_3",
        "starts_on": free_week()[0].isoformat(),
        "places": "4",
        "closes_on": "",
    }
    return {**values, **changes}


@pytest.fixture
def offer():
    return offered_group()


# --- the list ----------------------------------------------------------------------------------


def test_a_visitor_sees_open_groups_with_places_and_fit(client, offer):
    text = read(client, member_of(visitor_profile()), "/groups/")
    assert "Batteries in practice" in text
    assert "3 of 3 places left" in text
    assert 'class="ring' in text
    assert "Offer a group exchange" not in text


def test_a_group_that_is_impossible_for_the_viewer_says_so(client, offer):
    text = read(client, member_of(visitor_profile(country="FR")), "/groups/")
    assert "Not possible for you" in text


def test_a_host_sees_its_own_groups_and_the_way_to_offer_one(client, offer):
    text = read(client, member_of(offer.host), "/groups/")
    assert "Your own groups" in text
    assert "Offer a group exchange" in text
    assert "No open group at present" in text


def test_whoever_joined_finds_the_group_among_the_own_places_alone(client, offer):
    place = place_in(offer)
    text = read(client, member_of(place.visitor), "/groups/")
    assert "Your places" in text
    assert text.count("Batteries in practice") == 1
    assert "Not possible for you" not in text


def test_full_closed_and_past_groups_say_so(client, offer):
    full = offered_group(host=host_profile(name="Full"), places=1)
    place_in(full)
    viewer = member_of(another_visitor(1))
    assert "Full" in read(client, viewer, f"/groups/{full.pk}/")
    GroupOffer.objects.filter(pk=offer.pk).update(closes_on=clock.today() - timedelta(days=1))
    assert "Closed for new visitors" in read(client, viewer, f"/groups/{offer.pk}/")
    assert "Batteries in practice" in read(client, viewer, "/groups/")


def test_staff_sees_the_list(client, offer):
    text = read(client, StaffRoleFactory().user, "/groups/")
    assert "Batteries in practice" in text
    assert 'class="ring' not in text


def test_a_stranger_sees_none(client, offer):
    assert "Batteries in practice" not in read(client, UserFactory(), "/groups/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_however_many_there_are(
    client, django_assert_max_num_queries, count
):
    for number in range(count):
        place_in(offered_group(host=host_profile(name=f"Host {number}")), another_visitor(number))
    client.force_login(member_of(another_visitor(9)))
    client.get("/groups/")
    with django_assert_max_num_queries(24):
        client.get("/groups/")


# --- one group ---------------------------------------------------------------------------------


def test_a_stranger_does_not_learn_of_it(client, offer):
    read(client, UserFactory(), f"/groups/{offer.pk}/", 404)


def test_a_closed_group_is_shown_to_those_it_concerns_alone(client, offer):
    place = place_in(offer)
    close_group(offer_id=offer.pk, actor=member_of(offer.host))
    for user in (
        member_of(offer.host),
        member_of(place.visitor),
        StaffRoleFactory(acronym="EXXTRA").user,
        StaffRoleFactory().user,
    ):
        read(client, user, f"/groups/{offer.pk}/")
    read(client, member_of(another_visitor(1)), f"/groups/{offer.pk}/", 404)


def test_the_agenda_and_what_follows_are_told_before_joining(client, offer):
    text = read(client, member_of(visitor_profile()), f"/groups/{offer.pk}/")
    assert "Welcome, tour of the house" in text
    assert "Other visitors see how many come, not who." in text
    assert "All types of organisation that may visit" in text


def test_an_online_group_takes_no_visit(client):
    offer = offered_group(template="learn_online", eligible_types=("sme", "cluster"))
    text = read(client, member_of(visitor_profile()), f"/groups/{offer.pk}/")
    assert "your visit in person stays yours" in text
    assert "Cluster organisation," in text


def test_a_low_fit_is_advice(client):
    host = host_profile(
        wanted_sectors=["01"], wanted_types=["cluster"], wanted_countries=["DE"], languages=["fr"]
    )
    offer = offered_group(host=host)
    visitor = visitor_profile(
        wanted_sectors=["01"], wanted_types=["cluster"], wanted_countries=["DE"], languages=["pt"]
    )
    text = read(client, member_of(visitor), f"/groups/{offer.pk}/")
    assert "The two profiles fit only a little" in text
    assert "Take a place" in text


def test_what_rules_it_out_is_told(client, offer):
    text = read(client, member_of(visitor_profile(country="FR")), f"/groups/{offer.pk}/")
    assert "An exchange crosses a border." in text
    assert "What follows from it" not in text


def test_several_own_visitors_are_a_choice(client, offer):
    first, second = another_visitor(0), another_visitor(1)
    Membership.objects.create(user=member_of(first), organisation=second.organisation)
    text = read(client, member_of(first), f"/groups/{offer.pk}/")
    assert "For which of your organisations?" in text
    assert "Visitor 1" in text


def test_visitors_see_the_number_and_no_names_of_the_others(client, offer):
    mine = place_in(offer, another_visitor(0))
    place_in(offer, another_visitor(1))
    text = read(client, member_of(mine.visitor), f"/groups/{offer.pk}/")
    assert "2 of 3 taken" in text
    assert "Visitor 1" not in text
    assert "Give up the place" in text
    assert "Change the group" not in text


def test_a_place_that_is_being_signed_is_not_given_up_here(client, offer):
    place = place_in(offer)
    Exchange.objects.filter(pk=place.exchange_id).update(state=ExchangeState.SIGNING)
    text = read(client, member_of(place.visitor), f"/groups/{offer.pk}/")
    assert "Open the exchange" in text
    assert "Give up the place" not in text


@pytest.mark.parametrize("who", ["host", "officer of the host", "support"])
def test_the_host_and_its_desk_see_the_visitors(client, offer, who):
    place = place_in(offer)
    users = {
        "host": member_of(offer.host),
        "officer of the host": StaffRoleFactory(acronym="EXXTRA").user,
        "support": StaffRoleFactory(role="support").user,
    }
    text = read(client, users[who], f"/groups/{offer.pk}/")
    assert place.visitor.organisation.name in text
    assert place.exchange.ref in text
    assert "Change the group" in text


def test_the_desk_of_the_visitor_sees_the_group_without_names(client, offer):
    place = place_in(offer)
    text = read(client, StaffRoleFactory().user, f"/groups/{offer.pk}/")
    assert place.visitor.organisation.name not in text
    assert "Change the group" not in text


def test_a_cancelled_group_gives_the_reason(client, offer):
    place = place_in(offer)
    Exchange.objects.filter(pk=place.exchange_id).update(state=ExchangeState.SIGNING)
    cancel_group(offer_id=offer.pk, actor=member_of(offer.host), comment="The hall is closed.")
    text = read(client, member_of(place.visitor), f"/groups/{offer.pk}/")
    assert "The hall is closed." in text
    assert f"Your own exchange {place.exchange.ref} stands" in text
    assert "Cancelled" in read(client, member_of(offer.host), "/groups/")


# --- joining and leaving -----------------------------------------------------------------------


def test_one_press_takes_a_place(client, offer):
    visitor = visitor_profile()
    answer = sent(client, member_of(visitor), f"/groups/{offer.pk}/join/", visitor=visitor.ref)
    place = GroupPlace.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, place.exchange.get_absolute_url())


def test_whoever_comes_too_late_reads_so(client):
    offer = offered_group(places=1)
    place_in(offer)
    visitor = another_visitor(1)
    address = f"/groups/{offer.pk}/join/"
    answer = sent(client, member_of(visitor), address, visitor=visitor.ref)
    assert answer["Location"] == offer.get_absolute_url()
    assert "All places are taken." in client.get(answer["Location"]).content.decode()


def test_nobody_joins_for_others(client, offer):
    visitor, other = another_visitor(0), another_visitor(1)
    address = f"/groups/{offer.pk}/join/"
    assert sent(client, member_of(other), address, visitor=visitor.ref).status_code == 403
    assert sent(client, member_of(other), address, visitor="P-NOBODY").status_code == 404
    assert sent(client, UserFactory(), address, visitor=visitor.ref).status_code == 404
    assert GroupPlace.objects.count() == 0


def test_looking_joins_nobody(client, offer):
    read(client, member_of(visitor_profile()), f"/groups/{offer.pk}/join/", 405)


def test_a_place_is_given_up_with_a_reason(client, offer):
    place = place_in(offer)
    user, address = member_of(place.visitor), f"/groups/{offer.pk}/leave/"
    assert "Give up the place?" in read(client, user, address)
    assert "Say the reason" in sent(client, user, address).content.decode()
    assert sent(client, user, address, comment="We are ill.")["Location"] == "/groups/"
    place.refresh_from_db()
    assert place.left_at is not None


def test_what_is_being_signed_is_not_given_up(client, offer):
    place = place_in(offer)
    Exchange.objects.filter(pk=place.exchange_id).update(state=ExchangeState.SIGNING)
    answer = sent(client, member_of(place.visitor), f"/groups/{offer.pk}/leave/", comment="Ill.")
    assert "Cancel the exchange on its page instead." in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("host", 403), ("other", 403)])
def test_only_whoever_has_a_place_gives_it_up(client, offer, who, status):
    place_in(offer)
    users = {
        "stranger": UserFactory(),
        "host": member_of(offer.host),
        "other": member_of(another_visitor(1)),
    }
    read(client, users[who], f"/groups/{offer.pk}/leave/", status)


# --- offering and changing ---------------------------------------------------------------------


def test_five_answers_make_an_offer(client):
    host = host_profile()
    answer = sent(client, member_of(host), "/groups/new/", **answers())
    offer = GroupOffer.objects.get()
    assert answer["Location"] == offer.get_absolute_url()
    assert (offer.host, offer.places, offer.starts_on) == (host, 4, free_week()[0])
    assert offer.closes_on == offer.starts_on - timedelta(days=21)
    assert len(offer.eligible_types) > 2


def test_a_group_at_short_notice_closes_the_day_before(client):
    day = free_week(weeks_ahead=2)[0]
    sent(client, member_of(host_profile()), "/groups/new/", **answers(starts_on=day.isoformat()))
    assert GroupOffer.objects.get().closes_on == day - timedelta(days=1)


def test_a_host_names_types_and_a_closing_day(client):
    day = free_week()[0] - timedelta(days=30)
    changes = {"eligible_types": ["sme"], "closes_on": day.isoformat()}
    sent(client, member_of(host_profile()), "/groups/new/", **answers(**changes))
    offer = GroupOffer.objects.get()
    assert (list(offer.eligible_types), offer.closes_on) == (["sme"], day)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": ""}, "Give the group a title."),
        ({"starts_on": "2020-01-01"}, "Give a day that is to come."),
        ({"places": "31"}, "A group has between 1 and 30 places."),
        ({"template": "nothing"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told(client, changes, text):
    answer = sent(client, member_of(host_profile()), "/groups/new/", **answers(**changes))
    assert text in answer.content.decode()
    assert GroupOffer.objects.count() == 0


def test_a_host_that_is_online_only_chooses_among_online_programmes(client):
    text = read(client, member_of(host_profile(mode="virtual")), "/groups/new/")
    assert ("learn_online" in text, "learn_3" in text) == (True, False)


def test_several_own_hosts_are_a_choice(client):
    first, second = host_profile(name="First"), host_profile(name="Second")
    Membership.objects.create(user=member_of(first), organisation=second.organisation)
    user = member_of(first)
    assert "Second" in read(client, user, "/groups/new/")
    sent(client, user, f"/groups/new/?host={second.ref}", **answers())
    assert GroupOffer.objects.get().host == second


def test_without_a_published_host_nobody_offers(client):
    host = host_profile()
    pause_profile(profile_id=host.pk, actor=member_of(host))
    for user in (UserFactory(), member_of(visitor_profile()), member_of(host)):
        read(client, user, "/groups/new/", 403)


def test_an_offer_is_changed_with_what_it_said_filled_in(client, offer):
    user, address = member_of(offer.host), f"/groups/{offer.pk}/edit/"
    text = read(client, user, address)
    assert 'value="Batteries in practice"' in text
    assert '<option value="learn_3" selected' in text
    starts_on = offer.starts_on.isoformat()
    changed = answers(template="markets_5", places="6", starts_on=starts_on)
    assert sent(client, user, address, **changed)["Location"] == offer.get_absolute_url()
    offer.refresh_from_db()
    assert (offer.places, len(offer.sections["agenda"]["slots"])) == (6, 10)


def test_a_choice_of_types_is_filled_in(client):
    offer = offered_group(eligible_types=("sme",))
    text = read(client, member_of(offer.host), f"/groups/{offer.pk}/edit/")
    assert 'value="sme" id="id_eligible_types_' in text


def test_after_somebody_joined_little_is_asked(client, offer):
    place_in(offer)
    user, address = member_of(offer.host), f"/groups/{offer.pk}/edit/"
    assert 'name="starts_on"' not in read(client, user, address)
    answer = sent(client, user, address, description="More to see.", places="2", closes_on="")
    assert "the number of places can only grow" in answer.content.decode()
    sent(client, user, address, description="More to see.", places="5", closes_on="")
    offer.refresh_from_db()
    assert (offer.description, offer.places, offer.title) == (
        "More to see.",
        5,
        "Batteries in practice",
    )


def test_an_agenda_of_no_programme_is_replaced_by_one(client):
    offer = offered_group(sections={})
    assert "selected" not in read(client, member_of(offer.host), f"/groups/{offer.pk}/edit/")
    assert place_in(offer).exchange.group == offer


def test_closing_and_opening_again_are_one_press(client, offer):
    user = member_of(offer.host)
    sent(client, user, f"/groups/{offer.pk}/close/")
    assert GroupOffer.objects.get().state == GroupState.CLOSED
    assert "Open again" in read(client, user, f"/groups/{offer.pk}/")
    sent(client, user, f"/groups/{offer.pk}/reopen/")
    assert GroupOffer.objects.get().state == GroupState.OPEN


def test_a_step_that_is_not_possible_says_why(client, offer):
    GroupOffer.objects.filter(pk=offer.pk).update(
        state=GroupState.CLOSED, closes_on=clock.today() - timedelta(days=1)
    )
    sent(client, member_of(offer.host), f"/groups/{offer.pk}/reopen/")
    text = read(client, member_of(offer.host), f"/groups/{offer.pk}/")
    assert "The closing day is over." in text


def test_cancelling_tells_what_it_means(client, offer):
    user, address = member_of(offer.host), f"/groups/{offer.pk}/cancel/"
    assert "nobody has to be told" in read(client, user, address)
    place_in(offer)
    assert "1 visitor has a place" in read(client, user, address)
    sent(client, user, address, comment=" ")
    assert GroupOffer.objects.get().state == GroupState.OPEN
    sent(client, user, address, comment="The hall is closed.")
    assert GroupOffer.objects.get().state == GroupState.CANCELLED


@pytest.mark.parametrize("name", ["edit", "close", "reopen", "cancel"])
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("visitor", 403), ("desk", 403)])
def test_nobody_else_does_anything_with_a_group(client, offer, name, who, status):
    users = {
        "stranger": UserFactory(),
        "visitor": member_of(visitor_profile()),
        "desk": StaffRoleFactory().user,
    }
    assert sent(client, users[who], f"/groups/{offer.pk}/{name}/").status_code == status
    assert GroupOffer.objects.get().state == GroupState.OPEN


def test_a_cancelled_group_is_not_changed(client, offer):
    cancel_group(offer_id=offer.pk, actor=member_of(offer.host), comment="Sorry.")
    for name in ("edit", "cancel"):
        read(client, member_of(offer.host), f"/groups/{offer.pk}/{name}/", 403)


# --- on the page of the host -------------------------------------------------------------------


def test_the_page_of_a_host_leads_to_its_groups(client, offer):
    address = offer.host.get_absolute_url()
    assert "Batteries in practice" in read(client, member_of(visitor_profile()), address)
    own = read(client, member_of(offer.host), address)
    assert f"/groups/new/?host={offer.host.ref}" in own


def test_a_host_without_groups_is_invited_to_offer_one(client):
    host = host_profile()
    assert "Receive several visitors at once" in read(
        client, member_of(host), host.get_absolute_url()
    )
    assert "Group exchanges" not in read(
        client, member_of(visitor_profile()), host.get_absolute_url()
    )


def test_the_page_of_a_visitor_says_nothing_of_groups(client, offer):
    visitor = visitor_profile()
    assert "Group exchanges" not in read(client, member_of(visitor), visitor.get_absolute_url())
