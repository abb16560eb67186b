"""Who is which party to an exchange, and whose signature is awaited."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from exchanges.enums import ORGANISATIONS, PARTNERSHIPS, Capacity, ExchangeParty, VersionState
from exchanges.models import CommitmentVersion, Delegation, Exchange

SIDE, PARTNERSHIP, SUPPORT = (
    ExchangeParty.SIDE,
    ExchangeParty.PARTNERSHIP,
    ExchangeParty.SUPPORT,
)
TO_SIGN = ExchangeParty.TO_SIGN


def open_version(exchange: Exchange) -> CommitmentVersion | None:
    """The version that is being signed; prefetched `versions` are used."""
    return next((version for version in exchange.versions.all() if version.is_open), None)


def version_in_force(exchange: Exchange) -> CommitmentVersion | None:
    """The version that holds now; prefetched `versions` are used."""
    versions = exchange.versions.all()
    return next((v for v in versions if v.state == VersionState.IN_FORCE), None)


def standing_delegation(exchange: Exchange, capacity: str) -> Delegation | None:
    """Who was named to sign in this capacity instead of the usual signatory; prefetched
    `delegations` are used."""
    named = (one for one in exchange.delegations.all() if one.capacity == capacity)
    return next((one for one in named if one.ended_at is None), None)


def awaited_capacities(version: CommitmentVersion) -> list[Capacity]:
    """Whose signatures are due now: the organisations', and after both the partnerships'."""
    due = {VersionState.SIGNING: ORGANISATIONS, VersionState.REVIEW: PARTNERSHIPS}
    signed = version.signed_capacities()
    return [
        capacity for capacity in due.get(VersionState(version.state), ()) if capacity not in signed
    ]


def parties_of(exchange: Exchange, user: Any) -> frozenset[str]:
    """The capacities of a person, and whether it is one of the sides or partnerships. Members of
    one of the organisations never act as staff of a partnership."""
    capacities = exchange.capacities_of(user)
    found: set[str] = set(capacities)
    if any(capacity in ORGANISATIONS for capacity in capacities):
        found.add(SIDE)
    elif capacities:
        found.add(PARTNERSHIP)
    if user.is_support and SIDE not in found:
        found.add(SUPPORT)
    return frozenset(found)


def signing_parties(
    exchange: Exchange, version: CommitmentVersion | None, user: Any
) -> frozenset[str]:
    """The parties of a person, with `TO_SIGN` where the own signature is awaited now."""
    found = parties_of(exchange, user)
    if version and found.intersection(awaited_capacities(version)):
        found |= {TO_SIGN}
    return found


def names_of_parties(exchange: Exchange, user: Any) -> Mapping[str, Text]:
    """What the parties are called for this reader: one's own is "you"."""
    own = exchange.capacities_of(user)
    names = {
        capacity: _("you") if capacity in own else exchange.party_name(capacity)
        for capacity in Capacity
    }
    return {
        "host": names[Capacity.HO],
        "visitor": names[Capacity.VO],
        "host_partnership": names[Capacity.HOP],
        "visitor_partnership": names[Capacity.VOP],
        "others": _joined(
            exchange.party_name(capacity) for capacity in ORGANISATIONS if capacity not in own
        ),
    }


def names_of_awaited(exchange: Exchange, version: CommitmentVersion | None, user: Any) -> Text:
    """Those whose signatures are awaited now, as the reader calls them."""
    own = exchange.capacities_of(user)
    awaited = awaited_capacities(version) if version else []
    return _joined(
        dict.fromkeys(
            str(_("you")) if capacity in own else exchange.party_name(capacity)
            for capacity in awaited
        )
    )


def _joined(names: Any) -> str:
    return str(_(" and ")).join(str(name) for name in names)
