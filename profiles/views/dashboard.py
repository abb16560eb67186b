"""What do I do now: one page that answers it for every role."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cxc_portal.core import access, clock
from cxc_portal.core.workflow import Baton
from profiles.enums import ProfileState, Role
from profiles.models import Organisation, Partnership, Profile, User
from profiles.queries import (
    catalogue_counts,
    days_waited,
    decision_due_on,
    invitations_for,
    open_registrations_of,
    waiting_profiles,
)
from profiles.rules import current_rules
from profiles.services.invitations import key_of
from profiles.strength import Field, missing_fields
from profiles.workflows import profile_workflow

NEEDED = ("organisation__country", "organisation__organisation_type", "partnership")
OVER = (ProfileState.WITHDRAWN, ProfileState.REJECTED)
MOST_OFFERS = 3
ORDER = ("yours", "waiting", "closed")


@dataclass(frozen=True)
class OwnProfile:
    """One of one's own profiles, and whose turn it is."""

    profile: Profile
    baton: Baton
    missing: list[Field]


@dataclass(frozen=True)
class Desk:
    """What waits at the validation desk of a member of staff."""

    url: str
    partnerships: list[str]
    waiting: int
    suspended: int
    oldest: Profile | None
    oldest_days: int
    due_on: date | None
    is_late: bool


@access.members
def dashboard(request: HttpRequest) -> HttpResponse:
    """Batons, what was begun, invitations; for staff the desk; for observers the totals."""
    user = request.user
    own = _own_profiles(user)
    is_desk_staff = user.is_support or bool(user.staffed_partnership_ids)
    registrations = list(open_registrations_of(user))
    invitations = [
        (invitation, reverse("profiles:invitation", args=[key_of(invitation)]))
        for invitation in invitations_for(user)
    ]
    context = {
        "own": own,
        "registrations": registrations,
        "invitations": invitations,
        "second_profiles": _second_profiles(own),
        "desk": _desk(user) if is_desk_staff else None,
        "counts": catalogue_counts() if user.is_staff else None,
        "is_new": not (own or registrations or invitations or user.is_staff),
    }
    return render(request, "profiles/dashboard.html", context)


def _own_profiles(user: User) -> list[OwnProfile]:
    """Those in which it is one's turn first, the ended ones last."""
    profiles = (
        Profile.objects.of_member(user)
        .select_related(*NEEDED)
        .prefetch_related("organisation__memberships", "windows")
        .order_by("created_at", "pk")
    )
    found = [
        OwnProfile(
            profile=profile,
            baton=profile_workflow.baton(profile, user),
            missing=[] if profile.state in OVER else missing_fields(profile),
        )
        for profile in profiles
    ]
    return sorted(found, key=lambda one: ORDER.index(one.baton.situation))


def _second_profiles(own: list[OwnProfile]) -> list[tuple[Organisation, Role]]:
    """The organisations with a profile in one role alone, and the other role."""
    roles: dict[Organisation, set[str]] = {}
    for one in own:
        if one.profile.state not in OVER:
            roles.setdefault(one.profile.organisation, set()).add(one.profile.role)
    return [
        (organisation, Role(next(iter(taken))).counterpart)
        for organisation, taken in roles.items()
        if len(taken) == 1
    ][:MOST_OFFERS]


def _desk(user: User) -> Desk:
    waiting = waiting_profiles(user)
    oldest = waiting.first()
    due_on = decision_due_on(oldest, current_rules()) if oldest else None
    suspended = Profile.objects.validated_by(user).filter(state=ProfileState.SUSPENDED)
    partnerships = Partnership.objects.filter(pk__in=user.staffed_partnership_ids)
    return Desk(
        url=reverse("admin:profiles_profile_changelist"),
        partnerships=[str(partnership) for partnership in partnerships],
        waiting=waiting.count(),
        suspended=suspended.count(),
        oldest=oldest,
        oldest_days=days_waited(oldest) if oldest else 0,
        due_on=due_on,
        is_late=due_on is not None and due_on < clock.today(),
    )
