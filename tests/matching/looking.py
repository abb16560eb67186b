"""A kind of job for workers in tests: who is in the index that the worker holds."""

from typing import Any

from cxc_portal.core import jobs
from cxc_portal.core.models import Job
from matching.index import index

KIND = "tests.looking"


def work(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    with index.reading() as snapshot:
        return {"refs": snapshot.columns.refs(slice(None))}


jobs.register(KIND, work)
