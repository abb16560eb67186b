import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import accept
from cxc_portal.core.models import AuditEntry
from exchanges.models import CommitmentFile, Exchange
from exchanges.services import files
from exchanges.services.files import ATTACHMENT, MOST_FILES, add_file, remove_file
from exchanges.services.locking import locked_exchange
from tests.factories.exchanges import opened_exchange, person_of
from tests.factories.profiles import UserFactory

pytestmark = pytest.mark.usefixtures("reference")

CONTENT = b"%PDF-1.4 a map"


def upload(name: str = "map.pdf", content: bytes = CONTENT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def added(exchange: Exchange, who: str = "HO", title: str = "Map", actor=None) -> CommitmentFile:
    return add_file(
        exchange_id=exchange.pk,
        title=title,
        file=accept(upload(), ATTACHMENT),
        actor=actor or person_of(exchange, who),
    )


def test_a_side_adds_a_file() -> None:
    exchange = opened_exchange()
    found = added(exchange)
    assert (found.title, found.size, found.digest) == (
        "Map",
        len(CONTENT),
        hashlib.sha256(CONTENT).hexdigest(),
    )
    with found.file.open() as stored:
        assert stored.read() == CONTENT


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_add_none(capacity: str) -> None:
    exchange = opened_exchange()
    with pytest.raises(NotAllowed):
        added(exchange, capacity)
    assert CommitmentFile.objects.count() == 0


def test_there_is_an_end_to_files() -> None:
    exchange = opened_exchange()
    for number in range(MOST_FILES):
        added(exchange, title=f"File {number}")
    with pytest.raises(TransitionRefused) as refused:
        added(exchange, title="One more")
    assert refused.value.code == "too_many"
    assert exchange.files.count() == MOST_FILES


def test_a_removed_file_is_gone(django_capture_on_commit_callbacks) -> None:
    exchange = opened_exchange()
    found = added(exchange)
    storage, name = found.file.storage, found.file.name
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file_id=found.pk, actor=person_of(exchange, "VO"))
    assert CommitmentFile.objects.count() == 0
    assert not storage.exists(name)
    assert AuditEntry.objects.filter(event="commitment.file_removed").count() == 1


def test_strangers_remove_none() -> None:
    found = added(opened_exchange())
    with pytest.raises(NotAllowed):
        remove_file(file_id=found.pk, actor=UserFactory())
    assert CommitmentFile.objects.count() == 1


def test_a_file_that_somebody_removes_meanwhile_is_removed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = opened_exchange()
    found = added(exchange)

    def removed_meanwhile(exchange_id: int) -> Exchange:
        CommitmentFile.objects.all().delete()
        return locked_exchange(exchange_id)

    monkeypatch.setattr(files, "locked_exchange", removed_meanwhile)
    remove_file(file_id=found.pk, actor=person_of(exchange, "VO"))
    assert CommitmentFile.objects.count() == 0
    assert AuditEntry.objects.filter(event="commitment.file_removed").count() == 0
