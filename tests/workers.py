"""Real Celery processes for tests, as the Procfile starts them, on the database of the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class Process:
    """A running process, and the end of what it printed for when a test fails."""

    def __init__(self, popen: subprocess.Popen[bytes], log: Path) -> None:
        self._popen, self._log = popen, log

    def printed(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        """End it as a power cut would, with all its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None


class Mill:
    """Starts workers and beats that share a queue, a folder and the test's database."""

    def __init__(self, folder: Path, stack: ExitStack, variables: Mapping[str, str]) -> None:
        self._folder, self._stack = folder, stack
        self._environment = {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "cxc_portal.settings.dev",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url(),
            **variables,
        }
        self._started = 0

    def worker(self, *options: str) -> Process:
        self._started += 1
        name = f"worker{self._started}@test"
        return self._start("worker", "--loglevel", "INFO", "--hostname", name, *options)

    def beat(self) -> Process:
        self._started += 1
        return self._start("beat", "--loglevel", "INFO")

    def _start(self, *arguments: str) -> Process:
        log = self._folder / f"process-{self._started}.log"
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "cxc_portal", *arguments]
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        process = Process(popen, log)
        self._stack.callback(process.kill)
        return process


def until(condition: Callable[[], bool], *processes: Process) -> None:
    """Wait for something that real processes bring about."""
    end = time.monotonic() + PATIENCE
    while not condition():
        said = "\n".join(process.printed()[-3000:] for process in processes)
        assert time.monotonic() < end, f"waited in vain; the processes said:\n{said}"
        assert all(process.is_running for process in processes), f"a process ended:\n{said}"
        time.sleep(0.05)


def until_ready(*workers: Process) -> None:
    until(lambda: all(" ready." in worker.printed() for worker in workers), *workers)


def database_url() -> str:
    """The database that the test runs on, as DATABASE_URL names it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    login = f"{quote(database['USER'])}{password}"
    return f"postgres://{login}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


@contextmanager
def mill(folder: Path, **variables: str) -> Iterator[Mill]:
    """A place to start processes in; all of them have ended afterwards."""
    with ExitStack() as stack:
        yield Mill(folder, stack, variables)
