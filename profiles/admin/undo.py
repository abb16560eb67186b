"""What the reader decided a moment ago and can still take back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from profiles.models import Profile, ProfileTransition, User
from profiles.rules import RuleBook
from profiles.services.decisions import undo_deadline, undoable_steps

MINUTE = timedelta(minutes=1)
DONE: dict[str, Text] = {
    "publish": _("%(name)s is published."),
    "return": _("%(name)s is returned for changes."),
    "reject": _("%(name)s is rejected."),
    "reassign": _("%(name)s is handed to %(partnership)s."),
    "suspend": _("%(name)s is suspended."),
}


@dataclass(frozen=True)
class Undoable:
    """One decision, until when it can be taken back, and how many minutes that is from now."""

    profile: Profile
    sentence: str
    until: datetime
    minutes: int


def _undoable(step: ProfileTransition, until: datetime) -> Undoable:
    left = max(until - clock.now(), timedelta(0))
    return Undoable(step.subject, sentence(step), until, minutes=-(-left // MINUTE))


def sentence(step: ProfileTransition) -> str:
    """What was done to whom."""
    names = {"name": step.subject.organisation.name, "partnership": step.handed_to}
    return str(DONE[step.transition]) % names


def undoable_by(user: User, rules: RuleBook) -> list[Undoable]:
    """The reader's own decisions of the last minutes, the latest first."""
    return [
        _undoable(step, until)
        for step in undoable_steps(user, rules)
        if (until := undo_deadline(step, rules)) is not None
    ]


def undoable_step(step: ProfileTransition | None, rules: RuleBook) -> Undoable | None:
    """The last step of a profile, if it can still be taken back."""
    until = undo_deadline(step, rules) if step else None
    if step is None or until is None or until <= clock.now():
        return None
    return _undoable(step, until)
