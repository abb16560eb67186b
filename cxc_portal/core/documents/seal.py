"""The portal's seal on a finished PDF: PAdES, the only place that knows pyHanko.

Loading it takes as long as sealing a document, so the workers load this module when they need it.
Key and certificate come from the settings; without them the portal makes its own once.
"""

import asyncio
import contextlib
import io
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cxc_portal.core import clock

FIELD = "Seal"
DIGEST = "sha256"
PLACE = "ClusterXchange"
SELF_MADE = "ClusterXchange portal (self-made seal)"
SELF_MADE_HOLDS = timedelta(days=3653)
TIMESTAMP_SECONDS = 15


class SealUnusable(Exception):
    """There is no key or certificate that the portal could seal with; the text says why."""


@dataclass(frozen=True)
class Sealed:
    """A sealed file: its content, whose seal it carries, since when, and which certificate."""

    content: bytes
    by: str
    at: datetime
    fingerprint: str


class _OpenKey(Signer):
    """A signer that opens and checks its key once, and not for each document."""

    def __init__(
        self, key: RSAPrivateKey | EllipticCurvePrivateKey, chain: list[x509.Certificate]
    ) -> None:
        pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
        own, *others = load_certs_from_pemder_data(pem)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(others)
        super().__init__(signing_cert=own, cert_registry=store)
        self._key = key
        self._rehearsed: Any = None
        self.ends = chain[0].not_valid_after_utc
        # Read before any thread does: the parser of names fills its memory bit by bit.
        self.name = self.subject_name

    async def async_sign(
        self,
        data_digest: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
        *args: Any,
        timestamper: Any = None,
        **options: Any,
    ) -> Any:
        """How much room a signature takes is rehearsed for the first document alone: without the
        answer of a timestamp service they are all alike."""
        is_like_others = dry_run and not timestamper
        if is_like_others and self._rehearsed:
            return self._rehearsed
        options["timestamper"] = timestamper
        made = await super().async_sign(data_digest, digest_algorithm, dry_run, *args, **options)
        if is_like_others:
            self._rehearsed = made
        return made

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ECDSA(hashes.SHA256()))


class _Sealer(PdfSigner):
    """A signer that asks the portal's clock."""

    def __init__(self, *args: Any, moment: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self._moment = moment

    def init_signing_session(self, *args: Any, **options: Any) -> Any:
        session = super().init_signing_session(*args, **options)
        session.system_time = self._moment
        return session


def seal(content: bytes, *, code: str) -> Sealed:
    """The same file with the portal's seal appended; not one byte before it changes."""
    moment = clock.now()
    signer = _signer()
    sealer = _Sealer(
        PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            location=PLACE,
            reason=f"Sealed by the ClusterXchange portal. Verification code: {code}",
            subfilter=SigSeedSubFilter.PADES,
        ),
        signer,
        timestamper=_timestamper(),
        new_field_spec=SigFieldSpec(FIELD),
        moment=moment,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    sealed = _alone(lambda: asyncio.run(sealer.async_sign_pdf(writer)))
    certificate: Any = signer.signing_cert
    return Sealed(
        content=sealed.getvalue(),
        by=certificate.subject.human_friendly,
        at=moment,
        fingerprint=certificate.sha256.hex(),
    )


def _alone(work: Callable[[], Any]) -> Any:
    """Run what needs an event loop of its own where there may be one already."""
    results: list[Any] = []
    problems: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as problem:  # noqa: BLE001 - raised again by the caller's thread
            problems.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return results[0]


def _timestamper() -> HTTPTimeStamper | None:
    url = settings.DOCUMENT_TIMESTAMP_URL
    return HTTPTimeStamper(url, timeout=TIMESTAMP_SECONDS) if url else None


def _signer() -> _OpenKey:
    """Whoever seals: the settings' PKCS #12 file or pair of PEM files, else the self-made pair."""
    if bundle := settings.DOCUMENT_SEAL_P12:
        signer = _from_bundle(*_stamp(bundle))
    elif key := settings.DOCUMENT_SEAL_KEY_FILE:
        signer = _from_pem(*_stamp(key), *_stamp(settings.DOCUMENT_SEAL_CERTIFICATE_FILE))
    else:
        own = str(_self_made())
        signer = _from_pem(*_stamp(own), *_stamp(own))
    if signer.ends < clock.now():
        raise SealUnusable(f"The seal's certificate ended on {signer.ends:%Y-%m-%d}.")
    return signer


def _stamp(path: str) -> tuple[str, int]:
    """A file and when it was changed, so that a renewed certificate is taken up at once."""
    try:
        return path, Path(path).stat().st_mtime_ns
    except OSError as problem:
        raise SealUnusable(f"The seal's file {path!r}: {problem.strerror}.") from problem


def _passphrase() -> bytes | None:
    return settings.DOCUMENT_SEAL_PASSPHRASE.encode() or None


@lru_cache(maxsize=2)
def _from_bundle(path: str, _changed: int) -> _OpenKey:
    try:
        key, own, chain = pkcs12.load_key_and_certificates(Path(path).read_bytes(), _passphrase())
    except (OSError, ValueError) as problem:
        raise SealUnusable(f"The seal's file {path!r} does not open: {problem}.") from problem
    return _checked(key, [own, *chain] if own else [])


@lru_cache(maxsize=2)
def _from_pem(key_file: str, _key_changed: int, certificate_file: str, _changed: int) -> _OpenKey:
    try:
        key = serialization.load_pem_private_key(Path(key_file).read_bytes(), _passphrase())
        chain = x509.load_pem_x509_certificates(Path(certificate_file).read_bytes())
    except (OSError, ValueError, TypeError) as problem:
        raise SealUnusable(
            f"The seal's files {key_file!r} and {certificate_file!r} do not open: {problem}."
        ) from problem
    return _checked(key, chain)


def _checked(key: object, chain: list[x509.Certificate]) -> _OpenKey:
    """The signer of a key and its certificate, which comes first in the chain."""
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise SealUnusable("The portal seals with RSA keys and those on elliptic curves only.")
    if not chain or chain[0].public_key() != key.public_key():
        raise SealUnusable("The seal's certificate, the first in its file, is not that of its key.")
    return _OpenKey(key, chain)


def _self_made() -> Path:
    """One file with key and certificate, made by whoever comes first and readable to us alone."""
    path = Path(settings.VAR_DIR, "seal", "seal.pem")
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent) as draft:  # nobody else may read it
            draft.write(_new_pair())
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):  # somebody else was first
                os.link(draft.name, path)
    return path


def _new_pair() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SELF_MADE)])
    begin = clock.now() - timedelta(days=1)
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + SELF_MADE_HOLDS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
