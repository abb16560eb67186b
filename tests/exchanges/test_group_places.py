"""Visitors join a group and leave it: each with a match and an exchange of its own."""

from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import CommitmentVersion, Exchange, GroupOffer, GroupPlace
from exchanges.notifications.groups import GROUP_JOINED
from exchanges.queries.drafts import draft_of
from exchanges.services.group_places import join_group, leave_group, reason_against_joining
from exchanges.services.groups import cancel_group, close_group
from matching.enums import ConversationState, MatchOrigin, MatchState
from matching.models import ContactBlock, ContactLimits, Conversation, Match
from profiles.models import Profile
from tests.factories import MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.exchanges import opened_exchange
from tests.factories.groups import another_visitor, offered_group, place_in
from tests.factories.matches import host_profile, match_between, member_of, visitor_profile
from tests.matching.talking import contact

pytestmark = pytest.mark.usefixtures("reference")


def refused(offer, visitor):
    """The code of the refusal to join, which leaves no trace; the page says the same beforehand."""
    counted = (Match, Exchange, GroupPlace, AuditEntry, OutgoingMail)
    before = [model.objects.count() for model in counted]
    with pytest.raises(TransitionRefused) as refusal:
        join_group(offer_id=offer.pk, visitor_id=visitor.pk, actor=member_of(visitor))
    assert [model.objects.count() for model in counted] == before
    fresh = GroupOffer.objects.select_related("host__organisation").get(pk=offer.pk)
    fresh_visitor = Profile.objects.select_related("organisation").get(pk=visitor.pk)
    assert reason_against_joining(fresh, fresh_visitor) == str(refusal.value)
    return refusal.value.code


def left(place, actor=None):
    return leave_group(
        offer_id=place.offer_id,
        visitor_id=place.visitor_id,
        actor=actor or member_of(place.visitor),
        comment="Our plans have changed.",
    )


def moved_on(place, state):
    Exchange.objects.filter(pk=place.exchange_id).update(state=state, validated_at=clock.now())


# --- joining -----------------------------------------------------------------------------------


def test_a_place_comes_with_a_confirmed_match_and_an_exchange():
    offer = offered_group()
    visitor = another_visitor()
    assert reason_against_joining(offer, visitor) == ""
    place = place_in(offer, visitor)
    match = place.exchange.match
    assert (match.state, match.origin, match.message) == (
        MatchState.CONFIRMED,
        MatchOrigin.GROUP,
        offer.title,
    )
    assert place.exchange.group == offer
    assert (place.exchange.starts_on, place.exchange.ends_on) == (offer.starts_on, offer.ends_on)
    assert [step.side for step in match.transitions.all()] == [visitor]


def test_the_draft_begins_with_what_the_host_offers():
    offer = offered_group()
    place = place_in(offer)
    terms = draft_of(Exchange.objects.get(pk=place.exchange_id))
    assert terms.agenda.to_json() == offer.sections["agenda"]
    assert terms.purpose.text == offer.description
    assert terms.purpose.objectives == ("learn",)
    assert (terms.when.starts_on, terms.when.ends_on) == (offer.starts_on, offer.ends_on)
    assert terms.when.venue == "AQUIMER, 1 Main Street, 1000 Lyon"
    assert terms.people.VO[0].name == place.visitor.contact_name


def test_an_online_group_opens_online_exchanges():
    place = place_in(offered_group(template="learn_online"))
    terms = draft_of(Exchange.objects.get(pk=place.exchange_id))
    assert (place.exchange.mode, len(terms.agenda.days)) == ("virtual", 6)


def test_each_visitor_has_its_own():
    offer = offered_group()
    places = [place_in(offer, another_visitor(number)) for number in range(3)]
    assert len({place.exchange_id for place in places}) == 3
    assert Match.objects.confirmed().count() == 3


def test_the_limit_of_exchanges_that_the_host_set_does_not_hold_for_its_places():
    offer = offered_group()
    ContactLimits.objects.create(profile=offer.host, capacity=1)
    places = [place_in(offer, another_visitor(number)) for number in range(2)]
    assert len(places) == 2


def test_a_conversation_of_the_two_became_a_match():
    offer = offered_group()
    visitor = visitor_profile()
    conversation = contact(visitor, offer.host)
    place_in(offer, visitor)
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.AGREED
    assert Conversation.objects.open().count() == 0


