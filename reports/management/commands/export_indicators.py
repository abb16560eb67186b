"""The figures of a partnership as a file, for the command line and for other programs."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxc_portal.core import clock, documents
from cxc_portal.core.models import DocumentStatus
from profiles.models import Partnership
from reports.documents.indicators import order_indicators
from reports.exports.files import FORMATS, MAIN, export
from reports.queries.handed_in import NAMES, HandedIn, of_scope
from reports.queries.scopes import Scope

CSV, PDF = "csv", "pdf"
BETWEEN_LOOKS, MOST_LOOKS = 0.2, 600
"""For the PDF that a worker makes: seconds, and two minutes altogether."""


class Command(BaseCommand):
    help = (
        "Write the figures of a partnership to a file. A CSV holds one table, the other formats"
        " hold all of them; a PDF is a sealed document that can be verified."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--partnership", required=True, metavar="ACRONYM")
        parser.add_argument("--from", dest="starts_on", metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="ends_on", metavar="YYYY-MM-DD")
        parser.add_argument("--format", required=True, choices=[*FORMATS, PDF])
        parser.add_argument("--table", default=MAIN, help=f"of a CSV; {MAIN}")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["output"]
        file_format, table = options["format"], options["table"]
        if table not in NAMES:
            raise CommandError(f"There is no table {table}; there are {', '.join(NAMES)}.")
        figures = of_scope(_scope(options), only=table if file_format == CSV else None)
        content = _content(figures, file_format, table)
        try:
            path.write_bytes(content)
        except OSError as problem:
            raise CommandError(f"{path} cannot be written: {problem.strerror}.") from problem
        self.stdout.write(f"{path}: {len(content)} bytes")


def _day(options: dict[str, Any], name: str, option: str) -> date | None:
    text = options[name]
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError as fault:
        raise CommandError(f"{option}: {text} is no day; write YYYY-MM-DD.") from fault


def _scope(options: dict[str, Any]) -> Scope:
    acronym = options["partnership"]
    first, last = _day(options, "starts_on", "--from"), _day(options, "ends_on", "--to")
    partnership = Partnership.objects.filter(acronym__iexact=acronym).first()
    if partnership is None:
        raise CommandError(f"There is no partnership {acronym}.")
    if first and first > (last or clock.today()):
        raise CommandError("--from comes after --to.")
    return Scope(partnership, first, last)


def _content(figures: HandedIn, file_format: str, table: str) -> bytes:
    if file_format == PDF:
        return _pdf(figures)
    return export(figures, file_format, table=table).content


def _pdf(figures: HandedIn) -> bytes:
    """Made here and now, or by a worker that is quicker, and is then waited for; the same as one
    that a page orders."""
    document = order_indicators(figures)
    documents.make(document.pk)
    document.refresh_from_db()
    for _look in range(MOST_LOOKS):
        if document.status != DocumentStatus.MAKING:
            break
        sleep(BETWEEN_LOOKS)
        document.refresh_from_db()
    if not document.is_ready:
        raise CommandError(f"The PDF could not be made: {document.error or 'a worker has it'}.")
    with document.file.open("rb") as file:
        content: bytes = file.read()
    return content
