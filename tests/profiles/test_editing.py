from datetime import date

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles import obstacles
from profiles.enums import Role
from profiles.errors import RevalidationNeeded
from profiles.models import Cluster, Country, OrganisationType
from profiles.services.editing import edit_organisation, edit_profile, fingerprint
from profiles.services.lifecycle import pause_profile, withdraw_profile
from profiles.signals import listing_changed
from tests.concurrency import at_once
from tests.factories import ProfileFactory, UserFactory, published_profile, submitted_profile
from tests.untouched import untouched

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(reference):
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


def change(profile, *, seen=None, actor=None, is_confirmed=False, **changes):
    return edit_profile(
        profile_id=profile.pk,
        changes=changes,
        seen=fingerprint(profile, changes) if seen is None else seen,
        actor=actor or profile.contact,
        is_confirmed=is_confirmed,
    )


def change_organisation(profile, *, seen=None, actor=None, is_confirmed=False, **changes):
    organisation = profile.organisation
    return edit_organisation(
        organisation_id=organisation.pk,
        changes=changes,
        seen=fingerprint(organisation, changes) if seen is None else seen,
        actor=actor or profile.contact,
        is_confirmed=is_confirmed,
    )


def state_of(profile):
    profile.refresh_from_db()
    return profile.state


def test_edit_is_saved_noted_and_told_to_the_catalogue(profile, listings):
    change(profile, motivation="To learn", languages=["fr", "en"])
    profile.refresh_from_db()
    assert (profile.motivation, profile.languages) == ("To learn", ["en", "fr"])
    assert (profile.state, profile.version, listings) == ("published", 2, [[profile.pk]])
    entry = AuditEntry.objects.order_by("sequence").last()
    assert entry.event == "profile.edited"
    assert entry.data == {"fields": ["languages", "motivation"], "version": 2}


def test_edit_is_a_sign_of_interest(profile):
    earlier = profile.confirmed_at
    change(profile, motivation="To learn")
    profile.refresh_from_db()
    assert profile.confirmed_at > earlier


def test_saying_the_same_again_changes_nothing(profile):
    change(profile, motivation="To learn")
    with untouched():
        change(profile, motivation="To learn", seen="what was there before")


def test_edit_of_a_profile_that_waits_is_not_told_to_the_catalogue(reference, listings):
    waiting = submitted_profile()
    change(waiting, motivation="To learn")
    assert (state_of(waiting), waiting.motivation, listings) == ("submitted", "To learn", [])


def test_windows_are_replaced(profile):
    spring, summer = (date(2027, 3, 1), date(2027, 4, 1)), (date(2027, 6, 1), date(2027, 6, 9))
    change(profile, windows=[summer, spring])
    assert list(profile.windows.values_list("starts_on", "ends_on")) == [spring, summer]
    change(profile, windows=[summer])
    assert list(profile.windows.values_list("starts_on", "ends_on")) == [summer]


def test_same_windows_in_another_order_change_nothing(profile):
    spring, summer = (date(2027, 3, 1), date(2027, 4, 1)), (date(2027, 6, 1), date(2027, 6, 9))
    change(profile, windows=[spring, summer])
    with untouched():
        change(profile, windows=[summer, spring])


def test_stale_form_is_refused_and_overwrites_nothing(profile):
    seen = fingerprint(profile, ["motivation"])
    change(profile, motivation="A colleague wrote this")
    with untouched(), pytest.raises(StaleVersion):
        change(profile, motivation="Mine", seen=seen)


def test_another_topic_that_changed_meanwhile_does_not_matter(profile):
    seen = fingerprint(profile, ["offer"])
    change(profile, motivation="A colleague wrote this")
    change(profile, offer="Mine", seen=seen)
    profile.refresh_from_db()
    assert (profile.motivation, profile.offer) == ("A colleague wrote this", "Mine")


def test_stranger_may_not_edit(profile):
    with untouched(), pytest.raises(NotAllowed):
        change(profile, motivation="Mine", actor=UserFactory.build(pk=0))


def test_withdrawn_profile_cannot_be_edited(profile):
    withdraw_profile(profile_id=profile.pk, actor=profile.contact)
    with untouched(), pytest.raises(NotAllowed):
        change(profile, motivation="Mine")


def test_another_role_is_asked_about_first(profile):
    with untouched(), pytest.raises(RevalidationNeeded) as question:
        change(profile, role=Role.HOST)
    assert question.value.refs == [profile.ref]


def test_another_role_sends_a_published_profile_to_the_desk(profile, listings):
    change(profile, role=Role.HOST, is_confirmed=True)
    assert (state_of(profile), profile.role, listings) == ("submitted", "host", [[profile.pk]])
    assert profile.submissions.last().facts["profile.role"] == "host"