def test_the_host_the_visitor_and_the_desks_hear_once():
    offer = offered_group()
    officers = [StaffRoleFactory(acronym=name).user for name in ("EXXTRA", "RECIPE4MOBILITY")]
    place = place_in(offer)
    mails = OutgoingMail.objects.exclude(kind__startswith="profiles/")
    assert sorted(mails.values_list("kind", "to")) == sorted(
        [
            (GROUP_JOINED.name, member_of(offer.host).email),
            ("matching/match_to_plan", member_of(place.visitor).email),
            *(("matching/desk_match_confirmed", officer.email) for officer in officers),
        ]
    )
    mail = mails.get(kind=GROUP_JOINED.name)
    assert mail.subject == "Welcome Visitor 0 to your group “Batteries in practice”"
    assert "2 of 3 places are left." in mail.text


def test_the_host_reads_that_the_group_is_full():
    place_in(offered_group(places=1))
    mail = OutgoingMail.objects.get(kind=GROUP_JOINED.name)
    assert "The group is full: all 1 places are taken." in mail.text


# --- what rules it out -------------------------------------------------------------------------


def test_nobody_joins_a_full_group():
    offer = offered_group(places=1)
    place_in(offer)
    assert refused(offer, another_visitor(1)) == "full"


def test_nobody_joins_a_closed_group():
    offer = offered_group()
    close_group(offer_id=offer.pk, actor=member_of(offer.host))
    assert refused(offer, another_visitor()) == "closed"


def test_nobody_joins_after_the_closing_day():
    offer, visitor = offered_group(), another_visitor()
    with time_machine.travel(f"{offer.closes_on}T12:00:00Z"):
        assert reason_against_joining(offer, visitor) == ""
    with time_machine.travel(f"{offer.closes_on + timedelta(days=1)}T12:00:00Z"):
        assert refused(offer, visitor) == "too_late"


def test_nobody_has_two_places():
    offer = offered_group()
    place = place_in(offer)
    assert refused(offer, place.visitor) == "in_already"


def test_only_the_types_that_the_host_named_join():
    offer = offered_group(eligible_types=("cluster",))
    visitor = another_visitor()
    assert refused(offer, visitor) == "type"
    assert reason_against_joining(offer, visitor) == "This group is for: Cluster organisation."


def test_an_exchange_crosses_a_border():
    assert refused(offered_group(), another_visitor(country="FR")) == "not_possible"


def test_the_way_of_meeting_is_one_that_the_visitor_allows():
    assert refused(offered_group(), another_visitor(mode="virtual")) == "mode"


def test_one_open_match_of_a_pair_is_enough():
    offer = offered_group()
    visitor = another_visitor()
    match_between(visitor, offer.host)
    assert refused(offer, visitor) == "open_already"


def test_a_visit_that_is_used_up_is_not_used_twice():
    offer = offered_group()
    visitor = another_visitor()
    visitor.organisation.physical_visit_used_on = clock.today()
    visitor.organisation.save()
    assert refused(offer, visitor) == "mode"


@pytest.mark.parametrize("template", ["learn_3", "learn_online"])
def test_a_visit_that_is_being_signed_leaves_online_groups(template):
    offer = offered_group(template=template)
    visitor = another_visitor()
    other = opened_exchange(visitor=visitor, host=host_profile(name="Other"))
    Exchange.objects.filter(pk=other.pk).update(state=ExchangeState.SIGNING)
    if template == "learn_3":
        assert refused(offer, visitor) == "visit_used"
    else:
        assert place_in(offer, visitor).exchange.mode == "virtual"


def test_an_unfinished_draft_elsewhere_is_no_obstacle():
    offer = offered_group()
    visitor = another_visitor()
    opened_exchange(visitor=visitor, host=host_profile(name="Other"))
    assert place_in(offer, visitor).exchange.state == ExchangeState.BUILDING


def test_whoever_is_blocked_learns_nothing_of_it():
    offer = offered_group()
    visitor = another_visitor()
    ContactBlock.objects.create(
        organisation=offer.host.organisation,
        blocked=visitor.organisation,
        made_by=member_of(offer.host),
    )
    assert refused(offer, visitor) == "blocked"
    assert reason_against_joining(offer, visitor) == "Takes no new contacts at present."


def test_whoever_blocked_the_host_reads_so():
    offer = offered_group()
    visitor = another_visitor()
    ContactBlock.objects.create(
        organisation=visitor.organisation,
        blocked=offer.host.organisation,
        made_by=member_of(visitor),
    )
    assert refused(offer, visitor) == "blocked"
    assert "Take the block back first" in reason_against_joining(offer, visitor)


