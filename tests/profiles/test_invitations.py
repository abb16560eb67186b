from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles.models import Invitation, Membership
from profiles.queries import invitations_for
from profiles.services import invitations
from profiles.services.invitations import (
    accept_invitation,
    invitation_by_key,
    invite_colleague,
    key_of,
    remove_colleague,
    resend_invitation,
    revoke_invitation,
    sent_at,
)
from profiles.services.lifecycle import withdraw_profile
from tests.concurrency import at_once
from tests.factories import MembershipFactory, ProfileFactory, UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

MONDAY = datetime(2027, 6, 7, 9, 0, tzinfo=UTC)
COLLEAGUE = "new@example.org"


@pytest.fixture
def member(reference):
    return MembershipFactory()


@pytest.fixture
def invitation(member):
    with time_machine.travel(MONDAY, tick=False):
        return invite(member)


def invite(member, email=COLLEAGUE, actor=None):
    return invite_colleague(
        organisation_id=member.organisation_id, email=email, actor=actor or member.user
    )


def mails():
    return list(OutgoingMail.objects.filter(kind="profiles/invitation").order_by("pk"))


def at(moment):
    return time_machine.travel(moment, tick=False)


def test_invitation_is_mailed_to_the_address_with_a_link(member, invitation):
    (mail,) = mails()
    assert (mail.to, mail.recipient) == (COLLEAGUE, None)
    assert mail.subject == f"Join {member.organisation.name} in ClusterXchange"
    assert f"/invitations/{key_of(invitation)}/" in mail.text
    assert "because somebody invited you" in mail.html
    assert invitation.expires_at == MONDAY + timedelta(days=14)


def test_mail_is_the_same_whether_the_address_has_an_account(member):
    UserFactory(email="known@example.org")
    known, unknown = invite(member, "known@example.org"), invite(member, "nobody@example.org")
    texts = {
        mail.text.replace(key_of(one), "").replace(one.email, "")
        for mail, one in zip(mails(), (known, unknown), strict=True)
    }
    assert len(texts) == 1


def test_address_is_kept_in_small_letters(member):
    assert invite(member, " New@Example.ORG ").email == COLLEAGUE


def test_stranger_may_not_invite(member):
    with untouched(), pytest.raises(NotAllowed):
        invite(member, actor=UserFactory.build(pk=0))


def test_member_is_not_invited_again(member):
    with untouched(), pytest.raises(TransitionRefused) as refused:
        invite(member, member.user.email.upper())
    assert refused.value.code == "is_member"


def test_same_address_is_invited_once(member, invitation):
    with untouched(), pytest.raises(TransitionRefused) as refused:
        invite(member, COLLEAGUE.upper())
    assert refused.value.code == "invited_already"


