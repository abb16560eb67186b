"""A host offers a group, changes it, closes it, opens it again and cancels it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges import tasks
from exchanges.enums import ExchangeState, GroupState
from exchanges.models import Exchange, GroupOffer, GroupPlace
from exchanges.notifications.groups import GROUP_CANCELLED
from exchanges.services import groups as services
from exchanges.services.groups import (
    cancel_group,
    close_due_groups,
    close_group,
    edit_group,
    offer_group,
    reopen_group,
)
from matching.enums import MatchState
from matching.models import Match
from profiles.services.lifecycle import pause_profile
from tests.factories import MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.groups import another_visitor, group_terms, offered_group, place_in
from tests.factories.matches import host_profile, member_of, visitor_profile

pytestmark = pytest.mark.usefixtures("reference")


def refused(call, **arguments):
    """The code of the one refusal, which leaves no trace."""
    before = (GroupOffer.objects.count(), AuditEntry.objects.count(), OutgoingMail.objects.count())
    with pytest.raises(TransitionRefused) as refusal:
        call(**arguments)
    after = (GroupOffer.objects.count(), AuditEntry.objects.count(), OutgoingMail.objects.count())
    assert before == after
    return refusal.value.code


def terms_of(offer):
    """What the offer says now."""
    return group_terms(start=offer.starts_on, places=offer.places, closes_on=offer.closes_on)


def changed(offer, **values):
    terms = replace(terms_of(offer), **values)
    return edit_group(offer_id=offer.pk, actor=member_of(offer.host), terms=terms)


def cancelled(offer, actor=None):
    return cancel_group(
        offer_id=offer.pk, actor=actor or member_of(offer.host), comment="The hall is closed."
    )


def in_state(place, state):
    """The exchange of the place as if it had gone so far."""
    Exchange.objects.filter(pk=place.exchange_id).update(
        state=state, validated_at=clock.now(), started_at=clock.now()
    )


# --- offering ----------------------------------------------------------------------------------


def test_an_offer_is_open_with_its_days_and_agenda():
    offer = offered_group()
    assert offer.state == GroupState.OPEN
    assert offer.sections["when"]["starts_on"] == offer.starts_on.isoformat()
    assert len(offer.sections["agenda"]["slots"]) == 6
    assert AuditEntry.objects.filter(event="group.offer").count() == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"title": " "}, "text"),
        ({"description": ""}, "text"),
        ({"mode": "either"}, "mode"),
        ({"places": 0}, "places"),
        ({"places": 31}, "places"),
        ({"eligible_types": ()}, "types"),
        ({"eligible_types": ("cluster", "municipality")}, "types"),
        ({"sections": {"agenda": {"slots": [{"day": "soon"}]}}}, "sections"),
        ({"sections": {"weather": {}}}, "sections"),
    ],
)
def test_an_offer_that_could_not_be_kept_is_refused(values, code):
    host = host_profile()
    terms = replace(group_terms(), **values)
    assert refused(offer_group, host_id=host.pk, actor=member_of(host), terms=terms) == code


def test_the_days_are_in_their_order():
    host, terms = host_profile(), group_terms()
    calls = {
        "dates": replace(terms, ends_on=terms.starts_on - timedelta(days=1)),
        "closing_day": replace(terms, closes_on=terms.starts_on),
    }
    for code, wrong in calls.items():
        assert refused(offer_group, host_id=host.pk, actor=member_of(host), terms=wrong) == code
    late = replace(terms, closes_on=clock.today() - timedelta(days=1))
    arguments = {"host_id": host.pk, "actor": member_of(host), "terms": late}
    assert refused(offer_group, **arguments) == "closing_day"


def test_a_host_that_meets_online_only_receives_nobody_in_person():
    host = host_profile(mode="virtual")
    arguments = {"host_id": host.pk, "actor": member_of(host), "terms": group_terms()}
    assert refused(offer_group, **arguments) == "host_mode"


def test_only_members_of_a_published_host_can_offer():
    host, visitor = host_profile(), visitor_profile()
    paused = host_profile(name="Paused")
    pause_profile(profile_id=paused.pk, actor=member_of(paused))
    for profile, actor in (
        (host, member_of(visitor)),
        (host, StaffRoleFactory(acronym="EXXTRA").user),
        (visitor, member_of(visitor)),
        (paused, member_of(paused)),
    ):
        with pytest.raises(NotAllowed):
            offer_group(host_id=profile.pk, actor=actor, terms=group_terms())
    assert GroupOffer.objects.count() == 0


# --- changing ----------------------------------------------------------------------------------


def test_everything_can_change_while_nobody_has_joined():
    offer = offered_group()
    terms = group_terms(start=offer.starts_on, template="markets_5", places=8, title="New")
    edit_group(offer_id=offer.pk, actor=member_of(offer.host), terms=terms)
    offer.refresh_from_db()
    assert (offer.title, offer.places, len(offer.sections["agenda"]["slots"])) == ("New", 8, 10)


def test_saying_the_same_changes_nothing():
    offer = offered_group()
    changed(offer)
    entry = AuditEntry.objects.get(event="group.edit")
    assert entry.data == {"changed": []}


def test_the_partnership_of_the_host_can_change_it_too():
    offer = offered_group()
    officer = StaffRoleFactory(acronym="EXXTRA").user
    edit_group(offer_id=offer.pk, actor=officer, terms=replace(terms_of(offer), places=4))
    assert GroupOffer.objects.get().places == 4


@pytest.mark.parametrize("stranger", ["visitor", "officer of another partnership"])
def test_nobody_else_changes_it(stranger):
    offer = offered_group()
    users = {
        "visitor": member_of(visitor_profile()),
        "officer of another partnership": StaffRoleFactory().user,
    }
    with pytest.raises(NotAllowed):
        edit_group(offer_id=offer.pk, actor=users[stranger], terms=terms_of(offer))


def test_what_somebody_joined_for_stays():
    offer = offered_group()
    place_in(offer)
    arguments = {"offer_id": offer.pk, "actor": member_of(offer.host)}
    terms = terms_of(offer)
    for values in (
        {"title": "Other"},
        {"starts_on": offer.starts_on + timedelta(days=1)},
        {"eligible_types": ("sme",)},
        {"sections": {}},
    ):
        wrong = replace(terms, **values)
        assert refused(edit_group, terms=wrong, **arguments) == "joined_already"
    fewer = replace(terms, places=2)
    assert refused(edit_group, terms=fewer, **arguments) == "fewer_places"


def test_text_more_places_and_closing_day_can_change_after_somebody_joined():
    offer = offered_group()
    place_in(offer)
    day = offer.closes_on + timedelta(days=2)
    changed(offer, description="More to see.", places=9, closes_on=day)
    offer.refresh_from_db()
    assert (offer.description, offer.places, offer.closes_on) == ("More to see.", 9, day)


def test_a_closing_day_is_not_moved_into_the_past():
    offer = offered_group()
    terms = replace(terms_of(offer), closes_on=clock.today() - timedelta(days=1))
    arguments = {"offer_id": offer.pk, "actor": member_of(offer.host), "terms": terms}
    assert refused(edit_group, **arguments) == "closing_day"


def test_the_text_can_change_after_the_closing_day():
    offer = offered_group()
    with time_machine.travel(f"{offer.closes_on + timedelta(days=1)}T12:00:00Z"):
        changed(offer, description="Bring boots.")
    assert GroupOffer.objects.get().description == "Bring boots."


# --- closing and opening -----------------------------------------------------------------------


def test_a_host_closes_and_opens_again():
    offer = offered_group()
    actor = member_of(offer.host)
    assert close_group(offer_id=offer.pk, actor=actor).state == GroupState.CLOSED
    assert reopen_group(offer_id=offer.pk, actor=actor).state == GroupState.OPEN
    steps = offer.transitions.order_by("pk").values_list("transition", flat=True)
    assert list(steps) == ["close", "reopen"]


def test_a_group_opens_again_only_before_its_closing_day():
    offer = offered_group()
    close_group(offer_id=offer.pk, actor=member_of(offer.host))
    with time_machine.travel(f"{offer.closes_on + timedelta(days=1)}T12:00:00Z"):
        arguments = {"offer_id": offer.pk, "actor": member_of(offer.host)}
        assert refused(reopen_group, **arguments) == "closing_day_over"


def test_groups_close_by_themselves_after_their_closing_day():
    offer, later = offered_group(), offered_group(host=host_profile(name="Later"))
    GroupOffer.objects.filter(pk=later.pk).update(closes_on=offer.closes_on + timedelta(days=1))
    with time_machine.travel(f"{offer.closes_on}T12:00:00Z"):
        assert close_due_groups() == 0
    with time_machine.travel(f"{offer.closes_on + timedelta(days=1)}T12:00:00Z"):
        assert (tasks.close_due_groups(), close_due_groups()) == (1, 0)
    offer.refresh_from_db()
    assert (offer.state, offer.transitions.get().actor) == (GroupState.CLOSED, None)


def test_a_group_that_somebody_else_closed_meanwhile_is_left_alone(monkeypatch):
    offer = offered_group()
    real = services.locked_offer

    def late(offer_id):
        GroupOffer.objects.filter(pk=offer_id).update(state=GroupState.CLOSED)
        return real(offer_id)

    monkeypatch.setattr(services, "locked_offer", late)
    with time_machine.travel(f"{offer.closes_on + timedelta(days=1)}T12:00:00Z"):
        assert close_due_groups() == 0


@pytest.mark.parametrize("service", [close_group, cancel_group])
def test_strangers_take_no_step(service):
    offer = offered_group()
    more = {"comment": "No."} if service is cancel_group else {}
    for user in (UserFactory(), member_of(visitor_profile()), StaffRoleFactory().user):
        with pytest.raises(NotAllowed):
            service(offer_id=offer.pk, actor=user, **more)


# --- cancelling --------------------------------------------------------------------------------


def test_cancelling_ends_what_is_still_written_and_tells_those_visitors():
    offer = offered_group()
    place = place_in(offer)
    cancelled(offer)
    exchange = Exchange.objects.get(pk=place.exchange_id)
    assert exchange.state == ExchangeState.CANCELLED
    assert Match.objects.get().state == MatchState.DISSOLVED
    assert GroupPlace.objects.all().taken().count() == 0
    visitor = member_of(place.visitor)
    mail = OutgoingMail.objects.get(kind="matching/match_dissolved", to=visitor.email)
    assert "The group exchange was cancelled. The hall is closed." in mail.text


@pytest.mark.parametrize(
    "state", [ExchangeState.SIGNING, ExchangeState.REVIEW, ExchangeState.VALIDATED]
)
def test_what_is_signed_or_being_signed_stands_and_its_visitor_is_told(state):
    offer = offered_group()
    place = place_in(offer)
    in_state(place, state)
    cancelled(offer)
    assert Exchange.objects.get().state == state
    mail = OutgoingMail.objects.get(kind=GROUP_CANCELLED.name)
    assert mail.to == member_of(place.visitor).email
    assert "The hall is closed." in mail.text
    assert place.exchange.ref in mail.subject


def test_cancelling_wants_a_reason():
    offer = offered_group()
    arguments = {"offer_id": offer.pk, "actor": member_of(offer.host), "comment": " "}
    assert refused(cancel_group, **arguments) == "comment_missing"


def test_a_cancelled_group_stays_cancelled():
    offer = offered_group()
    cancelled(offer)
    assert refused(reopen_group, offer_id=offer.pk, actor=member_of(offer.host)) == "wrong_state"
    with pytest.raises(NotAllowed):
        changed(offer)


def test_a_place_taken_this_very_moment_is_no_surprise(monkeypatch):
    offer = offered_group()
    visitor = another_visitor()
    real = services.locked_offer

    def late(offer_id):
        place_in(offer, visitor)
        return real(offer_id)

    monkeypatch.setattr(services, "locked_offer", late)
    with pytest.raises(TransitionRefused) as refusal:
        cancelled(offer)
    assert refusal.value.code == "joined_meanwhile"
    assert GroupOffer.objects.get().state == GroupState.OPEN


def test_a_colleague_can_cancel_too():
    offer = offered_group()
    colleague = MembershipFactory(organisation=offer.host.organisation).user
    assert cancelled(offer, colleague).state == GroupState.CANCELLED
