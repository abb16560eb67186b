"""The questionnaire: its first version, and the draft of the next one."""

import csv
from pathlib import Path
from typing import Any

from django.db import transaction

from cxc_portal.core import clock
from reports.models import Question, Questionnaire

FILE = Path(__file__).resolve().parents[1] / "data" / "questionnaire.csv"


def load_questionnaire() -> int:
    """The questions of the scheme are version 1; later versions are left alone. Says how many
    versions there are."""
    with transaction.atomic():
        if not Questionnaire.objects.exists():
            first = Questionnaire.objects.create(
                number=1, is_draft=False, note="As the scheme asks.", published_at=clock.now()
            )
            Question.objects.bulk_create(_first_questions(first))
    return Questionnaire.objects.count()


def _first_questions(questionnaire: Questionnaire) -> list[Question]:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Question(questionnaire=questionnaire, position=position, **_values(row))
        for position, row in enumerate(rows, start=1)
    ]


def _values(row: dict[str, str]) -> dict[str, Any]:
    return {
        "key": row["key"],
        "group": row["group"],
        "kind": row["kind"],
        "asks_visitor": row["visitor"] == "yes",
        "asks_host": row["host"] == "yes",
        "asked_in": row["in"],
        "is_required": row["required"] == "yes",
        "label": row["label"],
        "hint": row["hint"],
        "options": _options(row["options"]),
        "prefill": row["prefill"],
    }


def _options(text: str) -> list[dict[str, str]]:
    """Written `code=label|code=label`."""
    pairs = [one.partition("=") for one in text.split("|") if one]
    return [{"code": code, "label": label} for code, _sep, label in pairs]
