"""Exchanges with all that lists and batons ask of them, in a fixed number of queries."""

from django.db.models import Prefetch, QuerySet

from exchanges.models import CommitmentVersion, Exchange


def for_batons(exchanges: QuerySet[Exchange]) -> QuerySet[Exchange]:
    """With the four parties and who has signed; the long texts of the versions stay where they
    are."""
    versions = CommitmentVersion.objects.defer("snapshot").prefetch_related("signatures")
    found = exchanges.with_parties()  # type: ignore[attr-defined]
    return found.prefetch_related(Prefetch("versions", versions))
