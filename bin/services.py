"""Private, throw-away servers for the tests: PostgreSQL and Redis on free local ports.

Both live in one temporary folder, hold nothing worth keeping and are stopped on the way out,
however that comes. A program that is missing is installed from Debian's packages where the user
may do that.
"""

import contextlib
import functools
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STOP_SECONDS = 20
START_SECONDS = 30


class Unavailable(Exception):
    """A program that the tests need is not here and cannot be installed."""


@dataclass(frozen=True)
class Program:
    name: str
    packages: tuple[str, ...]
    find: Callable[[], str | None]


def find_initdb() -> str | None:
    """The newest `initdb`; Debian keeps it outside the path, one folder per version."""
    homes = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: float(p.split("/")[-2]))
    return shutil.which("initdb", path=os.pathsep.join([*reversed(homes), os.environ["PATH"]]))


def find_browser() -> str | None:
    """The Chromium to drive, the same way as tests/plugins/needs.py looks for it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


POSTGRES = Program("PostgreSQL", ("postgresql",), find_initdb)
REDIS = Program("Redis", ("redis-server",), lambda: shutil.which("redis-server"))
CHROMIUM = Program("Chromium", ("chromium",), find_browser)
PDF_TOOLS = Program("pdfsig", ("poppler-utils",), lambda: shutil.which("pdfsig"))


def provide(*programs: Program) -> dict[str, str]:
    """Install what is missing where the user may, and return each program's path by name.

    Raises Unavailable, with the command to type, for what cannot be had.
    """
    missing = [
        package for program in programs if not program.find() for package in program.packages
    ]
    if missing:
        _apt_install(missing)
    lacking = [program for program in programs if not program.find()]
    if lacking:
        names = ", ".join(program.name for program in lacking)
        packages = " ".join(package for program in lacking for package in program.packages)
        raise Unavailable(f"{names} not found; on Debian: sudo apt-get install {packages}")
    return {program.name: str(program.find()) for program in programs}


def _apt_install(packages: list[str]) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {' '.join(packages)} ...", flush=True)
    _apt_update()
    _apt_get("install", "-q", "-y", "--no-install-recommends", *packages)


@functools.cache
def _apt_update() -> None:
    _apt_get("update", "-q")


def _apt_get(*arguments: str) -> None:
    """Run apt-get in silence; the end of what it said is printed when it fails."""
    # In runlevel 1 Debian's packages start no server of their own.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(
        ["apt-get", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print("\n".join((done.stdout + done.stderr).splitlines()[-20:]), flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder, taken away afterwards with all that the tests left in it."""
    folder = Path(tempfile.mkdtemp(prefix="cxc-servers-", dir="/tmp" if _is_root() else None))  # noqa: S108 - PostgreSQL's account cannot enter root's own folders
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Take a folder away, in which processes that are just ending may still write."""
    until = time.monotonic() + STOP_SECONDS
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)


@contextlib.contextmanager
def postgres(initdb: str, folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server; yields its DATABASE_URL."""
    data, port = folder / "postgres", free_port()
    account = _unprivileged_account()
    data.mkdir(mode=0o700)
    if account:
        folder.chmod(0o755)
        os.chown(data, account["user"], account["group"])
    create = [initdb, "-D", str(data), "-U", "portal", "-A", "trust", "-E", "UTF8"]
    create += ["--locale=C", "--no-sync"]
    subprocess.run(create, cwd="/", stdout=subprocess.DEVNULL, check=True, **account)
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        # Tests roll back what they write: statistics would say that the tables are empty, and a
        # join of many empty tables is planned so badly that it takes minutes on sixty rows.
        "autovacuum": "off",
        "max_wal_size": "2GB",
        "max_connections": 200,
        "logging_collector": "off",
        "timezone": "UTC",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(Path(initdb).with_name("postgres")), "-D", str(data), *options]
    is_ready = [str(Path(initdb).with_name("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(port)]
    log = folder / "postgres.log"
    with _running(command, is_ready, log, stop_by=signal.SIGINT, **account):
        yield f"postgres://portal@127.0.0.1:{port}/portal"


@contextlib.contextmanager
def redis(server: str, folder: Path) -> Iterator[str]:
    """Run a Redis server that keeps nothing; yields its address, to which `/<number>` is added."""
    port = free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no"]
    is_ready = [str(Path(server).with_name("redis-cli")), "-p", str(port), "ping"]
    with _running(command, is_ready, folder / "redis.log", stop_by=signal.SIGTERM):
        yield f"redis://127.0.0.1:{port}"


@contextlib.contextmanager
def _running(
    command: list[str], is_ready: list[str], log: Path, *, stop_by: signal.Signals, **account: Any
) -> Iterator[None]:
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the tests; the server stops after them
            **account,
        )
    try:
        _wait_until(is_ready, server, log)
        yield
    finally:
        server.send_signal(stop_by)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_until(is_ready: list[str], server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if subprocess.run(is_ready, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise Unavailable(f"{is_ready[0]}: no server came up. Its log ends: {log.read_text()[-2000:]}")


def _is_root() -> bool:
    return os.geteuid() == 0


def _unprivileged_account() -> dict[str, Any]:
    """Arguments that make root's children run as another: PostgreSQL refuses root."""
    if not _is_root():
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
