"""Several processes at work on one database: who does what, for a test and for a benchmark."""

import csv
import io

from celery import Celery
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client

from cxc_portal.core import jobs
from cxc_portal.core.models import Job, JobStatus
from profiles.enums import Role
from profiles.imports import COLUMNS
from profiles.imports import KIND as IMPORT
from profiles.models import Profile, User
from tests.factories import OrganisationFactory, published_profile
from tests.matching import looking
from tests.workers import Process, until

LOOKING = ("--concurrency", "1", "--include", looking.__name__)


class Queue:
    """Two workers, each with a queue of its own, so that a test chooses who works."""

    def __init__(self, producer: Celery, workers: dict[str, Process]) -> None:
        self._producer, self.workers = producer, workers

    def publish(self, ref: str, by: str) -> None:
        """A worker imports a file with this one profile."""
        parameters = {"dry_run": False, "publish": True}
        self.run(jobs.create(IMPORT, owner=None, parameters=parameters, input_file=a_row(ref)), by)

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


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
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


def visitor(ref: str, country: str) -> Profile:
    organisation = OrganisationFactory(country_id=country)
    return published_profile(ref=ref, role=Role.VISITING, organisation=organisation)
