"""What happens here when profiles or reference data change below."""

from collections.abc import Collection
from typing import Any

from matching.queries.facts import NOT_HELD
from matching.services.conversation_ends import end_conversations_of
from matching.services.index import follow_reference_data, refresh_records
from matching.services.matches_upkeep import withdraw_proposals_of_gone
from matching.services.rulesets import load_ruleset
from profiles.signals import listing_changed, reference_loaded


def connect() -> None:
    """Called once from `apps.ready()`."""
    # Before the index: its lock comes last.
    listing_changed.connect(end_conversations, dispatch_uid="matching.end_conversations")
    listing_changed.connect(settle_proposals, dispatch_uid="matching.settle_proposals")
    listing_changed.connect(refresh, dispatch_uid="matching.refresh")
    reference_loaded.connect(load, dispatch_uid="matching.load")


def end_conversations(
    sender: type, profile_ids: list[int], fields: Collection[str] = (), **kwargs: Any
) -> None:
    if not fields:
        end_conversations_of(profile_ids=profile_ids)


def settle_proposals(
    sender: type, profile_ids: list[int], fields: Collection[str] = (), **kwargs: Any
) -> None:
    if not fields:
        withdraw_proposals_of_gone(profile_ids=profile_ids)


def refresh(
    sender: type, profile_ids: list[int], fields: Collection[str] = (), **kwargs: Any
) -> None:
    if not fields or not NOT_HELD.issuperset(fields):
        refresh_records(profile_ids=profile_ids)


def load(sender: Any, **kwargs: Any) -> dict[str, int]:
    versions = load_ruleset()
    follow_reference_data()
    return {"rulesets": versions}
