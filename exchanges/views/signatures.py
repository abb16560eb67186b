"""The four signatures of a version as one viewer sees them, for `exchanges/_signatures.html`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format

from cxc_portal.core import clock
from exchanges.documents import in_utc, note_on
from exchanges.models import CommitmentVersion, Exchange
from exchanges.permissions import (
    can_delegate_signature,
    can_end_delegation,
    can_enter_paper,
    can_remind_signatory,
    can_sign_version,
)
from exchanges.queries.signatures import (
    AWAITED,
    SIGNED,
    SignatureLine,
    next_reminder_from,
    signature_lines,
)
from exchanges.workflows.parties import open_version, version_in_force
from profiles.models import User


@dataclass(frozen=True)
class SignatureRow:
    """One capacity with what the viewer may do about it."""

    line: SignatureLine
    at_utc: str
    at_local: str
    note: str
    remind_from: datetime | None
    can_remind: bool
    can_enter_paper: bool
    can_delegate: bool
    can_end_delegation: bool

    @property
    def is_signed(self) -> bool:
        return self.line.situation == SIGNED

    @property
    def is_awaited(self) -> bool:
        return self.line.situation == AWAITED


@dataclass(frozen=True)
class SignatureBoard:
    version: CommitmentVersion
    rows: list[SignatureRow]
    can_sign: bool


def signatures_context(request: HttpRequest, exchange: Exchange) -> dict[str, Any]:
    """`signing` for `exchanges/_signatures.html`: the version that is being signed, else the one in
    force; None when there is neither."""
    version = open_version(exchange) or version_in_force(exchange)
    if version is None:
        return {"signing": None}
    version.exchange = exchange
    return {"signing": signature_board(version, request.user)}


def signature_board(version: CommitmentVersion, viewer: User) -> SignatureBoard:
    return SignatureBoard(
        version=version,
        rows=[_row(version, line, viewer) for line in signature_lines(version)],
        can_sign=version.is_open and can_sign_version(viewer, version),
    )


def _row(version: CommitmentVersion, line: SignatureLine, viewer: User) -> SignatureRow:
    exchange, capacity = version.exchange, line.capacity
    signed, is_awaited = line.signature, line.situation == AWAITED
    remind_from = next_reminder_from(line.reminder) if line.reminder else None
    is_cool = remind_from is None or remind_from <= clock.now()
    is_due = version.is_open and signed is None
    return SignatureRow(
        line=line,
        at_utc=in_utc(signed.signed_at) if signed else "",
        at_local=_local(signed.signed_at, exchange) if signed else "",
        note=note_on(signed) if signed else "",
        remind_from=None if is_cool else remind_from,
        can_remind=is_awaited and is_cool and can_remind_signatory(viewer, version, capacity),
        can_enter_paper=is_awaited and can_enter_paper(viewer, exchange, capacity),
        can_delegate=is_due and can_delegate_signature(viewer, exchange, capacity),
        can_end_delegation=is_due
        and line.delegation is not None
        and can_end_delegation(viewer, exchange, line.delegation),
    )


def _local(moment: datetime, exchange: Exchange) -> str:
    """The same moment as the host's clocks show it; empty where they show UTC."""
    there = moment.astimezone(exchange.zone)
    if there.utcoffset() == moment.astimezone(UTC).utcoffset():
        return ""
    return f"{date_format(there, 'H:i')} {there.tzname()}"
