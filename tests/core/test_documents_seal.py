"""The seal: appended to the finished file, confirmed by others' programs, by a key of one's own."""

import asyncio
import io
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from cxc_portal.core import documents
from cxc_portal.core.documents import seal as sealing
from cxc_portal.core.documents.seal import SealUnusable, seal
from tests.core.document_trial import CODE, NAME, SNAPSHOT

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PEM, P8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
KEYS = {
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.fixture
def page(sample):
    """A file that is not sealed yet."""
    return documents.render(sample, SNAPSHOT, language="en", code=CODE, name=NAME)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


def certificate_of(key, *, name="Portal of the Test", ends=START + timedelta(days=365), usage=()):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START - timedelta(days=10))
        .not_valid_after(ends)
    )
    for extension in usage:
        builder = builder.add_extension(extension, critical=True)
    is_edwards = isinstance(key, ed25519.Ed25519PrivateKey)
    return builder.sign(key, None if is_edwards else hashes.SHA256())


def locked(passphrase):
    if not passphrase:
        return serialization.NoEncryption()
    return serialization.BestAvailableEncryption(passphrase.encode())


@pytest.fixture
def given(settings, tmp_path):
    """Puts a key and its certificate where the settings say."""

    def given(key, *certificates, passphrase=""):
        key_file, certificate_file = tmp_path / "seal.key", tmp_path / "seal.crt"
        key_file.write_bytes(key.private_bytes(PEM, P8, locked(passphrase)))
        certificate_file.write_bytes(b"".join(one.public_bytes(PEM) for one in certificates))
        settings.DOCUMENT_SEAL_KEY_FILE = str(key_file)
        settings.DOCUMENT_SEAL_CERTIFICATE_FILE = str(certificate_file)
        settings.DOCUMENT_SEAL_PASSPHRASE = passphrase

    return given


@pytest.fixture
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


def pdfsig(content, folder):
    path = folder / "sealed.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False)
    return done.stdout


# --- what a sealed file is ---------------------------------------------------------------------


def test_the_seal_is_appended_and_changes_nothing_before_it(page):
    sealed = seal(page, code=CODE)
    assert sealed.content[: len(page)] == page
    assert len(sealed.content) > len(page)


def test_the_seal_tells_whose_it_is_when_and_why(page, frozen):
    sealed = seal(page, code=CODE)
    field = PdfReader(io.BytesIO(sealed.content)).get_fields()["Seal"]
    signature = field["/V"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature["/Reason"] == f"Sealed by the ClusterXchange portal. Verification code: {CODE}"
    assert (signature["/Location"], signature["/M"]) == ("ClusterXchange", "D:20261123090000Z")
    assert sealed.at == START
    assert sealed.by == "Common Name: ClusterXchange portal (self-made seal)"
    assert len(sealed.fingerprint) == 64


def test_a_sealed_file_is_still_pdf_a_3_with_its_snapshot(page):
    reader = PdfReader(io.BytesIO(seal(page, code=CODE).content))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3"' in metadata
    assert 'pdfaid:conformance="A"' in metadata
    assert (root["/Lang"], root["/MarkInfo"]) == ("en", {"/Marked": True})
    assert [file.get_object()["/AFRelationship"] for file in root["/AF"]] == ["/Data"]
    assert len(reader.attachments["snapshot.json"]) == 1
    widget = root["/AcroForm"]["/Fields"][0].get_object()
    assert widget["/F"] & 4, "PDF/A wants what is on a page to be printed"


@pytest.mark.pdf
def test_another_program_confirms_the_seal(page, tmp_path):
    answer = pdfsig(seal(page, code=CODE).content, tmp_path)
    assert "Signature Field Name: Seal" in answer
    assert "Signature Type: ETSI.CAdES.detached" in answer
    assert "Signature is Valid." in answer
    assert "Total document signed" in answer


@pytest.mark.pdf
def test_another_program_sees_that_a_sealed_file_was_changed(page, tmp_path):
    content = bytearray(seal(page, code=CODE).content)
    content[2000] ^= 1
    assert "Signature is Valid." not in pdfsig(bytes(content), tmp_path)


def test_the_seal_is_sound_by_its_own_library(page):
    content = seal(page, code=CODE).content
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    trust = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, trust)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_sealing_works_where_an_event_loop_is_running(page):
    async def inside():
        return seal(page, code=CODE)

    assert asyncio.run(inside()).content.startswith(b"%PDF")


