"""Both sides say that they have met, and half-way through how it goes."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, mail
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.enums import ExchangeState
from exchanges.models import CheckIn, Exchange, MidwayAnswer
from exchanges.notifications import follow_up as notifications
from exchanges.permissions import sides_of
from exchanges.queries.follow_up import (
    is_midway_open,
    missing_check_ins,
    missing_midway_answers,
    terms_in_force,
)
from exchanges.services.locking import locked_exchange
from profiles.models import User
from profiles.rules import current_rules

LOW_RATING = 2
"""Up to this answer both partnerships are told at once."""


def check_in(*, exchange_id: int, actor: User, note: str = "") -> Exchange:
    """The actor's side is there. A second press changes nothing.

    Raises `NotAllowed` for whoever belongs to neither side, `TransitionRefused` unless the exchange
    is running.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        sides = _own_sides(exchange, actor)
        if exchange.state != ExchangeState.ONGOING:
            raise TransitionRefused(
                "not_running",
                _("Check in on one of the days of the exchange, not before or after."),
            )
        for side in missing_check_ins(exchange):
            if side in sides:
                row = CheckIn.objects.create(
                    exchange=exchange, capacity=side, by=actor, note=note.strip()
                )
                data = {"capacity": side, "check_in": row.pk}
                audit.record("exchange.check_in", subject=exchange, actor=actor, data=data)
        mail.mark_acted(about=exchange, actor=actor)
    return exchange


def answer_midway(*, exchange_id: int, actor: User, rating: int, text: str = "") -> MidwayAnswer:
    """How the actor's side finds the exchange so far, from 1 to 5; both partnerships hear of a low
    rating. Raises `TransitionRefused` unless the question is asked now, and for a second answer."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        sides = _own_sides(exchange, actor)
        if not is_midway_open(exchange, terms_in_force(exchange), current_rules()):
            raise TransitionRefused(
                "not_asked", _("This is asked half-way through a longer exchange, while it runs.")
            )
        side = next((one for one in missing_midway_answers(exchange) if one in sides), None)
        if side is None:
            raise TransitionRefused(
                "answered_already", _("Somebody of your organisation has answered already.")
            )
        answer = MidwayAnswer.objects.create(
            exchange=exchange, capacity=side, by=actor, rating=rating, text=text.strip()
        )
        data = {"capacity": side, "rating": rating}
        audit.record("exchange.midway_answer", subject=exchange, actor=actor, data=data)
        mail.mark_acted(about=exchange, actor=actor)
        if rating <= LOW_RATING:
            notifications.midway_low(exchange, answer)
    return answer


def forget_first_try(exchange: Exchange, *, actor: User) -> None:
    """The exchange begins anew later: both sides check in and answer again then. What they said the
    first time stays in the audit. The caller holds the lock of the exchange."""
    said = {
        "check_ins": [[row.capacity, row.at.isoformat()] for row in exchange.check_ins.all()],
        "answers": [[row.capacity, row.rating] for row in exchange.midway_answers.all()],
    }
    exchange.check_ins.all().delete()
    exchange.midway_answers.all().delete()
    audit.record("exchange.begins_anew", subject=exchange, actor=actor, data=said)


def _own_sides(exchange: Exchange, actor: User) -> list[str]:
    sides = sides_of(actor, exchange)
    if not sides:
        raise NotAllowed(_("Only the two organisations can do this."))
    return [str(side) for side in sides]
