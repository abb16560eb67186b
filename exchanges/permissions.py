"""What a person may do with exchanges and commitments. Services and views ask the same."""

from typing import Any

from exchanges.enums import AMENDABLE, ORGANISATIONS, Capacity, ExchangeState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.workflows import exchange_workflow
from exchanges.workflows.parties import awaited_capacities

WRITABLE = (ExchangeState.BUILDING, ExchangeState.SIGNING, ExchangeState.REVIEW, *AMENDABLE)
"""In these states the text can still be changed: by a draft, a further version or an amendment."""


def is_side_of(user: Any, exchange: Exchange) -> bool:
    """Whether the person belongs to one of the two organisations."""
    return any(capacity in ORGANISATIONS for capacity in exchange.capacities_of(user))


def is_partnership_of(user: Any, exchange: Exchange) -> bool:
    """Whether the person acts for one of the two partnerships."""
    return any(capacity.is_partnership for capacity in exchange.capacities_of(user))


def can_edit_commitment(user: Any, exchange: Exchange) -> bool:
    """Members of both sides, as long as nothing is over."""
    return exchange.state in WRITABLE and is_side_of(user, exchange)


def can_comment_commitment(user: Any, exchange: Exchange) -> bool:
    """All four parties, as long as the text can change."""
    return exchange.state in WRITABLE and bool(exchange.capacities_of(user))


def can_override_warning(user: Any, exchange: Exchange) -> bool:
    """Staff of one of the two partnerships, as long as the text can change."""
    return exchange.state in WRITABLE and is_partnership_of(user, exchange)


def can_freeze_commitment(user: Any, exchange: Exchange) -> bool:
    """Members of both sides: the first time while building, later as an amendment."""
    if exchange.state in AMENDABLE:
        return is_side_of(user, exchange)
    return exchange_workflow.is_open("freeze", exchange, user)


def is_signatory(user: Any, exchange: Exchange, capacity: str) -> bool:
    """Whether the person may sign in this capacity: the colleague whom the signatory named; else
    the participant of the profile (any member where there is none with an account), and for a
    partnership anybody who works for it. Prefetched `delegations` are used."""
    if capacity not in exchange.capacities_of(user):
        return False
    for delegation in exchange.delegations.all():
        if delegation.capacity == capacity and delegation.ended_at is None:
            return bool(delegation.delegate_id == user.pk)
    if Capacity(capacity).is_partnership:
        return True
    return exchange.profile_of(capacity).contact_id in (None, user.pk)


def capacities_to_sign(user: Any, version: CommitmentVersion) -> list[Capacity]:
    """In which capacities the person can sign this version now; one partnership on both sides
    signs in both at once."""
    return [
        capacity
        for capacity in awaited_capacities(version)
        if is_signatory(user, version.exchange, capacity)
    ]


def can_sign_version(user: Any, version: CommitmentVersion) -> bool:
    return bool(capacities_to_sign(user, version))


def can_see_version(user: Any, version: CommitmentVersion) -> bool:
    """Whoever sees the exchange."""
    return Exchange.objects.visible_to(user).filter(pk=version.exchange_id).exists()


def can_take_step_in_exchange(user: Any, exchange: Exchange, name: str) -> bool:
    """Whether the person may take this step now."""
    return exchange_workflow.is_open(name, exchange, user)


def can_cancel_exchange(user: Any, exchange: Exchange) -> bool:
    return can_take_step_in_exchange(user, exchange, "cancel")
