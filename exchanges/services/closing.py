"""The end of an exchange that was reported. The caller holds the locks of `locked_with_visit`."""

from exchanges.models import Exchange
from exchanges.services.ending import end_commitment
from exchanges.services.visits import give_visit_back
from exchanges.workflows import exchange_workflow
from profiles.models import User


def close_exchange(*, exchange: Exchange, actor: User | None) -> None:
    """It took place, and both reports are validated: it counts from now on."""
    record = {"capacity": exchange.capacity_of(actor) if actor else ""}
    exchange_workflow.apply(exchange, "close", actor=actor, record=record)


def fail_exchange(*, exchange: Exchange, actor: User | None) -> None:
    """Both sides reported that it did not take place: the visitor keeps the visit."""
    record = {"capacity": exchange.capacity_of(actor) if actor else ""}
    end_commitment(exchange, actor=actor)
    give_visit_back(exchange)
    changes = {"calendar_sequence": exchange.calendar_sequence + 1}
    exchange_workflow.apply(exchange, "fail", actor=actor, changes=changes, record=record)
