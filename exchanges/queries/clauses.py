"""The clauses and standard responsibilities of a commitment. They are data of this app."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
EITHER = "either"


@dataclass(frozen=True)
class Clause:
    """One clause: its `text` is printed; a required one must be agreed to before freezing."""

    code: str
    title: str
    text: str
    is_required: bool
    mode: str

    def holds_for(self, mode: str) -> bool:
        return self.mode in (EITHER, mode)


def clauses_for(mode: str) -> list[Clause]:
    """Those that a commitment of this mode can hold, in their order."""
    return [clause for clause in _clauses() if clause.holds_for(mode)]


def clause_titles() -> dict[str, str]:
    """What the clauses are called, by their codes."""
    return {clause.code: clause.title for clause in _clauses()}


def standard_responsibilities(mode: str) -> dict[str, str]:
    """What each party usually sees to, by its capacity."""
    return {
        row["party"]: row["text"]
        for row in _rows("responsibilities.csv")
        if row["mode"] in (EITHER, mode)
    }


@lru_cache
def _clauses() -> tuple[Clause, ...]:
    return tuple(
        Clause(
            code=row["code"],
            title=row["title"],
            text=row["text"],
            is_required=row["is_required"] == "yes",
            mode=row["mode"],
        )
        for row in _rows("clauses.csv")
    )


@lru_cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))
