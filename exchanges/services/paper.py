"""Signed on paper: the scan is attached by the party, or by its partnership on its behalf."""

import hashlib
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import JPEG, MEGABYTE, PDF, PNG, AcceptedFile, FileKind
from exchanges.enums import Capacity, SignatureMethod
from exchanges.models import CommitmentVersion, Signature
from exchanges.notifications import signing as notifications
from exchanges.permissions import can_enter_paper
from exchanges.services.completing import follow_signatures
from exchanges.services.locking import locked_version
from exchanges.services.signing import require_current
from exchanges.workflows.parties import awaited_capacities
from profiles.models import User

_WANTED = gettext_lazy("a PDF, or a picture in PNG or JPEG")
SCAN = FileKind(endings=(PDF,), max_bytes=10 * MEGABYTE, wanted=_WANTED)
PICTURE = FileKind(endings=(PNG, JPEG), max_bytes=10 * MEGABYTE, wanted=_WANTED, largest_side=3000)


def sign_on_paper(
    *,
    version_id: int,
    digest: str,
    capacity: str,
    name: str,
    signed_on: date,
    scan: AcceptedFile,
    actor: User,
) -> Signature:
    """The party has signed this version on paper, and the scan is kept with its digest.

    Who attached it is written down, and for which partnership when it was done on the party's
    behalf: its members are told. Raises `StaleText` for another text than the one that is signed
    now, `TransitionRefused` out of turn or for a day on which the version did not stand.
    """
    with audit.transaction():
        version = locked_version(version_id)
        require_current(version, digest)
        exchange = version.exchange
        if not can_enter_paper(actor, exchange, capacity):
            raise NotAllowed(_("You may not attach a signature of this party."))
        _require_turn(version, capacity)
        _require_day(version, signed_on)
        if not name.strip():
            raise TransitionRefused("name_missing", _("Give the name of whoever signed."))
        is_own = capacity in exchange.capacities_of(actor)
        signature = Signature(
            version=version,
            capacity=Capacity(capacity),
            signer_name=name.strip(),
            sentence=version.snapshot["sentences"][capacity],
            method=SignatureMethod.PAPER,
            digest=version.digest,
            scan_digest=hashlib.sha256(scan.content.read()).hexdigest(),
            signed_on=signed_on,
            entered_by=actor,
            entered_for=None if is_own else exchange.partnership_of(capacity),
        )
        _keep(signature, scan)
        audit.record(
            "commitment.signed_on_paper",
            subject=version,
            actor=actor,
            data={
                "capacity": capacity,
                "digest": version.digest,
                "scan_digest": signature.scan_digest,
                "signature": signature.pk,
                "on_behalf": not is_own,
            },
        )
        if not is_own:
            notifications.signed_on_behalf(signature)
        follow_signatures(version, [signature], actor)
    return signature


def _keep(signature: Signature, scan: AcceptedFile) -> None:
    """Store the scan with the row; without the row the file does not stay."""
    scan.content.seek(0)
    field = signature.scan
    field.save(scan.name, scan.content, save=False)
    stored = field.name or ""
    try:
        signature.save()
    except BaseException:
        field.storage.delete(stored)
        raise


def _require_turn(version: CommitmentVersion, capacity: str) -> None:
    if capacity in version.signed_capacities():
        raise TransitionRefused("signed_already", _("This party has signed already."))
    if capacity not in awaited_capacities(version):
        raise TransitionRefused(
            "not_yet", _("The partnerships sign once both organisations have signed.")
        )


def _require_day(version: CommitmentVersion, signed_on: date) -> None:
    if not clock.day_of(version.frozen_at) <= signed_on <= clock.today():
        raise TransitionRefused(
            "wrong_day",
            _("This version was frozen on %(day)s. Give a day from then until today.")
            % {"day": clock.day_of(version.frozen_at)},
        )