# --- the self-made key -------------------------------------------------------------------------


def test_the_portal_makes_its_own_key_once(page, var_dir):
    first, second = seal(page, code=CODE), seal(page, code=CODE)
    assert first.fingerprint == second.fingerprint
    [path] = (var_dir / "seal").iterdir()
    assert path.name == "seal.pem"
    assert [oct(one.stat().st_mode & 0o777) for one in (path, path.parent)] == ["0o600", "0o700"]


def test_workers_that_start_at_once_seal_with_one_key(page, var_dir):
    outcomes = run_at_once(*[lambda: seal(page, code=CODE).fingerprint] * 3)
    assert len(set(outcomes)) == 1
    assert len(list((var_dir / "seal").iterdir())) == 1


def run_at_once(*calls):
    """`tests.concurrency.at_once` for calls that ask no database."""
    results, start = [], threading.Barrier(len(calls))

    def run(call):
        start.wait(20)
        results.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(results) == len(calls)
    return results


def test_the_key_of_whoever_was_first_is_taken(page, var_dir, monkeypatch):
    pair = sealing._new_pair

    def slower():
        monkeypatch.setattr(sealing, "_new_pair", pair)
        sealing._self_made()
        return pair()

    monkeypatch.setattr(sealing, "_new_pair", slower)
    path = sealing._self_made()
    kept = path.read_bytes()
    assert sealing._self_made().read_bytes() == kept
    assert [one.name for one in path.parent.iterdir()] == ["seal.pem"]


# --- keys of one's own -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_the_portal_seals_with_the_key_of_the_settings(page, given, frozen, kind, passphrase):
    key = KEYS[kind]()
    certificate = certificate_of(key)
    given(key, certificate, passphrase=passphrase)
    sealed = seal(page, code=CODE)
    assert sealed.by == "Common Name: Portal of the Test"
    assert sealed.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()


@pytest.mark.pdf
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_another_program_confirms_seals_of_either_kind(page, given, frozen, tmp_path, kind):
    key = KEYS[kind]()
    given(key, certificate_of(key))
    assert "Signature is Valid." in pdfsig(seal(page, code=CODE).content, tmp_path)


def test_the_room_for_a_seal_is_rehearsed_once_for_each_key(page, given, frozen, monkeypatch):
    rehearsals = []
    sign = Signer.async_sign

    async def noted(self, digest, algorithm, dry_run=False, **options):
        rehearsals.append(dry_run)
        return await sign(self, digest, algorithm, dry_run, **options)

    monkeypatch.setattr(Signer, "async_sign", noted)
    key = KEYS["ec"]()
    given(key, certificate_of(key))
    first, second = (seal(page, code=CODE).content for _time in range(2))
    assert rehearsals == [True, False, False]
    assert len(first) == len(second)


def test_the_chain_of_the_certificate_goes_with_the_seal(page, given, frozen):
    key = KEYS["ec"]()
    given(key, certificate_of(key), certificate_of(KEYS["ec"](), name="Authority of the Test"))
    [signature] = PdfFileReader(io.BytesIO(seal(page, code=CODE).content)).embedded_signatures
    others = [one.subject.human_friendly for one in signature.other_embedded_certs]
    assert others == ["Common Name: Authority of the Test"]


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_the_portal_seals_with_a_bundle(page, settings, tmp_path, frozen, passphrase):
    key = KEYS["ec"]()
    bundle = pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate_of(key), None, locked(passphrase)
    )
    (tmp_path / "seal.p12").write_bytes(bundle)
    settings.DOCUMENT_SEAL_P12 = str(tmp_path / "seal.p12")
    settings.DOCUMENT_SEAL_PASSPHRASE = passphrase
    assert seal(page, code=CODE).by == "Common Name: Portal of the Test"


