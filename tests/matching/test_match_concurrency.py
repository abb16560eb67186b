"""Two people at the same instant: one state, and one set of mails."""

from collections import Counter

import pytest

from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import OutgoingMail
from matching.enums import MatchState
from matching.models import ContactLimits, Match, MatchStep
from matching.services.introductions import introduce_profiles
from matching.services.matches import accept_match, propose_match, withdraw_match
from matching.services.matches_upkeep import expire_matches
from profiles.models import Profile
from profiles.services.lifecycle import withdraw_profile
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once, errors, values
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    host_profile,
    introduction_of,
    match_between,
    visitor_profile,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TERMS = {"mode": "physical", "message": "Let us meet."}


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


@pytest.fixture
def host():
    return host_profile()


@pytest.fixture
def visitor():
    return visitor_profile()


def mails():
    rows = OutgoingMail.objects.filter(kind__startswith="matching/")
    return Counter(kind.partition("/")[2] for kind in rows.values_list("kind", flat=True))


def proposing(profile, other):
    def call():
        return propose_match(
            profile_id=profile.pk, other_id=other.pk, actor=profile.contact, **TERMS
        )

    return call


@pytest.mark.parametrize("attempt", range(3))
def test_accepting_and_taking_back_end_in_one_state_with_one_set_of_mails(host, visitor, attempt):
    match = match_between(visitor, host)
    outcomes = at_once(
        lambda: accept_match(match_id=match.pk, actor=host.contact),
        lambda: withdraw_match(match_id=match.pk, actor=visitor.contact),
    )
    (done,), (refused,) = values(outcomes), errors(outcomes)
    assert isinstance(refused, DomainError)
    assert refused.code == "too_late"
    match.refresh_from_db()
    assert match.state == done.state
    assert MatchStep.objects.get().target == match.state
    expected = {
        MatchState.CONFIRMED: {"match_proposed": 1, "match_to_plan": 1, "match_confirmed": 1},
        MatchState.WITHDRAWN: {"match_proposed": 1, "match_withdrawn": 1},
    }
    assert mails() == expected[MatchState(match.state)]


def test_two_clicks_on_accept_confirm_once(host, visitor):
    match = match_between(visitor, host)
    colleague = MembershipFactory(organisation=host.organisation).user
    outcomes = at_once(
        lambda: accept_match(match_id=match.pk, actor=host.contact),
        lambda: accept_match(match_id=match.pk, actor=colleague),
    )
    assert (len(values(outcomes)), len(errors(outcomes))) == (1, 1)
    assert mails()["match_to_plan"] == 1


def test_both_say_yes_to_an_introduction_at_once(host, visitor):
    match = introduction_of(host, visitor, StaffRoleFactory().user)
    outcomes = at_once(
        lambda: accept_match(match_id=match.pk, actor=host.contact),
        lambda: accept_match(match_id=match.pk, actor=visitor.contact),
    )
    assert errors(outcomes) == []
    match.refresh_from_db()
    assert match.state == MatchState.CONFIRMED
    assert [step.transition for step in match.transitions.order_by("pk")] == ["agree", "confirm"]
    assert mails()["match_to_plan"] == 1


@pytest.mark.parametrize("attempt", range(2))
def test_both_propose_at_once_and_there_is_one_match(host, visitor, attempt):
    outcomes = at_once(proposing(host, visitor), proposing(visitor, host))
    (refused,) = errors(outcomes)
    assert isinstance(refused, DomainError)
    assert refused.code == "open_already"
    assert Match.objects.get() == values(outcomes)[0]
    assert mails() == {"match_proposed": 1}


def test_an_introduction_and_a_proposal_at_once_make_one_match(host, visitor):
    officer = StaffRoleFactory().user
    outcomes = at_once(
        proposing(host, visitor),
        lambda: introduce_profiles(host_id=host.pk, visitor_id=visitor.pk, actor=officer, **TERMS),
    )
    assert (len(values(outcomes)), len(errors(outcomes))) == (1, 1)
    assert Match.objects.count() == 1


def test_the_sixth_proposal_is_refused_whoever_is_first(visitor):
    hosts = [host_profile(name=f"Host {number}") for number in range(6)]
    for other in hosts[:4]:
        match_between(visitor, other)
    outcomes = at_once(proposing(visitor, hosts[4]), proposing(visitor, hosts[5]))
    (refused,) = errors(outcomes)
    assert isinstance(refused, DomainError)
    assert refused.code == "too_many"
    assert Match.objects.count() == 5


def test_the_last_place_is_given_once(host, visitor):
    second = visitor_profile(name="Second")
    matches = [match_between(visitor, host), match_between(second, host)]
    ContactLimits.objects.create(profile=host, capacity=1)
    outcomes = at_once(
        *(
            (lambda match=match: accept_match(match_id=match.pk, actor=host.contact))
            for match in matches
        )
    )
    (refused,) = errors(outcomes)
    assert isinstance(refused, DomainError)
    assert refused.code == "at_capacity"
    assert Match.objects.confirmed().count() == 1


def test_two_clocks_remind_once(host, visitor):
    match = match_between(visitor, host)
    Match.objects.filter(pk=match.pk).update(proposed_at=match.proposed_at.replace(year=2020))
    outcomes = at_once(expire_matches, expire_matches)
    assert sorted(values(outcomes)) == [0, 1]
    assert mails()["match_waits"] == 1


def test_nobody_is_proposed_to_while_leaving(host, visitor):
    outcomes = at_once(
        proposing(visitor, host),
        lambda: withdraw_profile(profile_id=host.pk, actor=host.contact),
    )
    assert (len(values(outcomes)), len(errors(outcomes))) == (1, 1)
    host = Profile.objects.get(pk=host.pk)
    assert Match.objects.open().exists() is host.is_published
