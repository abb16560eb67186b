"""Time and the desk: reminders, expiry, and proposals of profiles that are gone."""

import pytest
import time_machine

from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.models import OutgoingMail
from matching.enums import MatchState
from matching.models import Match
from matching.services import matches_upkeep
from matching.services.matches import accept_match, decline_match
from matching.services.matches_upkeep import expire_matches
from matching.tasks import expire_matches as task
from profiles.models import Profile
from profiles.obstacles import obstacles
from profiles.personal_data import blockers
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.lifecycle import pause_profile, withdraw_profile
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


def day(number):
    """Noon of a day so many days after the proposal."""
    return time_machine.travel(f"2026-03-{1 + number:02} 12:00+00:00", tick=False)


@pytest.fixture
def match():
    with day(0):
        return match_between(visitor_profile(), host_profile())


def kinds(to):
    rows = OutgoingMail.objects.filter(to=to, kind__startswith="matching/").order_by("pk")
    return [kind.partition("/")[2] for kind in rows.values_list("kind", flat=True)]


def test_it_reminds_after_seven_and_fourteen_days_and_ends_after_twenty_one(match):
    asked, asking = match.host.contact.email, match.visitor.contact.email
    done = {}
    for number in range(1, 24):
        with day(number):
            done[number] = expire_matches()
            assert expire_matches() == 0
    assert [number for number, count in done.items() if count] == [7, 14, 21]
    match.refresh_from_db()
    assert (match.state, match.reminders) == (MatchState.EXPIRED, 2)
    assert kinds(asked) == ["match_proposed", "match_waits", "match_waits", "match_expired"]
    assert kinds(asking) == ["match_expired"]


def test_after_a_long_silence_of_the_portal_one_reminder_is_enough(match):
    with day(15):
        assert expire_matches() == 1
        assert expire_matches() == 0
    assert kinds(match.host.contact.email) == ["match_proposed", "match_waits"]


def test_on_the_last_day_it_can_still_be_accepted(match):
    with day(20):
        expire_matches()
        done = accept_match(match_id=match.pk, actor=match.host.contact)
    assert done.state == MatchState.CONFIRMED


def test_what_is_decided_is_left_alone(match):
    with day(3):
        decline_match(match_id=match.pk, actor=match.host.contact, comment="No time")
    with day(21), untouched():
        assert expire_matches() == 0


def test_what_is_decided_at_the_last_moment_is_left_alone(match, monkeypatch):
    with day(21):
        locked = matches_upkeep.locked_match

        def decided_first(key):
            Match.objects.filter(pk=key).update(state=MatchState.WITHDRAWN)
            return locked(key)

        monkeypatch.setattr(matches_upkeep, "locked_match", decided_first)
        assert expire_matches() == 0
    assert kinds(match.visitor.contact.email) == []


def test_only_those_who_have_not_answered_an_introduction_are_reminded():
    host, visitor = host_profile(), visitor_profile()
    with day(0):
        match = introduction_of(host, visitor, StaffRoleFactory().user)
        accept_match(match_id=match.pk, actor=host.contact)
    with day(7):
        expire_matches()
    assert kinds(host.contact.email) == ["match_introduced"]
    assert kinds(visitor.contact.email) == ["match_introduced", "match_waits"]


def test_in_the_hours_before_its_day_nobody_is_reminded(match):
    with time_machine.travel("2026-03-07 18:00+00:00", tick=False), untouched():
        assert expire_matches() == 0


def test_the_clock_starts_it(match):
    with day(21):
        assert task() == 1


# --- profiles that rest or go --------------------------------------------------------------------


def officer_of(profile):
    return StaffRoleFactory(acronym=profile.partnership.acronym).user


@pytest.mark.parametrize("side", ["host", "visitor"])
def test_a_suspension_takes_proposals_back_and_tells_both(side):
    match = match_between(visitor_profile(), host_profile())
    profile = getattr(match, side)
    suspend_profile(profile_id=profile.pk, actor=officer_of(profile), comment="Complaint")
    match.refresh_from_db()
    assert match.state == MatchState.WITHDRAWN
    assert match.transitions.get().actor is None
    assert kinds(match.host.contact.email)[-1] == "match_withdrawn"
    assert kinds(match.visitor.contact.email)[-1] == "match_withdrawn"


def test_a_suspension_leaves_confirmed_matches_to_the_people():
    match = match_between(visitor_profile(), host_profile(), state=MatchState.CONFIRMED)
    suspend_profile(profile_id=match.host_id, actor=officer_of(match.host), comment="Complaint")
    match.refresh_from_db()
    assert match.state == MatchState.CONFIRMED


def test_a_rejection_takes_proposals_back():
    match = match_between(visitor_profile(), host_profile())
    Profile.objects.filter(pk=match.host_id).update(state="submitted")
    officer = officer_of(match.host)
    decide_profile(profile_id=match.host_id, decision="reject", actor=officer, comment="Not here")
    match.refresh_from_db()
    assert match.state == MatchState.WITHDRAWN


def test_a_pause_leaves_matches_alone():
    match = match_between(visitor_profile(), host_profile())
    pause_profile(profile_id=match.host_id, actor=match.host.contact)
    match.refresh_from_db()
    assert match.state == MatchState.PROPOSED


def test_an_open_match_keeps_a_profile_from_being_withdrawn():
    match = match_between(visitor_profile(), host_profile())
    for side, other in ((match.host, match.visitor), (match.visitor, match.host)):
        with untouched(), pytest.raises(TransitionRefused) as refusal:
            withdraw_profile(profile_id=side.pk, actor=side.contact)
        assert str(refusal.value) == (
            f"A match with {other.organisation.name} is open. "
            "Decline it, take it back or dissolve it first."
        )


def test_a_match_that_is_over_is_no_obstacle():
    match = match_between(visitor_profile(), host_profile(), state=MatchState.DECLINED)
    assert obstacles(match.host) == []


def test_what_a_confirmed_match_became_stands_in_the_way_instead():
    match = match_between(visitor_profile(), host_profile(), state=MatchState.CONFIRMED)
    for side in (match.host, match.visitor):
        assert len(obstacles(side)) == 1
        assert str(obstacles(side)[0]).startswith("The exchange CXC-")


def test_the_only_member_with_an_open_match_keeps_the_account():
    match = match_between(visitor_profile(), host_profile())
    Profile.objects.filter(pk=match.host_id).update(state="rejected")
    found = blockers(match.host.contact)
    assert [blocker.url for blocker in found] == [match.get_absolute_url()]
    assert "A match with Motores Lda is open" in str(found[0].reason)


def test_with_a_colleague_the_account_can_go():
    match = match_between(visitor_profile(), host_profile())
    MembershipFactory(organisation=match.host.organisation)
    assert blockers(match.host.contact) == []
