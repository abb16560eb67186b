"""The partners of a profile, for the command line and for other programs."""

import json
from argparse import ArgumentParser
from collections import Counter
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from matching.queries.matches import Report, report_on
from matching.scoring.criteria import Criterion
from matching.wording.stops import SHORT_STOPS
from profiles.models import Profile

TOP = 50
WIDTH = 120
HEADINGS = {
    Criterion.SECTOR: "sector",
    Criterion.PURPOSE: "purpose",
    Criterion.ORGANISATION_TYPE: "type",
    Criterion.COUNTRY: "country",
    Criterion.LANGUAGE: "language",
    Criterion.LENGTH: "length",
    Criterion.AVAILABILITY: "dates",
}
STYLES = {"green": "green", "orange": "yellow", "red": "red"}


class Command(BaseCommand):
    help = (
        "Rank the partners of a published profile. `stopped` are all other published profiles that"
        " cannot be partners, with the reasons."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ref", help="the profile's reference, such as P-7KQ2M9XA")
        parser.add_argument("--top", type=int, default=TOP, help=f"at most so many; {TOP}")
        parser.add_argument("--json", action="store_true", help="for other programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["top"] < 1:
            raise CommandError("--top must be at least 1.")
        profile = Profile.objects.filter(ref=options["ref"]).first()
        if profile is None:
            raise CommandError(f"There is no profile {options['ref']}.")
        if not profile.is_published:
            raise CommandError(
                f"The profile {profile.ref} is not published ({profile.state}): it has no matches."
            )
        report = report_on(profile, options["top"])
        names = _names([partner.ref for partner in report.partners])
        if options["json"]:
            self.stdout.write(json.dumps(as_data(profile, report, names), ensure_ascii=False))
        else:
            width = None if self.stdout.isatty() else WIDTH
            console = Console(file=cast(IO[str], self.stdout), width=width, highlight=False)
            _print(console, profile, report, names)


def as_data(profile: Profile, report: Report, names: dict[str, str]) -> dict[str, Any]:
    """The report as JSON has it: scores and points with one decimal, best first, ties by ref."""
    return {
        "profile": profile.ref,
        "ruleset": report.ruleset.version,
        "matches": [
            {
                "ref": partner.ref,
                "organisation": names.get(partner.ref, ""),
                "score": partner.total / 10,
                "band": partner.band,
                "parts": {name.value: points / 10 for name, points in partner.parts.items()},
            }
            for partner in report.partners
        ],
        "stopped": [
            {"ref": one.ref, "reasons": list(one.stops.reasons)} for one in report.excluded
        ],
    }


def _names(refs: list[str]) -> dict[str, str]:
    listed = Profile.objects.filter(ref__in=refs)
    return dict(listed.values_list("ref", "organisation__name"))


def _print(console: Console, profile: Profile, report: Report, names: dict[str, str]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Score", justify="right")
    table.add_column("Fit")
    table.add_column("Reference", no_wrap=True)
    table.add_column("Organisation")
    for name in report.ruleset.weights:
        table.add_column(HEADINGS[name], justify="right", no_wrap=True)
    for partner in report.partners:
        points = (f"{points / 10:.1f}" for points in partner.parts.values())
        table.add_row(
            f"{partner.total / 10:.1f}",
            f"[{STYLES[partner.band]}]{partner.band}[/]",
            partner.ref,
            names.get(partner.ref, ""),
            *points,
        )
    console.print(table)
    counts = ", ".join(f"{count} {band}" for band, count in report.counts.items())
    console.print(f"{profile.ref} has {counts}, by ruleset {report.ruleset.version}.")
    reasons = Counter(str(SHORT_STOPS[stop]) for one in report.excluded for stop in one.stops)
    if reasons:
        said = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        console.print(f"Not possible: {len(report.excluded)} ({said}).")
