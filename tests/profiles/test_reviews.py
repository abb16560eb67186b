from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed
from cxc_portal.core.models import AuditEntry
from profiles.models import Membership
from profiles.services.reviews import (
    LEASE,
    holder_of,
    is_held_by_another,
    release_profile,
    require_free,
    take_profile,
)
from tests.factories import StaffRoleFactory, published_profile, submitted_profile

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def officer(reference):
    return StaffRoleFactory().user


@pytest.fixture
def colleague(reference):
    return StaffRoleFactory().user


@pytest.fixture
def profile(reference):
    return submitted_profile()


def test_opening_takes_a_profile(officer, profile):
    with time_machine.travel(MORNING, tick=False):
        taken = take_profile(profile_id=profile.pk, actor=officer)
        assert (taken.review_by, taken.review_since) == (officer, MORNING)
        assert holder_of(taken) == officer
        assert not is_held_by_another(taken, officer)


def test_looking_again_takes_it_anew(officer, profile):
    with time_machine.travel(MORNING, tick=False):
        take_profile(profile_id=profile.pk, actor=officer)
    with time_machine.travel(MORNING + timedelta(minutes=10), tick=False):
        taken = take_profile(profile_id=profile.pk, actor=officer)
    assert taken.review_since == MORNING + timedelta(minutes=10)


def test_a_colleague_does_not_get_it(officer, colleague, profile):
    with time_machine.travel(MORNING, tick=False):
        take_profile(profile_id=profile.pk, actor=officer)
    with time_machine.travel(MORNING + LEASE - timedelta(seconds=1), tick=False):
        looked_at = take_profile(profile_id=profile.pk, actor=colleague)
        assert looked_at.review_by == officer
        assert is_held_by_another(looked_at, colleague)


def test_after_the_lease_it_is_free(officer, colleague, profile):
    with time_machine.travel(MORNING, tick=False):
        take_profile(profile_id=profile.pk, actor=officer)
    with time_machine.travel(MORNING + LEASE, tick=False):
        profile.refresh_from_db()
        assert holder_of(profile) is None
        assert take_profile(profile_id=profile.pk, actor=colleague).review_by == colleague


def test_a_colleague_can_take_it_over(officer, colleague, profile):
    take_profile(profile_id=profile.pk, actor=officer)
    taken = take_profile(profile_id=profile.pk, actor=colleague, is_takeover=True)
    assert taken.review_by == colleague
    entry = AuditEntry.objects.last()
    assert (entry.event, entry.actor_id, entry.data) == (
        "profile.taken_over",
        colleague.pk,
        {"from": officer.pk},
    )


def test_taking_over_a_free_profile_is_nothing_special(officer, profile):
    before = AuditEntry.objects.count()
    take_profile(profile_id=profile.pk, actor=officer, is_takeover=True)
    assert AuditEntry.objects.count() == before


def test_a_decided_profile_is_not_taken(officer, reference):
    profile = published_profile()
    assert take_profile(profile_id=profile.pk, actor=officer).review_by is None


def test_another_partnership_cannot_take_it(profile):
    stranger = StaffRoleFactory(acronym="EXXTRA").user
    with pytest.raises(NotAllowed):
        take_profile(profile_id=profile.pk, actor=stranger)
    profile.refresh_from_db()
    assert profile.review_by is None


def test_a_member_of_the_organisation_cannot_take_it(officer, profile):
    Membership.objects.create(user=officer, organisation=profile.organisation)
    with pytest.raises(NotAllowed):
        take_profile(profile_id=profile.pk, actor=officer)


def test_releasing_frees_the_own_profile(officer, profile):
    take_profile(profile_id=profile.pk, actor=officer)
    released = release_profile(profile_id=profile.pk, actor=officer)
    assert (released.review_by, released.review_since) == (None, None)


def test_releasing_leaves_a_colleagues_profile(officer, colleague, profile):
    take_profile(profile_id=profile.pk, actor=officer)
    assert release_profile(profile_id=profile.pk, actor=colleague).review_by == officer


def test_a_free_profile_can_be_decided(officer, profile):
    assert require_free(profile, officer) is None
