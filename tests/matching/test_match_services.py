"""Proposing, accepting, declining, taking back and dissolving: what is true afterwards, and what is
refused without a trace."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from cxc_portal.core import clock
from cxc_portal.core.audit import AuditEntry
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.enums import ConversationState, MatchOrigin, MatchState
from matching.models import ContactLimits, Conversation, Match, MatchStep
from matching.queries.matches import pair_of
from matching.queries.proposals import is_contact_open
from matching.services import matches as service
from matching.services.conversations import start_conversation
from matching.services.index import rebuild_index
from matching.services.matches import (
    accept_match,
    decline_match,
    dissolve_match,
    propose_match,
    withdraw_match,
)
from matching.services.matches_rules import once_for_a_pair
from matching.workflows import match_workflow
from profiles.enums import StaffRoleName
from profiles.models import Profile
from profiles.services.decisions import suspend_profile
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

WHY = "We both work on batteries. A visit would show us how you sort them."
STEPS = {
    "confirm": lambda match, actor: accept_match(match_id=match.pk, actor=actor),
    "decline": lambda match, actor: decline_match(match_id=match.pk, actor=actor, comment="No"),
    "withdraw": lambda match, actor: withdraw_match(match_id=match.pk, actor=actor),
    "dissolve": lambda match, actor: dissolve_match(match_id=match.pk, actor=actor, comment="No"),
}


@pytest.fixture
def host():
    return host_profile(ref="P-HOST")


@pytest.fixture
def visitor():
    return visitor_profile(ref="P-VISITOR")


def propose(profile, other, **changes):
    terms = {"mode": "physical", "message": WHY, "actor": profile.contact} | changes
    return propose_match(profile_id=profile.pk, other_id=other.pk, **terms)


def refused(code, call, *args, **kwargs):
    """The sentence of a refusal that leaves no trace."""
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        call(*args, **kwargs)
    assert refusal.value.code == code
    return str(refusal.value)


# --- proposing ---------------------------------------------------------------------------------


def test_a_proposal_keeps_the_score_and_the_rules_of_its_day(host, visitor):
    pair = pair_of(visitor, host)
    match = propose(visitor, host, starts_on=date(2099, 5, 3), ends_on=date(2099, 5, 7))
    assert (match.score, match.ruleset) == (pair.explanation.total, pair.ruleset.version)
    assert (match.host, match.visitor, match.proposed_by) == (host, visitor, visitor)
    assert (match.state, match.origin) == (MatchState.PROPOSED, MatchOrigin.LIST)
    assert (match.visitor_agreed_at is not None, match.host_agreed_at) == (True, None)
    assert match.expires_on == clock.today() + timedelta(days=21)
    assert (match.starts_on, match.message) == (date(2099, 5, 3), WHY)
    assert AuditEntry.objects.filter(event="match.propose", subject_id=match.pk).count() == 1


def test_a_host_can_propose_too(host, visitor):
    match = propose(host, visitor)
    assert (match.proposed_by, match.host_agreed_at is not None) == (host, True)
    assert match.visitor_agreed_at is None


def test_those_who_know_each_other_say_so(host, visitor):
    assert propose(host, visitor, is_known=True).origin == MatchOrigin.KNOWN


@pytest.mark.parametrize("who", ["stranger", "other side", "officer"])
def test_only_members_propose(host, visitor, who):
    actors = {
        "stranger": UserFactory,
        "other side": lambda: host.contact,
        "officer": lambda: StaffRoleFactory().user,
    }
    actor = actors[who]()
    with untouched(), pytest.raises(NotAllowed):
        propose(visitor, host, actor=actor)


def test_a_paused_profile_proposes_nothing(host, visitor):
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    with untouched(), pytest.raises(NotAllowed):
        propose(visitor, host)


def test_a_paused_profile_is_not_proposed_to(host, visitor):
    pause_profile(profile_id=host.pk, actor=host.contact)
    assert "AQUIMER is not in the catalogue" in refused("not_published", propose, visitor, host)


def test_a_hard_stop_is_named(visitor):
    neighbour = host_profile(name="Vizinho", country="PT")
    assert refused("not_possible", propose, visitor, neighbour) == (
        "Both of you are in Portugal. An exchange crosses a border."
    )


@pytest.mark.parametrize("state", [MatchState.PROPOSED, MatchState.CONFIRMED])
def test_two_have_one_open_match(host, visitor, state):
    match_between(visitor, host, state=state)
    assert "There is an open match with AQUIMER" in refused("open_already", propose, visitor, host)
    refused("open_already", propose, host, visitor)


def test_the_database_has_the_last_word_about_one_open_match(host, visitor):
    match_between(visitor, host)
    again = {"mode": "physical", "score": 1, "ruleset": 1, "expires_on": clock.today()}
    refusal = pytest.raises(TransitionRefused, match="open match")
    with refusal, once_for_a_pair(visitor.pk, host.pk), transaction.atomic():
        Match.objects.create(host=host, visitor=visitor, proposed_by=host, **again)


def test_another_fault_of_the_database_is_not_hidden(host, visitor):
    wrong = {"mode": "by air", "score": 1, "ruleset": 1, "expires_on": clock.today()}
    with pytest.raises(IntegrityError), once_for_a_pair(visitor.pk, host.pk), transaction.atomic():
        Match.objects.create(host=host, visitor=visitor, proposed_by=host, **wrong)


def test_declined_pairs_rest_for_thirty_days(host, visitor):
    with time_machine.travel("2026-03-01 12:00+00:00", tick=False):
        match_between(visitor, host, state=MatchState.DECLINED)
    with time_machine.travel("2026-03-30 12:00+00:00", tick=False):
        text = refused("resting", propose, visitor, host)
        assert text == "A match of the two was declined. You can try again from 31 March 2026 on."
        refused("resting", propose, host, visitor)
    with time_machine.travel("2026-03-31 12:00+00:00", tick=False):
        assert propose(visitor, host).state == MatchState.PROPOSED


@pytest.mark.parametrize("state", [MatchState.WITHDRAWN, MatchState.EXPIRED, MatchState.DISSOLVED])
def test_other_ends_need_no_rest(host, visitor, state):
    match_between(visitor, host, state=state)
    assert propose(visitor, host).state == MatchState.PROPOSED


def test_five_proposals_are_open_at_a_time(visitor):
    hosts = [host_profile(name=f"Host {number}") for number in range(6)]
    first, *_others = [propose(visitor, host) for host in hosts[:5]]
    assert "You have 5 open proposals" in refused("too_many", propose, visitor, hosts[5])
    withdraw_match(match_id=first.pk, actor=visitor.contact)
    assert propose(visitor, hosts[5]).state == MatchState.PROPOSED


def test_what_others_propose_does_not_count(visitor):
    for number in range(5):
        match_between(host_profile(name=f"Host {number}"), visitor)
    assert propose(visitor, host_profile(name="Host 5")).proposed_by == visitor


def limit(profile, **limits):
    ContactLimits.objects.create(profile=profile, **limits)


def test_whoever_takes_no_new_contacts_is_not_proposed_to(host, visitor):
    limit(host, paused_until=date(2099, 1, 31))
    text = refused("unreachable", propose, visitor, host)
    assert text == "Takes new contacts again on 31 January 2099."


def test_those_in_conversation_can_be_proposed_to(host, visitor):
    start_conversation(profile_id=visitor.pk, other_id=host.pk, text=WHY, actor=visitor.contact)
    limit(host, paused_until=date(2099, 1, 31))
    assert propose(visitor, host).state == MatchState.PROPOSED


@pytest.mark.parametrize("full", ["host", "visitor"])
def test_whoever_has_as_many_exchanges_as_it_wants_gets_no_more(host, visitor, full):
    side = {"host": host, "visitor": visitor}[full]
    partner = visitor_profile(name="One") if full == "host" else host_profile(name="One")
    limit(side, capacity=1)
    match_between(partner, side, state=MatchState.CONFIRMED)
    text = refused("at_capacity", propose, visitor, host)
    assert text.startswith(f"{side.organisation.name} has agreed on as many exchanges")


def test_capacity_that_is_not_used_up_is_no_obstacle(host, visitor):
    limit(host, capacity=2)
    match_between(visitor_profile(name="One"), host, state=MatchState.CONFIRMED)
    assert propose(visitor, host).state == MatchState.PROPOSED


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"mode": "by air"}, "mode"),
        ({"message": "  "}, "message"),
        ({"message": "x" * 3001}, "message"),
        ({"starts_on": date(2099, 1, 1)}, "dates"),
        ({"starts_on": date(2099, 1, 2), "ends_on": date(2099, 1, 1)}, "dates"),
        ({"starts_on": date(2020, 1, 1), "ends_on": date(2099, 1, 1)}, "dates"),
    ],
)
def test_the_terms_must_be_sound(host, visitor, terms, code):
    refused(code, propose, visitor, host, **terms)


def test_the_way_of_meeting_is_one_that_both_allow(host):
    visitor = visitor_profile(mode="virtual")
    refused("mode", propose, visitor, host)
    assert propose(visitor, host, mode="virtual").mode == "virtual"


def test_a_used_up_visit_leaves_the_online_exchange(host, visitor):
    organisation = visitor.organisation
    organisation.physical_visit_used_on = clock.today()
    organisation.save(update_fields=["physical_visit_used_on"])
    refused("mode", propose, visitor, host)
    refused("mode", propose, visitor, host, mode="either")
    assert propose(visitor, host, mode="virtual").mode == "virtual"


# --- accepting ---------------------------------------------------------------------------------


def test_with_the_second_yes_it_is_confirmed(host, visitor):
    match = match_between(visitor, host)
    accepted = accept_match(match_id=match.pk, actor=host.contact)
    assert accepted.state == MatchState.CONFIRMED
    assert match.proposed_at < accepted.host_agreed_at <= accepted.confirmed_at
    step = MatchStep.objects.get(subject=match)
    assert (step.transition, step.side, step.actor) == ("confirm", host, host.contact)


def test_a_confirmed_match_in_person_does_not_use_the_visit_up(host, visitor):
    match_between(visitor, host, state=MatchState.CONFIRMED)
    visitor.organisation.refresh_from_db()
    assert visitor.organisation.physical_visit_used_on is None


def test_an_open_conversation_becomes_the_match(host, visitor):
    start_conversation(profile_id=visitor.pk, other_id=host.pk, text=WHY, actor=visitor.contact)
    match_between(visitor, host, state=MatchState.CONFIRMED)
    assert Conversation.objects.get().state == ConversationState.AGREED


def test_a_second_click_is_told_what_has_become_of_it(host, visitor):
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    text = refused("too_late", accept_match, match_id=match.pk, actor=host.contact)
    assert text == "This is not possible any more: the match is “Confirmed” now."


def test_a_full_side_cannot_accept(host, visitor):
    match = match_between(visitor, host)
    limit(host, capacity=1)
    match_between(visitor_profile(name="One"), host, state=MatchState.CONFIRMED)
    refused("at_capacity", accept_match, match_id=match.pk, actor=host.contact)


def test_a_pause_does_not_keep_from_agreeing(host, visitor):
    match = match_between(visitor, host)
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    assert accept_match(match_id=match.pk, actor=host.contact).state == MatchState.CONFIRMED


def test_a_profile_at_its_desk_keeps_from_agreeing(host, visitor):
    match = match_between(visitor, host)
    Profile.objects.filter(pk=visitor.pk).update(state="submitted")
    text = refused("not_published", accept_match, match_id=match.pk, actor=host.contact)
    assert text.startswith("The profile of Motores Lda is with its partnership.")


def test_a_stop_that_arose_meanwhile_keeps_from_agreeing(host, visitor):
    match = match_between(visitor, host)
    Profile.objects.filter(pk=visitor.pk).update(mode="virtual")
    Profile.objects.filter(pk=host.pk).update(mode="physical")
    rebuild_index()
    refused("not_possible", accept_match, match_id=match.pk, actor=host.contact)


# --- every step from every state -----------------------------------------------------------------


def wrong_states():
    return [
        pytest.param(name, state, id=f"{name}-{state}")
        for name, transition in match_workflow.transitions.items()
        if name in STEPS
        for state in MatchState
        if state not in transition.sources
    ]


@pytest.mark.parametrize(("name", "state"), wrong_states())
def test_a_step_from_a_wrong_state_is_too_late(host, visitor, name, state):
    match = match_between(visitor, host, state=state)
    for actor in (host.contact, visitor.contact):
        refused("too_late", STEPS[name], match, actor)


WHO = ("asked", "asking", "stranger", "officer", "other officer", "support", "observer")
MAY = {
    "confirm": {"asked"},
    "decline": {"asked"},
    "withdraw": {"asking"},
    "dissolve": {"asked", "asking", "officer", "support"},
}


def somebody(who, host, visitor):
    if who in ("asked", "asking"):
        return MembershipFactory(
            organisation=(host if who == "asked" else visitor).organisation
        ).user
    roles = {
        "officer": {"acronym": "EXXTRA"},
        "other officer": {"acronym": "BLUES"},
        "support": {"role": StaffRoleName.SUPPORT},
        "observer": {"role": StaffRoleName.OBSERVER},
    }
    return StaffRoleFactory(**roles[who]).user if who in roles else UserFactory()


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("who", WHO)
def test_each_step_is_open_to_some(host, visitor, name, who):
    state = MatchState.CONFIRMED if name == "dissolve" else MatchState.PROPOSED
    match = match_between(visitor, host, state=state)
    actor = somebody(who, host, visitor)
    if who in MAY[name]:
        target = match_workflow.transitions[name].target
        assert STEPS[name](match, actor).state == target
    else:
        with untouched(), pytest.raises(NotAllowed):
            STEPS[name](match, actor)


@pytest.mark.parametrize("name", ["decline", "dissolve"])
def test_a_no_needs_its_reason(host, visitor, name):
    state = MatchState.CONFIRMED if name == "dissolve" else MatchState.PROPOSED
    match = match_between(visitor, host, state=state)
    step = {"decline": decline_match, "dissolve": dissolve_match}[name]
    refused("comment_missing", step, match_id=match.pk, actor=host.contact, comment=" ")


def test_a_step_of_staff_names_its_partnership(host, visitor):
    match = match_between(visitor, host, state=MatchState.CONFIRMED)
    for acronym, side in (("EXXTRA", host), ("RECIPE4MOBILITY", visitor)):
        officer = StaffRoleFactory(acronym=acronym).user
        assert service._partnership_of(match, officer) == side.partnership
    support = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    dissolve_match(match_id=match.pk, actor=support, comment="Both have left")
    step = match.transitions.get(transition="dissolve")
    assert (step.side, step.partnership, step.actor) == (None, None, support)


# --- introductions in the hands of the two -------------------------------------------------------


@pytest.fixture
def officer():
    return StaffRoleFactory(acronym="EXXTRA").user


def test_both_must_agree_to_an_introduction(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    first = accept_match(match_id=match.pk, actor=visitor.contact)
    assert (first.state, first.host_agreed_at) == (MatchState.PROPOSED, None)
    second = accept_match(match_id=match.pk, actor=host.contact)
    assert second.state == MatchState.CONFIRMED
    assert [step.transition for step in match.transitions.order_by("pk")] == ["agree", "confirm"]


def test_a_second_yes_of_the_same_side_changes_nothing(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    accept_match(match_id=match.pk, actor=visitor.contact)
    text = refused("agreed_already", accept_match, match_id=match.pk, actor=visitor.contact)
    assert text == "Your side has agreed already."


def test_whoever_said_yes_to_an_introduction_can_take_it_back(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    accept_match(match_id=match.pk, actor=visitor.contact)
    withdrawn = withdraw_match(match_id=match.pk, actor=visitor.contact, comment="No time")
    assert withdrawn.state == MatchState.WITHDRAWN
    assert match.transitions.get(transition="withdraw").side == visitor


def test_either_side_can_decline_an_introduction(host, visitor, officer):
    match = introduction_of(host, visitor, officer)
    declined = decline_match(match_id=match.pk, actor=host.contact, comment="Too far")
    assert declined.state == MatchState.DECLINED


def test_suspended_profiles_are_not_introduced_or_proposed(host, visitor, officer):
    suspend_profile(profile_id=host.pk, actor=officer, comment="No answer")
    host.refresh_from_db()
    refused("not_published", propose, visitor, host)


def test_nobody_unknown_sees_a_contact(host, visitor):
    match_between(visitor, host, state=MatchState.CONFIRMED)
    assert is_contact_open(visitor.contact, host) is True
    assert is_contact_open(AnonymousUser(), host) is False


def test_a_stranger_does_not_learn_what_became_of_it(host, visitor):
    match = match_between(visitor, host, state=MatchState.DECLINED)
    stranger = UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        accept_match(match_id=match.pk, actor=stranger)