def test_a_declined_pair_rests():
    offer = offered_group()
    visitor = another_visitor()
    match_between(visitor, offer.host, state=MatchState.DECLINED)
    assert refused(offer, visitor) == "resting"


@pytest.mark.parametrize("who", ["stranger", "host", "officer"])
def test_only_members_of_the_visitor_take_its_place(who):
    offer, visitor = offered_group(), another_visitor()
    users = {
        "stranger": UserFactory(),
        "host": member_of(offer.host),
        "officer": StaffRoleFactory().user,
    }
    with pytest.raises(NotAllowed):
        join_group(offer_id=offer.pk, visitor_id=visitor.pk, actor=users[who])
    assert GroupPlace.objects.count() == 0


def test_a_host_takes_no_place():
    offer, other = offered_group(), host_profile(name="Other", country="DE")
    with pytest.raises(NotAllowed):
        join_group(offer_id=offer.pk, visitor_id=other.pk, actor=member_of(other))


# --- leaving -----------------------------------------------------------------------------------


def test_a_place_that_is_given_up_is_free_for_the_next():
    offer = offered_group(places=1)
    place = left(place_in(offer))
    assert place.left_at is not None
    assert Exchange.objects.get().state == ExchangeState.CANCELLED
    assert Match.objects.get().state == MatchState.DISSOLVED
    mail = OutgoingMail.objects.get(kind="matching/match_dissolved")
    assert mail.to == member_of(offer.host).email
    assert place_in(offer, another_visitor(1)).exchange.state == ExchangeState.BUILDING


def test_whoever_left_can_come_back():
    offer = offered_group(places=1)
    place = left(place_in(offer))
    again = place_in(offer, place.visitor)
    assert again.exchange_id != place.exchange_id
    assert offer.places_taken.all().taken().get() == again


def test_a_cancelled_exchange_frees_the_place_by_itself():
    offer = offered_group(places=1)
    place = place_in(offer)
    moved_on(place, ExchangeState.CANCELLED)
    assert offer.places_taken.all().taken().count() == 0
    Match.objects.update(state=MatchState.FINISHED)
    again = place_in(offer, place.visitor)
    place.refresh_from_db()
    assert place.left_at is not None
    assert offer.places_taken.all().taken().get() == again


def test_nobody_leaves_by_this_way_what_is_being_signed():
    place = place_in(offered_group())
    moved_on(place, ExchangeState.SIGNING)
    with pytest.raises(TransitionRefused) as refusal:
        left(place)
    assert refusal.value.code == "frozen_already"
    place.refresh_from_db()
    assert (place.left_at, Match.objects.get().state) == (None, MatchState.CONFIRMED)


def test_a_text_that_was_sent_back_can_be_left_too():
    place = place_in(offered_group())
    frozen = CommitmentVersion.objects.create(
        exchange=place.exchange,
        number=1,
        snapshot={},
        template_version=1,
        language="en",
        digest="0" * 64,
        state=VersionState.RETURNED,
        frozen_by=member_of(place.visitor),
    )
    assert left(place).left_at is not None
    assert Match.objects.get().state == MatchState.FINISHED
    assert frozen.exchange_id == place.exchange_id


def test_what_was_given_up_elsewhere_is_not_given_up_again():
    place = place_in(offered_group())
    moved_on(place, ExchangeState.ABORTED)
    with pytest.raises(TransitionRefused) as refusal:
        left(place)
    assert refusal.value.code == "too_late"


def test_nobody_leaves_twice():
    place = left(place_in(offered_group()))
    with pytest.raises(TransitionRefused) as refusal:
        left(place)
    assert refusal.value.code == "no_place"


def test_colleagues_of_the_visitor_can_leave_and_nobody_else():
    place = place_in(offered_group())
    for user in (UserFactory(), member_of(place.offer.host), StaffRoleFactory().user):
        with pytest.raises(NotAllowed):
            left(place, user)
    colleague = MembershipFactory(organisation=place.visitor.organisation).user
    assert left(place, colleague).left_at is not None


def test_after_the_group_is_cancelled_nobody_joins():
    offer = offered_group()
    cancel_group(offer_id=offer.pk, actor=member_of(offer.host), comment="Sorry.")
    assert refused(offer, another_visitor()) == "closed"
