"""Who is looking at a waiting profile, so that two officers do not decide about the same one.

Opening a waiting profile takes it for `LEASE`; each further look, and the open page itself, takes
it anew. Whoever does not come back loses it by the passing of time, and a colleague can take it
over at once.
"""

from datetime import datetime, timedelta

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.enums import ProfileState
from profiles.models import Profile, User
from profiles.permissions import can_validate_profile

LEASE = timedelta(minutes=15)


def holder_of(profile: Profile) -> User | None:
    """Who has the profile now; None when nobody has or the time is over."""
    return profile.review_by if _is_held(profile) else None


def _is_held(profile: Profile) -> bool:
    since = profile.review_since
    return since is not None and since + LEASE > clock.now()


def is_held_by_another(profile: Profile, user: User) -> bool:
    """Whether somebody else has the profile now."""
    return _is_held(profile) and profile.review_by_id not in (None, user.pk)


def take_profile(*, profile_id: int, actor: User, is_takeover: bool = False) -> Profile:
    """A waiting profile is the actor's for `LEASE`, unless somebody else has it already.

    With `is_takeover` it changes hands, which is recorded. A profile that does not wait is returned
    as it is. Raises `NotAllowed` for whoever may not validate it.
    """
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if not can_validate_profile(actor, profile):
            raise NotAllowed(_("You may not check this profile."))
        is_others = is_held_by_another(profile, actor)
        if profile.state != ProfileState.SUBMITTED or (is_others and not is_takeover):
            return profile
        previous = profile.review_by_id
        _hold(profile, actor, clock.now())
        if is_others:
            audit.record(
                "profile.taken_over", subject=profile, actor=actor, data={"from": previous}
            )
    return profile


def release_profile(*, profile_id: int, actor: User) -> Profile:
    """The profile is free for the next officer, if the actor had it."""
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if profile.review_by_id == actor.pk:
            _hold(profile, None, None)
    return profile


def require_free(profile: Profile, actor: User) -> None:
    """Raises `TransitionRefused` when somebody else has the profile. The caller holds its lock."""
    if not is_held_by_another(profile, actor) or profile.review_since is None:
        return
    message = _(
        "%(name)s has had this profile open since %(time)s. Take it over if you want to decide."
    )
    since = time_format(clock.local(profile.review_since), "H:i")
    raise TransitionRefused("in_review", message % {"name": profile.review_by, "time": since})


def _hold(profile: Profile, holder: User | None, since: datetime | None) -> None:
    profile.review_by, profile.review_since = holder, since
    profile.save(update_fields=["review_by", "review_since"])
