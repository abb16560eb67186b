"""Real processes for tests, as the Procfile starts them, on the database of the test: Celery's
workers and beat, and web servers."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60
TOKEN = "t" * 32
"""What a browser's cookie and the form hold against forged requests."""
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


class Web:
    """A web server with one process, and somebody with a session who asks it."""

    def __init__(self, process: Process, port: int) -> None:
        self.process, self._port = process, port

    def get(self, path: str, session: str) -> str:
        """The page; whatever comes back that is none is an error."""
        status, text = self._ask("GET", path, session)
        assert status == 200, f"{path}: {status}"
        return text

    def post(self, path: str, session: str, **data: str) -> None:
        """Send a form, as the page with the form would."""
        status, _text = self._ask("POST", path, session, csrfmiddlewaretoken=TOKEN, **data)
        assert status == 302, f"{path}: {status}"

    @property
    def is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _ask(self, method: str, path: str, session: str, **data: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}
        if data:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(data) or None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text


class Mill:
    """Starts workers, beats and web servers that share a queue, a folder and the test's
    database."""

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
        name = f"worker{self._started + 1}@test"
        return self._celery("worker", "--loglevel", "INFO", "--hostname", name, *options)

    def beat(self) -> Process:
        return self._celery("beat", "--loglevel", "INFO")

    def web(self) -> Web:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        options = {"PORT": str(port), "WEB_CONCURRENCY": "1"}
        command = ["gunicorn", "--config", "gunicorn.conf.py", "cxc_portal.wsgi"]
        return Web(self._start(*command, **options), port)

    def _celery(self, *arguments: str) -> Process:
        return self._start("celery", "--quiet", "--app", "cxc_portal", *arguments)

    def _start(self, *arguments: str, **variables: str) -> Process:
        self._started += 1
        log = self._folder / f"process-{self._started}.log"
        command = [sys.executable, "-m", *arguments]
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment | variables,
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


def until_listening(*servers: Web) -> None:
    until(
        lambda: all(server.is_listening for server in servers),
        *(server.process for server in servers),
    )


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
