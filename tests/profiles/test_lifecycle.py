from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import OutgoingMail
from profiles import obstacles
from profiles.models import Membership, Profile
from profiles.services.editing import edit_organisation, fingerprint
from profiles.services.lifecycle import (
    confirm_interest,
    mind_dormant_profiles,
    note_visit,
    pause_profile,
    reopen_profile,
    withdraw_profile,
)
from profiles.signals import listing_changed
from profiles.tasks import mind_dormant_profiles as task
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
JUNE = datetime(2027, 6, 1, 9, 1, tzinfo=UTC)
JULY = datetime(2027, 7, 1, 9, 2, tzinfo=UTC)


@pytest.fixture
def profile(reference):
    with time_machine.travel(NEW_YEAR, tick=False):
        return published_profile()


@pytest.fixture
def listings():
    """Which profiles the catalogue was told of."""
    told = []

    def note(profile_ids, **kwargs):
        told.append(profile_ids)

    listing_changed.connect(note)
    yield told
    listing_changed.disconnect(note)


def state_of(profile):
    profile.refresh_from_db()
    return profile.state


def at(moment):
    return time_machine.travel(moment, tick=False)


def mails(kind):
    return list(OutgoingMail.objects.filter(kind=f"profiles/{kind}").order_by("pk"))


def move_to_another_cluster(profile):
    edit_organisation(
        organisation_id=profile.organisation_id,
        changes={"other_cluster": "A new one"},
        seen=fingerprint(profile.organisation, ["other_cluster"]),
        actor=profile.contact,
    )


def test_paused_profile_leaves_the_catalogue(profile, listings):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    assert (state_of(profile), listings) == ("paused", [[profile.pk]])


def test_colleague_may_pause(profile):
    colleague = MembershipFactory(organisation=profile.organisation).user
    pause_profile(profile_id=profile.pk, actor=colleague)
    step = profile.transitions.order_by("pk").last()
    assert (step.actor, step.organisation) == (colleague, profile.organisation)


def test_officer_may_not_pause(profile):
    officer = StaffRoleFactory().user
    with untouched(), pytest.raises(NotAllowed):
        pause_profile(profile_id=profile.pk, actor=officer)


def test_profile_that_waits_cannot_be_paused(reference):
    waiting = submitted_profile()
    with untouched(), pytest.raises(TransitionRefused):
        pause_profile(profile_id=waiting.pk, actor=waiting.contact)


def test_paused_profile_returns(profile, listings):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    with at(JULY):
        reopen_profile(profile_id=profile.pk, actor=profile.contact)
    assert (state_of(profile), profile.confirmed_at) == ("published", JULY)
    assert listings == [[profile.pk], [profile.pk]]


def test_profile_with_a_new_validated_fact_returns_by_way_of_the_desk(profile):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    move_to_another_cluster(profile)
    reopen_profile(profile_id=profile.pk, actor=profile.contact)
    assert state_of(profile) == "submitted"
    assert profile.submissions.last().facts["organisation.other_cluster"] == "A new one"


def test_profile_without_any_submission_returns_at_once(profile):
    profile.submissions.all().delete()
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    reopen_profile(profile_id=profile.pk, actor=profile.contact)
    assert state_of(profile) == "published"


def test_published_profile_has_nothing_to_return_from(profile):
    with untouched(), pytest.raises(TransitionRefused):
        reopen_profile(profile_id=profile.pk, actor=profile.contact)


def test_stranger_may_not_return_a_profile(profile):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    move_to_another_cluster(profile)
    stranger = MembershipFactory().user
    with untouched(), pytest.raises(NotAllowed):
        reopen_profile(profile_id=profile.pk, actor=stranger)


def test_withdrawn_profile_is_over_and_keeps_the_reason(profile, listings):
    withdraw_profile(profile_id=profile.pk, actor=profile.contact, comment="We have moved on")
    assert (state_of(profile), listings) == ("withdrawn", [[profile.pk]])
    assert profile.transitions.order_by("pk").last().comment == "We have moved on"


def test_profile_cannot_be_withdrawn_while_something_is_open(profile, monkeypatch):
    monkeypatch.setattr(obstacles, "_providers", [lambda profile: ["There is an open match."]])
    with untouched(), pytest.raises(TransitionRefused) as refused:
        withdraw_profile(profile_id=profile.pk, actor=profile.contact)
    assert (refused.value.code, str(refused.value)) == ("in_use", "There is an open match.")


def test_same_provider_of_obstacles_is_asked_once(profile, monkeypatch):
    monkeypatch.setattr(obstacles, "_providers", [])

    def provider(profile):
        return ["There is an open match."]

    obstacles.register_obstacles(provider)
    obstacles.register_obstacles(provider)
    assert obstacles.obstacles(profile) == ["There is an open match."]


def test_stranger_may_not_withdraw(profile):
    stranger = MembershipFactory().user
    with untouched(), pytest.raises(NotAllowed):
        withdraw_profile(profile_id=profile.pk, actor=stranger)


def test_interest_is_confirmed(profile):
    with at(JUNE):
        confirm_interest(profile_id=profile.pk, actor=profile.contact)
    profile.refresh_from_db()
    assert profile.confirmed_at == JUNE


