"""Signatures on paper: with the scan, in turn, by the party or its partnership on its behalf."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cxc_portal.core import clock, files
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.enums import ExchangeState, SignatureMethod
from exchanges.models import Signature
from exchanges.notifications.signing import SIGNED_ON_BEHALF
from exchanges.services import paper
from exchanges.services.paper import PICTURE, SCAN, sign_on_paper
from exchanges.services.signing import StaleText
from exchanges.workflows.parties import open_version
from tests.factories import UserFactory
from tests.factories.exchanges import frozen_exchange, person_of, signed_by
from tests.factories.profiles import MembershipFactory

pytestmark = pytest.mark.usefixtures("reference")
PDF_FILE = b"%PDF-1.4 signed by hand"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def scan():
    return files.accept(SimpleUploadedFile("scan.pdf", PDF_FILE), SCAN)


def enter(exchange, capacity, by, **options):
    version = open_version(exchange)
    return sign_on_paper(
        **{
            "version_id": version.pk,
            "digest": version.digest,
            "capacity": capacity,
            "name": "Bela Signs",
            "signed_on": clock.today(),
            "scan": scan(),
            "actor": by,
            **options,
        }
    )


def refused(exchange, capacity, by, error=TransitionRefused, **options):
    before = (AuditEntry.objects.count(), OutgoingMail.objects.count())
    with pytest.raises(error) as refusal:
        enter(exchange, capacity, by, **options)
    assert Signature.objects.filter(method=SignatureMethod.PAPER).count() == 0
    assert (AuditEntry.objects.count(), OutgoingMail.objects.count()) == before
    return refusal.value.code


def test_a_party_attaches_its_own():
    exchange = frozen_exchange()
    host = person_of(exchange, "HO")
    signature = enter(exchange, "HO", host)
    assert (signature.method, signature.signer) == (SignatureMethod.PAPER, None)
    assert (signature.entered_by, signature.entered_for) == (host, None)
    assert signature.scan_digest == hashlib.sha256(PDF_FILE).hexdigest()
    with signature.scan.open() as kept:
        assert kept.read() == PDF_FILE
    assert not OutgoingMail.objects.filter(kind=SIGNED_ON_BEHALF.name).exists()


def test_any_member_can_attach_it():
    exchange = frozen_exchange()
    colleague = MembershipFactory(organisation=exchange.host.organisation).user
    assert enter(exchange, "HO", colleague).entered_by == colleague


@pytest.mark.parametrize(("capacity", "by"), [("HO", "HOP"), ("VO", "VOP")])
def test_the_partnership_attaches_it_on_behalf_and_the_members_hear(capacity, by):
    exchange = frozen_exchange()
    officer = person_of(exchange, by)
    signature = enter(exchange, capacity, officer)
    assert signature.entered_for == exchange.partnership_of(by)
    mail = OutgoingMail.objects.get(kind=SIGNED_ON_BEHALF.name)
    assert mail.recipient == person_of(exchange, capacity)


@pytest.mark.parametrize(
    ("capacity", "by"), [("HO", "VO"), ("HO", "VOP"), ("VO", "HOP"), ("HOP", "HO"), ("HOP", "VOP")]
)
def test_nobody_else_attaches_it(capacity, by):
    exchange = frozen_exchange()
    assert refused(exchange, capacity, person_of(exchange, by), NotAllowed) == "not_allowed"


def test_a_stranger_does_not():
    assert refused(frozen_exchange(), "HO", UserFactory(), NotAllowed) == "not_allowed"


def test_all_four_on_paper_validate_the_exchange():
    exchange = frozen_exchange()
    for capacity in ("HO", "VO", "HOP", "VOP"):
        enter(exchange, capacity, person_of(exchange, capacity))
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.VALIDATED


def test_partnerships_wait_for_their_turn_on_paper_too():
    exchange = frozen_exchange()
    assert refused(exchange, "HOP", person_of(exchange, "HOP")) == "not_yet"


def test_who_has_signed_does_not_sign_on_paper_as_well():
    exchange = signed_by(frozen_exchange(), "HO")
    assert refused(exchange, "HO", person_of(exchange, "HO")) == "signed_already"


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_lies_between_freezing_and_today(days):
    exchange = frozen_exchange()
    day = clock.today() + timedelta(days=days)
    host = person_of(exchange, "HO")
    assert refused(exchange, "HO", host, signed_on=day) == "wrong_day"


def test_whoever_signed_has_a_name():
    exchange = frozen_exchange()
    assert refused(exchange, "HO", person_of(exchange, "HO"), name=" ") == "name_missing"


def test_another_text_is_not_signed_on_paper_either():
    exchange = frozen_exchange()
    host = person_of(exchange, "HO")
    assert refused(exchange, "HO", host, StaleText, digest="0" * 64) == "stale_text"


def test_a_scan_without_its_signature_does_not_stay(media, monkeypatch):
    exchange = frozen_exchange()
    host = person_of(exchange, "HO")

    def fail(self, *args, **kwargs):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(paper.Signature, "save", fail)
    with pytest.raises(RuntimeError):
        enter(exchange, "HO", host)
    assert list((media / "scans").glob("*")) == []


def test_a_photograph_is_taken_as_well():
    picture = BytesIO()
    Image.new("RGB", (20, 20)).save(picture, "JPEG")
    accepted = files.accept(SimpleUploadedFile("scan.jpg", picture.getvalue()), PICTURE)
    exchange = frozen_exchange()
    signature = enter(exchange, "VO", person_of(exchange, "VO"), scan=accepted)
    assert signature.scan.name.endswith(".jpg")
