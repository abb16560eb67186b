"""Reminding those in charge of profiles that wait: officers, then coordinators, then the Support
Office, as the programme's rules say. One mail for all profiles of a desk, and each submission is
spoken of once at each level."""

import hashlib
from collections import defaultdict

from django.db.models import Exists, F, OuterRef

from cxc_portal.core import audit
from profiles import notifications
from profiles.enums import ProfileState
from profiles.models import Partnership, ProfileSubmission
from profiles.queries import days_waited
from profiles.rules import current_rules

LEVELS = {
    1: "validation.reminder_days",
    2: "validation.coordinator_days",
    3: "validation.support_days",
}
"""The level that a submission reaches, and the rule that says after how many working days."""


def remind_about_waiting_profiles() -> int:
    """Every submission that has waited long enough is spoken of at the levels it has reached.

    Says how many submissions were spoken of. A second run the same day changes nothing.
    """
    rules = current_rules()
    with audit.transaction():
        submissions = _waiting_submissions()
        waited = {submission.pk: days_waited(submission.profile) for submission in submissions}
        reached: dict[int, int] = {}
        for level, rule in LEVELS.items():
            days = rules.integer(rule)
            due = [s for s in submissions if s.reminders < level and waited[s.pk] >= days]
            for partnership, of_desk in _by_desk(due).items():
                notifications.profiles_wait(
                    level,
                    partnership,
                    [submission.profile for submission in of_desk],
                    days=days,
                    event=_event(level, of_desk),
                )
            reached |= {submission.pk: level for submission in due}
        for submission in submissions:
            submission.reminders = reached.get(submission.pk, submission.reminders)
        ProfileSubmission.objects.bulk_update(
            [submission for submission in submissions if submission.pk in reached], ["reminders"]
        )
    return len(reached)


def _waiting_submissions() -> list[ProfileSubmission]:
    """For each waiting profile the submission with which it came, locked, the longest wait first.

    A fact that is corrected while the profile waits makes a further submission of the same time,
    which starts nothing anew.
    """
    earlier = ProfileSubmission.objects.filter(
        profile=OuterRef("profile"), at=OuterRef("at"), number__lt=OuterRef("number")
    )
    waiting = (
        ProfileSubmission.objects.select_for_update(of=("self",))
        .filter(
            ~Exists(earlier),
            profile__state=ProfileState.SUBMITTED,
            at=F("profile__submitted_at"),
            reminders__lt=max(LEVELS),
        )
        .select_related("profile__organisation", "profile__partnership")
        .order_by("pk")
    )
    return sorted(waiting, key=lambda submission: (submission.at, submission.pk))


def _by_desk(
    submissions: list[ProfileSubmission],
) -> dict[Partnership | None, list[ProfileSubmission]]:
    desks: dict[Partnership | None, list[ProfileSubmission]] = defaultdict(list)
    for submission in submissions:
        desks[submission.profile.partnership].append(submission)
    return desks


def _event(level: int, submissions: list[ProfileSubmission]) -> str:
    """The same words for the same level and submissions."""
    keys = ",".join(str(submission.pk) for submission in submissions)
    return f"{level}:{hashlib.sha256(keys.encode()).hexdigest()[:32]}"
