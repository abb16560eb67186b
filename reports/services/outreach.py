"""The log of whom a partnership told of the scheme, and what came of it."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.models import Partnership, Registration, User
from reports.models import Attribution, OutreachAction
from reports.permissions import can_record


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an action was. `kind` is an `OutreachKind`; `reached` is None where nobody counted."""

    kind: str
    title: str
    on: date
    place: str = ""
    channel: str = ""
    reached: int | None = None
    address: str = ""
    note: str = ""


def add_action(*, partnership_id: int, content: Told, actor: User) -> OutreachAction:
    """It stands in the log with a link of its own. Also before it happens, so that the link can be
    printed. Raises `NotAllowed` for whoever does not work for the partnership."""
    with audit.transaction():
        partnership = Partnership.objects.select_for_update(of=("self",)).get(pk=partnership_id)
        _require_right(actor, partnership)
        action = OutreachAction(partnership=partnership, recorded_by=actor)
        _write(action, content)
        audit.record("outreach.add", subject=action, actor=actor, data=_traced(action))
    return action


def edit_action(*, action_id: int, content: Told, actor: User) -> OutreachAction:
    """It says this from now on; its link and what came by it stay."""
    with audit.transaction():
        action = _locked(action_id, actor)
        _write(action, content)
        audit.record("outreach.edit", subject=action, actor=actor, data=_traced(action))
    return action


def remove_action(*, action_id: int, actor: User) -> None:
    """It is gone, and its link leads nowhere. Raises `TransitionRefused` once somebody registered
    by the link: that is counted for good."""
    with audit.transaction():
        action = _locked(action_id, actor)
        if action.attributions.exists():
            raise TransitionRefused(
                "registered", _("Somebody has registered by its link, so it stays in the log.")
            )
        audit.record("outreach.remove", subject=action, actor=actor, data=_traced(action))
        action.delete()


def count_visit(*, code: str) -> None:
    """One more person came by the link. Nothing is kept of who it was."""
    OutreachAction.objects.filter(code=code).update(visits=F("visits") + 1)


def attribute_registration(*, registration: Registration, code: str) -> Attribution | None:
    """The registration counts for the action of this link; for the first one only. None where there
    is no such action."""
    with audit.transaction():
        action = OutreachAction.objects.select_for_update(of=("self",)).filter(code=code).first()
        if action is None:
            return None
        attribution, _is_new = Attribution.objects.get_or_create(
            registration=registration, defaults={"action": action}
        )
    return attribution


def _locked(action_id: int, actor: User) -> OutreachAction:
    action = OutreachAction.objects.select_for_update(of=("self",)).get(pk=action_id)
    _require_right(actor, action.partnership)
    return action


def _require_right(actor: User, partnership: Partnership) -> None:
    if not can_record(actor, partnership):
        raise NotAllowed(_("Only those who work for the partnership keep its outreach log."))


def _write(action: OutreachAction, content: Told) -> None:
    for name, value in asdict(content).items():
        setattr(action, name, value)
    action.save()


def _traced(action: OutreachAction) -> dict[str, object]:
    return {
        "partnership": action.partnership.acronym,
        "kind": str(action.kind),
        "on": action.on.isoformat(),
        "code": action.code,
    }
