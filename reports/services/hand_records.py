"""What partnerships record by hand: consultations, trainings, labels, firms reached."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit, clock, files
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import DOCX, JPEG, MEGABYTE, ODT, PDF, PNG, AcceptedFile, FileKind
from profiles.enums import CountedFrom
from profiles.models import Indicator, Partnership, User
from reports.models import HandRecord
from reports.permissions import can_record

_WANTED = gettext_lazy("a PDF, a Word or OpenDocument text, or a picture in PNG or JPEG")
PROOF = FileKind(endings=(PDF, DOCX, ODT), max_bytes=10 * MEGABYTE, wanted=_WANTED)
PICTURE = FileKind(endings=(PNG, JPEG), max_bytes=10 * MEGABYTE, wanted=_WANTED, largest_side=3000)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a record says; `indicator` is its code."""

    indicator: str
    count: int
    title: str
    on: date
    place: str = ""
    participants: str = ""
    note: str = ""


def add_record(
    *, partnership_id: int, content: Recorded, proof: AcceptedFile | None = None, actor: User
) -> HandRecord:
    """It counts for the indicator from now on, on its day.

    Raises `NotAllowed` for whoever does not work for the partnership, `TransitionRefused` for an
    indicator that the portal counts by itself and for a day that has not come.
    """
    with audit.transaction():
        partnership = Partnership.objects.select_for_update(of=("self",)).get(pk=partnership_id)
        _require_right(actor, partnership)
        _require_sound(content)
        record = HandRecord(partnership=partnership, recorded_by=actor)
        _write(record, content, proof)
        audit.record("record.add", subject=record, actor=actor, data=_traced(record))
    return record


def edit_record(
    *, record_id: int, content: Recorded, proof: AcceptedFile | None = None, actor: User
) -> HandRecord:
    """It says this from now on; a new proof takes the place of the old one. See `add_record`."""
    with audit.transaction():
        record = _locked(record_id, actor)
        _require_sound(content)
        _write(record, content, proof)
        audit.record("record.edit", subject=record, actor=actor, data=_traced(record))
    return record


def remove_record(*, record_id: int, actor: User) -> HandRecord:
    """It counts no longer. What it said stays in the files of the partnership."""
    with audit.transaction():
        record = _locked(record_id, actor)
        record.removed_at = clock.now()
        record.save(update_fields=["removed_at"])
        audit.record("record.remove", subject=record, actor=actor, data=_traced(record))
    return record


def _locked(record_id: int, actor: User) -> HandRecord:
    record = HandRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    _require_right(actor, record.partnership)
    if record.removed_at is not None:
        raise TransitionRefused("removed", _("Somebody has removed this record meanwhile."))
    return record


def _require_right(actor: User, partnership: Partnership) -> None:
    if not can_record(actor, partnership):
        raise NotAllowed(_("Only those who work for the partnership keep its records."))


def _require_sound(content: Recorded) -> None:
    indicator = Indicator.objects.get(pk=content.indicator)
    if indicator.counted_from == CountedFrom.EXCHANGES:
        raise TransitionRefused("counted", _("The portal counts exchanges by itself."))
    if content.on > clock.today():
        raise TransitionRefused("not_yet", _("Record it once it has taken place."))
    if content.count < 1:
        raise TransitionRefused("nothing", _("At least one must count."))


def _write(record: HandRecord, content: Recorded, proof: AcceptedFile | None) -> None:
    values = asdict(content)
    record.indicator_id = values.pop("indicator")
    for name, value in values.items():
        setattr(record, name, value)
    if proof is not None:
        record.proof_digest = hashlib.sha256(proof.content.read()).hexdigest()
        proof.content.seek(0)
        files.keep(record.proof, proof)
    record.save()


def _traced(record: HandRecord) -> dict[str, object]:
    return {
        "partnership": record.partnership.acronym,
        "indicator": record.indicator_id,
        "count": record.count,
        "on": record.on.isoformat(),
        "proof": record.proof_digest,
    }
