"""First words for a commitment, by what it is for. They are data of this app."""

import csv
from functools import lru_cache
from pathlib import Path

from exchanges.commitment.terms import Outcome

FILE = Path(__file__).resolve().parents[1] / "data" / "suggestions.csv"


def suggested_purpose(objective: str, *, host: str, visitor: str) -> str:
    """A sentence or two on what the two want from each other."""
    texts = [row["text"] for row in _rows(objective, "purpose")]
    return " ".join(texts).format(host=host, visitor=visitor)


def suggested_outcomes(objective: str) -> tuple[Outcome, ...]:
    """What such an exchange often leads to, and how one recognises it."""
    return tuple(Outcome(row["text"], row["measure"]) for row in _rows(objective, "outcome"))


def _rows(objective: str, kind: str) -> list[dict[str, str]]:
    return [row for row in _all() if row["objective"] == objective and row["kind"] == kind]


@lru_cache
def _all() -> tuple[dict[str, str], ...]:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))
