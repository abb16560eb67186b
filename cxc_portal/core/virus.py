"""Asking a virus scanner about an uploaded file.

`settings.VIRUS_SCANNER` is empty (no scanner), `clamd://host:port` for a ClamAV daemon, or the
dotted path of a function `(file) -> str` that returns the name of what it found, "" when the file
is clean, and raises `ScannerUnavailable` when it cannot tell.
"""

import logging
import socket
import struct
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

Scanner = Callable[[BinaryIO], str]

CLAMD_PORT = 3310
CHUNK = 64 * 1024
TIMEOUT = 20.0
LONGEST_ANSWER = 4096


class ScannerUnavailable(Exception):
    """The scanner is configured and does not answer: nobody can tell whether the file is clean."""


def found_in(file: BinaryIO) -> str:
    """The name of the virus in a file, or "". Leaves the file at its start.

    Raises `ScannerUnavailable` when the scanner of the settings gives no answer.
    """
    scanner = _scanner(settings.VIRUS_SCANNER)
    if scanner is None:
        return ""
    file.seek(0)
    try:
        return scanner(file)
    except OSError as problem:
        logger.warning("the virus scanner does not answer: %s", type(problem).__name__)
        raise ScannerUnavailable from problem
    finally:
        file.seek(0)


def _scanner(address: str) -> Scanner | None:
    if not address:
        return None
    if address.startswith("clamd://"):
        place = urlsplit(address)
        host, port = place.hostname or "localhost", place.port or CLAMD_PORT
        return lambda file: ask_clamd(file, host=host, port=port)
    scanner: Scanner = import_string(address)
    return scanner


def ask_clamd(file: BinaryIO, *, host: str, port: int) -> str:
    """The answer of a ClamAV daemon (command INSTREAM) in `found_in`'s terms."""
    with socket.create_connection((host, port), timeout=TIMEOUT) as connection:
        connection.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        answer = _read_answer(connection)
    verdict = answer.rpartition(":")[2].strip()
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND").strip()
    logger.warning("the virus scanner answered something else than a verdict")
    raise ScannerUnavailable


def _read_answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].decode("ascii", "replace").strip()
