"""The cells of an imported row, read column by column."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

REQUIRED = "role organisation organisation_type country sectors partnership languages".split()
LONGEST_CELL = 50_000
FORMULA = re.compile(r"\A(?:[=@]|[+-][^\s\d].*[(!]|#(?:REF|NAME|VALUE|N/A|DIV/0|NUM|NULL)[!?/]?)")


@dataclass(frozen=True)
class RowError:
    """What is wrong in a cell: `row` as a spreadsheet counts, `column`, and the way out."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return _("row %(row)s, %(column)s: %(message)s") % {
            "row": self.row,
            "column": self.column,
            "message": self.message,
        }


class Cells:
    """The cells of one row, read column by column; problems are collected, not raised."""

    def __init__(self, row: int, values: dict[str, str]) -> None:
        self.row, self.values = row, values
        self.errors: list[RowError] = []
        for column, value in values.items():
            if len(value) > LONGEST_CELL:
                self.refuse(column, _("The cell holds %s characters.") % len(value))
                values[column] = ""
            elif FORMULA.match(value):
                self.refuse(
                    column,
                    _("“%s” is a spreadsheet formula or its error. Paste it as a value.")
                    % value[:30],
                )
                values[column] = ""
            elif "\x00" in value:
                self.refuse(column, _("The cell holds characters that are no text."))
                values[column] = ""

    def refuse(self, column: str, message: str) -> None:
        self.errors.append(RowError(self.row, column, message))

    def has_error(self, column: str) -> bool:
        return any(error.column == column for error in self.errors)

    def text(self, column: str, longest: int) -> str:
        """The cell's text, at most `longest` characters; required ones must not be empty."""
        value = self.values.get(column, "").strip()
        if not value and column in REQUIRED and not self.has_error(column):
            self.refuse(column, _("Fill in this cell."))
        if len(value) > longest:
            self.refuse(
                column,
                _("%(found)s characters are too many. Shorten it to %(longest)s.")
                % {"found": len(value), "longest": longest},
            )
            return ""
        return value

    def code(self, column: str, known: Collection[str], *, default: str = "") -> str:
        """One code out of `known`, compared without regard to case."""
        value = self.text(column, 60).lower() or default
        if value and value not in known:
            self.refuse(column, unknown_code(value, known))
            return ""
        return value

    def codes(
        self, column: str, known: Collection[str], tidy: Callable[[str], str] = str.lower
    ) -> list[str]:
        """Several codes separated by semicolons, in their order, each once."""
        parts = (part.strip() for part in self.text(column, 2000).split(";"))
        found = list(dict.fromkeys(tidy(part) for part in parts if part))
        for code in found:
            if code not in known:
                self.refuse(column, unknown_code(code, known))
        return [code for code in found if code in known]

    def number(self, column: str, highest: int) -> int | None:
        value = self.text(column, 20)
        if not value:
            return None
        if not value.isdecimal() or not 1 <= int(value) <= highest:
            self.refuse(
                column,
                _("“%(value)s” is not a whole number from 1 to %(highest)s.")
                % {"value": value, "highest": highest},
            )
            return None
        return int(value)

    def day(self, column: str) -> date | None:
        value = self.text(column, 20)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(column, _("“%s” is not a date. Write it as 2027-03-31.") % value)
            return None


def unknown_code(value: str, known: Collection[str]) -> str:
    names = sorted(known)
    message = _("“%s” is not known.") % value[:40]
    if len(names) <= 20:
        message += " " + _("Use one of: %s.") % ", ".join(names)
    return message
