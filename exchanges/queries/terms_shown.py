"""What pages tell of the terms of an exchange: those in force, else the draft."""

from exchanges.commitment.terms import Terms
from exchanges.enums import VersionState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.queries.drafts import draft_of

HELD = (VersionState.IN_FORCE, VersionState.ENDED)


def terms_of_version(version: CommitmentVersion) -> Terms:
    """The terms as they were frozen."""
    return Terms.from_json(version.snapshot["terms"])


def terms_shown(exchange: Exchange) -> Terms:
    """The terms that hold or held last; as long as none did, what the two sides have written."""
    held = exchange.versions.filter(state__in=HELD).order_by("-number").first()
    return terms_of_version(held) if held else draft_of(exchange)
