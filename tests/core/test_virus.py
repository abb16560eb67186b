import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings

from cxc_portal.core.virus import CHUNK, ScannerUnavailable, found_in

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _answer(connection: socket.socket, fixed: bytes | None) -> None:
    assert _receive(connection, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack("!L", _receive(connection, 4))[0]:
        content += _receive(connection, size)
    verdict = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
    answer = b"stream: " + verdict + b"\0" if fixed is None else fixed
    middle = len(answer) // 2
    for part in (answer[:middle], answer[middle:]):
        connection.sendall(part)


@contextmanager
def clamd(fixed: bytes | None = None) -> Iterator[None]:
    """A daemon that speaks INSTREAM and knows one virus; `fixed` is what it answers instead."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                _answer(connection, fixed)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with override_settings(VIRUS_SCANNER=f"clamd://127.0.0.1:{server.getsockname()[1]}"):
            yield
        thread.join(5)


def refuse_all(file: io.BytesIO) -> str:
    return "Everything" if file.read() else ""


def test_without_a_scanner_nothing_is_found(settings):
    settings.VIRUS_SCANNER = ""
    assert found_in(io.BytesIO(EICAR)) == ""


def test_clamd_names_the_virus_it_found():
    with clamd():
        assert found_in(io.BytesIO(EICAR)) == "Eicar-Test-Signature"


def test_clamd_lets_a_clean_file_of_many_chunks_pass():
    with clamd():
        assert found_in(io.BytesIO(b"clean" * CHUNK)) == ""


def test_clamd_finds_what_lies_across_two_chunks():
    with clamd():
        assert found_in(io.BytesIO(b"." * (CHUNK - 10) + EICAR)) == "Eicar-Test-Signature"


def test_file_is_read_from_its_start_and_left_there():
    file = io.BytesIO(EICAR)
    file.read()
    with clamd():
        assert found_in(file) == "Eicar-Test-Signature"
    assert file.tell() == 0


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"OKAY\0"])
def test_an_answer_that_is_no_verdict_counts_as_no_scanner(answer):
    with clamd(answer), pytest.raises(ScannerUnavailable):
        found_in(io.BytesIO(b"clean"))


def test_a_daemon_that_is_not_there_counts_as_no_scanner(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.VIRUS_SCANNER = f"clamd://127.0.0.1:{port}"
    with pytest.raises(ScannerUnavailable):
        found_in(io.BytesIO(b"clean"))


def test_a_function_can_be_the_scanner(settings):
    settings.VIRUS_SCANNER = f"{__name__}.refuse_all"
    assert found_in(io.BytesIO(b"x")) == "Everything"
    assert found_in(io.BytesIO(b"")) == ""
