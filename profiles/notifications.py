"""The mails of this app: who hears of what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Pace, Recipient, Topic
from cxc_portal.core.models import Job, OutgoingMail
from cxc_portal.core.types import Text
from profiles.enums import StaffRoleName
from profiles.models import Invitation, Partnership, Profile, StaffRole, User
from profiles.rules import current_rules

NO_DELAY = timedelta(0)
LISTED = 20
"""How many profiles a mail names before it says how many more there are."""

DESK = mail.register_topic(
    Topic(
        "desk",
        _("Your desk"),
        _("Profiles that wait for you, reminders, what happens in your partnership."),
        is_awaited=True,
        is_for_staff=True,
    )
)
OWN_PROFILE = mail.register_topic(
    Topic(
        "profile",
        _("Your profile"),
        _("What your partnership decided, and what you should look after."),
        is_awaited=True,
    )
)
MEMBERS = _("members")
OFFICERS = _("partnership officers")


def _desk_kind(name: str, audience: Text, occasion: Text) -> MailKind:
    return _kind(name, audience, occasion, Pace.DAILY, DESK)


def _decision_kind(name: str, occasion: Text) -> MailKind:
    """What a member asked for by submitting: somebody decided, and now it is the member's turn."""
    return _kind(name, MEMBERS, occasion, Pace.BLOCKING, OWN_PROFILE)


def _kind(name: str, audience: Text, occasion: Text, pace: Pace, topic: Topic) -> MailKind:
    kind = MailKind(f"profiles/{name}", audience, occasion, pace=pace, topic=topic.name)
    return mail.register(kind)


PROFILE_WAITS = _desk_kind("profile_waits", OFFICERS, _("a profile was submitted"))
PROFILE_HANDED_OVER = _desk_kind(
    "profile_handed_over", OFFICERS, _("another partnership handed a profile over")
)
PROFILES_IMPORTED = _desk_kind("profiles_imported", OFFICERS, _("profiles were imported"))
VALIDATION_REMINDER = _desk_kind(
    "validation_reminder",
    OFFICERS,
    _("profiles have waited for the days after which officers are reminded"),
)
VALIDATION_OVERDUE = _desk_kind(
    "validation_overdue",
    _("partnership coordinators"),
    _("profiles have waited for the days after which the coordinator is told"),
)
VALIDATION_ESCALATED = _desk_kind(
    "validation_escalated",
    _("Support Office"),
    _("profiles have waited for the days after which the Support Office is told"),
)
PROFILE_PUBLISHED = _decision_kind("profile_published", _("the profile was published"))
PROFILE_RETURNED = _decision_kind("profile_returned", _("the profile was returned"))
PROFILE_REJECTED = _decision_kind("profile_rejected", _("the profile was rejected"))
PROFILE_SUSPENDED = _decision_kind("profile_suspended", _("the profile was suspended"))
PROFILE_REINSTATED = _decision_kind("profile_reinstated", _("the profile was reinstated"))
PROFILE_GROWS_QUIET = _kind(
    "profile_grows_quiet",
    MEMBERS,
    _("a month before a profile without a sign of interest becomes dormant"),
    Pace.DAILY,
    OWN_PROFILE,
)
PROFILE_DORMANT = _kind(
    "profile_dormant", MEMBERS, _("the profile became dormant"), Pace.DAILY, OWN_PROFILE
)
ROLE_GIVEN = mail.register(
    MailKind(
        "profiles/role_given",
        _("partnership officers, coordinators, Support Office, observers"),
        _("somebody was given a role"),
    )
)
INVITATION = mail.register(
    MailKind("profiles/invitation", _("a colleague"), _("somebody was invited to an organisation"))
)
DECISION_MAILS = {
    "publish": PROFILE_PUBLISHED,
    "return": PROFILE_RETURNED,
    "reject": PROFILE_REJECTED,
    "suspend": PROFILE_SUSPENDED,
    "reinstate": PROFILE_REINSTATED,
}
SUPPORT_OFFICE = _("the Support Office")

