"""What the validation desk decides about a profile."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cxc_portal.core import clock
from cxc_portal.core.errors import StaleVersion, TransitionRefused
from profiles import notifications
from profiles.models import Partnership, Profile, User
from profiles.rules import current_rules
from profiles.signals import listing_changed
from profiles.workflows import profile_workflow

DECISIONS = ("publish", "return", "reject")


def decide_profile(
    *,
    profile_id: int,
    decision: str,
    actor: User | None,
    comment: str = "",
    seen_submission: int | None = None,
) -> Profile:
    """Publish, return or reject a submitted profile; its owner is told once the undo time is over.

    `seen_submission` is the number of the submission that the officer looked at; a newer one raises
    `StaleVersion`. Somebody else's decision in between raises `TransitionRefused`.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision} is not a decision of the desk")
    with transaction.atomic():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        _require_current(profile, seen_submission)
        _require_partnership(profile, decision)
        profile_workflow.apply(
            profile,
            decision,
            actor=actor,
            comment=comment,
            changes={"review_by": None, "review_since": None},
            record={"partnership": profile.partnership},
        )
        undo_time = timedelta(minutes=current_rules().integer("validation.undo_minutes"))
        notifications.profile_decided(profile, decision, comment, delay=undo_time)
        if decision == "publish":
            listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def undo_decision(*, profile_id: int, actor: User) -> Profile:
    """Take the last decision back within the undo time: nobody was told, the profile waits."""
    with transaction.atomic():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        last = profile.transitions.order_by("-at", "-pk").first()
        undo_time = timedelta(minutes=current_rules().integer("validation.undo_minutes"))
        if last is None or last.transition not in DECISIONS or clock.now() > last.at + undo_time:
            raise TransitionRefused(
                "undo_too_late",
                _("The time to undo this decision is over. Decide anew or write to the owner."),
            )
        profile_workflow.apply(
            profile, "undo", actor=actor, record={"partnership": profile.partnership}
        )
        notifications.take_back_decision(profile)
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def suspend_profile(*, profile_id: int, actor: User, comment: str) -> Profile:
    """A published profile leaves the catalogue until it is reinstated; its owner reads why."""
    return _change_listing(profile_id, "suspend", actor, comment)


def reinstate_profile(*, profile_id: int, actor: User, comment: str = "") -> Profile:
    """A suspended profile is in the catalogue again."""
    return _change_listing(profile_id, "reinstate", actor, comment)


def _change_listing(profile_id: int, step: str, actor: User, comment: str) -> Profile:
    with transaction.atomic():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        profile_workflow.apply(
            profile,
            step,
            actor=actor,
            comment=comment,
            record={"partnership": profile.partnership},
        )
        notifications.profile_decided(profile, step, comment)
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def reassign_profile(
    *, profile_id: int, partnership: Partnership, actor: User, comment: str
) -> Profile:
    """Hand a profile to another partnership, with the reason; its desk is told."""
    with transaction.atomic():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if profile.partnership_id == partnership.pk:
            raise TransitionRefused(
                "same_partnership", _("The profile is already with this partnership.")
            )
        _reassign(profile, partnership, actor, comment)
    return profile


def _reassign(profile: Profile, partnership: Partnership, actor: User, comment: str) -> None:
    profile_workflow.apply(
        profile,
        "reassign",
        actor=actor,
        comment=comment,
        changes={"partnership": partnership, "review_by": None, "review_since": None},
        record={"partnership": partnership},
    )
    notifications.profile_reassigned(profile, comment)


def _require_current(profile: Profile, seen_submission: int | None) -> None:
    if seen_submission is not None and profile.submissions.count() != seen_submission:
        raise StaleVersion(
            _("The organisation has submitted again since you looked. Look at what changed.")
        )


def _require_partnership(profile: Profile, decision: str) -> None:
    if decision == "publish" and profile.partnership_id is None:
        raise TransitionRefused(
            "no_partnership", _("Assign the profile to a partnership before you publish it.")
        )
