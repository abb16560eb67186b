"""The draft becomes a version that can be signed: the text is frozen with its digest."""

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock, documents
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from exchanges.commitment.differences import is_material
from exchanges.commitment.terms import Terms
from exchanges.enums import AMENDABLE
from exchanges.models import CommitmentVersion, Exchange
from exchanges.notifications import signing as notifications
from exchanges.permissions import can_freeze_commitment
from exchanges.queries.drafts import draft_of, sections_of
from exchanges.queries.findings import require_sound
from exchanges.queries.snapshot import TEMPLATE_VERSION, language_of, snapshot_of
from exchanges.services.locking import locked_with_visit
from exchanges.services.versions import require_kept_start
from exchanges.workflows import exchange_workflow
from exchanges.workflows.parties import open_version, version_in_force
from profiles.models import User


def freeze_commitment(
    *, exchange_id: int, actor: User, revisions: dict[str, int] | None = None, reason: str = ""
) -> CommitmentVersion:
    """Version *n* stands, with everything that it prints, and both organisations are asked to sign.

    `revisions` are those of the sections that the person saw; with a newer one in place
    `StaleVersion` is raised. Once a commitment is in force, the version is an amendment: it needs a
    `reason`, and the exchange stays where it is. Raises `TransitionRefused` ("not_sound") with all
    that stands in the way, ("open_already") while another version is being signed, and
    ("nothing_new") for an amendment that changes nothing that needs signatures.
    """
    with audit.transaction():
        exchange = locked_with_visit(exchange_id)
        if open_version(exchange):
            raise TransitionRefused(
                "open_already", _("A version is being signed already. Read it and sign it.")
            )
        if not can_freeze_commitment(actor, exchange):
            raise NotAllowed(_("You may not freeze this commitment."))
        prefetch_related_objects([exchange], "sections")
        _require_seen(exchange, revisions)
        terms = draft_of(exchange)
        is_amendment = exchange.state in AMENDABLE
        reason = reason.strip() if is_amendment else ""
        if is_amendment:
            _require_amendment(exchange, terms, reason)
            require_kept_start(exchange, terms.when)
        require_sound(exchange, terms)
        version = _write(exchange, terms, actor, is_amendment=is_amendment, reason=reason)
        _follow(exchange, version, terms, actor)
        notifications.version_frozen(version, actor)
    return version


def _require_seen(exchange: Exchange, revisions: dict[str, int] | None) -> None:
    now = {name: row.revision for name, row in sections_of(exchange).items()}
    if revisions is not None and revisions != now:
        raise StaleVersion(
            _("The text was changed while you read it. Read it again, then freeze it.")
        )


def _require_amendment(exchange: Exchange, terms: Terms, reason: str) -> None:
    in_force = version_in_force(exchange)
    if in_force and not is_material(in_force.snapshot["terms"], terms.to_json()):
        raise TransitionRefused(
            "nothing_new",
            _(
                "Nothing has changed that needs new signatures. Contact data and the room can be "
                "changed without."
            ),
        )
    if not reason:
        raise TransitionRefused(
            "reason_missing", _("Say why the commitment is changed: all four read it.")
        )


def _write(
    exchange: Exchange, terms: Terms, actor: User, *, is_amendment: bool, reason: str
) -> CommitmentVersion:
    last = exchange.versions.order_by("number").last()
    number = last.number + 1 if last else 1
    moment = clock.now()
    snapshot = snapshot_of(
        exchange,
        terms,
        number=number,
        frozen_at=moment,
        frozen_by=actor,
        is_amendment=is_amendment,
        reason=reason,
    )
    return CommitmentVersion.objects.create(
        exchange=exchange,
        number=number,
        snapshot=snapshot,
        digest=documents.digest_of(snapshot),
        template_version=TEMPLATE_VERSION,
        language=language_of(terms),
        is_amendment=is_amendment,
        reason=reason,
        state_since=moment,
        frozen_at=moment,
        frozen_by=actor,
    )


def _follow(exchange: Exchange, version: CommitmentVersion, terms: Terms, actor: User) -> None:
    """The exchange waits for signatures now; an amendment leaves it where it is."""
    if not version.is_amendment:
        capacity = exchange.capacity_of(actor)
        exchange_workflow.apply(
            exchange,
            "freeze",
            actor=actor,
            changes={
                "mode": terms.when.mode,
                "starts_on": terms.when.starts_on,
                "ends_on": terms.when.ends_on,
            },
            record={"capacity": capacity},
        )
        version.exchange = exchange
    audit.record(
        "commitment.frozen",
        subject=version,
        actor=actor,
        data={
            "number": version.number,
            "digest": version.digest,
            "is_amendment": version.is_amendment,
        },
    )
