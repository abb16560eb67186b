"""How the web process serves. Read by gunicorn wherever it starts: make run, image, server."""

import gc
import os
from pathlib import Path
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
accesslog = "-"
# The workers' heartbeat is a file: on a slow disk it would make them look hung.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - Linux's memory
control_socket_disable = True


def post_worker_init(_worker: Any) -> None:
    """What a process has loaded when it begins stays for ever: its garbage collector need not look
    through all of it each time, which takes a quarter of a second. A page makes some ten thousand
    objects that go by themselves; to look for circles among every 700 of them takes a twentieth of
    the page's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
