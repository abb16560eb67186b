"""Two web processes and two workers on one database: what is published in one is found in all.

How long that takes is measured by `tests/benchmarks/bench_processes.py`; a test that waits for a
clock would fail on a busy machine.
"""

import csv
import io
import os
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.test import Client

from cxc_portal.core import jobs
from cxc_portal.core.models import Job, JobStatus
from profiles.enums import Role
from profiles.imports import COLUMNS
from profiles.imports import KIND as IMPORT
from profiles.models import Profile, User
from profiles.services.lifecycle import pause_profile
from tests.factories import OrganisationFactory, published_profile
from tests.matching import looking
from tests.workers import Process, Web, mill, until, until_listening, until_ready

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("reference"),
]

LOOKING = ("--concurrency", "1", "--include", looking.__name__)


class Queue:
    """Two workers, each with a queue of its own, so that a test chooses who works."""

    def __init__(self, producer: Celery, workers: dict[str, Process]) -> None:
        self._producer, self.workers = producer, workers

    def run(self, job: Job, by: str) -> Job:
        self._producer.send_task(jobs.run_job.name, args=[job.pk], queue=by)
        until(lambda: self._is_over(job), *self.workers.values())
        job.refresh_from_db()
        assert (job.status, job.error) == (JobStatus.DONE, "")
        return job

    def refs_in(self, worker: str) -> list[str]:
        """Who is in the index that this worker holds."""
        job = self.run(jobs.create(looking.KIND, owner=None), worker)
        return sorted(job.result["refs"])

    def _is_over(self, job: Job) -> bool:
        return Job.objects.get(pk=job.pk).status in (JobStatus.DONE, JobStatus.FAILED)


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


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies["sessionid"].value


def a_row(ref: str) -> ContentFile:
    """A file with one visiting profile."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerow(
        {
            "ref": ref,
            "role": "visiting",
            "organisation": "Imported",
            "organisation_type": "cluster",
            "country": "ES",
            "sectors": "29",
            "partnership": "RECIPE4MOBILITY",
            "contact_name": "Inés Ejemplo",
            "contact_email": "ines@imported.example",
            "languages": "en",
            "objectives": "learn",
            "mode": "either",
        }
    )
    return ContentFile(text.getvalue().encode(), "rows.csv")


def shows(server: Web, session: str, ref: str) -> bool:
    return f"/matches/P-HOST/{ref}/" in server.get("/matches/P-HOST/", session)


def visitor(ref: str, country: str) -> Profile:
    organisation = OrganisationFactory(country_id=country)
    return published_profile(ref=ref, role=Role.VISITING, organisation=organisation)


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

    parameters = {"dry_run": False, "publish": True}
    job = jobs.create(IMPORT, owner=None, parameters=parameters, input_file=a_row("P-FILE"))
    queue.run(job, by="one")

    assert queue.refs_in("two") == ["P-FILE", "P-HOST", "P-LATE"]
    for server in (one, two):
        until(lambda server=server: shows(server, watching, "P-FILE"), server.process)

    two.post("/profiles/P-LATE/pause/", owning)

    until(lambda: not shows(one, watching, "P-LATE"), one.process)
    assert queue.refs_in("one") == ["P-FILE", "P-HOST"]
