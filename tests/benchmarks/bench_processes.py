"""How soon a profile that one process publishes is found in the others.

Run by hand: `python -m tests.benchmarks.bench_processes [count]`, among 10,000 published profiles
unless told otherwise. It starts PostgreSQL, Redis, two web servers with one process each, and two
workers. A member brings a profile back to the catalogue through one web server, and a worker
publishes one by an import. The clock starts when that is done, and stops when a page of the other
web server shows the profile, or when the other worker has said who is in its index. Fails when any
of it takes 2 seconds.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.bench_match_page import ROOT, SEED, prepare

sys.path.insert(0, str(ROOT / "bin"))

from services import POSTGRES, REDIS, postgres, private_folder, provide, redis

if TYPE_CHECKING:
    from profiles.models import Profile
    from tests.workers import Web

SIZE = 10_000
ROUNDS = 15
BOUND = 2.0
PATIENCE = 30


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    programs = provide(POSTGRES, REDIS)
    with ExitStack() as stack:
        folder = stack.enter_context(private_folder())
        database = stack.enter_context(postgres(programs[POSTGRES.name], folder))
        broker = stack.enter_context(redis(programs[REDIS.name], folder))
        prepare(database, folder)
        sys.stdout.write(f"{size:,} published profiles\n")
        slowest = [tell(name, act) for name, act in Scene(size, broker, stack, folder).acts()]
    if max(slowest) > BOUND:
        raise SystemExit("slower than 2 s")


def tell(name: str, act: Callable[[int], float]) -> float:
    times = [act(number) for number in range(ROUNDS)]
    middle, most = statistics.median(times) * 1000, max(times) * 1000
    sys.stdout.write(f"  {name:<52}{middle:>7.0f} ms, slowest{most:>7.0f} ms\n")
    return max(times)


class Scene:
    """The processes, each of which has looked once, and profiles that wait to be found."""

    def __init__(self, size: int, broker: str, stack: ExitStack, folder: Path) -> None:
        from celery import Celery
        from django.conf import settings

        from profiles.enums import Role
        from profiles.services.generation import generate_profiles
        from tests.factories import published_profile
        from tests.matching.processes import LOOKING, Queue, session_of, visitor
        from tests.workers import mill, until_listening, until_ready

        generate_profiles(count=size, seed=SEED)
        host = published_profile(ref="P-HOST", role=Role.HOST)
        self.watching = session_of(host.contact)
        self.late = [paused(visitor(f"P-LATE{number:02}", "PT")) for number in range(ROUNDS)]
        address = f"{broker}/0"
        variables = {"CELERY_BROKER_URL": address, "REDIS_URL": address}
        processes = stack.enter_context(
            mill(Path(os.environ["VAR_DIR"]), SECRET_KEY=settings.SECRET_KEY, **variables)
        )
        self.one, self.two = processes.web(), processes.web()
        workers = {name: processes.worker(*LOOKING, "--queues", name) for name in ("one", "two")}
        until_listening(self.one, self.two)
        until_ready(*workers.values())
        producer = stack.enter_context(Celery("producer", broker=address, set_as_current=False))
        self.queue = Queue(producer, workers)
        for server in (self.one, self.two):
            self.shows(server, "nobody")
        for worker in workers:
            self.queue.refs_in(worker)

    def acts(self) -> list[tuple[str, Callable[[int], float]]]:
        return [
            ("published in a web process, shown by the other", self.web_to_web),
            ("published by a worker, shown by a web process", self.worker_to_web),
            ("published by a worker, found by the other", self.worker_to_worker),
        ]

    def web_to_web(self, number: int) -> float:
        from tests.matching.processes import session_of

        profile = self.late[number]
        self.one.post(f"/profiles/{profile.ref}/reopen/", session_of(profile.contact))
        return seconds_until(lambda: self.shows(self.two, profile.ref))

    def worker_to_web(self, number: int) -> float:
        self.queue.publish(f"P-FILE{number:02}", by="one")
        return seconds_until(lambda: self.shows(self.two, f"P-FILE{number:02}"))

    def worker_to_worker(self, number: int) -> float:
        self.queue.publish(f"P-MORE{number:02}", by="one")
        return seconds_until(lambda: f"P-MORE{number:02}" in self.queue.refs_in("two"))

    def shows(self, server: "Web", ref: str) -> bool:
        """Whether the host's list, the newest first, has the profile on its first page."""
        page = server.get("/matches/P-HOST/?sort=newest", self.watching)
        return f"/matches/P-HOST/{ref}/" in page


def paused(profile: "Profile") -> "Profile":
    from profiles.services.lifecycle import pause_profile

    return pause_profile(profile_id=profile.pk, actor=profile.contact)


def seconds_until(found: Callable[[], bool]) -> float:
    started = time.perf_counter()
    while not found():
        if time.perf_counter() - started > PATIENCE:
            raise SystemExit("not found")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
