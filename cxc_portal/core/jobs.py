"""Long work as rows with progress, run by a worker or by the command line in the same way.

An app registers a function `work(job, progress)` under a kind. It returns the job's result as plain
JSON; what it raises as `DomainError` becomes the job's error, and the job can be run again.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError, TransitionRefused
from cxc_portal.core.models import Job, JobStatus
from cxc_portal.core.queueing import SweptTask

logger = logging.getLogger(__name__)

SILENCE = timedelta(minutes=5)
REPORT_EVERY = timedelta(seconds=0.5)

Watcher = Callable[[int, int], None]


class Progress:
    """Tells the job's row, and a watcher such as a progress bar, how far the work is."""

    def __init__(self, job: Job, watcher: Watcher | None = None) -> None:
        self._job, self._watcher, self._written_at = job, watcher, clock.now()

    def __call__(self, done: int, total: int) -> None:
        self._job.done, self._job.total = done, total
        if self._watcher:
            self._watcher(done, total)
        if clock.now() - self._written_at >= REPORT_EVERY or done >= total:
            self._written_at = self._job.heartbeat_at = clock.now()
            self._job.save(update_fields=["done", "total", "heartbeat_at"])


Work = Callable[[Job, Progress], dict[str, Any]]
_work: dict[str, Work] = {}


def register(kind: str, work: Work) -> None:
    """Say which function does the jobs of a kind."""
    _work[kind] = work


def create(
    kind: str,
    *,
    owner: Any,
    parameters: dict[str, Any] | None = None,
    input_file: File | None = None,
) -> Job:
    """Write a job without starting it."""
    if kind not in _work:
        raise ValueError(f"Nobody does jobs of the kind {kind}.")
    job = Job(kind=kind, owner=owner, parameters=parameters or {}, created_at=clock.now())
    if input_file is not None:
        job.input_file.save(input_file.name, input_file, save=False)
    job.save(force_insert=True)
    return job


@shared_task(name="core.run_job", base=SweptTask)
def run_job(job_id: int) -> None:
    run(job_id)


def start(job: Job) -> None:
    """Hand a job to the workers once the transaction is committed."""
    transaction.on_commit(lambda: run_job.enqueue(job.pk))


def run(job_id: int, watcher: Watcher | None = None) -> Job | None:
    """Do a waiting job now; `None` when somebody else has it. Never raises what the work raises."""
    moment = clock.now()
    claimed = Job.objects.filter(pk=job_id, status=JobStatus.WAITING).update(
        status=JobStatus.RUNNING, started_at=moment, heartbeat_at=moment, error=""
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    try:
        job.result = _work[job.kind](job, Progress(job, watcher))
        job.status = JobStatus.DONE
    except DomainError as refused:
        job.status, job.error = JobStatus.FAILED, str(refused)[:500]
    except Exception:
        logger.exception("job %s failed", job_id)
        job.status = JobStatus.FAILED
        job.error = _("Something went wrong in the portal. The job can be run again.")
    job.finished_at = clock.now()
    job.save()
    return job


def rerun(*, job_id: int, actor: Any) -> Job:
    """Put a failed job back in the queue."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
        if job.status != JobStatus.FAILED:
            raise TransitionRefused("not_failed", _("Only a job that failed can be run again."))
        job.status, job.done, job.error, job.finished_at = JobStatus.WAITING, 0, "", None
        job.save(update_fields=["status", "done", "error", "finished_at"])
        audit.record("job.rerun", subject=job, actor=actor)
        start(job)
    return job


def sweep() -> int:
    """Requeue the jobs that nobody took up or whose worker fell silent; says how many."""
    limit = clock.now() - SILENCE
    Job.objects.filter(status=JobStatus.RUNNING, heartbeat_at__lt=limit).update(
        status=JobStatus.WAITING
    )
    waiting = Job.objects.filter(Q(created_at__lt=limit), status=JobStatus.WAITING).values_list(
        "pk", flat=True
    )
    for job_id in waiting:
        run_job.enqueue(job_id)
    return len(waiting)
