"""Moving the portal's clock for the replay, and the worker that goes along with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from cxc_portal.core import clock, clock_shift
from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import (
    Document,
    DocumentStatus,
    Job,
    JobStatus,
    MailStatus,
    OutgoingMail,
    Pace,
)
from reports.simulation.browser import Browser, Meter

LOOK_EVERY = 0.05
TAKEN_UP_WITHIN = 90
"""After so many real seconds without a worker the replay gives up."""

SETTLED_WITHIN = 3600
CONCURRENCY = 2
STOPS_WITHIN = 60


class NoWorker(DomainError):
    """Nobody takes up what the portal has to do."""

    def __init__(self) -> None:
        super().__init__("no_worker", _("No worker takes up the moves of the clock. Start one."))


def move_by_worker(to: datetime) -> None:
    """A worker walks the clock to a moment; it is there afterwards."""
    job = clock_shift.start_move(to=to, seen=clock_shift.current().moves)
    wait_for(job)
    clock.ask_anew()


def wait_for(job: Job) -> None:
    """Until a worker has done the job. Raises `NoWorker` when nobody takes it up."""
    begun = time.monotonic()
    while job.is_open:
        if job.status == JobStatus.WAITING and time.monotonic() - begun > TAKEN_UP_WITHIN:
            raise NoWorker
        time.sleep(LOOK_EVERY)
        job.refresh_from_db(fields=["status", "error"])
    if job.status == JobStatus.FAILED:
        raise DomainError("clock_failed", job.error)


def settle() -> int:
    """Wait until the workers have made every document and sent every mail that is due; says how
    many were left when patience ended."""
    begun = time.monotonic()
    while (left := unsettled()) and time.monotonic() - begun < SETTLED_WITHIN:
        time.sleep(LOOK_EVERY * 10)
    return left


def unsettled() -> int:
    """How many documents and mails are with the workers."""
    making = (DocumentStatus.WAITING, DocumentStatus.MAKING)
    now, letters = {"pace": Pace.NOW}, {"paced_on__isnull": False}
    waiting = OutgoingMail.objects.filter(
        status__in=(MailStatus.QUEUED, MailStatus.SENDING), send_after__lte=clock.now()
    )
    mails = waiting.filter(**now) | waiting.filter(**letters)
    return Document.objects.filter(status__in=making).count() + mails.count()


@contextmanager
def own_worker() -> Iterator[None]:
    """A worker of the portal that runs for as long as the block."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "cxc_portal", "worker"]
    command += ["--loglevel", "ERROR", "--concurrency", str(CONCURRENCY)]
    worker = subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ})  # noqa: S603
    try:
        yield
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            worker.kill()


class ClockPage:
    """Moves the clock as a trainer does: on the page of the running portal."""

    PATH = "/clock/"

    def __init__(self, base: str, meter: Meter) -> None:
        self.browser = Browser(base, 0, meter)

    def move(self, to: datetime) -> None:
        """The clock of the server is there afterwards, in all of its processes."""
        form = self.browser.get(self.PATH).form_with("seen", "step")
        self.browser.send(self.PATH, form, {"moment": to.isoformat()})
        job = clock_shift.current().job
        if job is None:
            raise DomainError("other_portal", _("The server works with another database."))
        wait_for(job)
        clock.ask_anew()
