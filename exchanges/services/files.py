"""Files that go with a commitment. Only what `cxc_portal.core.files` accepted gets here."""

import hashlib

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit, clock, files
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import DOC, DOCX, MEGABYTE, ODT, PDF, AcceptedFile, FileKind
from exchanges.models import CommitmentFile
from exchanges.permissions import can_edit_commitment
from exchanges.services.locking import locked_exchange
from profiles.models import User

ATTACHMENT = FileKind(
    endings=(PDF, DOC, DOCX, ODT),
    max_bytes=10 * MEGABYTE,
    wanted=gettext_lazy("a PDF, Word or OpenDocument text without macros"),
)
MOST_FILES = 10


def add_file(*, exchange_id: int, title: str, file: AcceptedFile, actor: User) -> CommitmentFile:
    """The file goes with the commitment under this title; all four parties can read it."""
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_edit_commitment(actor, exchange):
            raise NotAllowed(_("You may not add files to this commitment."))
        if exchange.files.count() >= MOST_FILES:
            raise TransitionRefused(
                "too_many",
                _("There are %(most)s files already. Remove one first.") % {"most": MOST_FILES},
            )
        content = file.content.read()
        file.content.seek(0)
        added = CommitmentFile(
            exchange=exchange,
            title=title,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            added_by=actor,
            added_at=clock.now(),
        )
        files.keep(added.file, file)
        added.save()
        audit.record(
            "commitment.file_added", subject=exchange, actor=actor, data={"file": added.pk}
        )
    return added


def remove_file(*, file_id: int, actor: User) -> None:
    """The file is gone, once the change is certain. One that somebody else has just removed is
    gone already. Raises `CommitmentFile.DoesNotExist` for one that there never was."""
    with audit.transaction():
        key = CommitmentFile.objects.values_list("exchange_id", flat=True).get(pk=file_id)
        exchange = locked_exchange(key)
        if not can_edit_commitment(actor, exchange):
            raise NotAllowed(_("You may not remove files of this commitment."))
        found = CommitmentFile.objects.filter(pk=file_id).first()
        if found is None:
            return
        files.drop(found.file)
        found.delete()
        audit.record(
            "commitment.file_removed", subject=exchange, actor=actor, data={"file": file_id}
        )
