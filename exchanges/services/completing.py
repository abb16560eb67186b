"""What follows from a signature: the partnerships are asked, or the version comes into force."""

from collections.abc import Iterable
from typing import Any

from cxc_portal.core import documents, mail
from exchanges.commitment.terms import Terms
from exchanges.documents import kind_of, order_commitment
from exchanges.enums import ORGANISATIONS, Capacity, ExchangeState, VersionState
from exchanges.models import CommitmentVersion, Exchange, Signature
from exchanges.notifications import signing as notifications
from exchanges.workflows import commitment_workflow, exchange_workflow
from exchanges.workflows.parties import version_in_force
from profiles.models import User


def follow_signatures(
    version: CommitmentVersion, written: Iterable[Signature], actor: User
) -> None:
    """Hand over after the second organisation, put in force after the last party.

    The caller has just `written` signatures, in its transaction and with the exchange locked;
    those from before are prefetched.
    """
    exchange = version.exchange
    signed = version.signed_capacities().union(one.capacity for one in written)
    if version.state == VersionState.SIGNING and signed.issuperset(ORGANISATIONS):
        _hand_over(exchange, version, actor)
    elif version.state == VersionState.REVIEW and signed.issuperset(Capacity):
        _put_in_force(exchange, version, actor)
    else:
        mail.mark_acted(about=version, actor=actor)
        notifications.signature_given(version, actor)


def _hand_over(exchange: Exchange, version: CommitmentVersion, actor: User) -> None:
    record: dict[str, Capacity | str] = {"capacity": exchange.capacity_of(actor)}
    commitment_workflow.apply(version, "hand_over", actor=actor, record=record)
    if exchange.state == ExchangeState.SIGNING:
        exchange_workflow.apply(exchange, "hand_over", actor=actor, record=record)
    version.exchange = exchange
    notifications.version_handed_over(version)


def _put_in_force(exchange: Exchange, version: CommitmentVersion, actor: User) -> None:
    """The version holds from now on, in place of an earlier one; its document is ordered."""
    record: dict[str, Capacity | str] = {"capacity": exchange.capacity_of(actor)}
    if earlier := version_in_force(exchange):
        commitment_workflow.apply(earlier, "supersede", actor=actor, record=record)
        documents.supersede(about=earlier, kind=kind_of(earlier))
    commitment_workflow.apply(version, "put_in_force", actor=actor, record=record)
    _mirror(exchange, version, actor, record)
    version.exchange = exchange
    order_commitment(version)
    notifications.version_in_force(version)


def _mirror(
    exchange: Exchange, version: CommitmentVersion, actor: User, record: dict[str, Capacity | str]
) -> None:
    """The exchange takes over mode and days; calendars are told when others held before."""
    when = Terms.from_json(version.snapshot["terms"]).when
    changes: dict[str, Any] = {
        "mode": when.mode,
        "starts_on": when.starts_on,
        "ends_on": when.ends_on,
    }
    others = exchange.versions.exclude(pk=version.pk)
    if others.filter(in_force_at__isnull=False).exists():
        changes["calendar_sequence"] = exchange.calendar_sequence + 1
    if exchange.state == ExchangeState.REVIEW:
        exchange_workflow.apply(exchange, "validate", actor=actor, changes=changes, record=record)
        return
    for field, value in changes.items():
        setattr(exchange, field, value)
    exchange.save(update_fields=list(changes))
