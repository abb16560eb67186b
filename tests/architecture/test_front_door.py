"""What `make run` and `make demo-reset` start, tried for real in a folder of its own."""

import contextlib
import fcntl
import http.client
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.deployment_files import ROOT, in_the_image, procfile

START_SECONDS = 90
STOP_SECONDS = 40
SERVER_VARIABLES = {"CELERY_BROKER_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "REDIS_URL"}


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path, port: int) -> dict[str, str]:
    """The embedded mode in `tmp_path`, without the demo world."""
    inherited = {k: v for k, v in os.environ.items() if k not in SERVER_VARIABLES}
    return inherited | {
        "VAR_DIR": str(tmp_path),
        "PORT": str(port),
        "DEMO": "0",
        "LOG_LEVEL": "INFO",
    }


@pytest.fixture
def embedded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("embedded", ROOT / "bin" / "embedded.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def running(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The portal as a terminal would start it: leader of a group that gets the signals."""
    with log.open("wb") as output:
        portal = subprocess.Popen(
            [sys.executable, "bin/run.py"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield portal
    finally:
        if portal.poll() is None:
            os.killpg(portal.pid, signal.SIGTERM)
            portal.wait(STOP_SECONDS)


def status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def wait_for(condition, seconds: int) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def processes_of(folder: Path) -> list[str]:
    """The command lines of this machine's processes that work on `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"VAR_DIR={folder}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the processes from /proc")
def test_portal_starts_its_processes_and_leaves_none_behind(environment, port, tmp_path):
    log = tmp_path / "log"
    with running(environment, log) as portal:
        assert wait_for(lambda: status(port, "/healthz") == 200, START_SECONDS), log.read_text()
        assert wait_for(lambda: "ready." in log.read_text(), START_SECONDS), log.read_text()
        assert status(port, "/readyz") == 200
        commands = " | ".join(processes_of(tmp_path))
        for command in procfile().values():
            assert " ".join(in_the_image(command)).removeprefix("nice -n 19 ") in commands
        os.killpg(portal.pid, signal.SIGINT)
        assert portal.wait(STOP_SECONDS) == 0, log.read_text()
    assert processes_of(tmp_path) == []
    assert "SIGKILL" not in log.read_text()


def test_taken_port_is_told_with_the_next_one(environment, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        refused = subprocess.run(
            [sys.executable, "bin/run.py"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr == f"Port {port} is taken. Choose another: make run PORT={port + 1}\n"


def test_reset_is_refused_while_the_portal_runs(environment, tmp_path):
    database = tmp_path / "portal.sqlite3"
    database.write_text("in use")
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = subprocess.run(
            [sys.executable, "bin/demo_reset.py"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert refused.returncode == 1
    assert refused.stderr == f"The portal is running on {tmp_path}. Stop it first (Ctrl-C).\n"
    assert database.read_text() == "in use"


def test_reset_throws_away_the_data_and_keeps_the_key(embedded, tmp_path):
    for name in ("portal.sqlite3", "portal.sqlite3-wal", "demo-loaded", "secret_key", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "media" / "cv").mkdir(parents=True)
    embedded.reset({"VAR_DIR": str(tmp_path)})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "secret_key"]


def test_reset_never_touches_a_database_server(embedded, tmp_path):
    (tmp_path / "portal.sqlite3").touch()
    with pytest.raises(SystemExit, match="DATABASE_URL is set"):
        embedded.reset({"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgres://db.example/portal"})
    assert (tmp_path / "portal.sqlite3").exists()
