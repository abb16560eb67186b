from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles.models import Membership, Partnership, ProgrammeRules
from profiles.services.decisions import (
    decide_profile,
    publish_checked_profiles,
    publish_profiles,
    reassign_profile,
    reinstate_profile,
    suspend_profile,
    undo_deadline,
    undo_decision,
)
from profiles.services.reviews import take_profile
from profiles.services.submission import revalidate_profile, submit_profile
from profiles.signals import listing_changed
from tests.factories import (
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime(2027, 6, 7, 9, 0, tzinfo=UTC)


@pytest.fixture
def officer(reference):
    return StaffRoleFactory().user


@pytest.fixture
def profile(reference):
    return submitted_profile()


@pytest.fixture
def listings():
    """Which profiles the catalogue was told of."""
    told = []

    def note(profile_ids, **kwargs):
        told.append(profile_ids)

    listing_changed.connect(note)
    yield told
    listing_changed.disconnect(note)


def exxtra():
    return Partnership.objects.get(acronym="EXXTRA")


def mails(**lookup):
    return list(
        OutgoingMail.objects.filter(**lookup).order_by("pk").values_list("kind", "to", "status")
    )


def snapshot(profile):
    """All that a refusal must leave as it was."""
    profile.refresh_from_db()
    return (
        profile.state,
        profile.partnership_id,
        profile.review_by_id,
        profile.transitions.count(),
        AuditEntry.objects.count(),
        mails(),
    )


def decide(profile, decision, actor, **fields):
    return decide_profile(profile_id=profile.pk, decision=decision, actor=actor, **fields)


class TestDecide:
    @pytest.mark.parametrize(
        ("decision", "state"),
        [("publish", "published"), ("return", "returned"), ("reject", "rejected")],
    )
    def test_moves_the_profile_and_tells_its_owner_later(self, officer, profile, decision, state):
        with time_machine.travel(MONDAY, tick=False):
            decide(profile, decision, officer, comment="Because.", seen_submission=1)
        profile.refresh_from_db()
        assert profile.state == state
        mail = OutgoingMail.objects.get(kind=f"profiles/profile_{state}")
        assert (mail.to, mail.status) == (profile.contact.email, "queued")
        assert mail.send_after == MONDAY + timedelta(minutes=10)
        assert "Because." in mail.text

    def test_records_who_decided_for_which_partnership(self, officer, profile):
        decide(profile, "return", officer, comment="Say more.")
        step = profile.transitions.last()
        assert (step.transition, step.actor, step.partnership, step.comment) == (
            "return",
            officer,
            profile.partnership,
            "Say more.",
        )
        assert AuditEntry.objects.last().event == "profile.return"

    def test_publishing_tells_the_catalogue(self, officer, profile, listings):
        decide(profile, "publish", officer)
        assert listings == [[profile.pk]]

    def test_returning_does_not_tell_the_catalogue(self, officer, profile, listings):
        decide(profile, "return", officer, comment="Say more.")
        assert listings == []

    def test_frees_the_profile(self, officer, profile):
        take_profile(profile_id=profile.pk, actor=officer)
        decided = decide(profile, "publish", officer)
        assert (decided.review_by, decided.review_since) == (None, None)

    def test_the_portal_itself_may_publish(self, profile):
        assert decide(profile, "publish", None).state == "published"

    def test_knows_no_other_decisions(self, officer, profile):
        with pytest.raises(ValueError, match="withdraw is not a decision"):
            decide(profile, "withdraw", officer)


class TestRefusals:
    def refused(self, code, profile, decision, actor, error=TransitionRefused, **fields):
        before = snapshot(profile)
        with pytest.raises(error) as refusal:
            decide(profile, decision, actor, **fields)
        assert refusal.value.code == code
        assert snapshot(profile) == before
        return str(refusal.value)

    @pytest.mark.parametrize("decision", ["return", "reject"])
    @pytest.mark.parametrize("comment", ["", "   "])
    def test_a_reason_is_missing(self, officer, profile, decision, comment):
        self.refused("comment_missing", profile, decision, officer, comment=comment)

    def test_an_officer_of_another_partnership(self, profile):
        stranger = StaffRoleFactory(acronym="EXXTRA").user
        self.refused("not_allowed", profile, "publish", stranger, NotAllowed)

    def test_the_owner(self, profile):
        self.refused("not_allowed", profile, "publish", profile.contact, NotAllowed)

    def test_an_officer_who_belongs_to_the_organisation(self, officer, profile):
        Membership.objects.create(user=officer, organisation=profile.organisation)
        self.refused("not_allowed", profile, "publish", officer, NotAllowed)

    def test_an_observer(self, profile):
        observer = StaffRoleFactory(role="observer").user
        self.refused("not_allowed", profile, "publish", observer, NotAllowed)

    def test_somebody_was_quicker(self, officer, profile):
        quick = StaffRoleFactory(user__first_name="Quick", user__last_name="Hand").user
        with time_machine.travel(MONDAY, tick=False):
            decide(profile, "publish", quick)
        message = self.refused("decided_already", profile, "return", officer, comment="No.")
        assert message == "Decided already: “Publish” by Quick Hand at 11:00."

    def test_a_draft(self, officer):
        draft = ProfileFactory()
        self.refused("wrong_state", draft, "publish", officer)

    def test_what_the_portal_published(self, officer, reference):
        self.refused("wrong_state", published_profile(), "return", officer, comment="No.")

    def test_a_newer_submission(self, officer, profile):
        decide(profile, "return", officer, comment="Say more.")
        submit_profile(profile_id=profile.pk, actor=profile.contact)
        self.refused("stale_version", profile, "publish", officer, StaleVersion, seen_submission=1)

    def test_a_colleague_has_it_open(self, officer, profile):
        colleague = StaffRoleFactory(user__first_name="Eva", user__last_name="Busy").user
        with time_machine.travel(MONDAY, tick=False):
            take_profile(profile_id=profile.pk, actor=colleague)
        with time_machine.travel(MONDAY + timedelta(minutes=14), tick=False):
            message = self.refused("in_review", profile, "publish", officer)
        assert message.startswith("Eva Busy has had this profile open since 11:00.")

    def test_a_profile_without_a_partnership_is_not_published(self, reference):
        support = StaffRoleFactory(role="support").user
        profile = submitted_profile(partnership=None)
        self.refused("no_partnership", profile, "publish", support)

    def test_a_blocking_check_needs_a_reason(self, officer, reference):
        profile = submitted_profile(organisation=OrganisationFactory(country_id="NO"))
        message = self.refused("check_failed", profile, "publish", officer)
        assert message == (
            "Norway does not take part. To publish it as an exception, give the reason."
        )

    def test_a_reason_makes_the_exception(self, officer, reference):
        profile = submitted_profile(organisation=OrganisationFactory(country_id="NO"))
        comment = "Agreed with the Agency."
        assert decide(profile, "publish", officer, comment=comment).state == "published"
        assert profile.transitions.last().comment == comment


class TestUndo:
    @pytest.mark.parametrize("decision", ["publish", "return", "reject"])
    def test_the_profile_waits_again_and_nobody_is_told(self, officer, profile, decision):
        with time_machine.travel(MONDAY, tick=False):
            decide(profile, decision, officer, comment="Oops.")
        with time_machine.travel(MONDAY + timedelta(minutes=9, seconds=59), tick=False):
            undone = undo_decision(profile_id=profile.pk, actor=officer)
        assert undone.state == "submitted"
        assert undone.transitions.last().transition == "undo"
        assert mails(to=profile.contact.email) == [
            (mails(to=profile.contact.email)[0][0], profile.contact.email, "cancelled")
        ]

    def test_a_colleague_may_undo(self, officer, profile):
        decide(profile, "publish", officer)
        colleague = StaffRoleFactory().user
        assert undo_decision(profile_id=profile.pk, actor=colleague).state == "submitted"

    def test_the_catalogue_is_told_when_a_publication_is_undone(self, officer, profile, listings):
        decide(profile, "publish", officer)
        undo_decision(profile_id=profile.pk, actor=officer)
        assert listings == [[profile.pk], [profile.pk]]

    def test_a_new_decision_has_a_mail_of_its_own(self, officer, profile):
        decide(profile, "publish", officer)
        undo_decision(profile_id=profile.pk, actor=officer)
        decide(profile, "publish", officer)
        assert [status for *_, status in mails(kind="profiles/profile_published")] == [
            "cancelled",
            "queued",
        ]

    def refused(self, code, profile, actor, error=TransitionRefused):
        before = snapshot(profile)
        with pytest.raises(error) as refusal:
            undo_decision(profile_id=profile.pk, actor=actor)
        assert refusal.value.code == code
        assert snapshot(profile) == before

    def test_not_after_the_undo_time(self, officer, profile):
        with time_machine.travel(MONDAY, tick=False):
            decide(profile, "publish", officer)
        with time_machine.travel(MONDAY + timedelta(minutes=10), tick=False):
            self.refused("undo_too_late", profile, officer)

    def test_the_undo_time_comes_from_the_rules(self, officer, profile):
        rules = ProgrammeRules.objects.get()
        rules.values["validation.undo_minutes"] = 1
        rules.save()
        with time_machine.travel(MONDAY, tick=False):
            decide(profile, "publish", officer)
        with time_machine.travel(MONDAY + timedelta(minutes=1), tick=False):
            self.refused("undo_too_late", profile, officer)

    def test_not_when_something_followed(self, officer, profile):
        decide(profile, "publish", officer)
        revalidate_profile(profile=profile, actor=None)
        self.refused("undo_too_late", profile, officer)

    def test_not_before_anything_happened(self, officer):
        self.refused("undo_too_late", ProfileFactory(), officer)

    def test_not_by_another_partnership(self, officer, profile):
        decide(profile, "publish", officer)
        stranger = StaffRoleFactory(acronym="EXXTRA").user
        self.refused("not_allowed", profile, stranger, NotAllowed)

    def test_not_by_the_owner(self, officer, profile):
        decide(profile, "return", officer, comment="Say more.")
        self.refused("not_allowed", profile, profile.contact, NotAllowed)

    def test_has_a_deadline_only_where_it_is_possible(self, officer, profile):
        assert undo_deadline(profile.transitions.last()) is None
        decide(profile, "publish", officer)
        step = profile.transitions.last()
        assert undo_deadline(step) == step.at + timedelta(minutes=10)


def test_a_profile_that_comes_back_at_once_is_not_asked_for_changes(officer, profile):
    decide(profile, "return", officer, comment="Say more.")
    submit_profile(profile_id=profile.pk, actor=profile.contact)
    assert [status for *_, status in mails(kind="profiles/profile_returned")] == ["cancelled"]


class TestPublishSeveral:
    def test_each_stands_for_itself(self, officer, reference):
        sound = submitted_profile()
        blocked = submitted_profile(organisation=OrganisationFactory(country_id="NO"))
        foreign = submitted_profile(acronym="EXXTRA")
        results = publish_profiles(seen={foreign.pk: 1, blocked.pk: 1, sound.pk: 1}, actor=officer)
        assert [(result.profile, result.refusal[:30]) for result in results] == [
            (sound, ""),
            (blocked, "Norway does not take part. To "),
            (foreign, "You may not decide about this "),
        ]
        assert [result.profile.state for result in results] == [
            "published",
            "submitted",
            "submitted",
        ]

    def test_a_submission_that_nobody_looked_at_is_refused(self, officer, profile):
        results = publish_profiles(seen={profile.pk: 0}, actor=officer)
        assert "submitted again" in results[0].refusal

    def test_none(self, officer):
        assert publish_profiles(seen={}, actor=officer) == []


class TestPublishImported:
    def test_members_are_told_and_the_catalogue_hears_once(self, officer, reference, listings):
        with_member, without = submitted_profile(), submitted_profile()
        Membership.objects.filter(organisation=without.organisation).delete()
        publish_checked_profiles(profiles=[with_member, without], actor=officer)
        for profile in (with_member, without):
            profile.refresh_from_db()
        assert [with_member.state, without.state] == ["published", "published"]
        assert listings == [[with_member.pk, without.pk]]
        told = OutgoingMail.objects.filter(kind="profiles/profile_published")
        assert list(told.values_list("to", flat=True)) == [with_member.contact.email]


class TestSuspend:
    def test_leaves_the_catalogue_and_tells_the_owner_why(self, officer, reference, listings):
        profile = published_profile()
        suspended = suspend_profile(profile_id=profile.pk, actor=officer, comment="Complaint.")
        assert suspended.state == "suspended"
        assert listings[-1] == [profile.pk]
        mail = OutgoingMail.objects.get(kind="profiles/profile_suspended")
        assert "Complaint." in mail.text
        assert mail.send_after > mail.created_at

    def test_needs_a_reason(self, officer, reference):
        profile = published_profile()
        before = snapshot(profile)
        with pytest.raises(TransitionRefused, match="reason"):
            suspend_profile(profile_id=profile.pk, actor=officer, comment="")
        assert snapshot(profile) == before

    def test_can_be_undone_as_if_it_had_not_been(self, officer, reference, listings):
        profile = published_profile()
        suspend_profile(profile_id=profile.pk, actor=officer, comment="Complaint.")
        assert undo_decision(profile_id=profile.pk, actor=officer).state == "published"
        assert listings[-2:] == [[profile.pk], [profile.pk]]
        assert mails(kind="profiles/profile_suspended") == [
            ("profiles/profile_suspended", profile.contact.email, "cancelled")
        ]
        assert mails(kind="profiles/profile_reinstated") == []

    def test_reinstating_tells_the_owner(self, officer, reference):
        profile = published_profile()
        suspend_profile(profile_id=profile.pk, actor=officer, comment="Complaint.")
        OutgoingMail.objects.filter(kind="profiles/profile_suspended").update(
            status="sent", sent_at=MONDAY
        )
        reinstated = reinstate_profile(profile_id=profile.pk, actor=officer, comment="Settled.")
        assert reinstated.state == "published"
        assert "Settled." in OutgoingMail.objects.get(kind="profiles/profile_reinstated").text

    def test_reinstating_what_nobody_heard_of_tells_nobody(self, officer, reference):
        profile = published_profile()
        suspend_profile(profile_id=profile.pk, actor=officer, comment="Complaint.")
        reinstate_profile(profile_id=profile.pk, actor=officer)
        assert [status for *_, status in mails(kind="profiles/profile_suspended")] == ["cancelled"]
        assert mails(kind="profiles/profile_reinstated") == []

    def test_suspending_anew_tells_the_new_reason_only(self, officer, reference):
        profile = published_profile()
        suspend_profile(profile_id=profile.pk, actor=officer, comment="First.")
        OutgoingMail.objects.filter(kind="profiles/profile_suspended").update(
            status="sent", sent_at=MONDAY
        )
        reinstate_profile(profile_id=profile.pk, actor=officer)
        suspend_profile(profile_id=profile.pk, actor=officer, comment="Second.")
        assert [status for *_, status in mails(kind="profiles/profile_reinstated")] == ["cancelled"]
        assert (
            "Second."
            in OutgoingMail.objects.get(kind="profiles/profile_suspended", status="queued").text
        )


class TestHandOver:
    def hand_over(self, profile, actor, partnership=None, comment="Your field."):
        return reassign_profile(
            profile_id=profile.pk,
            partnership=partnership or exxtra(),
            actor=actor,
            comment=comment,
        )

    def refused(self, code, profile, error=TransitionRefused, **fields):
        before = snapshot(profile)
        with pytest.raises(error) as refusal:
            self.hand_over(profile, **fields)
        assert refusal.value.code == code
        assert snapshot(profile) == before

    def test_the_other_desk_has_it_and_is_told_why(self, officer, profile):
        theirs = StaffRoleFactory(acronym="EXXTRA").user
        take_profile(profile_id=profile.pk, actor=officer)
        moved = self.hand_over(profile, officer)
        assert (moved.state, moved.partnership, moved.review_by) == ("submitted", exxtra(), None)
        mail = OutgoingMail.objects.get(kind="profiles/profile_handed_over")
        assert (mail.to, "Your field." in mail.text) == (theirs.email, True)
        assert mail.send_after > mail.created_at

    def test_records_from_whom_to_whom(self, officer, profile):
        first = profile.partnership
        step = self.hand_over(profile, officer).transitions.last()
        assert (step.actor, step.partnership, step.handed_to) == (officer, first, exxtra())

    def test_a_desk_without_people_is_the_support_office(self, officer, profile):
        support = StaffRoleFactory(role="support").user
        self.hand_over(profile, officer)
        assert OutgoingMail.objects.get(kind="profiles/profile_handed_over").to == support.email

    def test_the_support_office_assigns_a_profile_without_a_partnership(self, reference):
        support = StaffRoleFactory(role="support").user
        assert self.hand_over(submitted_profile(partnership=None), support).partnership == exxtra()

    def test_needs_a_reason(self, officer, profile):
        self.refused("comment_missing", profile, actor=officer, comment=" ")

    def test_not_to_the_same_partnership(self, officer, profile):
        self.refused("same_partnership", profile, actor=officer, partnership=profile.partnership)

    def test_not_to_a_partnership_that_has_ended(self, officer, profile):
        Partnership.objects.filter(acronym="EXXTRA").update(is_active=False)
        self.refused("inactive_partnership", profile, actor=officer)

    def test_not_by_another_partnership(self, profile):
        stranger = StaffRoleFactory(acronym="EXXTRA").user
        self.refused("not_allowed", profile, NotAllowed, actor=stranger)

    def test_not_while_a_colleague_has_it_open(self, officer, profile):
        take_profile(profile_id=profile.pk, actor=StaffRoleFactory().user)
        self.refused("in_review", profile, actor=officer)

    def test_not_once_it_is_decided(self, officer, profile):
        decide(profile, "publish", officer)
        self.refused("wrong_state", profile, actor=officer)

    def test_can_be_taken_back_by_who_did_it(self, officer, profile):
        StaffRoleFactory(acronym="EXXTRA")
        first = profile.partnership
        self.hand_over(profile, officer)
        back = undo_decision(profile_id=profile.pk, actor=officer)
        assert (back.state, back.partnership) == ("submitted", first)
        assert [status for *_, status in mails(kind="profiles/profile_handed_over")] == [
            "cancelled"
        ]

    def test_can_be_taken_back_by_the_support_office(self, officer, profile):
        first = profile.partnership
        self.hand_over(profile, officer)
        support = StaffRoleFactory(role="support").user
        assert undo_decision(profile_id=profile.pk, actor=support).partnership == first

    def test_cannot_be_taken_back_by_a_colleague(self, officer, profile):
        self.hand_over(profile, officer)
        before = snapshot(profile)
        with pytest.raises(NotAllowed):
            undo_decision(profile_id=profile.pk, actor=StaffRoleFactory().user)
        assert snapshot(profile) == before

    def test_cannot_be_taken_back_while_the_new_desk_has_it_open(self, officer, profile):
        self.hand_over(profile, officer)
        take_profile(profile_id=profile.pk, actor=StaffRoleFactory(acronym="EXXTRA").user)
        before = snapshot(profile)
        with pytest.raises(TransitionRefused, match="has had this profile open"):
            undo_decision(profile_id=profile.pk, actor=officer)
        assert snapshot(profile) == before

    def test_handing_it_on_tells_the_last_desk_only(self, officer, profile):
        StaffRoleFactory(acronym="EXXTRA")
        support = StaffRoleFactory(role="support").user
        last = StaffRoleFactory(acronym="BLUES").user
        self.hand_over(profile, officer)
        self.hand_over(profile, support, Partnership.objects.get(acronym="BLUES"))
        assert [(to, status) for _, to, status in mails(kind="profiles/profile_handed_over")][
            1:
        ] == [(last.email, "queued")]
        assert mails(kind="profiles/profile_handed_over")[0][2] == "cancelled"
