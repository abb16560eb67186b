"""The append-only record of what happened.

Each entry carries the hash of the one before it. Database triggers refuse any change or removal,
and `verify` finds what was done around them. Entries hold keys and codes, never names or contents,
so that a person's data can be erased without breaking the chain.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.transaction import atomic

from cxc_portal.core import clock
from cxc_portal.core.models import AuditEntry, AuditHead

GENESIS = "0" * 64

_collected: ContextVar[list[AuditEntry] | None] = ContextVar("collected", default=None)
"""What the transaction under way has recorded, to be appended at its end."""


@dataclass(frozen=True)
class Fault:
    """Where the chain is broken and how."""

    sequence: int
    problem: str


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: the `faults` in order, and where the chain ends."""

    faults: list[Fault]
    sequence: int
    hash: str

    @property
    def is_whole(self) -> bool:
        return not self.faults


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


def _refuse_fraction(text: str) -> float:
    raise ValueError(f"{text}: audit data holds no fractions, databases write them differently")


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data exactly as any database gives it back."""
    plain: dict[str, Any] = json.loads(
        json.dumps(data), parse_float=_refuse_fraction, parse_constant=_refuse_fraction
    )
    return plain


def record(
    event: str,
    *,
    subject: models.Model | None = None,
    actor: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the chain, in the caller's transaction.

    The head of the chain is locked until that transaction ends: take the locks of the business
    objects first, and open the transaction with `audit.transaction()`, which appends at its end
    what was recorded in it. `data` must be plain JSON without fractions and without personal data.
    """
    return record_many(event, about=[(subject, data or {})], actor=actor)[0]


def record_many(
    event: str,
    *,
    about: Sequence[tuple[models.Model | None, Mapping[str, Any]]],
    actor: models.Model | None = None,
) -> list[AuditEntry]:
    """Append one entry for each pair of subject and data, in their order. See `record`."""
    entries = [
        AuditEntry(
            event=event,
            actor_id=actor.pk if actor else None,
            subject_type=subject._meta.label_lower if subject else "",
            subject_id=str(subject.pk) if subject else "",
            data=_plain(data),
        )
        for subject, data in about
    ]
    collected = _collected.get()
    if collected is None:
        _append(entries)
    else:
        collected.extend(entries)
    return entries


@contextmanager
def transaction() -> Iterator[None]:
    """A transaction that appends at its end, all at once, what is recorded in it.

    All who record anything wait for each other at the head of the chain: so it is held for a moment
    instead of until the letters and documents of the first entry are written. Entries have no
    number, hash or time before. Inside of another one only what was recorded in a block that fails
    is given up.
    """
    outer = _collected.get()
    if outer is None:
        with atomic():
            entries: list[AuditEntry] = []
            outermost = _collected.set(entries)
            try:
                yield
            finally:
                _collected.reset(outermost)
            _append(entries)
        return
    before = len(outer)
    try:
        with atomic():
            yield
    except BaseException:
        del outer[before:]
        raise


def _append(entries: Sequence[AuditEntry]) -> None:
    """Number, date and chain the entries, and write them."""
    if not entries:
        return
    with atomic(savepoint=False):
        head, _ = AuditHead.objects.select_for_update(of=("self",)).get_or_create(
            pk=1, defaults={"sequence": 0, "hash": GENESIS}
        )
        moment = clock.now()
        for entry in entries:
            entry.sequence, entry.previous_hash, entry.at = head.sequence + 1, head.hash, moment
            entry.hash = _digest(entry)
            head.sequence, head.hash = entry.sequence, entry.hash
        AuditEntry.objects.bulk_create(entries)
        head.save(update_fields=["sequence", "hash"])


def verify(known: Mapping[int, str] | None = None) -> Verdict:
    """Walk the chain from its first entry to its last.

    `known` holds hashes by sequence that were noted elsewhere: whoever rewrites the entries, the
    hashes and the end of the chain alike still cannot make these fit. Entries that are appended
    meanwhile are no fault.
    """
    ends = AuditHead.objects.values_list("sequence", "hash")
    noted = sorted({*(known or {}).items(), *ends} - {(0, GENESIS)})
    seen: dict[int, str] = {}
    faults: list[Fault] = []
    last, last_hash = 0, GENESIS
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        faults.extend(_faults_of(entry, last, last_hash))
        last, last_hash = entry.sequence, entry.hash
        if any(last == sequence for sequence, _hash in noted):
            seen[last] = last_hash
    for sequence, digest in noted:
        if sequence not in seen:
            faults.append(Fault(sequence, "entry missing"))
        elif seen[sequence] != digest:
            faults.append(Fault(sequence, "not the hash that was noted"))
    if last > max(AuditHead.objects.values_list("sequence", flat=True), default=0):
        faults.append(Fault(last, "beyond the end of the chain"))
    return Verdict(sorted(set(faults), key=lambda fault: fault.sequence), last, last_hash)


def _faults_of(entry: AuditEntry, last: int, last_hash: str) -> Iterator[Fault]:
    if entry.sequence != last + 1:
        yield Fault(last + 1, "entry missing")
    if entry.previous_hash != last_hash:
        yield Fault(entry.sequence, "does not follow the entry before it")
    if entry.hash != _digest(entry):
        yield Fault(entry.sequence, "content altered")


_REFUSAL = "audit entries are append-only"
_SQLITE_GUARDS = {
    "core_auditentry_no_update": "BEFORE UPDATE ON core_auditentry",
    "core_auditentry_no_delete": "BEFORE DELETE ON core_auditentry",
    # REPLACE takes rows away without asking the trigger above.
    "core_auditentry_no_replace": (
        "BEFORE INSERT ON core_auditentry WHEN EXISTS (SELECT 1 FROM core_auditentry "
        "WHERE sequence = NEW.sequence OR hash = NEW.hash)"
    ),
}


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
