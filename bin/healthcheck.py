"""Tells a container's supervisor whether its process is well: `healthcheck.py web`, `worker`,
`documents` or `beat`.

The web must answer on /healthz, both workers must answer a ping over the queue, and beat must have
written its schedule down lately.
"""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

BEAT_WRITES_EVERY = 180


def web() -> bool:
    """Asks under the first allowed name, because a stranger's name is refused."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), 5)
    connection.request("GET", "/healthz", headers={"Host": host})
    return connection.getresponse().status == http.HTTPStatus.OK


def worker(name: str = "celery") -> bool:
    name = f"{name}@{os.environ['HOSTNAME']}"
    ping = ["celery", "--quiet", "--app", "cxc_portal", "inspect", "ping", "--destination", name]
    return subprocess.run(ping, capture_output=True, check=False, timeout=20).returncode == 0


def documents() -> bool:
    return worker("documents")


def beat() -> bool:
    written = [path.stat().st_mtime for path in Path(os.environ["VAR_DIR"]).glob("beat-schedule*")]
    return bool(written) and time.time() - max(written) < 3 * BEAT_WRITES_EVERY  # noqa: TID251


if __name__ == "__main__":
    checks = {"web": web, "worker": worker, "documents": documents, "beat": beat}
    sys.exit(not checks[sys.argv[1]]())
