"""How many exchanges a partnership promised, by category of the visitor."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from profiles.models import Partnership

TARGETS = Path(__file__).resolve().parent / "data" / "exchange_targets.csv"


@dataclass(frozen=True)
class Target:
    """`code` as in the list of indicators; `category` is an organisation type's `kpi_category`,
    empty for all together."""

    code: str
    label: str
    category: str
    number: int


def exchange_targets(partnership: Partnership) -> list[Target]:
    """In the order of the indicators; without a list the exchanges planned, all together."""
    found = [
        Target(row["code"], row["label"], row["category"], int(row["target"]))
        for row in _rows()
        if row["partnership"] == partnership.acronym
    ]
    return found or [Target("", "", "", partnership.planned_exchanges)]


@lru_cache
def _rows() -> list[dict[str, str]]:
    with TARGETS.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
