"""Who took part in the sessions of an online exchange, as both sides note it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.enums import Capacity
from exchanges.models import Attendance, Exchange
from exchanges.permissions import NOTING_ATTENDANCE, sides_of
from exchanges.queries.follow_up import Session, sessions_of, terms_in_force
from exchanges.services.locking import locked_exchange
from profiles.models import User


@dataclass(frozen=True)
class Note:
    """What a side says about a session: whether both took part, and a remark."""

    was_present: bool
    text: str = ""


def note_attendance(*, exchange_id: int, notes: Mapping[str, Note], actor: User) -> Exchange:
    """The actor's side says this about the sessions, by the keys of their slots; it can be said
    anew. Raises `TransitionRefused` in person, outside the exchange, and for a session that has not
    begun."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        sides = sides_of(actor, exchange)
        if not sides:
            raise NotAllowed(_("Only the two organisations can do this."))
        if exchange.is_physical or exchange.state not in NOTING_ATTENDANCE:
            raise TransitionRefused(
                "no_sessions", _("Attendance is noted for online exchanges, once they have begun.")
            )
        sessions = _begun(exchange, notes)
        for session in sessions:
            _write(exchange, session, notes[session.slot.key], sides, actor)
        keys = [session.slot.key for session in sessions]
        audit.record(
            "exchange.attendance", subject=exchange, actor=actor, data={"slots": sorted(keys)}
        )
    return exchange


def _begun(exchange: Exchange, notes: Mapping[str, Note]) -> list[Session]:
    """The sessions of these keys, all of which have begun."""
    sessions = {one.slot.key: one for one in sessions_of(exchange, terms_in_force(exchange))}
    if any(key not in sessions or not sessions[key].has_begun for key in notes):
        raise TransitionRefused(
            "not_begun", _("One of these sessions has not begun. Look at the page again.")
        )
    return [sessions[key] for key in notes]


def _write(
    exchange: Exchange, session: Session, note: Note, sides: list[Capacity], actor: User
) -> None:
    for side in sides:
        Attendance.objects.update_or_create(
            exchange=exchange,
            slot=session.slot.key,
            capacity=side,
            defaults={
                "day": session.starts_at.date(),
                "was_present": note.was_present,
                "note": note.text.strip(),
                "by": actor,
                "at": clock.now(),
            },
        )
