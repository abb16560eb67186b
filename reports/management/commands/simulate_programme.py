from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from cxc_portal.core.errors import DomainError
from cxc_portal.core.management.progress import progress_bar
from reports.simulation.outcome import Outcome
from reports.simulation.run import Numbers, Run

SHOWN_ERRORS = 20


class Command(BaseCommand):
    help = (
        "Replay the whole programme with invented organisations, from registration to payment. "
        "Demo mode only. The same seed gives the same plan; a run that was stopped goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisations", type=int, default=2000)
        parser.add_argument("--exchanges", type=int, default=600)
        parser.add_argument("--months", type=int, default=24)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--http",
            default="",
            metavar="URL",
            help="drive the portal that runs there (with its worker) as people in browsers do",
        )
        parser.add_argument("--users", type=int, default=8, help="how many act at once over HTTP")
        parser.add_argument("--errors", type=int, default=SHOWN_ERRORS, help="how many are shown")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The programme is replayed in demo mode only: set DEMO=1.")
        names = ("organisations", "exchanges", "months", "seed")
        numbers = Numbers(**{name: options[name] for name in names})
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        with progress_bar("Replaying the programme") as watcher:
            run = Run(numbers, http=options["http"], users=options["users"], watcher=watcher)
            try:
                outcome = run()
            except DomainError as refused:
                raise CommandError(str(refused)) from refused
        for table in tables(outcome, run):
            console.print(table)
        for error in outcome.errors[: options["errors"]]:
            console.print(error, style="red", markup=False)
        if not outcome.is_clean:
            wrong = [check.what for check in outcome.checks if not check.is_right]
            raise CommandError(f"{len(outcome.errors)} errors; figures that differ: {wrong}")


def tables(outcome: Outcome, run: Run) -> list[Table]:
    """What came of it, the median days of each step, and the figures beside what was simulated."""
    return [_summary(outcome, run), _steps(outcome), _checks(outcome)]


def _summary(outcome: Outcome, run: Run) -> Table:
    table = Table("What", "How much", title="The programme, replayed")
    rows = [
        ("Exchanges closed", f"{outcome.exchanges_closed} of {outcome.exchanges_planned}"),
        ("Lump sums paid", f"{outcome.payments_made}"),
        ("Mails sent", f"{outcome.mails_sent}"),
        ("Documents sealed", f"{outcome.documents_sealed}"),
        ("Errors", f"{len(outcome.errors)}"),
        ("Messages per person and day", f"{outcome.letters_a_day:.3f}"),
        ("Messages per person and day with any", f"{outcome.letters_per_day:.2f}"),
        ("Most messages to a person on one day", f"{outcome.most_letters}"),
        ("Reports in time", f"{outcome.reports_in_time:.1f} %"),
        ("Minutes", f"{run.seconds / 60:.1f}"),
    ]
    if run.http:
        meter = run.meter
        mean = 1000 * meter.seconds / max(meter.requests, 1)
        rows += [
            ("Requests", f"{meter.requests}"),
            ("Requests per second", f"{meter.requests / max(run.seconds, 0.001):.1f}"),
            ("Mean time of a request", f"{mean:.0f} ms"),
            ("Longest request", f"{1000 * meter.slowest:.0f} ms"),
        ]
    for row in rows:
        table.add_row(*row)
    return table


def _steps(outcome: Outcome) -> Table:
    table = Table("Step", "Visitors", "Hosts", title="Median days since the step before")
    for row in outcome.steps:
        table.add_row(*row)
    return table


def _checks(outcome: Outcome) -> Table:
    table = Table("Figure", "Simulated", "Shown", "", title="The indicators and what was simulated")
    for check in outcome.checks:
        verdict = "equal" if check.is_right else "DIFFERENT"
        table.add_row(check.what, f"{check.simulated}", f"{check.shown}", verdict)
    return table