def test_open_invitations_are_limited(member, invitation, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        invite(member, "another@example.org")
    assert refused.value.code == "too_many"


def test_addressee_joins(invitation):
    colleague = UserFactory(email=COLLEAGUE)
    with at(MONDAY + timedelta(days=13)):
        membership = accept_invitation(invitation_id=invitation.pk, actor=colleague)
    assert (membership.user, membership.organisation) == (colleague, invitation.organisation)
    invitation.refresh_from_db()
    assert invitation.accepted_by == colleague
    assert AuditEntry.objects.order_by("sequence").last().event == "invitation.accepted"


def test_second_address_of_a_person_counts_once_it_is_verified(invitation):
    person = UserFactory()
    address = person.emailaddress_set.create(email=COLLEAGUE, verified=False)
    with at(MONDAY), untouched(), pytest.raises(NotAllowed):
        accept_invitation(invitation_id=invitation.pk, actor=person)
    address.verified = True
    address.save()
    with at(MONDAY):
        assert accept_invitation(invitation_id=invitation.pk, actor=person).user == person


def test_anybody_else_is_refused(invitation):
    somebody = UserFactory()
    with at(MONDAY), untouched(), pytest.raises(NotAllowed):
        accept_invitation(invitation_id=invitation.pk, actor=somebody)


def test_accepting_twice_is_the_same_as_once(invitation):
    colleague = UserFactory(email=COLLEAGUE)
    with at(MONDAY):
        first = accept_invitation(invitation_id=invitation.pk, actor=colleague)
        with untouched():
            assert accept_invitation(invitation_id=invitation.pk, actor=colleague) == first


def test_link_of_somebody_who_has_left_does_not_work_again(invitation):
    colleague = UserFactory(email=COLLEAGUE)
    with at(MONDAY):
        membership = accept_invitation(invitation_id=invitation.pk, actor=colleague)
        remove_colleague(membership_id=membership.pk, actor=invitation.invited_by)
        with untouched(), pytest.raises(TransitionRefused) as refused:
            accept_invitation(invitation_id=invitation.pk, actor=colleague)
    assert refused.value.code == "used"


def test_member_who_came_another_way_keeps_the_one_membership(invitation):
    colleague = UserFactory(email=COLLEAGUE)
    existing = MembershipFactory(user=colleague, organisation=invitation.organisation)
    with at(MONDAY):
        assert accept_invitation(invitation_id=invitation.pk, actor=colleague) == existing
    invitation.refresh_from_db()
    assert invitation.accepted_by == colleague


def test_expired_invitation_is_refused(invitation):
    colleague = UserFactory(email=COLLEAGUE)
    with at(MONDAY + timedelta(days=14)), untouched(), pytest.raises(TransitionRefused) as refused:
        accept_invitation(invitation_id=invitation.pk, actor=colleague)
    assert refused.value.code == "expired"


def test_invitation_sent_again_is_valid_for_its_full_time(invitation):
    friday = MONDAY + timedelta(days=4)
    with at(friday):
        again = resend_invitation(invitation_id=invitation.pk, actor=invitation.invited_by)
    assert (sent_at(again), again.expires_at) == (friday, friday + timedelta(days=14))
    assert len(mails()) == 2


def test_holder_of_the_link_may_ask_for_a_new_one(invitation):
    with at(MONDAY + timedelta(days=20)):
        resend_invitation(invitation_id=invitation.pk, actor=None)
    assert [mail.to for mail in mails()] == [COLLEAGUE, COLLEAGUE]


def test_invitation_is_sent_again_once_a_day(invitation):
    with (
        at(MONDAY + timedelta(hours=23)),
        untouched(),
        pytest.raises(TransitionRefused) as refused,
    ):
        resend_invitation(invitation_id=invitation.pk, actor=invitation.invited_by)
    assert refused.value.code == "too_soon"


def test_stranger_sends_nothing_again(invitation):
    stranger = UserFactory()
    with at(MONDAY + timedelta(days=2)), untouched(), pytest.raises(NotAllowed):
        resend_invitation(invitation_id=invitation.pk, actor=stranger)


def test_accepted_invitation_is_not_sent_again(invitation):
    colleague = UserFactory(email=COLLEAGUE)
    with at(MONDAY):
        accept_invitation(invitation_id=invitation.pk, actor=colleague)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        resend_invitation(invitation_id=invitation.pk, actor=invitation.invited_by)
    assert refused.value.code == "used"


def test_revoked_invitation_leads_nowhere_and_its_mail_does_not_go_out(invitation):
    key = key_of(invitation)
    revoke_invitation(invitation_id=invitation.pk, actor=invitation.invited_by)
    assert invitation_by_key(key) is None
    assert [mail.status for mail in mails()] == ["cancelled"]


def test_stranger_revokes_nothing(invitation):
    stranger = UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        revoke_invitation(invitation_id=invitation.pk, actor=stranger)


def test_key_leads_to_its_invitation_and_cannot_be_guessed(invitation):
    assert invitation_by_key(key_of(invitation)) == invitation
    assert invitation_by_key(f"{invitation.pk}:forged") is None
    assert invitation_by_key(str(invitation.pk)) is None


def test_open_invitations_of_a_person_are_those_to_proven_addresses(invitation):
    addressee, other = UserFactory(email=COLLEAGUE), UserFactory()
    other.emailaddress_set.create(email=COLLEAGUE, verified=False)
    with at(MONDAY):
        assert list(invitations_for(addressee)) == [invitation]
        assert list(invitations_for(other)) == []
    with at(MONDAY + timedelta(days=14)):
        assert list(invitations_for(addressee)) == []


def test_colleague_is_removed(member):
    colleague = MembershipFactory(organisation=member.organisation)
    remove_colleague(membership_id=colleague.pk, actor=member.user)
    assert list(member.organisation.memberships.all()) == [member]
    entry = AuditEntry.objects.order_by("sequence").last()
    assert (entry.event, entry.data) == ("membership.ended", {"user": colleague.user_id})


def test_one_leaves_by_oneself(member):
    MembershipFactory(organisation=member.organisation)
    remove_colleague(membership_id=member.pk, actor=member.user)
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_last_member_stays(member):
    with untouched(), pytest.raises(TransitionRefused) as refused:
        remove_colleague(membership_id=member.pk, actor=member.user)
    assert refused.value.code == "last_member"


def test_stranger_removes_nobody(member):
    MembershipFactory(organisation=member.organisation)
    stranger = MembershipFactory().user
    with untouched(), pytest.raises(NotAllowed):
        remove_colleague(membership_id=member.pk, actor=stranger)


def test_participant_of_a_profile_stays_until_another_one_is_named(member):
    profile = ProfileFactory(organisation=member.organisation, contact=member.user)
    colleague = MembershipFactory(organisation=member.organisation)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        remove_colleague(membership_id=member.pk, actor=colleague.user)
    assert refused.value.code == "is_participant"
    withdraw_profile(profile_id=profile.pk, actor=colleague.user)
    remove_colleague(membership_id=member.pk, actor=colleague.user)
    assert list(member.organisation.memberships.all()) == [colleague]


@pytest.mark.django_db(transaction=True)
def test_two_who_invite_the_same_address_at_once_make_one_invitation(reference):
    member = MembershipFactory()
    outcomes = at_once(lambda: invite(member), lambda: invite(member))
    assert [one.error.code for one in outcomes if one.error] == ["invited_already"]
    assert Invitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_last_members_who_remove_each_other_do_not_both_go(reference):
    one = MembershipFactory()
    two = MembershipFactory(organisation=one.organisation)
    at_once(
        lambda: remove_colleague(membership_id=two.pk, actor=one.user),
        lambda: remove_colleague(membership_id=one.pk, actor=two.user),
    )
    assert one.organisation.memberships.count() == 1


def test_address_that_the_database_knows_already_is_refused_like_any_other(member, monkeypatch):
    invite(member)
    monkeypatch.setattr(invitations, "_require_invitable", lambda organisation, email: None)
    with untouched(), pytest.raises(TransitionRefused) as refused:
        invite(member)
    assert refused.value.code == "invited_already"
