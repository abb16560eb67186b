"""The append-only record of what happened.

Each entry carries the hash of the one before it. Database triggers refuse any change or removal,
and `verify` finds what was done around them. Entries hold keys and codes, never names or contents,
so that a person's data can be erased without breaking the chain.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from cxc_portal.core import clock
from cxc_portal.core.database import in_transaction
from cxc_portal.core.models import AuditEntry, AuditHead

GENESIS = "0" * 64


@dataclass(frozen=True)
class Fault:
    """Where the chain is broken and how."""

    sequence: int
    problem: str


def _digest(entry: AuditEntry) -> str:
    content = json.dumps(
        [
            entry.sequence,
            entry.at.isoformat(),
            entry.event,
            entry.actor_id,
            entry.subject_type,
            entry.subject_id,
            entry.data,
            entry.previous_hash,
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(content.encode()).hexdigest()


def record(
    event: str,
    *,
    subject: models.Model | None = None,
    actor: models.Model | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the chain, in the caller's transaction.

    The head of the chain is locked until that transaction ends: take the locks of the business
    objects first. `data` must be plain JSON without personal data.
    """
    with in_transaction():
        head, _ = AuditHead.objects.select_for_update(of=("self",)).get_or_create(
            pk=1, defaults={"sequence": 0, "hash": GENESIS}
        )
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=clock.now(),
            event=event,
            actor_id=actor.pk if actor else None,
            subject_type=subject._meta.label_lower if subject else "",
            subject_id=str(subject.pk) if subject else "",
            data=data or {},
            previous_hash=head.hash,
        )
        entry.hash = _digest(entry)
        entry.save(force_insert=True)
        head.sequence, head.hash = entry.sequence, entry.hash
        head.save(update_fields=["sequence", "hash"])
    return entry


def verify() -> list[Fault]:
    """Every fault in the chain, in order; an empty list when it is whole."""
    faults: list[Fault] = []
    previous, expected = GENESIS, 1
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.sequence != expected:
            faults.append(Fault(expected, "entry missing"))
            expected = entry.sequence
        if entry.previous_hash != previous:
            faults.append(Fault(entry.sequence, "does not follow the entry before it"))
        if entry.hash != _digest(entry):
            faults.append(Fault(entry.sequence, "content altered"))
        previous, expected = entry.hash, entry.sequence + 1
    head = AuditHead.objects.filter(pk=1).first()
    if (head.hash if head else GENESIS) != previous:
        faults.append(Fault(expected, "the chain's end is missing or altered"))
    return faults


_SQLITE_GUARDS = {
    "core_auditentry_no_update": "BEFORE UPDATE ON core_auditentry",
    "core_auditentry_no_delete": "BEFORE DELETE ON core_auditentry",
}
_REFUSAL = "audit entries are append-only"


def install_guards(schema_connection: Any = None) -> None:
    """Create the triggers that refuse UPDATE, DELETE and TRUNCATE on audit entries."""
    db = schema_connection or connection
    with db.cursor() as cursor:
        if db.vendor == "sqlite":
            for name, moment in _SQLITE_GUARDS.items():
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} {moment} "
                    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
                )
        elif db.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION core_auditentry_refuse() RETURNS trigger AS $$ "
                f"BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$ LANGUAGE plpgsql"
            )
            cursor.execute(
                "CREATE OR REPLACE TRIGGER core_auditentry_no_change "
                "BEFORE UPDATE OR DELETE ON core_auditentry "
                "FOR EACH ROW EXECUTE FUNCTION core_auditentry_refuse()"
            )
            cursor.execute(
                "CREATE OR REPLACE TRIGGER core_auditentry_no_truncate "
                "BEFORE TRUNCATE ON core_auditentry "
                "FOR EACH STATEMENT EXECUTE FUNCTION core_auditentry_refuse()"
            )


def remove_guards(schema_connection: Any = None) -> None:
    """Drop the triggers. For reversing the migration and for emptying a test database."""
    db = schema_connection or connection
    with db.cursor() as cursor:
        if db.vendor == "sqlite":
            for name in _SQLITE_GUARDS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        elif db.vendor == "postgresql":
            cursor.execute(
                "DROP TRIGGER IF EXISTS core_auditentry_no_change ON core_auditentry;"
                "DROP TRIGGER IF EXISTS core_auditentry_no_truncate ON core_auditentry"
            )
