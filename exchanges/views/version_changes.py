"""What a version changes in the one before it."""

from typing import Any

from exchanges.commitment.differences import differences
from exchanges.models import CommitmentVersion
from exchanges.wording.differences import in_words


def changes_of(version: CommitmentVersion) -> dict[str, Any]:
    """`earlier` and the `differences` to it, in words; no `earlier` for the first version."""
    earlier = version.exchange.versions.filter(number=version.number - 1).first()
    if earlier is None:
        return {"earlier": None, "differences": []}
    changed = differences(earlier.snapshot["terms"], version.snapshot["terms"])
    return {"earlier": earlier, "differences": in_words(changed)}
