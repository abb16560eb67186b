"""How far the signing of a version is: four capacities in a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, prefetch_related_objects

from exchanges.enums import Capacity
from exchanges.models import (
    CommitmentVersion,
    Delegation,
    Exchange,
    Signature,
    SigningReminder,
)
from exchanges.workflows.parties import awaited_capacities
from profiles.models import User
from profiles.rules import current_rules

WITH_SIGNATURES = ("entered_by", "entered_for", "delegation__delegator", "delegation__delegate")
SIGNED, AWAITED, LATER, NOT = "signed", "awaited", "later", "not"


@dataclass(frozen=True)
class SignatureLine:
    """One capacity: `situation` is "signed", "awaited" (now), "later", or "not" (the version ended
    without it). `signer` is who is to sign, as far as that is one person."""

    capacity: Capacity
    party: str
    situation: str
    signature: Signature | None
    delegation: Delegation | None
    signer: str
    reminder: SigningReminder | None


def signature_lines(version: CommitmentVersion) -> list[SignatureLine]:
    """All four, organisations first; prefetched `signatures` and `delegations` are used."""
    exchange = version.exchange
    signed = list(version.signatures.all())
    prefetch_related_objects(signed, *WITH_SIGNATURES)  # few were entered for others or delegated
    signatures = {one.capacity: one for one in signed}
    standing = [one for one in exchange.delegations.all() if one.ended_at is None]
    prefetch_related_objects(standing, "delegate", "delegator")
    delegations = {one.capacity: one for one in standing}
    awaited = awaited_capacities(version)
    reminders = _last_reminders(version) if awaited else {}
    return [
        SignatureLine(
            capacity=capacity,
            party=exchange.party_name(capacity),
            situation=_situation(version, capacity, signatures, awaited),
            signature=signatures.get(capacity),
            delegation=delegations.get(capacity),
            signer=_signer(version, capacity, delegations.get(capacity)),
            reminder=reminders.get(capacity) if capacity in awaited else None,
        )
        for capacity in Capacity
    ]


def signatures_of(version: CommitmentVersion) -> QuerySet[Signature]:
    """Its signatures with all that is shown of them, in their order."""
    return version.signatures.select_related(*WITH_SIGNATURES)


def last_reminder(version: CommitmentVersion, capacity: str) -> SigningReminder | None:
    """The last one that went to whoever signs in this capacity, by a person or by itself."""
    return version.reminders.filter(capacity=capacity).select_related("by").last()


def _last_reminders(version: CommitmentVersion) -> dict[str, SigningReminder]:
    """The last one for each capacity."""
    return {one.capacity: one for one in version.reminders.select_related("by")}


def next_reminder_from(reminder: SigningReminder) -> datetime:
    """From when on the next one may go."""
    return reminder.at + timedelta(days=current_rules().integer("signing.reminder_days"))


def _situation(
    version: CommitmentVersion,
    capacity: Capacity,
    signatures: dict[str, Signature],
    awaited: list[Capacity],
) -> str:
    if capacity in signatures:
        return SIGNED
    if capacity in awaited:
        return AWAITED
    return LATER if version.is_open else NOT


def _signer(version: CommitmentVersion, capacity: Capacity, delegation: Delegation | None) -> str:
    if delegation:
        return str(delegation.delegate)
    if capacity.is_partnership:
        return ""
    profile = version.exchange.profile_of(capacity)
    return str(profile.contact or profile.contact_name)


def colleagues_for(exchange: Exchange, capacity: Capacity, user: User) -> QuerySet[User]:
    """Those whom this person can name to sign instead."""
    if capacity.is_partnership:
        partnership = exchange.partnership_of(capacity)
        found = User.objects.filter(staff_roles__partnership=partnership)
    else:
        organisation = exchange.profile_of(capacity).organisation
        found = User.objects.filter(memberships__organisation=organisation)
    people = found.filter(is_active=True).exclude(pk=user.pk)
    return people.order_by("first_name", "email").distinct()
