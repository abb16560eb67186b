"""What a partnership promised to reach: kept by its coordinators."""

from datetime import date

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from profiles.models import Indicator, IndicatorTarget, Partnership, User
from reports.permissions import can_keep_targets


def save_target(
    *,
    partnership_id: int,
    code: str,
    number: int,
    due_on: date | None,
    comment: str,
    revision: int,
    actor: User,
) -> IndicatorTarget:
    """The partnership aims at this number from now on. `revision` is that of the target as the
    person saw it, 0 where there was none.

    Raises `NotAllowed`, `StaleVersion` when somebody else has saved it meanwhile, and
    `TransitionRefused` for a target of nothing.
    """
    with audit.transaction():
        partnership = Partnership.objects.select_for_update(of=("self",)).get(pk=partnership_id)
        if not can_keep_targets(actor, partnership):
            raise NotAllowed(_("Only coordinators of the partnership set its targets."))
        if number < 1:
            raise TransitionRefused("nothing", _("A target is at least 1."))
        target = _standing(partnership, Indicator.objects.get(pk=code))
        if target.revision != revision:
            raise StaleVersion(
                _("Somebody else has saved this target meanwhile. Look at it before you save.")
            )
        earlier = target.number
        target.number, target.due_on, target.comment = number, due_on, comment
        target.revision += 1
        target.changed_by, target.changed_at = actor, clock.now()
        target.save()
        audit.record(
            "target.save",
            subject=target,
            actor=actor,
            data={"indicator": code, "from": earlier, "to": number, "due_on": str(due_on or "")},
        )
    return target


def _standing(partnership: Partnership, indicator: Indicator) -> IndicatorTarget:
    """The target as it stands; a new one of which nothing is kept yet where there is none."""
    found = IndicatorTarget.objects.filter(partnership=partnership, indicator=indicator).first()
    return found or IndicatorTarget(partnership=partnership, indicator=indicator, number=0)