ACTIONS = {
    PROFILE_WAITS.name: (_("Check the profile"), "profiles:decide"),
    PROFILE_HANDED_OVER.name: (_("Check the profile"), "profiles:decide"),
    PROFILE_PUBLISHED.name: (_("See your matches"), "matching:matches"),
    PROFILE_RETURNED.name: (_("Make the changes"), "profiles:edit"),
    PROFILE_REJECTED.name: (_("Look at the profile"), "profiles:profile"),
    PROFILE_SUSPENDED.name: (_("Look at the profile"), "profiles:profile"),
    PROFILE_REINSTATED.name: (_("See your matches"), "matching:matches"),
    PROFILE_GROWS_QUIET.name: (_("We are still interested"), "profiles:reopen"),
    PROFILE_DORMANT.name: (_("Return to the catalogue"), "profiles:reopen"),
}


def _members(profile: Profile) -> list[Recipient]:
    users = User.objects.filter(memberships__organisation=profile.organisation_id, is_active=True)
    return [Recipient.of(user) for user in users.order_by("pk")]


def _staff(**role: object) -> list[Recipient]:
    """The active people with a role, each once."""
    roles = {f"staff_roles__{name}": value for name, value in role.items()}
    users = User.objects.filter(is_active=True, **roles).order_by("pk").distinct()
    return [Recipient.of(user) for user in users]


def _desk(partnership_id: int | None) -> list[Recipient]:
    """Officers and coordinators of a partnership; the Support Office where there are none."""
    people = _staff(partnership=partnership_id) if partnership_id else []
    return people or _staff(role=StaffRoleName.SUPPORT)


def _send(
    kind: MailKind,
    recipients: Iterable[Recipient],
    profile: Profile,
    *,
    event: str,
    delay: timedelta = NO_DELAY,
    **context: object,
) -> None:
    label, url_name = ACTIONS[kind.name]
    url = settings.SITE_URL + reverse(url_name, args=[profile.ref])
    for recipient in recipients:
        mail.queue(
            kind,
            to=recipient,
            context={
                "profile": profile,
                "desk": profile.partnership or SUPPORT_OFFICE,
                "action_url": url,
                "action_label": label,
                **context,
            },
            dedup_key=f"{kind.name}:{profile.pk}:{event}:{recipient.email}",
            about=profile,
            delay=delay,
        )


def profile_submitted(profile: Profile) -> None:
    """Tells the desk that a profile waits. Being asked for changes is no longer news."""
    mail.cancel(about=profile, kinds=(PROFILE_RETURNED,))
    number = profile.submissions.count()
    _send(
        PROFILE_WAITS,
        _desk(profile.partnership_id),
        profile,
        event=f"{number}",
        is_again=number > 1,
        target_days=current_rules().integer("validation.target_days"),
    )


def profile_handed_over(profile: Profile, comment: str, *, delay: timedelta = NO_DELAY) -> None:
    """Tells the new desk that a profile waits there now, and why."""
    take_back_handover(profile)
    _send(
        PROFILE_HANDED_OVER,
        _desk(profile.partnership_id),
        profile,
        event=f"{profile.transitions.count()}",
        delay=delay,
        comment=comment,
    )


def take_back_handover(profile: Profile) -> None:
    """The mail about a handover that was undone, or that went on, does not go out."""
    mail.cancel(about=profile, kinds=(PROFILE_HANDED_OVER,))


def profile_decided(
    profile: Profile, decision: str, comment: str, *, delay: timedelta = NO_DELAY
) -> None:
    """Tells the members what was decided and why."""
    _send(
        DECISION_MAILS[decision],
        _members(profile),
        profile,
        event=f"{profile.transitions.count()}",
        delay=delay,
        comment=comment,
    )


def take_back_decision(profile: Profile, decision: str) -> int:
    """The mails about a decision that was undone do not go out; says how many were held back."""
    return mail.cancel(about=profile, kinds=(DECISION_MAILS[decision],))


REMINDERS = {
    1: VALIDATION_REMINDER,
    2: VALIDATION_OVERDUE,
    3: VALIDATION_ESCALATED,
}
"""The mail of each level of reminding."""


def profiles_wait(
    level: int,
    partnership: Partnership | None,
    profiles: Sequence[Profile],
    *,
    days: int,
    event: str,
) -> None:
    """Reminds who is in charge at a level of profiles that have waited for `days` working days.

    One mail lists all of them. Level 1 goes to the desk, 2 to its coordinators, 3 to the Support
    Office. The Support Office also stands in for a missing partnership, where there is no level 2,
    and for a missing coordinator.
    """
    kind = REMINDERS[level]
    url = settings.SITE_URL + reverse("admin:index")
    for recipient in _reminded(level, partnership):
        mail.queue(
            kind,
            to=recipient,
            context={
                "profiles": profiles[:LISTED],
                "more": len(profiles[LISTED:]),
                "count": len(profiles),
                "days": days,
                "desk": partnership or SUPPORT_OFFICE,
                "action_url": url,
                "action_label": _("Open the validation desk"),
            },
            dedup_key=f"{kind.name}:{event}:{recipient.email}",
            about=partnership,
        )


