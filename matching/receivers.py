"""What happens here when profiles or reference data change below."""

from typing import Any

from matching.services.index import follow_reference_data, refresh_records
from matching.services.rulesets import load_ruleset
from profiles.signals import listing_changed, reference_loaded


def connect() -> None:
    """Called once from `apps.ready()`."""
    listing_changed.connect(refresh, dispatch_uid="matching.refresh")
    reference_loaded.connect(load, dispatch_uid="matching.load")


def refresh(sender: type, profile_ids: list[int], **kwargs: Any) -> None:
    refresh_records(profile_ids=profile_ids)


def load(sender: Any, **kwargs: Any) -> dict[str, int]:
    versions = load_ruleset()
    follow_reference_data()
    return {"rulesets": versions}
