"""What a version changes in the one before it, and what was changed beside it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from exchanges.commitment.asides import with_asides
from exchanges.commitment.differences import differences
from exchanges.enums import AMENDABLE
from exchanges.models import CommitmentVersion, Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.asides import asides_of
from exchanges.queries.drafts import draft_contents
from exchanges.wording.differences import DifferenceInWords, in_words
from exchanges.workflows.parties import open_version, version_in_force
from profiles.models import User


@dataclass(frozen=True)
class AsideInWords:
    """A field that holds as it is now, whatever the frozen text says."""

    label: str
    after: str
    author: str
    at: datetime


@dataclass(frozen=True)
class AmendmentInWriting:
    """What the draft says differently from the version of this number, which is in force.
    `can_give_up` is false as long as there is nothing."""

    number: int
    differences: list[DifferenceInWords]
    can_give_up: bool


def changes_of(version: CommitmentVersion) -> dict[str, Any]:
    """`earlier` and the `differences` to it, in words; no `earlier` for the first version."""
    if version.number == 1:
        return {"earlier": None, "differences": []}
    earlier = version.exchange.versions.get(number=version.number - 1)
    changed = differences(earlier.snapshot["terms"], version.snapshot["terms"])
    return {"earlier": earlier, "differences": in_words(changed)}


def amendment_of(exchange: Exchange, viewer: User) -> AmendmentInWriting | None:
    """The change of a commitment in force, as far as it is written; None where none can be."""
    version = version_in_force(exchange)
    if version is None or exchange.state not in AMENDABLE:
        return None
    draft = draft_contents(exchange)
    changed = differences(with_asides(version.snapshot["terms"], draft), draft)
    return AmendmentInWriting(
        number=version.number,
        differences=in_words(changed),
        can_give_up=bool(changed) and can_edit_commitment(viewer, exchange),
    )


def asides_beside(exchange: Exchange) -> list[AsideInWords]:
    """Those beside the version in force, else the one that is being signed."""
    version = version_in_force(exchange) or open_version(exchange)
    return asides_in_words(version) if version else []


def asides_in_words(version: CommitmentVersion) -> list[AsideInWords]:
    return [
        AsideInWords(
            label=words.label,
            after=words.after,
            author=author_name(str(one.author or ""), one.capacity, version.exchange),
            at=one.at,
        )
        for one in asides_of(version)
        for words in in_words([one.difference])
    ]


def author_name(name: str, capacity: str, exchange: Exchange) -> str:
    """A person, with the party that they wrote for."""
    if not capacity:
        return name
    return _("%(name)s (%(party)s)") % {"name": name, "party": exchange.party_name(capacity)}
