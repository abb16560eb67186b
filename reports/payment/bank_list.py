"""What the bank has paid, as a table in a text file: one transfer a row.

Columns are known by their names, in any order, separated by commas, semicolons or tabs; others are
passed over. Days are written 2027-03-01, 01.03.2027, 01/03/2027 or 01-03-2027, amounts 450, 450.00,
450,00 or 1.100,00.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

ID, DAY, AMOUNT, REFERENCE = "end_to_end_id", "date", "amount", "reference"
COLUMNS = (ID, DAY, AMOUNT, REFERENCE)
NAMES = {
    "end_to_end_id": ID,
    "end_to_end": ID,
    "endtoendid": ID,
    "date": DAY,
    "paid_on": DAY,
    "booking_date": DAY,
    "amount": AMOUNT,
    "reference": REFERENCE,
    "bank_reference": REFERENCE,
}
"""What a column may be called, in small letters and without spaces."""
SEPARATORS = ",;\t"
DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
AMOUNT_SHAPE = re.compile(r"(\d{1,3}(?:[.,' ]\d{3})+|\d+)(?:[.,](\d{2}))?")
LONGEST_REFERENCE = 35
MISSING, NO_DAY, NO_AMOUNT, TOO_LONG = "missing", "no_day", "no_amount", "too_long"


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One transfer that the bank made: `row` as a spreadsheet counts, the amount in cents."""

    row: int
    end_to_end: str
    day: date
    cents: int
    reference: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with one cell: `field` is the name of its column, `problem` a code."""

    row: int
    field: str
    problem: str
    value: str


class ColumnsMissing(Exception):
    """The file lacks these columns."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def read_bookings(lines: Sequence[str]) -> tuple[list[Booking], list[Fault]]:
    """The rows that can be read, and what is wrong with the others. Raises `ColumnsMissing`."""
    separator = max(SEPARATORS, key=lines[0].count)
    records = csv.reader(lines, delimiter=separator)
    places = _places(next(records))
    bookings: list[Booking] = []
    faults: list[Fault] = []
    for number, cells in enumerate(records, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        found = _booking(number, {name: _cell(cells, at) for name, at in places.items()})
        if isinstance(found, Booking):
            bookings.append(found)
        else:
            faults.extend(found)
    return bookings, faults


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands; of two of the same name the first."""
    found: dict[str, int] = {}
    for at, title in enumerate(header):
        name = NAMES.get(re.sub(r"[\s-]+", "_", title.strip().lower()))
        if name:
            found.setdefault(name, at)
    if missing := [name for name in COLUMNS if name not in found]:
        raise ColumnsMissing(missing)
    return found


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _booking(row: int, cells: dict[str, str]) -> Booking | list[Fault]:
    day, cents = _day(cells[DAY]), _cents(cells[AMOUNT])
    faults = [
        Fault(row=row, field=field, problem=problem, value=cells[field])
        for field, problem in _problems(cells, day, cents)
    ]
    if faults or day is None or cents is None:
        return faults
    return Booking(row=row, end_to_end=cells[ID], day=day, cents=cents, reference=cells[REFERENCE])


def _problems(
    cells: dict[str, str], day: date | None, cents: int | None
) -> Iterator[tuple[str, str]]:
    """The faults of one row, at most one a column."""
    for field in COLUMNS:
        if not cells[field]:
            yield field, MISSING
    if cells[DAY] and day is None:
        yield DAY, NO_DAY
    if cells[AMOUNT] and cents is None:
        yield AMOUNT, NO_AMOUNT
    if len(cells[REFERENCE]) > LONGEST_REFERENCE:
        yield REFERENCE, TOO_LONG


def _day(text: str) -> date | None:
    for shape in DAY_FORMATS:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def _cents(text: str) -> int | None:
    """An amount in cents. Three digits after a sign are thousands, two are cents."""
    shape = AMOUNT_SHAPE.fullmatch(text)
    if shape is None:
        return None
    whole = re.sub(r"\D", "", shape[1])
    return int(whole) * 100 + int(shape[2] or 0)
