"""The programme's rules in force. They are data: no number of the scheme stands in code."""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext_lazy

from profiles.models import ProgrammeRules

COUNTED = {
    "contacts": ngettext_lazy("%(number)s contact", "%(number)s contacts", "number"),
    "days": ngettext_lazy("%(number)s day", "%(number)s days", "number"),
    "half-days": ngettext_lazy("%(number)s half-day", "%(number)s half-days", "number"),
    "minutes": ngettext_lazy("%(number)s minute", "%(number)s minutes", "number"),
    "months": ngettext_lazy("%(number)s month", "%(number)s months", "number"),
    "people": ngettext_lazy("%(number)s person", "%(number)s people", "number"),
    "places": ngettext_lazy("%(number)s place", "%(number)s places", "number"),
    "proposals": ngettext_lazy("%(number)s proposal", "%(number)s proposals", "number"),
    "visits": ngettext_lazy("%(number)s visit", "%(number)s visits", "number"),
    "words": ngettext_lazy("%(number)s word", "%(number)s words", "number"),
    "working days": ngettext_lazy("%(number)s working day", "%(number)s working days", "number"),
}
"""Units of the rules that are counted, by their name in the file; EUR and km are measured."""
DESCRIPTIONS = Path(__file__).resolve().parent / "data" / "programme_rules.csv"


@dataclass(frozen=True)
class RuleBook:
    """One version of the rules: `version` and the `values` by key, such as `physical.min_days`."""

    version: int
    values: dict[str, Any]

    def integer(self, key: str) -> int:
        """The whole number under `key`; KeyError when there is no such rule."""
        return int(self.values[key])

    def flag(self, key: str) -> bool:
        """Whether the rule under `key` holds."""
        return bool(self.values[key])

    def day(self, key: str) -> date:
        """The date under `key`."""
        return date.fromisoformat(self.values[key])


READERS: Mapping[str, Callable[[RuleBook, str], int | date | bool]] = {
    "integer": RuleBook.integer,
    "date": RuleBook.day,
    "flag": RuleBook.flag,
}
"""How a rule is read, by its kind in the file."""


_kept: ContextVar[list[RuleBook] | None] = ContextVar("kept", default=None)


@contextmanager
def one_set_of_rules() -> Iterator[None]:
    """Inside, the rules in force are read once: whatever a page asks of them fits together."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def read_rules_anew() -> None:
    """There may be new rules: whoever keeps some inside of `one_set_of_rules` reads them again."""
    if kept := _kept.get():
        kept.clear()


def current_rules() -> RuleBook:
    """The rules in force. Raises `ImproperlyConfigured` before `load_reference_data` has run."""
    kept = _kept.get()
    if kept:
        return kept[0]
    rules = _latest_rules()
    if kept is not None:
        kept.append(rules)
    return rules


def _latest_rules() -> RuleBook:
    rules = ProgrammeRules.objects.order_by("-version").first()
    if rules is None:
        raise ImproperlyConfigured(
            "There are no programme rules yet. Run: python manage.py load_reference_data"
        )
    return RuleBook(version=rules.version, values=rules.values)


def rules_of(version: int, *, beside: RuleBook) -> RuleBook:
    """The rules of an earlier version; what they did not know yet is taken from those `beside`."""
    rules = ProgrammeRules.objects.get(version=version)
    return RuleBook(version=rules.version, values={**beside.values, **rules.values})


@dataclass(frozen=True)
class Rule:
    """One rule in force, as people read it: `group` is the first part of its key."""

    key: str
    group: str
    label: str
    value: int | date | bool
    unit: str
    source: str

    @property
    def text(self) -> str:
        """Value and unit in the reader's language."""
        if isinstance(self.value, bool):
            return gettext("yes") if self.value else gettext("no")
        if isinstance(self.value, date):
            return date_format(self.value, "j F Y")
        if self.unit in COUNTED:
            return str(COUNTED[self.unit] % {"number": self.value})
        return f"{number_format(self.value, force_grouping=True)} {self.unit}"


def rules_in_force() -> list[Rule]:
    """All rules in the order of their description, each with the value that is in force."""
    book = current_rules()
    return [
        Rule(
            key=row["key"],
            group=row["key"].partition(".")[0],
            label=row["label"],
            value=READERS[row["kind"]](book, row["key"]),
            unit=row["unit"] if row["kind"] == "integer" else "",
            source=row["source"],
        )
        for row in _descriptions()
        if row["key"] in book.values
    ]


def origins() -> dict[str, tuple[str, str]]:
    """What each rule is called and where it stands, by its key, whatever its value."""
    return {row["key"]: (row["label"], row["source"]) for row in _descriptions()}


@lru_cache
def _descriptions() -> list[dict[str, str]]:
    with DESCRIPTIONS.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
