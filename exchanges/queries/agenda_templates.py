"""Programmes that an agenda can start from: per purpose 3, 5 and 10 days, and six half-days online.

They are data of this app. The days of a programme are numbered; `days_from` finds the dates.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from django.utils.translation import ngettext

from exchanges.commitment.terms import PHYSICAL, VIRTUAL, Agenda, Slot
from profiles.enums import Objective
from profiles.rules import current_rules
from profiles.workdays import add_working_days, is_working_day

FILE = Path(__file__).resolve().parents[1] / "data" / "agenda_templates.csv"
EVE = timedelta(days=1)


@dataclass(frozen=True)
class TemplateEntry:
    """One entry of a programme: on which of its days, and what happens."""

    number: int
    day: int
    part: str
    starts: time
    ends: time
    activity: str
    title: str
    responsible: str
    place: str


@dataclass(frozen=True)
class AgendaTemplate:
    """A programme for one objective; online its days are half-days."""

    code: str
    objective: str
    mode: str
    entries: tuple[TemplateEntry, ...]

    @property
    def length(self) -> int:
        """How many days, or online half-days, it takes."""
        return max(entry.day for entry in self.entries)

    @property
    def title(self) -> str:
        """Such as "Learning from others: 5 days"."""
        n = self.length
        if self.mode == VIRTUAL:
            text = ngettext("%(objective)s: %(n)d half-day", "%(objective)s: %(n)d half-days", n)
        else:
            text = ngettext("%(objective)s: %(n)d day", "%(objective)s: %(n)d days", n)
        return text % {"objective": Objective(self.objective).label, "n": n}


def templates_for(mode: str) -> list[AgendaTemplate]:
    """Those of this mode, by objective and length."""
    return [template for template in _templates() if template.mode == mode]


def template_of(code: str) -> AgendaTemplate | None:
    return next((template for template in _templates() if template.code == code), None)


def template_for(mode: str, objective: str, length: int) -> AgendaTemplate:
    """The one for this objective that takes at most this many days; the shortest one else."""
    ours = [one for one in templates_for(mode) if one.objective == objective]
    fitting = [one for one in ours if one.length <= length]
    return max(fitting, key=lambda one: one.length) if fitting else ours[0]


def agenda_from(template: AgendaTemplate, *, days: Sequence[date]) -> Agenda:
    """The programme on these days, the first day first. Raises `ValueError` for too few days."""
    if len(days) < template.length:
        raise ValueError(f"{template.code} takes {template.length} days, not {len(days)}.")
    slots = tuple(
        Slot(
            key=f"{template.code}-{entry.number}",
            day=days[entry.day - 1],
            part=entry.part,
            starts=entry.starts,
            ends=entry.ends,
            activity=entry.activity,
            title=entry.title,
            responsible=entry.responsible,
            place=entry.place,
        )
        for entry in template.entries
    )
    return Agenda(slots=slots)


def days_from(template: AgendaTemplate, start: date, country: str) -> list[date]:
    """The days of a programme from `start` on, none of them on a weekend or a public holiday of
    the host's country (ISO 3166). In person one follows the other; online they are spread over
    the span that the programme rules allow."""
    if template.mode == PHYSICAL:
        return _following(start, template.length, country)
    span = current_rules().integer("virtual.max_span_days")
    return _spread(start, template.length, country, span)


def _following(start: date, count: int, country: str) -> list[date]:
    return [add_working_days(start - EVE, number, country) for number in range(1, count + 1)]


def _spread(start: date, count: int, country: str, span: int) -> list[date]:
    """Evenly among the working days of the span; one after the other where they are too few."""
    first = add_working_days(start - EVE, 1, country)
    days = [day for n in range(span) if is_working_day(day := first + timedelta(days=n), country)]
    if len(days) < count:
        return _following(first, count, country)
    step = max(1, (len(days) - 1) // (count - 1))
    return days[::step][:count]


@lru_cache
def _templates() -> tuple[AgendaTemplate, ...]:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = ("template", "objective", "mode")
    return tuple(
        AgendaTemplate(
            code=code,
            objective=objective,
            mode=mode,
            entries=tuple(_entry(number, row) for number, row in enumerate(group, start=1)),
        )
        for (code, objective, mode), group in groupby(
            rows, key=lambda row: tuple(row[k] for k in keys)
        )
    )


def _entry(number: int, row: dict[str, str]) -> TemplateEntry:
    return TemplateEntry(
        number=number,
        day=int(row["day"]),
        part=row["part"],
        starts=time.fromisoformat(row["starts"]),
        ends=time.fromisoformat(row["ends"]),
        activity=row["activity"],
        title=row["title"],
        responsible=row["responsible"],
        place=row["place"],
    )
