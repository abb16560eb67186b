"""A kind of job for workers in tests: the first time it hangs, the second time it is done."""

import time
from pathlib import Path
from typing import Any

from cxc_portal.core import jobs
from cxc_portal.core.models import Job

KIND = "tests.slow"


def work(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    begun = Path(job.parameters["begun"])
    if begun.exists():
        return {"begun": "twice"}
    begun.touch()
    time.sleep(600)
    return {"begun": "once"}


jobs.register(KIND, work)
