"""Starts the portal in embedded mode: web, workers and beat as the Procfile names them.

What `make run` starts. Ctrl-C, SIGTERM or a closed terminal stop them all.
"""

import contextlib
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import time

from embedded import ROOT, environment, prepare, the_only_one
from honcho import manager as honcho_manager
from honcho.compat import ProcessManager
from honcho.environ import parse_procfile
from honcho.printer import Printer

START_SECONDS = 120
STOP_SECONDS = 30  # the worker ends what it has in hand
ACCOUNTS = (
    ("visitor@demo.example", "a visiting organisation"),
    ("host@demo.example", "a host"),
    ("traveller@demo.example", "a visitor whose evidence is looked at"),
    ("officer@demo.example", "officer of RECIPE4MOBILITY"),
    ("officer.exxtra@demo.example", "officer of EXXTRA"),
    ("coordinator@demo.example", "coordinator of RECIPE4MOBILITY"),
    ("support@demo.example", "Support Office"),
    ("observer@demo.example", "observer"),
)


class Leaders(ProcessManager):
    """Asks the processes that were started to end, and lets them end their own children.

    honcho asks the children too, upon which Celery's worker loses them and what they work on.
    """

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def main() -> int:
    values = environment()
    _refuse_a_taken_port(values)
    with the_only_one(values):
        prepare(values)
        return _start(values)


def _refuse_a_taken_port(values: dict[str, str]) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((values["HOST"], int(values["PORT"])))
        except OSError:
            port = int(values["PORT"])
            sys.exit(f"Port {port} is taken. Choose another: make run PORT={port + 1}")


def _start(values: dict[str, str]) -> int:
    """Run the processes until one ends or a signal comes; 0 when the user stopped them."""
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    honcho_manager.KILL_WAIT = STOP_SECONDS
    manager = honcho_manager.Manager(Printer(sys.stdout))
    manager._procmgr = Leaders()
    procfile = parse_procfile((ROOT / "Procfile").read_text())
    for name, command in procfile.processes.items():
        manager.add_process(name, command, env=values, cwd=str(ROOT))
    multiprocessing.Process(target=_welcome, args=(values,), daemon=True).start()
    manager.loop()
    stopped_by_user = manager.returncode in {128 + signal.SIGINT, 128 + signal.SIGTERM}
    return 0 if stopped_by_user else manager.returncode or 1


def _welcome(values: dict[str, str]) -> None:
    """Once the web answers, say where it is and how to get in."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    until = time.monotonic() + START_SECONDS
    while not _answers(int(values["PORT"])):
        if time.monotonic() > until:
            return
        time.sleep(0.2)
    lines = ["", f"  The portal is open:  {values['SITE_URL']}/"]
    if values["DEMO"] == "1":
        lines += [f"  Mails to read:       {values['SITE_URL']}/mailbox/", ""]
        lines += [f"  {address:<28} {role}" for address, role in ACCOUNTS]
        lines += [f"  Password of all of them: {_demo_password(values)}"]
    print("\n".join([*lines, "", "  Ctrl-C stops it.", ""]), flush=True)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("localhost", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def _demo_password(values: dict[str, str]) -> str:
    os.environ.update(values)
    sys.path.insert(0, str(ROOT))
    from django.conf import settings  # noqa: PLC0415 - reads the environment set just above

    return str(settings.DEMO_PASSWORD)


if __name__ == "__main__":
    sys.exit(main())
