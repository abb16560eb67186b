"""The evidence of a commitment: every event with its hashes, as plain JSON.

`docs/signing.md` describes the shape. The events are the entries of the audit chain, which nobody
can change unseen; the rows that they name are told beside them.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from cxc_portal.core.models import AuditEntry, Document
from exchanges.commitment.terms import JSON
from exchanges.models import CommitmentVersion, Exchange, Signature
from exchanges.queries.documents import documents_of
from exchanges.queries.signatures import signatures_of
from profiles.models import User

FORMAT = 1
"""Grows when the shape changes."""


def evidence_of(exchange: Exchange) -> JSON:
    """What happened to the commitment of this exchange, from its opening on, in order."""
    versions = list(exchange.versions.select_related("frozen_by"))
    documents = list(documents_of(versions))
    entries = list(_entries(exchange, versions, documents))
    people = _people(entries)
    return {
        "format": FORMAT,
        "reference": exchange.ref,
        "parties": {
            capacity: exchange.party_name(capacity) for capacity in ("HO", "VO", "HOP", "VOP")
        },
        "versions": [_version(version) for version in versions],
        "delegations": [_delegation(one) for one in _delegations(exchange)],
        "documents": [_document(one) for one in documents],
        "events": [_event(entry, people, versions, documents) for entry in entries],
    }


def _entries(
    exchange: Exchange, versions: Iterable[CommitmentVersion], documents: Iterable[Document]
) -> Iterable[AuditEntry]:
    about = _about(Exchange, [exchange.pk])
    about |= _about(CommitmentVersion, [version.pk for version in versions])
    about |= _about(Document, [document.pk for document in documents])
    return AuditEntry.objects.filter(about).order_by("sequence")


def _about(model: Any, keys: Iterable[int]) -> Q:
    return Q(subject_type=model._meta.label_lower, subject_id__in=[str(key) for key in keys])


def _people(entries: Iterable[AuditEntry]) -> dict[int, str]:
    keys = {entry.actor_id for entry in entries if entry.actor_id is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)}


def _event(
    entry: AuditEntry,
    people: dict[int, str],
    versions: list[CommitmentVersion],
    documents: list[Document],
) -> JSON:
    """One entry of the audit chain; `actor` is empty for what the portal did by itself."""
    numbers = {str(version.pk): version.number for version in versions}
    codes = {str(document.pk): document.code for document in documents}
    is_version = entry.subject_type == CommitmentVersion._meta.label_lower
    is_document = entry.subject_type == Document._meta.label_lower
    return {
        "sequence": entry.sequence,
        "at": _moment(entry.at),
        "event": entry.event,
        "actor": people.get(entry.actor_id or 0, ""),
        "version": numbers.get(entry.subject_id) if is_version else None,
        "document": codes.get(entry.subject_id) if is_document else None,
        "data": entry.data,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _version(version: CommitmentVersion) -> JSON:
    return {
        "number": version.number,
        "digest": version.digest,
        "state": version.state,
        "is_amendment": version.is_amendment,
        "reason": version.reason,
        "language": version.language,
        "template_version": version.template_version,
        "frozen_at": _moment(version.frozen_at),
        "frozen_by": str(version.frozen_by),
        "in_force_at": _moment(version.in_force_at),
        "signatures": [_signature(one) for one in signatures_of(version)],
        "comments": list(_comments(version)),
        "reminders": [
            {
                "capacity": one.capacity,
                "at": _moment(one.at),
                "by": str(one.by) if one.by else "",
            }
            for one in version.reminders.select_related("by")
        ],
    }


def _comments(version: CommitmentVersion) -> Iterator[JSON]:
    """What was said when it was returned or refused."""
    for step in version.transitions.select_related("actor").exclude(comment=""):
        yield {
            "step": step.transition,
            "capacity": step.capacity,
            "by": str(step.actor) if step.actor else "",
            "at": _moment(step.at),
            "comment": step.comment,
        }


def _signature(signature: Signature) -> JSON:
    delegation = signature.delegation
    return {
        "capacity": signature.capacity,
        "name": signature.signer_name,
        "sentence": signature.sentence,
        "method": signature.method,
        "digest": signature.digest,
        "signed_at": _moment(signature.signed_at),
        "delegated_by": str(delegation.delegator) if delegation else "",
        "paper": {
            "signed_on": signature.signed_on.isoformat(),
            "scan_digest": signature.scan_digest,
            "entered_by": str(signature.entered_by),
            "entered_for": str(signature.entered_for or ""),
        }
        if signature.signed_on
        else None,
    }


def _delegations(exchange: Exchange) -> Any:
    return exchange.delegations.select_related("delegator", "delegate")


def _delegation(delegation: Any) -> JSON:
    return {
        "capacity": delegation.capacity,
        "by": str(delegation.delegator),
        "to": str(delegation.delegate),
        "reason": delegation.reason,
        "at": _moment(delegation.at),
        "ended_at": _moment(delegation.ended_at),
    }


def _document(document: Document) -> JSON:
    return {
        "name": document.name,
        "code": document.code,
        "digest": document.digest,
        "file_digest": document.file_digest,
        "sealed_by": document.sealed_by,
        "seal_fingerprint": document.seal_fingerprint,
        "made_at": _moment(document.made_at),
        "superseded_at": _moment(document.superseded_at),
    }


def _moment(moment: datetime | None) -> str:
    """ISO 8601 in UTC; empty for what has not happened."""
    return moment.astimezone(UTC).isoformat() if moment else ""
