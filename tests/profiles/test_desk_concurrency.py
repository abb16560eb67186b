"""Two officers at the same instant: one decides, the other is told, and nothing happens twice."""

from functools import partial

import pytest

from cxc_portal.core import audit
from cxc_portal.core.errors import TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles.models import Partnership, ProgrammeRules, StaffRole
from profiles.services.decisions import (
    decide_profile,
    publish_profiles,
    reassign_profile,
    undo_decision,
)
from profiles.services.reminders import remind_about_waiting_profiles
from profiles.services.reviews import take_profile
from profiles.services.roles import give_role, take_role
from tests.concurrency import at_once, errors, values
from tests.factories import StaffRoleFactory, submitted_profile
from tests.worlds import put_reference_data

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DECISIONS = ("publish", "return", "reject")


@pytest.fixture
def office():
    put_reference_data()
    return [StaffRoleFactory(user__first_name=name).user for name in ("Ana", "Eva")]


def decide(profile, actor, decision):
    return partial(
        decide_profile,
        profile_id=profile.pk,
        decision=decision,
        actor=actor,
        comment="Because.",
        seen_submission=1,
    )


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("second", DECISIONS)
def test_one_decision_wins_and_the_other_is_told(office, first, second):
    profile = submitted_profile()
    ana, eva = office
    outcomes = at_once(decide(profile, ana, first), decide(profile, eva, second))
    (winner,), (refusal,) = values(outcomes), errors(outcomes)
    assert isinstance(refusal, TransitionRefused)
    assert refusal.code == "decided_already"
    quicker = ana if outcomes[0].is_success else eva
    assert str(quicker) in str(refusal)
    profile.refresh_from_db()
    assert profile.state == winner.state
    assert [step.actor for step in profile.transitions.order_by("pk")][1:] == [quicker]
    assert OutgoingMail.objects.filter(to=profile.contact.email).count() == 1
    assert AuditEntry.objects.filter(event__in=[f"profile.{d}" for d in DECISIONS]).count() == 1
    assert audit.verify().faults == []


def test_twenty_profiles_are_published_once_each_by_two_officers(office):
    profiles = [submitted_profile(organisation__name=f"Unlike {n * 97}") for n in range(20)]
    seen = {profile.pk: 1 for profile in profiles}
    outcomes = at_once(*(partial(publish_profiles, seen=seen, actor=user) for user in office))
    ana, eva = values(outcomes)
    published = [r.profile.pk for r in (*ana, *eva) if not r.refusal]
    assert sorted(published) == sorted(seen)
    assert OutgoingMail.objects.filter(kind="profiles/profile_published").count() == 20
    assert audit.verify().faults == []


def test_a_profile_is_opened_by_one(office):
    profile = submitted_profile()
    outcomes = at_once(
        *(partial(take_profile, profile_id=profile.pk, actor=user) for user in office)
    )
    holders = {taken.review_by_id for taken in values(outcomes)}
    assert len(holders) == 1


def test_undoing_twice_undoes_once(office):
    profile = submitted_profile()
    ana, eva = office
    decide(profile, ana, "publish")()
    outcomes = at_once(
        partial(undo_decision, profile_id=profile.pk, actor=ana),
        partial(undo_decision, profile_id=profile.pk, actor=eva),
    )
    assert [refusal.code for refusal in errors(outcomes)] == ["undo_too_late"]
    assert profile.transitions.filter(transition="undo").count() == 1


def test_a_profile_is_decided_or_handed_over_but_not_both(office):
    profile = submitted_profile()
    ana, eva = office
    outcomes = at_once(
        decide(profile, ana, "publish"),
        partial(
            reassign_profile,
            profile_id=profile.pk,
            partnership=Partnership.objects.get(acronym="EXXTRA"),
            actor=eva,
            comment="Rail.",
        ),
    )
    assert len(values(outcomes)) == 1
    profile.refresh_from_db()
    steps = set(profile.transitions.values_list("transition", flat=True)) - {"submit"}
    assert steps == ({"publish"} if profile.state == "published" else {"reassign"})


def test_two_workers_remind_once(office):
    submitted_profile()
    rules = ProgrammeRules.objects.get()
    rules.values |= {f"validation.{who}_days": 0 for who in ("reminder", "coordinator", "support")}
    rules.save()
    outcomes = at_once(remind_about_waiting_profiles, remind_about_waiting_profiles)
    assert sorted(values(outcomes)) == [0, 1]
    reminded = OutgoingMail.objects.filter(kind="profiles/validation_reminder")
    assert sorted(reminded.values_list("to", flat=True)) == sorted(user.email for user in office)


def test_a_role_is_given_once_to_a_new_address(office):
    support = StaffRoleFactory(role="support").user
    partnership = Partnership.objects.get(acronym="EXXTRA")
    give = partial(
        give_role, email="new@x.example", role="officer", partnership=partnership, actor=support
    )
    outcomes = at_once(give, give)
    assert [refusal.code for refusal in errors(outcomes)] == ["has_role"]
    assert StaffRole.objects.filter(user__email="new@x.example").count() == 1


def test_the_last_two_cannot_both_leave_the_support_office(office):
    roles = [StaffRoleFactory(role="support") for _ in range(2)]
    outcomes = at_once(*(partial(take_role, role_id=role.pk, actor=role.user) for role in roles))
    assert len(values(outcomes)) == 1
    assert StaffRole.objects.filter(role="support").count() == 1
