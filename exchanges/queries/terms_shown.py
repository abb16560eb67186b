"""What pages tell of the terms of an exchange: those in force, else the draft."""

from exchanges.commitment.asides import with_asides
from exchanges.commitment.terms import Terms
from exchanges.enums import VersionState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.queries.drafts import draft_contents, draft_of

HELD = (VersionState.IN_FORCE, VersionState.ENDED)


def terms_of_version(version: CommitmentVersion) -> Terms:
    """The terms as they were frozen."""
    return Terms.from_json(version.snapshot["terms"])


def terms_now(exchange: Exchange, version: CommitmentVersion) -> Terms:
    """The terms of the version in force, with what was changed since and needs no signatures.
    Prefetched `sections` are used."""
    return Terms.from_json(with_asides(version.snapshot["terms"], draft_contents(exchange)))


def version_held(exchange: Exchange) -> CommitmentVersion | None:
    """The version that is in force, or the last one that was; prefetched `versions` are used."""
    held = [version for version in exchange.versions.all() if version.state in HELD]
    return held[-1] if held else None


def terms_shown(exchange: Exchange) -> Terms:
    """The terms that hold, or those that held last; as long as none did, what the two sides have
    written."""
    held = version_held(exchange)
    if held is None:
        return draft_of(exchange)
    if held.state == VersionState.IN_FORCE:
        return terms_now(exchange, held)
    return terms_of_version(held)
