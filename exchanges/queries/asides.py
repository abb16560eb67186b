"""What was changed since a text was frozen, and holds without new signatures."""

from dataclasses import dataclass
from datetime import datetime

from exchanges.commitment.asides import asides
from exchanges.commitment.differences import Difference, differences
from exchanges.enums import OPEN_VERSIONS, VersionState
from exchanges.models import CommitmentVersion, SectionChange
from exchanges.queries.drafts import draft_contents
from profiles.models import User


@dataclass(frozen=True)
class Aside:
    """One such change, and who made it last."""

    difference: Difference
    author: User | None
    capacity: str
    at: datetime


def asides_of(version: CommitmentVersion) -> list[Aside]:
    """What holds beside a text that is being signed or in force; nothing beside an older one."""
    if version.state not in (*OPEN_VERSIONS, VersionState.IN_FORCE):
        return []
    found = asides(version.snapshot["terms"], draft_contents(version.exchange))
    return [
        Aside(one, change.author, change.capacity, change.at)
        for one in found
        for change in _changes(version, one)[:1]
    ]


def _changes(version: CommitmentVersion, difference: Difference) -> list[SectionChange]:
    """Those of this field since the text was frozen, the latest first."""
    changes = SectionChange.objects.filter(
        section__exchange=version.exchange_id,
        section__name=difference.section,
        at__gte=version.frozen_at,
    )
    return [
        change
        for change in changes.select_related("author").order_by("-at", "-pk")
        if difference.path in _paths(change, difference.section)
    ]


def _paths(change: SectionChange, section: str) -> set[str]:
    changed = differences({section: change.before}, {section: change.after})
    return {one.path for one in changed}
