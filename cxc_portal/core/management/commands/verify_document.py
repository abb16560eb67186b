import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxc_portal.core import documents
from cxc_portal.core.documents import Verdict


class Command(BaseCommand):
    help = (
        "Say whether a PDF is a document of this portal, as it was made: exit code 0 when it is "
        "and still holds, 1 when it is superseded, altered or unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.pdf")
        parser.add_argument("--json", action="store_true", help="print the verdict as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as problem:
            raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
        verdict = documents.verify(content)
        line = _as_json(verdict) if options["json"] else f"{path}: {_in_a_line(verdict)}"
        self.stdout.write(line)
        if not verdict.is_valid:
            raise SystemExit(1)


def _in_a_line(verdict: Verdict) -> str:
    name = f" ({verdict.document.name}, {verdict.document.code})" if verdict.document else ""
    return f"{verdict.status}{name}. {verdict.sentence}"


def _as_json(verdict: Verdict) -> str:
    document, seal = verdict.document, verdict.seal
    return json.dumps(
        {
            "status": verdict.status,
            "sentence": str(verdict.sentence),
            "code": document.code if document else None,
            "kind": document.kind if document else None,
            "name": document.name if document else None,
            "digest": document.digest if document else None,
            "seal": seal
            and {
                "by": seal.by,
                "at": seal.at.isoformat(),
                "certificate_sha256": seal.fingerprint,
            },
        },
        ensure_ascii=False,
    )
