"""Reads that are used more than once, named by their result."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from cxc_portal.core import clock
from profiles.enums import ProfileState, Role
from profiles.models import (
    Invitation,
    Organisation,
    Profile,
    ProfileTransition,
    Registration,
    User,
)
from profiles.rules import RuleBook
from profiles.workdays import add_working_days, working_days_between

TOLD_WITH_COMMENT = ("return", "reject", "suspend", "reinstate", "withdraw")
"""The steps whose comment is written for the owner."""


def open_registrations_of(user: Any) -> QuerySet[Registration]:
    """What the person began to register and has not submitted yet, the latest first."""
    return Registration.objects.visible_to(user).open().prefetch_related("organisation")


def own_organisation_named(user: User, name: str, country_code: str) -> Organisation | None:
    """The organisation of that name and country that the person belongs to already."""
    own = Organisation.objects.of_member(user)
    return own.filter(name__iexact=name.strip(), country=country_code).order_by("pk").first()


def standing_profile(organisation: Organisation, role: Role) -> Profile | None:
    """The organisation's profile in that role, unless it was withdrawn or rejected."""
    over = (ProfileState.WITHDRAWN, ProfileState.REJECTED)
    profiles = Profile.objects.filter(organisation=organisation, role=role).exclude(state__in=over)
    return profiles.order_by("pk").first()


def decision_due_on(profile: Profile, rules: RuleBook) -> date | None:
    """The day by which the desk means to have decided about a waiting profile."""
    if profile.submitted_at is None:
        return None
    return add_working_days(
        clock.day_of(profile.submitted_at),
        rules.integer("validation.target_days"),
        profile.organisation.country_id,
    )


def days_waited(profile: Profile) -> int:
    """How many working days a profile has waited since it was last submitted."""
    if profile.submitted_at is None:
        return 0
    return working_days_between(
        clock.day_of(profile.submitted_at), clock.today(), profile.organisation.country_id
    )


def reason_for_state(profile: Profile) -> ProfileTransition | None:
    """The step with a comment that brought the profile where it is; nothing where none was said."""
    last = profile.transitions.order_by("-at", "-pk").first()
    return last if last and last.target == profile.state and last.comment else None


def history_for_owner(profile: Profile) -> list[ProfileTransition]:
    """The steps of a profile, those that the desk took back left out together with the taking back:
    nobody was told of them. Comments among officers are not in it."""
    shown: list[ProfileTransition] = []
    steps = profile.transitions.select_related("actor", "partnership", "organisation")
    for step in steps.order_by("at", "pk"):
        if step.transition == "undo" and shown:
            shown.pop()
            continue
        if step.transition not in TOLD_WITH_COMMENT:
            step.comment = ""
        shown.append(step)
    return shown


def waiting_profiles(user: User) -> QuerySet[Profile]:
    """What waits at the desk of this member of staff, the longest wait first."""
    waiting = Profile.objects.validated_by(user).filter(state=ProfileState.SUBMITTED)
    return waiting.select_related("organisation").order_by("submitted_at", "pk")


def invitations_for(user: User) -> QuerySet[Invitation]:
    """The open invitations to addresses that the person has proved to own."""
    proven = EmailAddress.objects.filter(user=user, verified=True).annotate(plain=Lower("email"))
    open_ones = Invitation.objects.filter(accepted_at=None, expires_at__gt=clock.now())
    return (
        open_ones.annotate(plain=Lower("email"))
        .filter(plain__in=proven.values("plain"))
        .prefetch_related("organisation", "invited_by")  # mostly nobody is invited
        .order_by("created_at")
    )


def catalogue_counts() -> dict[str, int]:
    """How many `hosts` and `visitors` are published, and from how many `countries`."""
    return Profile.objects.published().aggregate(
        hosts=Count("pk", filter=Q(role=Role.HOST)),
        visitors=Count("pk", filter=Q(role=Role.VISITING)),
        countries=Count("organisation__country", distinct=True),
    )


def latest_steps_of(user: User, names: Collection[str], since: datetime) -> list[ProfileTransition]:
    """The steps of these names that the person took since then and that nothing has followed."""
    later = ProfileTransition.objects.filter(subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    steps = ProfileTransition.objects.filter(
        ~Exists(later), actor=user, transition__in=names, at__gt=since
    )
    return list(steps.select_related("subject__organisation", "handed_to").order_by("-pk"))
