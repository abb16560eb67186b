"""The embedded mode: one machine, SQLite, a folder as queue, the demo world inside."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEFAULTS = {
    "COLLECTED_STATIC": "1",
    "DJANGO_SETTINGS_MODULE": "cxc_portal.settings.dev",
    "DEMO": "1",
    "HOST": "127.0.0.1",
    "LOG_LEVEL": "WARNING",  # the worker tells of every task otherwise, over the welcome
    "PORT": "8000",
}
ROOT_IS_FINE = "ignore:You're running the worker with superuser privileges"
THROWN_AWAY = (
    "portal.sqlite3*",
    "media",
    "mail",
    "queue",
    "cache",
    "beat-schedule*",
    "demo-loaded",
)


def environment() -> dict[str, str]:
    """The variables that the three processes run with; the caller's own win."""
    values = DEFAULTS | dict(os.environ)
    values.setdefault("SITE_URL", f"http://localhost:{values['PORT']}")
    values.setdefault("VAR_DIR", str(ROOT / "var"))
    values["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), values.get("PATH", "")])
    if os.geteuid() == 0:
        values.setdefault("PYTHONWARNINGS", ROOT_IS_FINE)
    return values


@contextlib.contextmanager
def the_only_one(values: dict[str, str]) -> Iterator[None]:
    """Hold the lock on the data folder, so that nobody resets it under a running portal."""
    folder = Path(values["VAR_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"The portal is running on {folder}. Stop it first (Ctrl-C).")
        yield


def prepare(values: dict[str, str]) -> None:
    """Bring the database and the reference data up to date; load the demo world once."""
    loaded = Path(values["VAR_DIR"]) / "demo-loaded"
    if not values.get("DATABASE_URL") and not (loaded.parent / "portal.sqlite3").exists():
        loaded.unlink(missing_ok=True)
    _collect_static(values)
    manage(values, "migrate", "--verbosity", "0", "--no-input")
    manage(values, "load_reference_data", quiet=True)
    if values["DEMO"] == "1" and not loaded.exists():
        print("Loading the demo world ...", flush=True)
        manage(values, "load_demo")
        loaded.touch()


def _collect_static(values: dict[str, str]) -> None:
    """Collect and compress the static files when one of them is newer than the last time."""
    manifest = Path(values["VAR_DIR"]) / "static" / "staticfiles.json"
    sources = [ROOT / "requirements.txt", *(ROOT / "static").rglob("*")]
    if manifest.exists() and manifest.stat().st_mtime > max(p.stat().st_mtime for p in sources):
        return
    manage(values, "collectstatic", "--verbosity", "0", "--no-input")


def reset(values: dict[str, str]) -> None:
    """Throw the embedded mode's data away. Keys stay, so that sessions do not clash."""
    if values.get("DATABASE_URL"):
        sys.exit("DATABASE_URL is set: demo-reset only throws away the embedded mode's own data.")
    for pattern in THROWN_AWAY:
        for path in Path(values["VAR_DIR"]).glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def manage(values: dict[str, str], *arguments: str, quiet: bool = False) -> None:
    """Run a management command; its failure ends the program with its exit code."""
    command = [sys.executable, "manage.py", *arguments]
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, env=values, cwd=ROOT, stdout=output, check=False)
    if done.returncode:
        sys.exit(done.returncode)