def test_stranger_confirms_nothing(profile):
    stranger = MembershipFactory().user
    with untouched(), pytest.raises(NotAllowed):
        confirm_interest(profile_id=profile.pk, actor=stranger)


def test_visit_is_a_sign_of_interest_in_the_own_published_profiles_alone(profile):
    other, paused = published_profile(), published_profile(organisation=profile.organisation)
    pause_profile(profile_id=paused.pk, actor=paused.contact)
    before = Profile.objects.in_bulk([other.pk, paused.pk])
    with at(JUNE):
        assert note_visit(user=profile.contact) == 1
    after = Profile.objects.in_bulk([profile.pk, other.pk, paused.pk])
    assert after[profile.pk].confirmed_at == JUNE
    assert after[other.pk].confirmed_at == before[other.pk].confirmed_at
    assert after[paused.pk].confirmed_at == before[paused.pk].confirmed_at


def test_logging_in_is_a_visit(client, profile):
    with at(JUNE):
        client.force_login(profile.contact)
    profile.refresh_from_db()
    assert profile.confirmed_at == JUNE


def test_nobody_is_asked_before_five_months(profile):
    with at(JUNE - timedelta(days=2)), untouched():
        assert mind_dormant_profiles() == []


def test_members_are_asked_a_month_before(profile):
    with at(JUNE):
        assert mind_dormant_profiles() == []
    (mail,) = mails("profile_grows_quiet")
    assert mail.to == profile.contact.email
    assert mail.subject.startswith("Tell us that you are still interested")
    assert mail.link_path == f"/profiles/{profile.ref}/reopen/"
    assert state_of(profile) == "published"


def test_members_are_asked_once_in_a_quiet_time(profile):
    for day in range(3):
        with at(JUNE + timedelta(days=day)):
            mind_dormant_profiles()
    assert len(mails("profile_grows_quiet")) == 1


def test_who_has_time_to_answer_is_left_alone(profile, django_assert_num_queries):
    with at(JUNE):
        mind_dormant_profiles()
    with at(JUNE + timedelta(days=1)), django_assert_num_queries(3):
        assert mind_dormant_profiles() == []


def test_profile_that_nobody_minds_falls_asleep_and_its_members_are_told(profile, listings):
    with at(JUNE):
        mind_dormant_profiles()
    with at(JULY):
        assert mind_dormant_profiles() == [profile.ref]
    assert (state_of(profile), listings) == ("dormant", [[profile.pk]])
    (mail,) = mails("profile_dormant")
    assert mail.subject.startswith("Return to the catalogue when you like")
    assert mail.link_path == f"/profiles/{profile.ref}/reopen/"


def test_second_run_does_nothing_more(profile):
    with at(JUNE):
        mind_dormant_profiles()
    with at(JULY):
        mind_dormant_profiles()
        with untouched():
            assert mind_dormant_profiles() == []


def test_sign_of_interest_in_time_keeps_the_profile_awake(profile):
    with at(JUNE):
        mind_dormant_profiles()
        confirm_interest(profile_id=profile.pk, actor=profile.contact)
    with at(JULY):
        assert mind_dormant_profiles() == []
    assert state_of(profile) == "published"


def test_members_are_asked_anew_in_the_next_quiet_time(profile):
    with at(JUNE):
        mind_dormant_profiles()
        confirm_interest(profile_id=profile.pk, actor=profile.contact)
    with at(datetime(2027, 12, 1, tzinfo=UTC)):
        mind_dormant_profiles()
    assert len(mails("profile_grows_quiet")) == 2


def test_members_have_their_month_even_when_they_were_asked_late(profile):
    with at(datetime(2028, 1, 1, 9, 5, tzinfo=UTC)):
        assert mind_dormant_profiles() == []
    with at(datetime(2028, 1, 31, tzinfo=UTC)):
        assert mind_dormant_profiles() == []
    with at(datetime(2028, 2, 1, 9, 6, tzinfo=UTC)):
        assert mind_dormant_profiles() == [profile.ref]


def test_profile_without_anybody_to_ask_falls_asleep_after_six_months(profile):
    Membership.objects.all().delete()
    with at(JUNE):
        assert mind_dormant_profiles() == []
    with at(JULY):
        assert mind_dormant_profiles() == [profile.ref]


def test_dormant_profile_returns_with_one_step(profile):
    Membership.objects.exclude(user=profile.contact).delete()
    with at(JUNE):
        mind_dormant_profiles()
    with at(JULY):
        mind_dormant_profiles()
        reopen_profile(profile_id=profile.pk, actor=profile.contact)
    assert (state_of(profile), profile.confirmed_at) == ("published", JULY)


def test_paused_profiles_do_not_fall_asleep(profile):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    with at(JULY), untouched():
        assert mind_dormant_profiles() == []


def test_profile_that_was_minded_while_the_task_ran_is_left_alone(profile, monkeypatch):
    from profiles.services import lifecycle

    with at(JUNE), untouched():
        profile.refresh_from_db()
        months = 6
        monkeypatch.setattr(lifecycle, "_months_ago", lambda count: NEW_YEAR - timedelta(days=1))
        assert lifecycle._mind(profile.pk, months) is None


def test_task_says_how_many_fell_asleep(profile):
    with at(JUNE):
        assert task() == 0
    with at(JULY):
        assert task() == 1
