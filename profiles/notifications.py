"""The mails of this app: who hears of what."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Recipient
from cxc_portal.core.models import Job
from profiles.enums import StaffRoleName
from profiles.models import Profile, User

PROFILE_WAITS = mail.register(
    MailKind("profiles/profile_waits", _("partnership officers"), _("a profile was submitted"))
)
PROFILE_PUBLISHED = mail.register(
    MailKind("profiles/profile_published", _("members"), _("the profile was published"))
)
PROFILE_RETURNED = mail.register(
    MailKind("profiles/profile_returned", _("members"), _("the profile was returned"))
)
PROFILE_REJECTED = mail.register(
    MailKind("profiles/profile_rejected", _("members"), _("the profile was rejected"))
)
PROFILE_SUSPENDED = mail.register(
    MailKind("profiles/profile_suspended", _("members"), _("the profile was suspended"))
)
PROFILE_REINSTATED = mail.register(
    MailKind("profiles/profile_reinstated", _("members"), _("the profile was reinstated"))
)
PROFILES_IMPORTED = mail.register(
    MailKind("profiles/profiles_imported", _("partnership officers"), _("profiles were imported"))
)
DECISION_MAILS = {
    "publish": PROFILE_PUBLISHED,
    "return": PROFILE_RETURNED,
    "reject": PROFILE_REJECTED,
    "suspend": PROFILE_SUSPENDED,
    "reinstate": PROFILE_REINSTATED,
}

ACTIONS = {
    PROFILE_WAITS.name: (_("Check the profile"), "profiles:decide"),
    PROFILE_PUBLISHED.name: (_("See your matches"), "matching:matches"),
    PROFILE_RETURNED.name: (_("Make the changes"), "profiles:edit"),
    PROFILE_REJECTED.name: (_("Look at the profile"), "profiles:profile"),
    PROFILE_SUSPENDED.name: (_("Look at the profile"), "profiles:profile"),
    PROFILE_REINSTATED.name: (_("See your matches"), "matching:matches"),
}


def _members(profile: Profile) -> list[Recipient]:
    users = User.objects.filter(memberships__organisation=profile.organisation_id, is_active=True)
    return [Recipient.of(user) for user in users.order_by("pk")]


def _desk(profile: Profile) -> list[Recipient]:
    """The officers of the profile's partnership; the Support Office where it has none."""
    roles: dict[str, object] = (
        {"staff_roles__partnership": profile.partnership_id}
        if profile.partnership_id
        else {"staff_roles__role": StaffRoleName.SUPPORT}
    )
    users = User.objects.filter(is_active=True, **roles).order_by("pk").distinct()
    return [Recipient.of(user) for user in users]


def _send(
    kind: MailKind,
    recipients: Iterable[Recipient],
    profile: Profile,
    *,
    event: str,
    delay: timedelta = timedelta(0),
    **context: object,
) -> None:
    label, url_name = ACTIONS[kind.name]
    url = settings.SITE_URL + reverse(url_name, args=[profile.ref])
    for recipient in recipients:
        mail.queue(
            kind,
            to=recipient,
            context={"profile": profile, "action_url": url, "action_label": label, **context},
            dedup_key=f"{kind.name}:{profile.pk}:{event}:{recipient.email}",
            about=profile,
            delay=delay,
        )


def profile_submitted(profile: Profile) -> None:
    """Tells the desk that a profile waits."""
    _send(PROFILE_WAITS, _desk(profile), profile, event=f"{profile.submissions.count()}")


def profile_reassigned(profile: Profile, comment: str) -> None:
    """Tells the new desk that a profile waits there now."""
    event = f"reassigned:{profile.transitions.count()}"
    _send(PROFILE_WAITS, _desk(profile), profile, event=event, comment=comment)


def profile_decided(
    profile: Profile, decision: str, comment: str, *, delay: timedelta = timedelta(0)
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


def take_back_decision(profile: Profile) -> None:
    """The mail about a decision that was undone does not go out."""
    mail.cancel(about=profile, kinds=tuple(DECISION_MAILS.values()))


def profiles_imported(waiting: Mapping[int, int], job: Job) -> None:
    """Tells each desk once how many imported profiles wait there, save whoever imported them."""
    url = settings.SITE_URL + reverse("profiles:dashboard")
    for partnership_id, count in sorted(waiting.items()):
        officers = User.objects.filter(
            is_active=True, staff_roles__partnership=partnership_id
        ).exclude(pk=job.owner_id)
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
