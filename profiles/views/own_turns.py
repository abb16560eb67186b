"""What a person is in the middle of in this app, as matters of the dashboard."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import clock
from cxc_portal.core.workflow import Baton
from profiles.enums import Party, ProfileState, Role
from profiles.models import Partnership, Profile, Registration, User
from profiles.queries import (
    days_waited,
    decision_due_on,
    invitations_for,
    open_registrations_of,
    waiting_profiles,
)
from profiles.rules import current_rules
from profiles.services.invitations import key_of
from profiles.strength import missing_fields
from profiles.turns import Turn
from profiles.workflows import profile_workflow

NEEDED = ("organisation__country", "organisation__organisation_type", "partnership")
OVER = (ProfileState.WITHDRAWN, ProfileState.REJECTED)


def own_profiles(user: User) -> list[Profile]:
    """The profiles of the organisations that the user belongs to, the first one first."""
    profiles = (
        Profile.objects.of_member(user)
        .select_related(*NEEDED)
        .prefetch_related("organisation__memberships", "windows")
        .order_by("created_at", "pk")
    )
    return list(profiles)


def turns_of_profiles(profiles: list[Profile], user: User) -> Iterator[Turn]:
    """Whose turn it is with each of these profiles."""
    for profile in profiles:
        yield Turn(
            kind=_("Host profile") if profile.role == Role.HOST else _("Visitor profile"),
            title=profile.organisation.name,
            baton=profile_workflow.baton(profile, user),
            url=reverse("profiles:profile", args=[profile.ref]),
            note="" if profile.state in OVER else _what_is_missing(profile),
            note_label=_("Complete it"),
            note_url=reverse("profiles:edit", args=[profile.ref]),
            blocks=False,
        )


def _what_is_missing(profile: Profile) -> str:
    missing = missing_fields(profile)
    if not missing:
        return ""
    return ngettext(
        "One thing can be added: %(first)s.",
        "%(number)s things can be added. The next one: %(first)s.",
        len(missing),
    ) % {"number": len(missing), "first": missing[0].label}


def turns_of_beginnings(user: User) -> Iterator[Turn]:
    """Invitations that wait for an answer, and registrations that were begun."""
    for invitation in invitations_for(user):
        who = {"person": invitation.invited_by, "organisation": invitation.organisation.name}
        url = reverse("profiles:invitation", args=[key_of(invitation)])
        baton = Baton(
            situation="yours",
            label=_("Invited"),
            sentence=_("Your turn: %(person)s asks you to act for %(organisation)s.") % who,
            since=invitation.created_at,
            next=_("Once you accept, you see and do what your colleagues do."),
            responsible=Party.OWNER,
            action_label=_("Look at the invitation"),
            action_url=url,
        )
        yield Turn(_("Invitation"), invitation.organisation.name, baton, url)
    for registration in open_registrations_of(user):
        yield _turn_of_registration(registration)


def _turn_of_registration(registration: Registration) -> Turn:
    organisation = registration.organisation
    name = organisation.name if organisation else registration.answers.get("name", "")
    url = reverse("profiles:register_continue", args=[registration.key])
    sentence = (
        _("Your turn: finish registering %(name)s.") % {"name": name}
        if name
        else _("Your turn: finish your registration.")
    )
    baton = Baton(
        situation="yours",
        label=_("Begun"),
        sentence=sentence,
        since=registration.saved_at,
        next=_("Once submitted, your partnership checks it."),
        responsible=Party.OWNER,
        action_label=_("Continue"),
        action_url=url,
    )
    return Turn(_("Registration"), name, baton, url, blocks=False)


def turn_of_desk(user: User) -> Turn:
    """What waits at the validation desk of a member of staff; closed when nothing does."""
    waiting = waiting_profiles(user)
    oldest, number = waiting.first(), waiting.count()
    partnerships = Partnership.objects.filter(pk__in=user.staffed_partnership_ids)
    url = reverse("admin:profiles_profile_changelist")
    sentence = (
        ngettext(
            "Your turn: %(number)s profile waits at the validation desk.",
            "Your turn: %(number)s profiles wait at the validation desk.",
            number,
        )
        % {"number": number}
        if oldest
        else _("Nothing waits at the validation desk.")
    )
    baton = Baton(
        situation="yours" if oldest else "closed",
        label=_("To check"),
        sentence=sentence,
        since=oldest.state_since if oldest else clock.now(),
        next=_longest_wait(oldest) if oldest else "",
        responsible=Party.PARTNERSHIP if oldest else None,
        action_label=_("Open the desk"),
        action_url=url,
    )
    title = ", ".join(str(partnership) for partnership in partnerships)
    return Turn(_("Validation desk"), title, baton, url)


def turns_of_suspended(user: User) -> Iterator[Turn]:
    """The suspended profiles that wait for this member of staff, as one matter."""
    suspended = Profile.objects.validated_by(user).filter(state=ProfileState.SUSPENDED)
    found = suspended.order_by().aggregate(number=Count("pk"), since=Min("state_since"))
    if not found["number"]:
        return
    text = ngettext(
        "Your turn: %(number)s profile is suspended. Reinstate it when the matter is settled.",
        "Your turn: %(number)s profiles are suspended. Reinstate them when the matter is settled.",
        found["number"],
    )
    url = f"{reverse('admin:profiles_profile_changelist')}?show={ProfileState.SUSPENDED}"
    baton = Baton(
        situation="yours",
        label=_("To settle"),
        sentence=text % found,
        since=found["since"],
        next=_("Until then nobody finds them."),
        responsible=Party.PARTNERSHIP,
        action_label=_("Open the suspended ones"),
        action_url=url,
    )
    yield Turn(_("Suspended profiles"), "", baton, url, blocks=False)


def _longest_wait(oldest: Profile) -> str:
    name, days = {"name": oldest.organisation.name}, days_waited(oldest)
    waited = (
        ngettext(
            "%(name)s has waited longest: %(days)s working day.",
            "%(name)s has waited longest: %(days)s working days.",
            days,
        )
        % (name | {"days": days})
        if days
        else _("%(name)s is next.") % name
    )
    return f"{waited} {_due(decision_due_on(oldest, current_rules()))}".strip()


def _due(day: date | None) -> str:
    if day is None:
        return ""
    text = _("It was due on %(day)s.") if day < clock.today() else _("It is due on %(day)s.")
    return text % {"day": date_format(day, "j F")}
