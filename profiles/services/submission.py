"""Submitting a profile, for the first time and again."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects

from cxc_portal.core import audit
from profiles import notifications
from profiles.facts import profile_facts
from profiles.models import Profile, ProfileSubmission, User
from profiles.signals import listing_changed
from profiles.workflows import profile_workflow


def submit_profile(*, profile_id: int, actor: User | None) -> Profile:
    """The profile waits at its partnership's desk; what it said is kept as a numbered submission.

    Raises `TransitionRefused` unless it is a draft or was returned, `NotAllowed` for anybody but
    its owner and its partnership (an actor of None is the portal itself).
    """
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        profile_workflow.apply(
            profile, "submit", actor=actor, record={"organisation": profile.organisation}
        )
        keep_submission(profile, by=actor)
        notifications.profile_submitted(profile)
    return profile


def submit_new_profiles(*, profiles: Sequence[Profile], actor: User | None) -> None:
    """Many new profiles wait at their desks, in a few statements and without a mail for each."""
    prefetch_related_objects(profiles, "organisation__clusters", "windows", "partnership")
    with audit.transaction():
        profile_workflow.apply_many(
            profiles, "submit", actor=actor, record=lambda p: {"organisation": p.organisation}
        )
        ProfileSubmission.objects.bulk_create(
            ProfileSubmission(
                profile=profile,
                number=1,
                at=profile.state_since,
                by=actor,
                facts=profile_facts(profile),
            )
            for profile in profiles
        )


def revalidate_profile(*, profile: Profile, actor: User | None, notify: bool = True) -> Profile:
    """A published profile goes back to the desk because a fact that was validated has changed."""
    with audit.transaction():
        profile_workflow.apply(
            profile, "revalidate", actor=actor, record={"organisation": profile.organisation}
        )
        keep_submission(profile, by=actor)
        if notify:
            notifications.profile_submitted(profile)
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def keep_submission(profile: Profile, *, by: User | None) -> ProfileSubmission:
    """Snapshot the profile as it is now. The caller holds the profile's lock."""
    return ProfileSubmission.objects.create(
        profile=profile,
        number=profile.submissions.count() + 1,
        at=profile.state_since,
        by=by,
        facts=profile_facts(profile),
    )
