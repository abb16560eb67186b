"""Where the two reports of an exchange do not say the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reports.enums import ReportOutcome
from reports.models import Report


@dataclass(frozen=True)
class Contrast:
    """One thing that the two sides report differently, by the name of the field."""

    field: str
    visitor: Any
    host: Any


FIELDS = ("outcome", "starts_on", "ends_on", "days_done")


def contrasts(reports: Iterable[Report]) -> list[Contrast]:
    """What differs between two reports that are handed in; nothing as long as one is missing."""
    found = [report for report in reports if report.is_handed_in]
    if len(found) < 2:
        return []
    visitor, host = found
    pairs = [(name, getattr(visitor, name), getattr(host, name)) for name in FIELDS]
    return [Contrast(name, one, other) for name, one, other in pairs if one != other]


def contradict(reports: Iterable[Report]) -> bool:
    """Whether one side says that the exchange took place and the other that it did not."""
    return len({report.has_happened for report in reports}) > 1


def is_not_taken_place(reports: Iterable[Report]) -> bool:
    """Whether all of them say that it did not take place."""
    return all(report.outcome == ReportOutcome.NOT_TAKEN_PLACE for report in reports)
