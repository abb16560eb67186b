"""Reminding whoever has yet to sign: by one press of another party, and a few times by itself."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.enums import OPEN_VERSIONS, Capacity
from exchanges.models import CommitmentVersion, SigningReminder
from exchanges.notifications import signing as notifications
from exchanges.permissions import can_remind_signatory
from exchanges.queries.signatures import last_reminder, next_reminder_from
from exchanges.services.locking import locked_version
from exchanges.workflows.parties import awaited_capacities
from profiles.models import User
from profiles.rules import RuleBook, current_rules

LEVELS = ("signing.first_days", "signing.second_days")


def remind_signatory(*, version_id: int, capacity: str, actor: User) -> SigningReminder:
    """Whoever signs in this capacity gets a mail, and everybody sees that it went and by whom.

    Raises `TransitionRefused` ("too_soon") within the days that the rules put between two
    reminders, ("not_awaited") when that signature is not awaited now.
    """
    with audit.transaction():
        version = locked_version(version_id)
        if not can_remind_signatory(actor, version, capacity):
            raise NotAllowed(_("You may not send this reminder."))
        if capacity not in awaited_capacities(version):
            raise TransitionRefused("not_awaited", _("This signature is not awaited now."))
        last = last_reminder(version, capacity)
        if last and next_reminder_from(last) > clock.now():
            raise TransitionRefused(
                "too_soon",
                _("%(party)s was reminded only recently. Wait a day before you do so again.")
                % {"party": version.exchange.party_name(capacity)},
            )
        return _remind(version, Capacity(capacity), actor=actor)


def remind_missing_signatories() -> int:
    """Those who have yet to sign are reminded before the start, twice at most; says how many were.

    A second run on the same day changes nothing; whoever was asked only recently is left alone.
    """
    waiting = CommitmentVersion.objects.filter(state__in=OPEN_VERSIONS).order_by("pk")
    rules = current_rules()
    found = list(waiting.prefetch_related("signatures", "reminders"))
    return sum(_mind(version.pk, rules) for version in found if _unreminded(version, rules))


def _mind(version_id: int, rules: RuleBook) -> int:
    with audit.transaction():
        version = locked_version(version_id)
        due = _unreminded(version, rules)
        for capacity in due:
            _remind(version, capacity, level=_level(version, rules))
    return len(due)


def _unreminded(version: CommitmentVersion, rules: RuleBook) -> list[Capacity]:
    """Whom to remind now. Prefetched `signatures` and `reminders` are used."""
    level = _level(version, rules)
    return [
        capacity
        for capacity in awaited_capacities(version)
        if level > _last_level(version, capacity)
        and not _was_asked_recently(version, capacity, rules)
    ]


def _level(version: CommitmentVersion, rules: RuleBook) -> int:
    """How many of the days before the start have come; none once it has begun."""
    starts_on = date.fromisoformat(version.snapshot["terms"]["when"]["starts_on"])
    left = starts_on - clock.today()
    if left < timedelta(0):
        return 0
    return sum(left <= timedelta(days=rules.integer(rule)) for rule in LEVELS)


def _was_asked_recently(version: CommitmentVersion, capacity: Capacity, rules: RuleBook) -> bool:
    sent = [one.at for one in version.reminders.all() if one.capacity == capacity]
    asked = max(sent, default=version.state_since)
    return asked + timedelta(days=rules.integer("signing.reminder_days")) > clock.now()


def _last_level(version: CommitmentVersion, capacity: Capacity) -> int:
    levels = (one.level for one in version.reminders.all() if one.capacity == capacity)
    return max(levels, default=0)


def _remind(
    version: CommitmentVersion, capacity: Capacity, *, actor: User | None = None, level: int = 0
) -> SigningReminder:
    reminder = SigningReminder.objects.create(
        version=version, capacity=capacity, by=actor, level=level
    )
    audit.record(
        "commitment.reminded",
        subject=version,
        actor=actor,
        data={"capacity": capacity.value, "reminder": reminder.pk},
    )
    notifications.signature_reminder(reminder)
    return reminder
