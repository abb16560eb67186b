"""Ending early, and force majeure: any of the four asks, both partnerships decide, and what they
agree on takes effect at once."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, files
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import AcceptedFile
from exchanges.commitment.terms import VIRTUAL
from exchanges.documents import order_cancellation
from exchanges.enums import AMENDABLE, Capacity, InterruptionKind
from exchanges.models import Exchange, ExchangeStep, Interruption
from exchanges.notifications import interruptions as notifications
from exchanges.permissions import can_decide_interruption, interruptions_open_to
from exchanges.queries.consequences import Consequences, consequences_of_request
from exchanges.queries.follow_up import today_there
from exchanges.services.check_ins import forget_first_try
from exchanges.services.drafting import write_section
from exchanges.services.ending import (
    end_commitment,
    end_match,
    free_place,
    void_open_version,
)
from exchanges.services.locking import locked_with_visit
from exchanges.services.visits import give_visit_back
from exchanges.signals import last_day_reached, set_back
from exchanges.workflows import exchange_workflow, interruption_workflow
from exchanges.workflows.interruption import undecided
from profiles.models import User

EARLY_END, POSTPONE, GO_VIRTUAL, CANCEL = InterruptionKind
AGREED_AT = {
    Capacity.HOP: "host_partnership_agreed_at",
    Capacity.VOP: "visitor_partnership_agreed_at",
}


def ask_interruption(
    *,
    exchange_id: int,
    kind: str,
    reason: str,
    actor: User,
    last_day: date | None = None,
    is_force_majeure: bool = False,
    proof: AcceptedFile | None = None,
) -> Interruption:
    """Both partnerships are asked to decide; one that asks itself has agreed by that.

    Raises `NotAllowed` for whoever may not ask for this now, `TransitionRefused` without a reason
    and for a last day outside the exchange.
    """
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        if kind not in interruptions_open_to(actor, exchange):
            raise NotAllowed(_("This cannot be asked for now. Look at the page of the exchange."))
        _require_sense(exchange, kind, reason, last_day)
        interruption = Interruption(
            exchange=exchange,
            kind=kind,
            is_force_majeure=is_force_majeure or kind != EARLY_END,
            last_day=last_day if kind == EARLY_END else None,
            reason=reason.strip(),
            asked_by=actor,
            capacity=exchange.capacity_of(actor),
        )
        if proof:
            files.keep(interruption.proof, proof)
        interruption.save()
        data = {"exchange": exchange.ref, "kind": kind}
        audit.record("interruption.ask", subject=interruption, actor=actor, data=data)
        notifications.interruption_asked(interruption, actor=actor)
        if can_decide_interruption(actor, interruption):
            _agree(interruption, exchange, actor)
    return interruption


def agree_interruption(*, interruption_id: int, actor: User) -> Interruption:
    """The actor's partnership agrees, in both capacities where it has both. With the second one the
    request takes effect."""
    with audit.transaction():
        interruption, exchange = _locked(interruption_id)
        if not can_decide_interruption(actor, interruption):
            interruption_workflow.apply(interruption, "agree", actor=actor)  # says why not
        _require_standing(exchange)
        _agree(interruption, exchange, actor)
    return interruption


def refuse_interruption(*, interruption_id: int, comment: str, actor: User) -> Interruption:
    """The exchange goes on as agreed; all involved read why."""
    with audit.transaction():
        interruption, exchange = _locked(interruption_id)
        interruption_workflow.apply(
            interruption,
            "refuse",
            actor=actor,
            comment=comment,
            record={"capacity": exchange.capacity_of(actor)},
        )
        notifications.interruption_refused(interruption, comment.strip(), actor=actor)
    return interruption


def withdraw_interruption(*, interruption_id: int, actor: User) -> Interruption:
    """Whoever asked does not need it any more."""
    with audit.transaction():
        interruption, exchange = _locked(interruption_id)
        record = {"capacity": exchange.capacity_of(actor)}
        interruption_workflow.apply(interruption, "withdraw", actor=actor, record=record)
        notifications.interruption_withdrawn(interruption, actor=actor)
    return interruption


def _locked(interruption_id: int) -> tuple[Interruption, Exchange]:
    """A request, and its exchange with all that an acceptance may touch locked."""
    key = Interruption.objects.values_list("exchange_id", flat=True).get(pk=interruption_id)
    exchange = locked_with_visit(key)
    interruption = Interruption.objects.select_related("asked_by").get(pk=interruption_id)
    interruption.exchange = exchange
    return interruption, exchange


def _require_sense(exchange: Exchange, kind: str, reason: str, last_day: date | None) -> None:
    if not reason.strip():
        raise TransitionRefused("reason_missing", _("Give the reason in a few words."))
    if kind != EARLY_END:
        return
    if last_day is None or not _is_earlier_end(exchange, last_day):
        raise TransitionRefused(
            "last_day",
            _("Choose a day of the exchange before its last one, %(day)s.")
            % {"day": exchange.ends_on},
        )


def _is_earlier_end(exchange: Exchange, day: date) -> bool:
    first, last = exchange.starts_on, exchange.ends_on
    return first is not None and last is not None and first <= day < last


def _require_standing(exchange: Exchange) -> None:
    if exchange.state not in AMENDABLE:
        raise TransitionRefused("too_late", _("The exchange is over; this changes nothing more."))


def _agree(interruption: Interruption, exchange: Exchange, actor: User) -> None:
    own = [one for one in undecided(interruption) if one in exchange.capacities_of(actor)]
    changes: dict[str, Any] = {AGREED_AT[capacity]: clock.now() for capacity in own}
    is_last = len(own) == len(undecided(interruption))
    record = {"capacity": own[0]}
    if not is_last:
        interruption_workflow.apply(
            interruption, "agree", actor=actor, changes=changes, record=record
        )
        notifications.interruption_agreed(interruption, actor=actor)
        return
    found = consequences_of_request(interruption)
    changes["outcome"] = found.to_json()
    interruption_workflow.apply(interruption, "accept", actor=actor, changes=changes, record=record)
    EFFECTS[InterruptionKind(interruption.kind)](exchange, interruption, found, actor)
    notifications.interruption_accepted(interruption, actor=actor)


def _end_early(
    exchange: Exchange, interruption: Interruption, found: Consequences, actor: User
) -> None:
    """With enough days the exchange ends with its last day, now or when that is over; with fewer it
    is broken off."""
    if not found.counts:
        _break_off(exchange, interruption, found, actor)
        return
    last = interruption.last_day
    changes = {"ends_on": last, "calendar_sequence": exchange.calendar_sequence + 1}
    void_open_version(exchange, actor=actor)
    if last and last >= today_there(exchange):
        exchange.ends_on, exchange.calendar_sequence = last, exchange.calendar_sequence + 1
        exchange.save(update_fields=["ends_on", "calendar_sequence"])
        return
    _step(exchange, "finish", interruption, actor, changes)
    end_match(exchange)
    last_day_reached.send(sender=Exchange, exchange=exchange)


def _break_off(
    exchange: Exchange, interruption: Interruption, found: Consequences, actor: User
) -> None:
    """The exchange is over without having taken place; before the start it is cancelled."""
    changes = {"calendar_sequence": exchange.calendar_sequence + 1}
    end_commitment(exchange, actor=actor)
    if found.is_visit_kept:
        give_visit_back(exchange)
    if found.has_started:
        changes["is_visit_kept"] = found.is_visit_kept
    else:
        free_place(exchange)
    name = "abort" if found.has_started else "cancel"
    step = _step(exchange, name, interruption, actor, changes)
    end_match(exchange)
    if found.has_started:
        set_back.send(sender=Exchange, exchange=exchange, actor=actor)
    if not found.has_started:
        order_cancellation(exchange, step)


def _write_anew(
    exchange: Exchange, interruption: Interruption, found: Consequences, actor: User
) -> None:
    """The draft is open again: for new days, or for an online exchange. What was done so far is
    begun anew."""
    end_commitment(exchange, actor=actor)
    give_visit_back(exchange)
    if found.has_started:
        forget_first_try(exchange, actor=actor)
        set_back.send(sender=Exchange, exchange=exchange, actor=actor)
    changes = {"started_at": None, "calendar_sequence": exchange.calendar_sequence + 1}
    _step(exchange, "postpone", interruption, actor, changes)
    if interruption.kind == GO_VIRTUAL:
        row = exchange.sections.get(name="when")
        write_section(exchange, row, {**row.content, "mode": VIRTUAL}, actor)


def _step(
    exchange: Exchange,
    name: str,
    interruption: Interruption,
    actor: User,
    changes: Mapping[str, object],
) -> ExchangeStep:
    step = exchange_workflow.apply(
        exchange,
        name,
        actor=actor,
        comment=interruption.reason,
        changes=changes,
        record={"capacity": exchange.capacity_of(actor)},
    )
    return cast(ExchangeStep, step)


Effect = Callable[[Exchange, Interruption, Consequences, User], None]
EFFECTS: Mapping[InterruptionKind, Effect] = {
    EARLY_END: _end_early,
    POSTPONE: _write_anew,
    GO_VIRTUAL: _write_anew,
    CANCEL: _break_off,
}
"""What an accepted request does to the exchange. The caller holds the locks of
`locked_with_visit`."""
