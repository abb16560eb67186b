"""Runs the whole suite on SQLite, then on PostgreSQL and Redis. What `make test` starts.

Coverage is measured in the second run, because measuring takes half as long again as the tests.
Tests that use no database are left to that run, too, and journeys in the browser are made on a
small screen in the first and on a wide one in the second. Arguments are handed to pytest; chosen
tests run entirely on both and are not judged by coverage.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from services import (
    CHROMIUM,
    PDF_TOOLS,
    POSTGRES,
    REDIS,
    Program,
    Unavailable,
    postgres,
    private_folder,
    provide,
    redis,
)

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
NOT_INHERITED = {"CELERY_BROKER_URL", "DATABASE_URL", "DEMO", "EMAIL_URL", "REDIS_URL", "VAR_DIR"}
FIRST_OF_TWO = ("--only-database", "--only-screen=narrow")
SECOND_OF_TWO = ("--only-screen=wide", "--cov", "--cov-report=term-missing", "--full-coverage")
STOP_SECONDS = 20


def main(arguments: list[str]) -> int:
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    environment = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
    environment["DJANGO_SETTINGS_MODULE"] = "cxc_portal.settings.test"
    browser = _optional(CHROMIUM)
    if browser:
        environment["CHROMIUM"] = browser[CHROMIUM.name]
    pdf_tools = _optional(PDF_TOOLS)
    servers = _optional(POSTGRES, REDIS)
    if IN_CI and not (browser and pdf_tools and servers):
        return 1

    with private_folder() as folder:
        environment["TMPDIR"] = str(folder)
        print("\n== The suite on SQLite", flush=True)
        is_whole = bool(servers) and not arguments
        code = _pytest(FIRST_OF_TWO if is_whole else (), arguments, environment)
        if code or not servers:
            return code
        print("\n== The suite on PostgreSQL and Redis", flush=True)
        with _servers(servers, folder) as addresses:
            options = SECOND_OF_TWO if is_whole else ()
            return _pytest(options, arguments, environment | addresses)


def _optional(*programs: Program) -> dict[str, str] | None:
    try:
        return provide(*programs)
    except Unavailable as problem:
        print(f"{'Cannot test' if IN_CI else 'Left out'}: {problem}", flush=True)
        return None


def _pytest(options: Sequence[str], arguments: list[str], environment: dict[str, str]) -> int:
    workers = os.environ.get("TEST_WORKERS") or str(min(os.cpu_count() or 1, 4))
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "worksteal"]
    run = subprocess.Popen([*command, *options, *arguments], env=environment)
    try:
        return run.wait()
    except KeyboardInterrupt:  # the terminal told pytest as well
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(STOP_SECONDS)
        raise
    finally:
        run.terminate()
        run.wait()


@contextlib.contextmanager
def _servers(programs: dict[str, str], folder: Path) -> Iterator[dict[str, str]]:
    with (
        postgres(programs[POSTGRES.name], folder) as database,
        redis(programs[REDIS.name], folder) as broker,
    ):
        yield {
            "DATABASE_URL": database,
            "CELERY_BROKER_URL": f"{broker}/0",
            "REDIS_URL": f"{broker}/1",
        }


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
