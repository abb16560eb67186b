"""What waits for whom: signatures, incidents and requests that a person has to see to."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from exchanges.aftermath import waits_after
from exchanges.enums import (
    Capacity,
    IncidentState,
    InterruptionState,
    VersionState,
)
from exchanges.models import CommitmentVersion, Exchange, Incident, Interruption, Signature

HOST_SIDE = (Capacity.HO, Capacity.HOP)
VISITOR_SIDE = (Capacity.VO, Capacity.VOP)


def versions_waiting_for(user: Any) -> QuerySet[CommitmentVersion]:
    """The versions that the partnerships of this member of staff have to sign now. Members of one
    of the two organisations never sign as staff."""
    staffed = user.staffed_partnership_ids
    found = CommitmentVersion.objects.filter(state=VersionState.REVIEW).filter(
        Q(exchange__host_partnership__in=staffed) & ~_signed_as(Capacity.HOP)
        | Q(exchange__visitor_partnership__in=staffed) & ~_signed_as(Capacity.VOP)
    )
    return found.exclude(exchange__in=_own(user))


def incidents_waiting_for(user: Any) -> QuerySet[Incident]:
    """The incidents that have come to this member of staff."""
    staffed = user.staffed_partnership_ids
    at_one = Q(state=IncidentState.PARTNERSHIP) & (
        Q(capacity__in=HOST_SIDE, exchange__host_partnership__in=staffed)
        | Q(capacity__in=VISITOR_SIDE, exchange__visitor_partnership__in=staffed)
    )
    at_both = Q(state=IncidentState.BOTH) & _of_partnerships(staffed)
    found = at_one | at_both
    if user.is_support:
        found |= Q(state=IncidentState.SUPPORT)
    return Incident.objects.filter(found).exclude(exchange__in=_own(user))


def interruptions_waiting_for(user: Any) -> QuerySet[Interruption]:
    """The requests that the partnerships of this member of staff have not decided."""
    staffed = user.staffed_partnership_ids
    undecided = Q(
        exchange__host_partnership__in=staffed, host_partnership_agreed_at__isnull=True
    ) | Q(exchange__visitor_partnership__in=staffed, visitor_partnership_agreed_at__isnull=True)
    asked = Interruption.objects.filter(undecided, state=InterruptionState.ASKED)
    return asked.exclude(exchange__in=_own(user))


def waits_for_staff(user: Any) -> Q:
    """A condition on exchanges: something of them waits for this member of staff."""
    return (
        Q(pk__in=versions_waiting_for(user).values("exchange"))
        | Q(pk__in=incidents_waiting_for(user).values("exchange"))
        | Q(pk__in=interruptions_waiting_for(user).values("exchange"))
        | waits_after(user)
    )


def _signed_as(capacity: str) -> Exists:
    return Exists(Signature.objects.filter(version=OuterRef("pk"), capacity=capacity))


def _of_partnerships(staffed: set[int]) -> Q:
    return Q(exchange__host_partnership__in=staffed) | Q(exchange__visitor_partnership__in=staffed)


def _own(user: Any) -> QuerySet[Exchange]:
    return Exchange.objects.of_member(user).values("pk")  # type: ignore[return-value]
