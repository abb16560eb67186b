from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from cxc_portal.core import jobs
from cxc_portal.core.management.progress import progress_bar
from cxc_portal.core.models import JobStatus
from profiles.imports import KIND


class Command(BaseCommand):
    help = "Import profiles from a CSV file. Each row is taken whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--publish", action="store_true", help="publish what is imported")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        parameters = {"dry_run": options["dry_run"], "publish": options["publish"]}
        try:
            with path.open("rb") as file:
                job = jobs.create(
                    KIND, owner=None, parameters=parameters, input_file=File(file, path.name)
                )
        except OSError as problem:
            raise CommandError(f"{path}: {problem.strerror}") from problem
        with progress_bar(f"Importing {path.name}") as watcher:
            done = jobs.run(job.pk, watcher)
        if done is None or done.status == JobStatus.FAILED:
            raise CommandError(f"{path.name}: {done.error if done else 'already running'}")
        self._report(done.result, dry_run=options["dry_run"])

    def _report(self, result: dict[str, Any], *, dry_run: bool) -> None:
        for error in result["errors"]:
            self.stderr.write(f"row {error['row']}, {error['column']}: {error['message']}")
        summary = "{created} created, {updated} updated, {failed} refused".format(**result)
        self.stdout.write(f"dry run: {summary}" if dry_run else summary)
        if result["failed"]:
            raise CommandError(f"{result['failed']} rows were refused; the others were taken.")
