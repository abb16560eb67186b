"""How long the page of matches takes among many published profiles.

Run by hand: `python -m tests.benchmarks.bench_match_page [count …]`, 100,000 unless told otherwise.
It starts PostgreSQL and gunicorn of its own, with one web process. The yardstick is a view in the
same server that asks for log-in and draws 25 rows of the same table, no more (see
`match_page_urls.py`); both are asked in turn over one connection. With several counts it also says
how much slower each page is among the most than among the fewest.
"""

import contextlib
import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bin"))

import psycopg2  # noqa: E402
from services import POSTGRES, free_port, postgres, private_folder, provide  # noqa: E402

SIZES = (100_000,)
ROUNDS = 60
WARM_UP = 8
SEED = 1
REF = f"G{SEED}-0000007"
PAGE = f"/matches/{REF}/"
YARDSTICK = "/yardstick/"
VIEWS = {
    "bare list of 25 rows": YARDSTICK,
    "matches": PAGE,
    "filter: country": f"{PAGE}?country=DE",
    "filter: sector": f"{PAGE}?sector=29",
    "filter: language": f"{PAGE}?language=fr",
    "filter: type": f"{PAGE}?type=incubator",
    "filter: purpose": f"{PAGE}?purpose=learn",
    "filter: days": f"{PAGE}?days=5",
    "filter: mode": f"{PAGE}?mode=virtual",
    "filter: a rare word": f"{PAGE}?name=0077",
    "filter: a word that all have": f"{PAGE}?name=synthetic",
    "by name": f"{PAGE}?sort=name",
    "by country": f"{PAGE}?sort=country",
    "page 40": f"{PAGE}?page=40",
    "not possible": f"{PAGE}?show=excluded",
    "one pair": f"{PAGE}G{SEED}-0000050/",
}


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    initdb = provide(POSTGRES)[POSTGRES.name]
    with private_folder() as folder, postgres(initdb, folder) as url:
        prepare(url, folder)
        medians = []
        for size in sorted(sizes):
            session = fill(size)
            sys.stdout.write(f"{size:,} published profiles\n")
            measure_index()
            with server() as port:
                medians.append(measure(port, session))
    if len(medians) > 1:
        sys.stdout.write(f"from {min(sizes):,} to {max(sizes):,} profiles\n")
        for name, fewest in medians[0].items():
            sys.stdout.write(f"  {name:<30}{medians[-1][name] / fewest:>8.2f} times\n")


def prepare(url: str, folder: Path) -> None:
    """An empty portal in its own database; the settings that all children inherit."""
    connection = psycopg2.connect(url.rpartition("/")[0] + "/postgres")
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE portal")
    connection.close()
    os.environ |= {
        "DATABASE_URL": url,
        "VAR_DIR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.match_page_settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", stdout=open(os.devnull, "w"))  # noqa: SIM115


def fill(size: int) -> str:
    """So many published profiles; gives the session of somebody who owns one of them."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from profiles.models import Membership, Profile, User
    from profiles.services.generation import generate_profiles

    generate_profiles(count=size, seed=SEED)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    user = User.objects.filter(email="bench@example.org").first()
    if user is None:
        user = User.objects.create_user("bench@example.org")
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        organisation = Profile.objects.get(ref=REF).organisation
        Membership.objects.create(user=user, organisation=organisation)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies["sessionid"].value


def measure_index() -> None:
    """How long one process takes to load the index and to take up what has changed."""
    from matching.index import ProfileIndex
    from matching.services.index import refresh_records
    from profiles.models import Profile

    index = ProfileIndex()
    started = time.perf_counter()
    with index.reading():
        loading = time.perf_counter() - started
    changed, key = [], Profile.objects.get(ref=REF).pk
    for _ in range(9):
        refresh_records(profile_ids=[key])
        started = time.perf_counter()
        with index.reading():
            changed.append(time.perf_counter() - started)
    sys.stdout.write(f"  load the index: {loading:.2f} s\n")
    sys.stdout.write(f"  take up one changed profile: {statistics.median(changed) * 1000:.1f} ms\n")


@contextlib.contextmanager
def server() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "cxc_portal.wsgi"]
    settings = {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(
            [*command, "--log-level", "error", "--access-logfile", os.devnull],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=nowhere,
            stderr=nowhere,
        )
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def measure(
    port: int,
    session: str,
    views: Mapping[str, str] = VIEWS,
    before: Callable[[str], object] = str,
    rounds: int = ROUNDS,
) -> dict[str, float]:
    """The median time of each page, which it also prints with its ratio to the yardstick, the first
    of them. `before` is called with the name of each before it is asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    wait_for(connection)
    for path in views.values():
        for _ in range(min(WARM_UP, rounds)):
            ask(connection, path, session)
    times: dict[str, list[float]] = {name: [] for name in views}
    for _ in range(rounds):
        for name, path in views.items():
            before(name)
            times[name].append(ask(connection, path, session))
    medians = {name: statistics.median(each) for name, each in times.items()}
    yardstick = next(iter(medians.values()))
    for name, median in medians.items():
        line = f"  {name:<30}{median * 1000:>9.1f} ms{median / yardstick:>8.2f}"
        sys.stdout.write(f"{line}\n")
    return medians


def wait_for(connection: http.client.HTTPConnection) -> None:
    for _ in range(100):
        try:
            connection.connect()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("gunicorn did not start")


def ask(connection: http.client.HTTPConnection, path: str, session: str) -> float:
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
