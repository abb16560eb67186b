"""Some months after an exchange both sides are asked once what came of it."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, mail
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.services.locking import locked_exchange
from exchanges.services.running import each
from profiles.models import User
from reports.enums import LaterEffect
from reports.models import LaterAnswer
from reports.notifications import afterwards as notifications
from reports.permissions import can_answer_later
from reports.queries.later import asked_of, exchanges_to_ask, reports_to_ask


def ask_later() -> int:
    """Puts the question wherever it is due; says to how many exchanges. A second run changes
    nothing."""
    return sum(each([key], _asking(months)) for key, months in list(exchanges_to_ask()))


def _asking(months: int) -> Callable[[int], bool]:
    def ask_after_months(exchange_id: int) -> bool:
        return ask_sides(exchange_id, months)

    return ask_after_months


def ask_sides(exchange_id: int, months: int) -> bool:
    """The sides that may be asked are, each once; whether there was one."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        waiting = reports_to_ask(months).filter(exchange=exchange)
        sides = list(waiting.order_by("capacity").values_list("capacity", flat=True))
        for side in sides:
            answer = LaterAnswer.objects.create(
                exchange=exchange, capacity=side, months=months, asked_at=clock.now()
            )
            data = {"exchange": exchange.ref, "months": months}
            audit.record("later.ask", subject=answer, data=data)
            notifications.later_asked(answer)
    return bool(sides)


def answer_later(
    *, exchange_id: int, months: int, effects: Sequence[str], text: str, actor: User
) -> LaterAnswer:
    """What came of it for the actor's side; both partnerships can read it.

    Raises `TransitionRefused` ("not_asked") where the question was not put, ("answered_already")
    for a second answer, ("no_effect") and ("contradiction") for ticks that make no sense.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_answer_later(actor, exchange):
            raise NotAllowed(_("Only the two organisations can answer this."))
        answer = asked_of(exchange, months, actor)
        if answer is None:
            raise TransitionRefused("not_asked", _("We have not asked you this yet."))
        if answer.answered_at is not None:
            raise TransitionRefused(
                "answered_already", _("Somebody of your organisation has answered already.")
            )
        answer.effects = _sound(effects)
        answer.text = text.strip()
        answer.answered_at, answer.answered_by = clock.now(), actor
        answer.save(update_fields=["effects", "text", "answered_at", "answered_by"])
        data = {"exchange": exchange.ref, "months": months, "effects": answer.effects}
        audit.record("later.answer", subject=answer, actor=actor, data=data)
        mail.mark_acted(about=answer, actor=actor)
        mail.cancel(about=answer, kinds=(notifications.LATER_ASKED,))
    return answer


def _sound(effects: Sequence[str]) -> list[str]:
    """The ticks in their order; nothing at all and something at once is a slip."""
    ticked = [code for code in LaterEffect.values if code in effects]
    if not ticked:
        raise TransitionRefused("no_effect", _("Tick at least one, or “Nothing yet”."))
    if LaterEffect.NONE in ticked and len(ticked) > 1:
        raise TransitionRefused(
            "contradiction", _("Tick either “Nothing yet” or what came of it, not both.")
        )
    return ticked