def test_another_role_of_a_profile_that_waits_makes_a_new_submission(reference):
    waiting = submitted_profile()
    change(waiting, role=Role.HOST)
    assert state_of(waiting) == "submitted"
    assert list(waiting.submissions.values_list("number", flat=True)) == [1, 2]


def test_role_that_the_organisation_has_already_is_refused(profile):
    ProfileFactory(organisation=profile.organisation, role=Role.HOST)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        change(profile, role=Role.HOST, is_confirmed=True)
    assert refused.value.code == "role_taken"


def test_role_cannot_change_while_something_is_open(profile, monkeypatch):
    monkeypatch.setattr(obstacles, "_providers", [lambda profile: ["There is an open match."]])
    with untouched(), pytest.raises(TransitionRefused) as refused:
        change(profile, role=Role.HOST, is_confirmed=True)
    assert str(refused.value) == "There is an open match."


def test_organisation_is_changed_for_all_its_profiles(profile, listings):
    other = published_profile(organisation=profile.organisation, role=Role.HOST)
    listings.clear()
    change_organisation(profile, description="We weld")
    profile.organisation.refresh_from_db()
    assert profile.organisation.description == "We weld"
    assert (state_of(profile), state_of(other)) == ("published", "published")
    assert listings == [[profile.pk], [other.pk]]


def test_same_organisation_again_changes_nothing(profile):
    change_organisation(profile, description="We weld")
    with untouched():
        change_organisation(profile, description="We weld", seen="before")


def test_stale_form_of_an_organisation_is_refused(profile):
    seen = fingerprint(profile.organisation, ["description"])
    change_organisation(profile, description="A colleague wrote this")
    with untouched(), pytest.raises(StaleVersion):
        change_organisation(profile, description="Mine", seen=seen)


def test_stranger_may_not_edit_an_organisation(profile):
    with untouched(), pytest.raises(NotAllowed):
        change_organisation(profile, description="x", actor=UserFactory.build(pk=0))


def validated_changes():
    return [
        {"organisation_type": OrganisationType.objects.get(pk="incubator")},
        {"country": Country.objects.get(pk="DE")},
        {"clusters": list(Cluster.objects.all()[:2])},
        {"other_cluster": "A new one"},
    ]


@pytest.mark.parametrize("number", range(4))
def test_validated_fact_is_asked_about_first(profile, number):
    with untouched(), pytest.raises(RevalidationNeeded):
        change_organisation(profile, **validated_changes()[number])


@pytest.mark.parametrize("number", range(4))
def test_validated_fact_sends_published_profiles_to_the_desk(profile, number):
    OutgoingMail.objects.all().delete()
    change_organisation(profile, **validated_changes()[number], is_confirmed=True)
    assert state_of(profile) == "submitted"
    assert profile.submissions.count() == 2


def test_question_names_every_profile_that_would_leave_the_catalogue(profile):
    other = published_profile(organisation=profile.organisation, role=Role.HOST)
    with pytest.raises(RevalidationNeeded) as question:
        change_organisation(profile, other_cluster="A new one")
    assert question.value.refs == [profile.ref, other.ref]
    assert str(question.value) == (
        "Your partnership has validated this. If you change it, your 2 profiles leave the "
        "catalogue until the partnership has looked at them again."
    )


def test_validated_fact_of_a_paused_profile_needs_no_question(profile):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    change_organisation(profile, other_cluster="A new one")
    assert state_of(profile) == "paused"


def test_withdrawn_profiles_are_left_alone(profile):
    withdraw_profile(profile_id=profile.pk, actor=profile.contact)
    change_organisation(profile, other_cluster="A new one")
    profile.refresh_from_db()
    assert (profile.state, profile.version) == ("withdrawn", 1)


def test_clusters_are_set_in_any_order(profile):
    first, second = Cluster.objects.all()[:2]
    change_organisation(profile, clusters=[second, first], is_confirmed=True)
    assert set(profile.organisation.clusters.all()) == {first, second}
    with untouched():
        change_organisation(profile, clusters=[first, second], seen="before")


def test_new_home_country_is_no_longer_sought(reference):
    profile = published_profile(wanted_countries=["DE", "IT"])
    germany = Country.objects.get(pk="DE")
    change_organisation(profile, country=germany, is_confirmed=True)
    profile.refresh_from_db()
    assert profile.wanted_countries == ["IT"]
    assert profile.submissions.last().facts["profile.wanted_countries"] == ["IT"]


def test_fingerprint_of_what_is_no_field_is_a_mistake(profile):
    with pytest.raises(TypeError):
        fingerprint(profile, ["submissions"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_of_two_at_the_same_instant_one_is_told_of_the_other(reference):
    profile = published_profile()
    seen = fingerprint(profile, ["motivation"])
    outcomes = at_once(
        lambda: change(profile, motivation="One", seen=seen),
        lambda: change(profile, motivation="Two", seen=seen),
    )
    assert sorted(type(one.error).__name__ for one in outcomes) == ["NoneType", "StaleVersion"]