def _reminded(level: int, partnership: Partnership | None) -> list[Recipient]:
    people: list[Recipient] = []
    if level == 2:
        if partnership is None:
            return []
        people = _staff(partnership=partnership.pk, role=StaffRoleName.COORDINATOR)
    elif level == 1 and partnership:
        people = _desk(partnership.pk)
    return people or _staff(role=StaffRoleName.SUPPORT)


def profiles_imported(waiting: Mapping[int, int], job: Job) -> None:
    """Tells each desk once how many imported profiles wait there, save whoever imported them."""
    url = settings.SITE_URL + reverse("admin:index")
    for partnership_id, count in sorted(waiting.items()):
        officers = User.objects.filter(is_active=True, staff_roles__partnership=partnership_id)
        if job.owner_id is not None:
            officers = officers.exclude(pk=job.owner_id)
        for user in officers.order_by("pk").distinct():
            mail.queue(
                PROFILES_IMPORTED,
                to=Recipient.of(user),
                context={
                    "count": count,
                    "action_url": url,
                    "action_label": _("Open the validation desk"),
                },
                dedup_key=f"{PROFILES_IMPORTED.name}:{job.pk}:{partnership_id}:{user.email}",
                about=job,
            )


def profile_grows_quiet(profile: Profile) -> datetime | None:
    """Asks the members once in each quiet time whether they are still interested.

    Says when they were asked first; nothing when there is nobody to ask.
    """
    event = clock.day_of(profile.confirmed_at).isoformat()
    _send(PROFILE_GROWS_QUIET, _members(profile), profile, event=event)
    asked = OutgoingMail.objects.filter(
        kind=PROFILE_GROWS_QUIET.name,
        about_type=profile._meta.label_lower,
        about_id=str(profile.pk),
        created_at__gte=profile.confirmed_at,
    )
    first: datetime | None = asked.aggregate(first=Min("created_at"))["first"]
    return first


def asked_whether_quiet(profile_ids: Iterable[int], *, since: datetime) -> set[int]:
    """The keys of those profiles whose members were asked after a moment."""
    asked = OutgoingMail.objects.filter(
        kind=PROFILE_GROWS_QUIET.name,
        created_at__gt=since,
        about_type=Profile._meta.label_lower,
        about_id__in=[str(key) for key in profile_ids],
    )
    return {int(key) for key in asked.order_by().values_list("about_id", flat=True)}


def profile_dormant(profile: Profile) -> None:
    """Tells the members that the profile is out of the catalogue, and the one click back."""
    _send(PROFILE_DORMANT, _members(profile), profile, event=f"{profile.transitions.count()}")


def colleague_invited(invitation: Invitation, key: str) -> None:
    """Asks somebody to join, in the language of whoever invites; `key` is what the link carries."""
    url = settings.SITE_URL + reverse("profiles:invitation", args=[key])
    mail.queue(
        INVITATION,
        to=Recipient(email=invitation.email, language=invitation.invited_by.language),
        context={
            "invitation": invitation,
            "action_url": url,
            "action_label": _("Look at the invitation"),
        },
        dedup_key=f"{INVITATION.name}:{invitation.pk}:{invitation.expires_at.isoformat()}",
        about=invitation,
    )


def take_back_invitation(invitation: Invitation) -> None:
    """The mail of an invitation that was revoked does not go out."""
    mail.cancel(about=invitation, kinds=(INVITATION,))


def role_given(role: StaffRole) -> None:
    """Tells a person which role it has from now on and how to log in."""
    mail.queue(
        ROLE_GIVEN,
        to=Recipient.of(role.user),
        context={
            "role": role,
            "desk": role.partnership or "ClusterXchange",
            "action_url": settings.SITE_URL + reverse("profiles:dashboard"),
            "action_label": _("Log in"),
        },
        dedup_key=f"{ROLE_GIVEN.name}:{role.pk}",
        about=role.partnership,
    )
