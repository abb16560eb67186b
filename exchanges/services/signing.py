"""Signing a frozen version: the two organisations in any order, then the two partnerships."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import DomainError, NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry
from exchanges.commitment.differences import Difference, differences
from exchanges.enums import OPEN_VERSIONS, Capacity, SignatureMethod, VersionState
from exchanges.models import CommitmentVersion, Signature
from exchanges.notifications import signing as notifications
from exchanges.permissions import capacities_to_sign, is_signatory
from exchanges.queries.drafts import draft_contents
from exchanges.services.completing import follow_signatures
from exchanges.services.locking import locked_version
from exchanges.workflows.parties import open_version, standing_delegation
from profiles.models import User

OPENED = "commitment.opened"


class StaleText(StaleVersion):
    """The text that the person saw is no longer the one that is signed. `version` is the one that
    they saw, `current` the one to be signed now (none while the text is being written again), and
    `differences` what changed between the two, or up to the draft."""

    def __init__(
        self,
        version: CommitmentVersion,
        current: CommitmentVersion | None,
        changed: list[Difference],
    ) -> None:
        super().__init__(
            _("The text has changed since you opened this page. Nothing was signed."),
            code="stale_text",
        )
        self.version = version
        self.current = current
        self.differences = changed


def sign_version(
    *,
    version_id: int,
    digest: str,
    name: str,
    method: str,
    actor: User,
    capacities: Iterable[str] | None = None,
) -> list[Signature]:
    """The actor has signed in every capacity that is theirs and due now; what follows has happened.

    `digest` is that of the text on the page, `method` how the person has just proved who they are.
    With the second signature of an organisation the partnerships are asked, with the last of all
    the version is in force. Raises `StaleText` for another text than the one that is signed now,
    `TransitionRefused` ("signed_already") for a second press, ("not_yet") before one's turn.
    """
    if method not in SignatureMethod.values or method == SignatureMethod.PAPER:
        raise ValueError(f"{method!r} is no proof of identity")
    with audit.transaction():
        version = locked_version(version_id)
        require_current(version, digest)
        prefetch_related_objects([version.exchange], "delegations")
        due = capacities_to_sign(actor, version)
        wanted = due if capacities is None else [one for one in due if one in set(capacities)]
        if not wanted:
            raise _refusal(version, actor)
        if not name.strip():
            raise TransitionRefused("name_missing", _("Type your name: it stands in the document."))
        written = [_sign(version, capacity, name, method, actor) for capacity in wanted]
        follow_signatures(version, written, actor)
    return written


def require_current(version: CommitmentVersion, digest: str) -> None:
    """Raises `StaleText` unless this is the text that is signed now, or was signed by all."""
    is_alive = version.state in (*OPEN_VERSIONS, VersionState.IN_FORCE)
    if is_alive and digest == version.digest:
        return
    raise stale_text(version, digest)


def stale_text(version: CommitmentVersion, digest: str) -> StaleText:
    """What has become of the text of this digest."""
    exchange = version.exchange
    seen = exchange.versions.filter(digest=digest).order_by("number").last() or version
    current = open_version(exchange)
    after = current.snapshot["terms"] if current else draft_contents(exchange)
    return StaleText(seen, current, differences(seen.snapshot["terms"], after))


def note_opened(*, version: CommitmentVersion, actor: User) -> bool:
    """That a party has opened the text to be signed is written down, once a person and version."""
    if not version.is_open or not version.exchange.capacities_of(actor):
        return False
    entries = AuditEntry.objects.filter(
        event=OPENED, subject_type=version._meta.label_lower, subject_id=str(version.pk)
    )
    if entries.filter(actor_id=actor.pk).exists():
        return False
    audit.record(OPENED, subject=version, actor=actor, data={"digest": version.digest})
    return True


def _sign(
    version: CommitmentVersion, capacity: Capacity, name: str, method: str, actor: User
) -> Signature:
    signature = Signature.objects.create(
        version=version,
        capacity=capacity,
        signer=actor,
        signer_name=name.strip(),
        sentence=version.snapshot["sentences"][capacity],
        method=method,
        digest=version.digest,
        delegation=standing_delegation(version.exchange, capacity),
    )
    audit.record(
        "commitment.signed",
        subject=version,
        actor=actor,
        data={
            "capacity": capacity.value,
            "method": method,
            "digest": version.digest,
            "signature": signature.pk,
        },
    )
    return signature


def _refusal(version: CommitmentVersion, actor: User) -> DomainError:
    """Why this person cannot sign now."""
    own = [one for one in Capacity if is_signatory(actor, version.exchange, one)]
    signed = version.signed_capacities()
    if not own:
        return NotAllowed(_("You do not sign this commitment."))
    if all(capacity in signed for capacity in own):
        return TransitionRefused("signed_already", _("You have signed this version already."))
    return TransitionRefused(
        "not_yet", _("The partnerships sign once both organisations have signed.")
    )


def send_signing_code(*, version_id: int, code: str, actor: User) -> None:
    """The code goes by mail to whoever can sign this version now. Raises what signing would."""
    with audit.transaction():
        version = locked_version(version_id)
        if not capacities_to_sign(actor, version):
            raise _refusal(version, actor)
        audit.record(
            "commitment.code_sent", subject=version, actor=actor, data={"digest": version.digest}
        )
        notifications.signing_code(actor, version, code)
