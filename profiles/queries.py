"""Reads that are used more than once, named by their result."""

from datetime import date

from django.db.models import QuerySet

from cxc_portal.core import clock
from profiles.enums import ProfileState, Role
from profiles.models import Organisation, Profile, Registration, User
from profiles.rules import RuleBook
from profiles.workdays import add_working_days, working_days_between


def open_registrations_of(user: User) -> QuerySet[Registration]:
    """What the person began to register and has not submitted yet, the latest first."""
    return Registration.objects.visible_to(user).open().select_related("organisation")


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
