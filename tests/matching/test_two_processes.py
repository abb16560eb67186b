"""Two web processes and two workers on one database: what is published in one is found in all.

How long that takes is measured by `tests/benchmarks/bench_processes.py`; a test that waits for a
clock would fail on a busy machine.
"""

import os
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery
from django.conf import settings as django_settings

from profiles.enums import Role
from profiles.services.lifecycle import pause_profile
from tests.factories import published_profile
from tests.matching.processes import LOOKING, Queue, session_of, visitor
from tests.workers import Web, mill, until, until_listening, until_ready

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("reference"),
]


@pytest.fixture
def started(tmp_path, worker_id, settings):
    """Two web processes and the two workers."""
    number = 2 + int(worker_id.removeprefix("gw") or 0) if worker_id != "master" else 2
    address = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))
    with redis.Redis.from_url(address) as store:
        store.flushdb()
    settings.MEDIA_ROOT = tmp_path / "media"
    producer = Celery("producer", broker=address, set_as_current=False)
    variables = {
        "CELERY_BROKER_URL": address,
        "REDIS_URL": address,
        "SECRET_KEY": django_settings.SECRET_KEY,
    }
    with mill(tmp_path, **variables) as processes:
        servers = processes.web(), processes.web()
        workers = {name: processes.worker(*LOOKING, "--queues", name) for name in ("one", "two")}
        until_listening(*servers)
        until_ready(*workers.values())
        yield *servers, Queue(producer, workers)
    producer.close()


def shows(server: Web, session: str, ref: str) -> bool:
    return f"/matches/P-HOST/{ref}/" in server.get("/matches/P-HOST/", session)


def test_what_one_process_publishes_is_found_by_all_the_others(started):
    one, two, queue = started
    host = published_profile(ref="P-HOST", role=Role.HOST)
    late = visitor("P-LATE", "PT")
    pause_profile(profile_id=late.pk, actor=late.contact)
    watching, owning = session_of(host.contact), session_of(late.contact)
    for server in (one, two):
        assert not shows(server, watching, "P-LATE")
    for worker in ("one", "two"):
        assert queue.refs_in(worker) == ["P-HOST"]

    one.post("/profiles/P-LATE/reopen/", owning)

    until(lambda: shows(two, watching, "P-LATE"), two.process)
    for worker in ("one", "two"):
        assert queue.refs_in(worker) == ["P-HOST", "P-LATE"]

    queue.publish("P-FILE", by="one")

    assert queue.refs_in("two") == ["P-FILE", "P-HOST", "P-LATE"]
    for server in (one, two):
        until(lambda server=server: shows(server, watching, "P-FILE"), server.process)

    two.post("/profiles/P-LATE/pause/", owning)

    until(lambda: not shows(one, watching, "P-LATE"), one.process)
    assert queue.refs_in("one") == ["P-FILE", "P-HOST"]
