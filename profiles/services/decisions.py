"""What the validation desk decides about a profile, and taking it back while nobody was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError, NotAllowed, StaleVersion, TransitionRefused
from profiles import notifications
from profiles.eligibility import blocking_failures
from profiles.models import Membership, Partnership, Profile, ProfileTransition, User
from profiles.permissions import can_validate_profile
from profiles.queries import latest_steps_of
from profiles.rules import RuleBook, current_rules
from profiles.services.reviews import require_free
from profiles.signals import listing_changed
from profiles.workflows import profile_workflow

DECISIONS = ("publish", "return", "reject")
UNDONE_BY = {
    "publish": "undo",
    "return": "undo",
    "reject": "undo",
    "suspend": "reinstate",
    "reassign": "undo",
}
"""Which step takes back which. A reinstated profile is suspended anew, with its reason."""

OPPOSITE = {"suspend": "reinstate", "reinstate": "suspend"}
FREE = {"review_by": None, "review_since": None}


@dataclass(frozen=True)
class Result:
    """What became of one of several profiles; `refusal` is empty if it went well."""

    profile: Profile
    refusal: str = ""


def undo_time(rules: RuleBook | None = None) -> timedelta:
    """For how long a decision can be undone, and how long its mails wait."""
    return timedelta(minutes=(rules or current_rules()).integer("validation.undo_minutes"))


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
    `StaleVersion`. Somebody else's decision in between, a colleague who has the profile open, and a
    publication against a blocking check without a reason raise `TransitionRefused`. An actor of
    None is the portal itself.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision} is not a decision of the desk")
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if actor is not None:
            _require_rights(profile, actor)
            _require_waiting(profile, decision)
            _require_current(profile, seen_submission)
            require_free(profile, actor)
        if decision == "publish":
            _require_publishable(profile, has_reason=actor is None or bool(comment.strip()))
        profile_workflow.apply(
            profile,
            decision,
            actor=actor,
            comment=comment,
            changes=FREE,
            record={"partnership": profile.partnership},
        )
        notifications.profile_decided(profile, decision, comment, delay=undo_time())
        if decision in ("publish", "reject"):
            listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def publish_profiles(*, seen: Mapping[int, int], actor: User) -> list[Result]:
    """Publish several profiles, each on its own: one that is refused stops no other.

    `seen` maps the key of each profile to the number of the submission that the officer looked at.
    """
    return [_publish_one(profile_id, number, actor) for profile_id, number in sorted(seen.items())]


def _publish_one(profile_id: int, number: int, actor: User) -> Result:
    try:
        profile = decide_profile(
            profile_id=profile_id, decision="publish", actor=actor, seen_submission=number
        )
    except DomainError as refused:
        return Result(Profile.objects.get(pk=profile_id), refusal=str(refused))
    return Result(profile)


def undo_deadline(step: ProfileTransition, rules: RuleBook | None = None) -> datetime | None:
    """Until when this step can be undone, as long as nothing followed; None for other steps."""
    return step.at + undo_time(rules) if step.transition in UNDONE_BY else None


def undoable_steps(user: User, rules: RuleBook | None = None) -> list[ProfileTransition]:
    """What the person decided and can still undo, the latest first."""
    return latest_steps_of(user, UNDONE_BY.keys(), clock.now() - undo_time(rules))


def undo_decision(*, profile_id: int, actor: User) -> Profile:
    """Take the last decision back within the undo time. Nobody was told, and nobody will be."""
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        last = profile.transitions.order_by("-pk").first()
        deadline = undo_deadline(last) if last else None
        if last is None or deadline is None or clock.now() >= deadline:
            raise TransitionRefused(
                "undo_too_late",
                _("The time to undo this decision is over. Decide anew or write to the owner."),
            )
        if last.transition == "reassign":
            _take_back_handover(profile, last, actor)
        else:
            profile_workflow.apply(
                profile,
                UNDONE_BY[last.transition],
                actor=actor,
                record={"partnership": profile.partnership},
            )
            notifications.take_back_decision(profile, last.transition)
        if last.transition in ("publish", "suspend"):
            listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def _take_back_handover(profile: Profile, handover: ProfileTransition, actor: User) -> None:
    """The profile is with the first desk again. Only who handed it over still knows of it there."""
    if handover.actor_id != actor.pk and not actor.is_support:
        raise NotAllowed(_("Only the person who handed the profile over can take it back."))
    require_free(profile, actor)
    profile.partnership = handover.partnership
    profile.save(update_fields=["partnership"])
    profile_workflow.apply(
        profile, "undo", actor=actor, changes=FREE, record={"partnership": handover.partnership}
    )
    notifications.take_back_handover(profile)


def suspend_profile(*, profile_id: int, actor: User, comment: str) -> Profile:
    """A published profile leaves the catalogue until it is reinstated; its owner reads why."""
    return _change_listing(profile_id, "suspend", actor, comment)


def reinstate_profile(*, profile_id: int, actor: User, comment: str = "") -> Profile:
    """A suspended profile is in the catalogue again."""
    return _change_listing(profile_id, "reinstate", actor, comment)


def _change_listing(profile_id: int, step: str, actor: User, comment: str) -> Profile:
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        profile_workflow.apply(
            profile,
            step,
            actor=actor,
            comment=comment,
            record={"partnership": profile.partnership},
        )
        nobody_heard = notifications.take_back_decision(profile, OPPOSITE[step])
        if step == "suspend" or not nobody_heard:
            notifications.profile_decided(profile, step, comment, delay=undo_time())
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def reassign_profile(
    *, profile_id: int, partnership: Partnership, actor: User, comment: str
) -> Profile:
    """Hand a profile to another partnership, with the reason; its desk is told."""
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        _require_rights(profile, actor)
        require_free(profile, actor)
        if profile.partnership_id == partnership.pk:
            raise TransitionRefused(
                "same_partnership", _("The profile is already with this partnership.")
            )
        if not partnership.is_active:
            raise TransitionRefused(
                "inactive_partnership", _("This partnership is no longer active.")
            )
        profile_workflow.apply(
            profile,
            "reassign",
            actor=actor,
            comment=comment,
            changes={"partnership": partnership, **FREE},
            record={"partnership": profile.partnership, "handed_to": partnership},
        )
        notifications.profile_handed_over(profile, comment, delay=undo_time())
    return profile


def _require_rights(profile: Profile, actor: User) -> None:
    if not can_validate_profile(actor, profile):
        raise NotAllowed(_("You may not decide about this profile."))


def _require_waiting(profile: Profile, decision: str) -> None:
    """Say who decided and when, rather than only that it is too late."""
    if profile.state in profile_workflow.transitions[decision].sources:
        return
    last = profile.transitions.order_by("-pk").select_related("actor").first()
    if last is None or last.actor is None:
        return
    raise TransitionRefused(
        "decided_already",
        _("Decided already: “%(step)s” by %(name)s at %(time)s.")
        % {
            "name": last.actor,
            "step": profile_workflow.transitions[last.transition].label,
            "time": f"{clock.local(last.at):%H:%M}",
        },
    )


def _require_current(profile: Profile, seen_submission: int | None) -> None:
    if seen_submission is not None and profile.submissions.count() != seen_submission:
        raise StaleVersion(
            _("The organisation has submitted again since you looked. Look at what changed.")
        )


def _require_publishable(profile: Profile, *, has_reason: bool) -> None:
    if profile.partnership_id is None:
        raise TransitionRefused(
            "no_partnership", _("Assign the profile to a partnership before you publish it.")
        )
    if not has_reason and (failures := blocking_failures(profile)):
        raise TransitionRefused(
            "check_failed",
            _("%(reasons)s To publish it as an exception, give the reason.")
            % {"reasons": " ".join(failure.reason for failure in failures)},
        )


def publish_checked_profiles(*, profiles: Sequence[Profile], actor: User | None) -> None:
    """Publish many submitted profiles that their partnership checked before it imported them."""
    with audit.transaction():
        profile_workflow.apply_many(
            profiles, "publish", actor=actor, record=lambda p: {"partnership": p.partnership}
        )
        with_members = set(
            Membership.objects.filter(
                organisation__in=[profile.organisation_id for profile in profiles]
            ).values_list("organisation_id", flat=True)
        )
        for profile in profiles:
            if profile.organisation_id in with_members:
                notifications.profile_decided(profile, "publish", "", delay=undo_time())
        listing_changed.send(sender=Profile, profile_ids=[profile.pk for profile in profiles])