def test_a_renewed_certificate_is_taken_up_at_once(page, given, frozen):
    key = KEYS["ec"]()
    given(key, certificate_of(key, name="Old"))
    assert seal(page, code=CODE).by == "Common Name: Old"
    given(key, certificate_of(key, name="New"))
    assert seal(page, code=CODE).by == "Common Name: New"


def test_a_certificate_that_has_ended_seals_nothing(page, given, frozen):
    key = KEYS["ec"]()
    given(key, certificate_of(key, ends=START - timedelta(days=1)))
    with pytest.raises(SealUnusable, match=r"The seal's certificate ended on 2026-11-22\."):
        seal(page, code=CODE)


def test_the_certificate_must_be_that_of_the_key(page, given, frozen):
    given(KEYS["ec"](), certificate_of(KEYS["ec"]()))
    with pytest.raises(SealUnusable, match="is not that of its key"):
        seal(page, code=CODE)


def test_other_kinds_of_keys_are_refused(page, given, frozen):
    key = KEYS["ed25519"]()
    given(key, certificate_of(key))
    with pytest.raises(SealUnusable, match="RSA keys and those on elliptic curves only"):
        seal(page, code=CODE)


def test_a_wrong_passphrase_is_told(page, given, settings, frozen):
    key = KEYS["ec"]()
    given(key, certificate_of(key), passphrase="open sesame")
    settings.DOCUMENT_SEAL_PASSPHRASE = "open barley"
    with pytest.raises(SealUnusable, match="do not open"):
        seal(page, code=CODE)


def test_a_missing_file_is_told(page, settings):
    settings.DOCUMENT_SEAL_KEY_FILE = "/nowhere/seal.key"
    with pytest.raises(SealUnusable, match="No such file or directory"):
        seal(page, code=CODE)


def test_a_bundle_that_is_none_is_told(page, settings, tmp_path):
    (tmp_path / "seal.p12").write_text("nothing")
    settings.DOCUMENT_SEAL_P12 = str(tmp_path / "seal.p12")
    with pytest.raises(SealUnusable, match="does not open"):
        seal(page, code=CODE)


def test_a_bundle_without_a_certificate_is_told(page, settings, tmp_path):
    bundle = pkcs12.serialize_key_and_certificates(b"seal", KEYS["ec"](), None, None, locked(""))
    (tmp_path / "seal.p12").write_bytes(bundle)
    settings.DOCUMENT_SEAL_P12 = str(tmp_path / "seal.p12")
    with pytest.raises(SealUnusable, match="is not that of its key"):
        seal(page, code=CODE)


def test_without_a_usable_seal_a_document_is_not_made(order, settings, caplog):
    settings.DOCUMENT_SEAL_KEY_FILE = "/nowhere/seal.key"
    document = order()
    assert not documents.make(document.pk)
    document.refresh_from_db()
    assert document.error.startswith("SealUnusable: The seal's file '/nowhere/seal.key'")


# --- the time ----------------------------------------------------------------------------------


@pytest.fixture
def time_service(settings):
    """A service that confirms times; its value tells how often it was asked."""
    key = KEYS["rsa"]()
    purpose = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = certificate_of(key, name="Clock of the Test", usage=[purpose])
    [own] = load_certs_from_pemder_data(certificate.public_bytes(PEM))
    private = load_private_key_from_pemder_data(
        key.private_bytes(PEM, P8, locked("")), passphrase=None
    )
    clock, asked = DummyTimeStamper(own, private), []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            request = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(request)
            answer = clock.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            """Nothing to say."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.DOCUMENT_TIMESTAMP_URL = f"http://127.0.0.1:{server.server_port}/"
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_service_confirms_the_time_of_the_seal(page, time_service):
    content = seal(page, code=CODE).content
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    added = [one["type"].native for one in signature.signer_info["unsigned_attrs"]]
    assert added == ["signature_time_stamp_token"]
    assert time_service != []


def test_a_service_that_is_silent_leaves_the_document_for_later(order, settings, caplog):
    settings.DOCUMENT_TIMESTAMP_URL = "http://127.0.0.1:9/"
    document = order()
    assert not documents.make(document.pk)
    document.refresh_from_db()
    assert document.status == "waiting"
