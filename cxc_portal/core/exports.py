"""Tables that people take away: one description, written as CSV, JSON or XLSX.

A cell that a spreadsheet would take for a formula is written as text, whoever typed it.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cxc_portal.core import clock
from cxc_portal.core.types import Text

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# At the start of a cell, or where a spreadsheet that splits at semicolons would see a start.
FORMULA_START = re.compile(r"(\A|[;\t\r\n])([=+\-@＝＋－＠])")
NUMBER_FORMATS: Mapping[type, str] = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}
NUMBERS = int | float | Decimal
WIDEST, NARROWEST = 60, 8
SHEET_NAME_LENGTH = 31


@dataclass(frozen=True)
class Column:
    """`key` for programs, `label` for people."""

    key: str
    label: Text


@dataclass(frozen=True)
class Table:
    """Rows of plain values: text, numbers, dates, moments, booleans, None, or lists of these."""

    title: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]

    def to_csv(self) -> bytes:
        """Comma-separated UTF-8 with the mark that spreadsheets know it by; labels on top."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([_harmless(str(column.label)) for column in self.columns])
        writer.writerows([_csv_value(value) for value in row] for row in self.rows)
        return text.getvalue().encode("utf-8-sig")

    def to_json(self) -> bytes:
        """Title, columns, and the rows as objects with the columns' keys."""
        return as_json(self.to_plain())

    def to_xlsx(self) -> bytes:
        """A workbook of one sheet: typed cells, the header frozen, every column with a filter."""
        return workbook_of([self])

    def to_plain(self) -> dict[str, Any]:
        """What `to_json` writes, before it is written."""
        keys = [column.key for column in self.columns]
        return {
            "title": str(self.title),
            "columns": [{"key": c.key, "label": str(c.label)} for c in self.columns],
            "rows": [dict(zip(keys, row, strict=True)) for row in self.rows],
        }

    def widths(self) -> list[int]:
        """As wide as what stands in the column, within reason."""
        shown = [[str(column.label) for column in self.columns], *map(_texts, self.rows)]
        longest = [max(map(len, texts)) for texts in zip(*shown, strict=True)]
        return [min(max(length + 2, NARROWEST), WIDEST) for length in longest]


FORMATS: Mapping[str, tuple[str, Callable[[Table], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", Table.to_csv),
    "json": ("application/json", Table.to_json),
    "xlsx": (XLSX_TYPE, Table.to_xlsx),
}


def as_json(content: Any) -> bytes:
    """Indented UTF-8; days and moments in ISO 8601."""
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def workbook_of(tables: Iterable[Table]) -> bytes:
    """A workbook of one sheet for each table: typed cells, the header frozen, every column with a
    filter. Sheets are named after the titles, and no two alike."""
    book = Workbook(write_only=True)
    for table in tables:
        _add_sheet(book, table)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _add_sheet(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(_unused(_sheet_name(str(table.title)), book.sheetnames))
    sheet.freeze_panes = "A2"
    last = f"{get_column_letter(max(len(table.columns), 1))}{len(table.rows) + 1}"
    sheet.auto_filter.ref = f"A1:{last}"
    for number, width in enumerate(table.widths(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_header_cell(sheet, str(column.label)) for column in table.columns])
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])


def _unused(name: str, used: Sequence[str]) -> str:
    """The name, with a number where there is such a sheet already; spreadsheets see no case."""
    taken, number, found = {one.lower() for one in used}, 1, name
    while found.lower() in taken:
        number += 1
        found = f"{name[: SHEET_NAME_LENGTH - len(str(number)) - 1]} {number}"
    return found


def download(table: Table, file_format: str) -> HttpResponse:
    """The table as a file to keep, named after its title and today's date; 404 for no format."""
    if file_format not in FORMATS:
        raise Http404
    content_type, write = FORMATS[file_format]
    name = f"{slugify(str(table.title)) or 'table'}-{clock.today().isoformat()}.{file_format}"
    return HttpResponse(
        write(table),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _harmless(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would begin to calculate."""
    return FORMULA_START.sub(r"\1'\2", text)


def _joined(values: Iterable[Any]) -> str:
    return "; ".join(str(value) for value in values)


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return _local(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return _harmless(_joined(value))
    return value if isinstance(value, NUMBERS) else _harmless(str(value))


def _local(moment: datetime) -> datetime:
    """The portal's own time, without a zone: spreadsheets know none."""
    if timezone.is_naive(moment):
        return moment
    return timezone.make_naive(moment)


def _texts(row: Sequence[Any]) -> list[str]:
    return [str(_csv_value(value)) for value in row]


def _sheet_name(title: str) -> str:
    """As much of the title as a spreadsheet takes, in whole words."""
    plain = "".join(c for c in title if c not in r"[]:*?/\'")
    if len(plain) > SHEET_NAME_LENGTH:
        words = plain[: SHEET_NAME_LENGTH + 1].rpartition(" ")[0]
        plain = words or plain[:SHEET_NAME_LENGTH]
    return plain or "table"


def _header_cell(sheet: Any, label: str) -> "Cell":
    cell = _text_cell(sheet, label)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return _text_cell(sheet, _joined(value))
    if isinstance(value, datetime):
        value = _local(value)
    elif not isinstance(value, date | NUMBERS | None):
        return _text_cell(sheet, str(value))
    cell: Cell = WriteOnlyCell(sheet, value)
    cell.number_format = NUMBER_FORMATS.get(type(value), cell.number_format)
    return cell


def _text_cell(sheet: Any, text: str) -> "Cell":
    """Text that stays text: never a formula, however it begins."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.quotePrefix = FORMULA_START.match(text) is not None
    return cell
