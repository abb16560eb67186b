"""What happens to a profile after it was published: its owner rests, returns or leaves, and the
portal lets a profile sleep that nobody minds."""

from calendar import monthrange
from datetime import datetime

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles import notifications
from profiles.facts import changed_facts, profile_facts
from profiles.models import Profile, User
from profiles.obstacles import obstacles
from profiles.permissions import can_edit_profile
from profiles.rules import current_rules
from profiles.services.submission import revalidate_profile
from profiles.signals import listing_changed
from profiles.workflows import profile_workflow

VALIDATED_FACTS = frozenset(
    {
        "organisation.organisation_type_id",
        "organisation.country_id",
        "organisation.clusters",
        "organisation.other_cluster",
        "profile.role",
    }
)
MONTHS_TO_ANSWER = 1
"""How long before it falls asleep the members of a profile are asked."""


def pause_profile(*, profile_id: int, actor: User) -> Profile:
    """The profile is out of the catalogue until its owner returns it."""
    return _leave_catalogue(profile_id, "pause", actor)


def reopen_profile(*, profile_id: int, actor: User) -> Profile:
    """A paused or dormant profile is in the catalogue again.

    If a fact that the desk validated has changed meanwhile, it waits at the desk instead.
    """
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if profile_workflow.is_open("reopen", profile, actor) and validated_changes(profile):
            return revalidate_profile(profile=profile, actor=actor)
        profile_workflow.apply(
            profile, "reopen", actor=actor, record={"organisation": profile.organisation}
        )
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def withdraw_profile(*, profile_id: int, actor: User, comment: str = "") -> Profile:
    """The profile is over for good; its organisation may register another one at any time.

    Raises `TransitionRefused` with the reason while something is open, such as a match.
    """
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if reasons := obstacles(profile):
            raise TransitionRefused("in_use", reasons[0])
        profile_workflow.apply(
            profile,
            "withdraw",
            actor=actor,
            comment=comment,
            changes={"review_by": None, "review_since": None},
            record={"organisation": profile.organisation},
        )
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def confirm_interest(*, profile_id: int, actor: User) -> Profile:
    """Somebody of the organisation says: we are still looking. The clock starts anew."""
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if not can_edit_profile(actor, profile):
            raise NotAllowed(_("You may not do this."))
        profile.confirmed_at = clock.now()
        profile.save(update_fields=["confirmed_at"])
        audit.record("profile.interest_confirmed", subject=profile, actor=actor)
    return profile


def note_visit(*, user: User) -> int:
    """Logging in is a sign of interest in all published profiles of the person's organisations.

    Says for how many.
    """
    profiles = Profile.objects.published().of_member(user)
    return profiles.update(confirmed_at=clock.now())


def mind_dormant_profiles() -> list[str]:
    """Ask about profiles that nobody has minded for long, and let those sleep that nobody answered.

    The references of those that fell asleep. A second run on the same day does nothing more.
    """
    months = current_rules().integer("profile.dormant_months")
    quiet = Profile.objects.published().filter(
        confirmed_at__lte=_months_ago(months - MONTHS_TO_ANSWER)
    )
    asleep = []
    keys = set(quiet.values_list("pk", flat=True))
    asked = notifications.asked_whether_quiet(keys, since=_months_ago(MONTHS_TO_ANSWER))
    for profile_id in sorted(keys - asked):
        if profile := _mind(profile_id, months):
            asleep.append(profile.ref)
    return asleep


def _mind(profile_id: int, months: int) -> Profile | None:
    """Ask once; let the profile sleep when its members have had their time to answer."""
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if not profile.is_published or profile.confirmed_at > _months_ago(
            months - MONTHS_TO_ANSWER
        ):
            return None
        asked_at = notifications.profile_grows_quiet(profile)
        had_time = asked_at is None or asked_at <= _months_ago(MONTHS_TO_ANSWER)
        if profile.confirmed_at > _months_ago(months) or not had_time:
            return None
        profile_workflow.apply(profile, "sleep", actor=None)
        notifications.profile_dormant(profile)
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile


def _months_ago(count: int) -> datetime:
    """The same time of the same day, so many months earlier; the last day of a shorter month."""
    moment = clock.now()
    years, month = divmod(moment.year * 12 + moment.month - 1 - count, 12)
    day = min(moment.day, monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)


def validated_changes(profile: Profile) -> frozenset[str]:
    """Which facts differ from what the desk last saw, of those that it validates."""
    last = profile.submissions.order_by("-number").first()
    if last is None:
        return frozenset()
    return VALIDATED_FACTS.intersection(changed_facts(last.facts, profile_facts(profile)))


def _leave_catalogue(profile_id: int, step: str, actor: User) -> Profile:
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        profile_workflow.apply(
            profile, step, actor=actor, record={"organisation": profile.organisation}
        )
        listing_changed.send(sender=Profile, profile_ids=[profile.pk])
    return profile
