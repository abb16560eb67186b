"""A question as a page draws it: its ticks, its lines, what is typed and what is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from reports.enums import QuestionKind
from reports.questionnaire import Asked
from reports.questionnaire.questions import BEST_RATING, BEST_SCORE, LEAST_RATING, NOT_APPLICABLE
from reports.wording.answers import activity_label

DATE, TEXT, WHOLE, DECIMAL, LONG = "date", "text", "numeric", "decimal", "long"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field, as the error summary tells it. `id_for_label` is the address of
    the element that its link leads to."""

    label: Text
    errors: list[Text]
    id_for_label: str


@dataclass
class Problems:
    """What is wrong with a page, by the names of the fields. The error summary reads it like a
    form."""

    found: dict[str, Problem] = field(default_factory=dict)

    def add(self, name: str, text: Text, label: Text, target: str) -> None:
        self.found.setdefault(name, Problem(label, [text], target))

    def of(self, name: str) -> Text:
        """What is wrong with this field; nothing when all is well."""
        return self.found[name].errors[0] if name in self.found else ""

    def non_field_errors(self) -> list[Text]:
        return []

    def visible_fields(self) -> list[Problem]:
        return list(self.found.values())


@dataclass(frozen=True)
class Tick:
    """A radio button or a box to tick."""

    name: str
    value: str
    label: Text
    is_checked: bool
    id: str


@dataclass(frozen=True)
class Cell:
    """Something to type in."""

    name: str
    label: Text
    value: Any
    kind: str = TEXT
    error: Text = ""

    @property
    def id(self) -> str:
        return f"id_{self.name}"


@dataclass(frozen=True)
class Row:
    """One line of a question: cells to type in, ticks to choose from. `is_own` is the empty
    one at the end, for what nobody had planned."""

    name: str
    label: Text
    cells: dict[str, Cell] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    key: str = ""
    is_own: bool = False
    error: Text = ""

    @property
    def error_id(self) -> str:
        return f"error_{self.name}"


@dataclass(frozen=True)
class QuestionField:
    """A question with its answer. `answer` is what is kept or was read."""

    asked: Asked
    answer: Any
    cell: Cell | None = None
    ticks: list[Tick] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    error: Text = ""

    @property
    def template(self) -> str:
        return f"reports/_question_{self.asked.kind}.html"

    @property
    def is_answered(self) -> bool:
        return self.answer is not None

    @property
    def has_problem(self) -> bool:
        cells = [cell for row in self.rows for cell in row.cells.values()]
        return bool(self.error or any(one.error for one in [*self.rows, *cells]))

    @property
    def opens_own(self) -> bool:
        """Whether there is something to see in the line that is folded away."""
        return not self.answer or any(
            one.error for row in self.rows if row.is_own for one in [row, *row.cells.values()]
        )

    @property
    def _first_id(self) -> str:
        boxes = self.ticks or [tick for row in self.rows for tick in row.ticks]
        return boxes[0].id if boxes else f"id_{self.asked.field}"

    def targets(self) -> Iterator[tuple[str, Text, str]]:
        """The names of its fields, each with its label and the address of its first element."""
        label = self.asked.label
        if self.asked.kind == QuestionKind.YES:
            label = label.partition(". ")[0]
        yield self.asked.field, label, self._first_id
        for row in self.rows:
            if row.ticks:
                yield row.ticks[0].name, f"{label} {row.label}".strip(), row.ticks[0].id
            for cell in row.cells.values():
                yield cell.name, f"{label} {cell.label}".strip(), cell.id


Drawer = Callable[["Draw"], dict[str, Any]]


@dataclass(frozen=True)
class Draw:
    """What is at hand to draw one question."""

    asked: Asked
    answer: Any
    problems: Problems
    posted: Mapping[str, Any]

    def cell(self, name: str, label: Text, value: Any, kind: str = TEXT) -> Cell:
        """What could not be read stays as it was typed."""
        error = self.problems.of(name)
        if error and name in self.posted:
            value = self.posted[name]
        return Cell(name, label, "" if value is None else value, kind, error)


def field_of(
    asked: Asked, answer: Any, problems: Problems, posted: Mapping[str, Any]
) -> QuestionField:
    """The question as the page draws it."""
    parts = DRAWERS[asked.kind](Draw(asked, answer, problems, posted))
    return QuestionField(asked, answer, error=problems.of(asked.field), **parts)


def ticks(name: str, choices: Iterable[tuple[str, Text]], chosen: Any) -> list[Tick]:
    """One of a list, or several where `chosen` is a list."""
    chosen = chosen if isinstance(chosen, list) else [chosen]
    return [
        Tick(name, value, label, value in chosen, f"id_{name}_{number}")
        for number, (value, label) in enumerate(choices)
    ]


