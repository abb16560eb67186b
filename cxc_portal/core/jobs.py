"""Long work as rows with progress, run by a worker or by the command line in the same way.

An app registers a function `work(job, progress)` under a kind. It returns the job's result as plain
JSON; what it raises as `DomainError` becomes the job's error, and the job can be run again. Work
that is killed is begun anew, so it must not do twice what it did before.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from cxc_portal.core.models import Job, JobStatus
from cxc_portal.core.queueing import SweptTask
from cxc_portal.core.types import Text

logger = logging.getLogger(__name__)

REPORT_EVERY = timedelta(seconds=0.5)
MAX_ATTEMPTS = 3
KEPT_FOR = timedelta(days=30)

Watcher = Callable[[int, int], None]


class _TakenAway(Exception):
    """The worker was silent for so long that the job was given to another one."""


class Progress:
    """Tells the job's row, and a watcher such as a progress bar, how far the work is.

    It is also the sign of life: work that does not call it for `JOB_SILENCE_SECONDS` is taken for
    dead and given to another worker.
    """

    def __init__(self, job: Job, watcher: Watcher | None = None) -> None:
        self._job, self._watcher, self._written_at = job, watcher, clock.real_now()

    def __call__(self, done: int, total: int) -> None:
        if self._watcher:
            self._watcher(done, total)
        moment = clock.real_now()
        if moment - self._written_at >= REPORT_EVERY or done >= total:
            self._written_at = moment
            if not _update(self._job, done=done, total=total, heartbeat_at=moment):
                raise _TakenAway


Work = Callable[[Job, Progress], dict[str, Any]]


@dataclass(frozen=True)
class JobKind:
    work: Work
    title: Text
    result_template: str


_kinds: dict[str, JobKind] = {}


def register(kind: str, work: Work, *, title: Text = "", result_template: str = "") -> None:
    """Say which function does the jobs of a kind, and how their page shows them.

    `title` stands above the page; `result_template` is included once they are done, with `result`.
    """
    _kinds[kind] = JobKind(work, title or kind, result_template)


def title_of(job: Job) -> Text:
    """What a job's page is called; its kind when this process does not know it."""
    return _kinds[job.kind].title if job.kind in _kinds else job.kind


def result_template_of(job: Job) -> str:
    """The template that shows a job's result, if there is one."""
    return _kinds[job.kind].result_template if job.kind in _kinds else ""


def create(
    kind: str,
    *,
    owner: Any,
    parameters: dict[str, Any] | None = None,
    input_file: "File[Any] | None" = None,
) -> Job:
    """Write a job; `start` hands it to a worker, `run` does it here and now."""
    if kind not in _kinds:
        raise ValueError(f"Nobody does jobs of the kind {kind}.")
    job = Job(
        kind=kind,
        owner=owner,
        parameters=parameters or {},
        created_at=clock.now(),
        heartbeat_at=clock.real_now(),
    )
    if input_file is not None:
        job.input_file.save(PurePath(input_file.name or "input").name, input_file, save=False)
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
    job = _claim(job_id)
    if job is None:
        return None
    with translation.override(getattr(job.owner, "language", "") or settings.LANGUAGE_CODE):
        try:
            result = _kinds[job.kind].work(job, Progress(job, watcher))
            json.dumps(result)  # fails here, and not in the midst of writing the row
            return _finish(job, status=JobStatus.DONE, result=result)
        except _TakenAway:
            logger.warning("job %s was given to another worker", job_id)
            return None
        except DomainError as refused:
            return _finish(job, status=JobStatus.FAILED, error=str(refused)[:500])
        except Exception:
            logger.exception("job %s failed", job_id)
            problem = _("Something went wrong in the portal. The job can be run again.")
            return _finish(job, status=JobStatus.FAILED, error=problem)


def _claim(job_id: int) -> Job | None:
    claimed = Job.objects.filter(pk=job_id, status=JobStatus.WAITING).update(
        status=JobStatus.RUNNING,
        attempts=F("attempts") + 1,
        started_at=clock.now(),
        heartbeat_at=clock.real_now(),
        error="",
    )
    return Job.objects.select_related("owner").get(pk=job_id) if claimed else None


def _update(job: Job, **fields: Any) -> bool:
    """Write to the job's row while it is still ours."""
    ours = Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING)
    if not ours.filter(attempts=job.attempts, started_at=job.started_at).update(**fields):
        return False
    for name, value in fields.items():
        setattr(job, name, value)
    return True


def _finish(job: Job, **fields: Any) -> Job | None:
    output = job.output_file.name or ""
    return job if _update(job, finished_at=clock.now(), output_file=output, **fields) else None


def rerun(*, job_id: int, actor: Any) -> Job:
    """Put a failed job of one's own back in the queue."""
    with audit.transaction():
        job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
        if job.owner_id != actor.pk:
            raise NotAllowed(_("You may not do this."))
        if job.status != JobStatus.FAILED:
            raise TransitionRefused("not_failed", _("Only a job that failed can be run again."))
        _reset(job)
        audit.record("job.rerun", subject=job, actor=actor)
        start(job)
    return job


def _reset(job: Job) -> None:
    fresh = {"done": 0, "total": 0, "attempts": 0, "error": "", "finished_at": None}
    fresh |= {"status": JobStatus.WAITING, "heartbeat_at": clock.real_now()}
    for name, value in fresh.items():
        setattr(job, name, value)
    job.save(update_fields=sorted(fresh))


def sweep() -> int:
    """Requeue the jobs that nobody took up or whose worker fell silent; says how many.

    A job that fell silent `MAX_ATTEMPTS` times takes its workers down with it, and is given up.
    """
    moment = clock.real_now()
    silence = timedelta(seconds=settings.JOB_SILENCE_SECONDS)
    silent = Job.objects.filter(heartbeat_at__lt=moment - silence)
    dead = silent.filter(status=JobStatus.RUNNING)
    dead.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=JobStatus.FAILED,
        finished_at=clock.now(),
        error=_("The work was interrupted several times. It can be run again."),
    )
    dead.update(status=JobStatus.WAITING)
    waiting = list(silent.filter(status=JobStatus.WAITING).values_list("pk", flat=True))
    Job.objects.filter(pk__in=waiting, status=JobStatus.WAITING).update(heartbeat_at=moment)
    for job_id in waiting:
        run_job.enqueue(job_id)
    return len(waiting)


def forget_old() -> int:
    """Remove jobs that ended long ago, with their files; says how many."""
    ended = Job.objects.filter(finished_at__lt=clock.now() - KEPT_FOR)
    forgotten = 0
    for job in ended.order_by("pk").iterator():
        job.input_file.delete(save=False)
        job.output_file.delete(save=False)
        job.delete()
        forgotten += 1
    return forgotten
