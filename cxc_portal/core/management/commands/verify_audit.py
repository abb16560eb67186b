from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxc_portal.core import audit


def noted(text: str) -> tuple[int, str]:
    """`120:9f86d0…` as number and hash."""
    sequence, _, digest = text.partition(":")
    if not sequence.isdigit() or not digest:
        raise ArgumentTypeError("write it as this command printed it, number:hash")
    return int(sequence), digest


class Command(BaseCommand):
    help = (
        "Walk the chain of audit entries: exit code 0 when it is whole, 1 when it was tampered "
        "with. Note the end that it prints somewhere else, and hand it back with --known later: "
        "then not even somebody who rewrote the entire chain goes unnoticed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--known",
            action="append",
            default=[],
            type=noted,
            metavar="NUMBER:HASH",
            help="an end of the chain noted earlier; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify(dict(options["known"]))
        for fault in verdict.faults:
            self.stderr.write(f"entry {fault.sequence}: {fault.problem}")
        if not verdict.is_whole:
            count = len(verdict.faults)
            raise CommandError(
                f"The audit chain is broken: {count} {'fault' if count == 1 else 'faults'}."
            )
        self.stdout.write(
            f"The audit chain is whole: {verdict.sequence} entries.\n"
            f"Its end: {verdict.sequence}:{verdict.hash}"
        )