def _choices(asked: Asked) -> list[tuple[str, Text]]:
    return [(option.code, option.label) for option in asked.options]


def _listed(draw: Draw) -> dict[str, Any]:
    return {"ticks": ticks(draw.asked.field, _choices(draw.asked), draw.answer)}


def _ratings(draw: Draw) -> dict[str, Any]:
    numbers = [(str(n), str(n)) for n in range(LEAST_RATING, BEST_RATING + 1)]
    scale: list[tuple[str, Text]] = [*numbers, (NOT_APPLICABLE, _("n/a"))]
    rated = draw.answer or {}
    rows = []
    for option in draw.asked.options:
        name = f"{draw.asked.field}-{option.code}"
        chosen = str(rated.get(option.code, ""))
        row_ticks = ticks(name, scale, chosen)
        rows.append(Row(name, option.label, ticks=row_ticks, error=draw.problems.of(name)))
    return {"rows": rows}


def _parts(draw: Draw) -> dict[str, Any]:
    rows, lines = [], [*(draw.answer or ()), {"text": "", "part": ""}]
    for number, line in enumerate(lines):
        name = f"{draw.asked.field}-{number}"
        text = draw.cell(f"{name}-text", _("Something else you reached"), line["text"])
        part = f"{name}-part"
        row = Row(
            name,
            line["text"] or _("How far?"),
            cells={"text": text},
            ticks=ticks(part, _choices(draw.asked), line["part"]),
            is_own=not line["text"],
            error=draw.problems.of(part),
        )
        rows.append(row)
    return {"rows": rows}


def _activities(draw: Draw) -> dict[str, Any]:
    blank = {"key": "", "day": "", "title": "", "activity": "", "done": True, "hours": None}
    rows = []
    for number, line in enumerate([*(draw.answer or ()), blank]):
        name = f"{draw.asked.field}-{number}"
        hours = "" if line["hours"] is None else number_format(line["hours"], use_l10n=False)
        label = activity_label(line) if line["key"] else _("Something else you did")
        done = Tick(f"{name}-done", "on", label, line["done"], f"id_{name}-done")
        cells = {
            "title": draw.cell(f"{name}-title", _("What else did you do?"), line["title"]),
            "day": draw.cell(f"{name}-day", _("Day"), line["day"], DATE),
            "hours": draw.cell(f"{name}-hours", _("Hours"), hours, DECIMAL),
        }
        is_own = not line["key"] and not line["title"]
        rows.append(Row(name, label, cells, [done], key=line["key"], is_own=is_own))
    return {"rows": rows}


def _numbers(draw: Draw) -> dict[str, Any]:
    numbers = draw.answer or {}
    rows = []
    for option in draw.asked.options:
        name = f"{draw.asked.field}-{option.code}"
        cell = draw.cell(name, option.label, numbers.get(option.code), WHOLE)
        rows.append(Row(name, option.label, {"number": cell}))
    return {"rows": rows}


def _score(draw: Draw) -> dict[str, Any]:
    scale = [(str(n), str(n)) for n in range(BEST_SCORE + 1)]
    chosen = "" if draw.answer is None else str(draw.answer)
    return {"ticks": ticks(draw.asked.field, scale, chosen)}


def _text(draw: Draw) -> dict[str, Any]:
    return {"cell": draw.cell(draw.asked.field, draw.asked.label, draw.answer, LONG)}


def _steps(draw: Draw) -> dict[str, Any]:
    rows = []
    for number, line in enumerate([*(draw.answer or ()), {"what": "", "who": "", "by": ""}]):
        name = f"{draw.asked.field}-{number}"
        cells = {
            "what": draw.cell(f"{name}-what", _("What"), line["what"]),
            "who": draw.cell(f"{name}-who", _("Who"), line["who"]),
            "by": draw.cell(f"{name}-by", _("By when"), line["by"], DATE),
        }
        label = _("Step %(number)d") % {"number": number + 1}
        rows.append(Row(name, label, cells, is_own=not any(line.values())))
    return {"rows": rows}


def _yes(draw: Draw) -> dict[str, Any]:
    name = draw.asked.field
    return {"ticks": [Tick(name, "on", draw.asked.label, bool(draw.answer), f"id_{name}")]}


DRAWERS: Mapping[str, Drawer] = {
    QuestionKind.CHOICE: _listed,
    QuestionKind.SEVERAL: _listed,
    QuestionKind.RATINGS: _ratings,
    QuestionKind.PARTS: _parts,
    QuestionKind.ACTIVITIES: _activities,
    QuestionKind.NUMBERS: _numbers,
    QuestionKind.SCORE: _score,
    QuestionKind.TEXT: _text,
    QuestionKind.STEPS: _steps,
    QuestionKind.YES: _yes,
}
