"""Reading a CSV file so that a broken row never costs a good one."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from cxc_portal.core.errors import DomainError

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_RECORD_LINES = 500
MAX_CELL = 50_000

csv.field_size_limit(MAX_FILE_BYTES)


class FileRefused(DomainError):
    """The file as a whole cannot be read; the message says how to save it."""

    def __init__(self, message: str) -> None:
        super().__init__("file_refused", message)


@dataclass(frozen=True)
class Record:
    """One record: `row` as a spreadsheet counts, the header being row 1; cells or a `problem`."""

    row: int
    cells: list[str]
    problem: str = ""


def read_lines(file: BinaryIO) -> list[str]:
    """The lines of a UTF-8 file, with or without BOM. Raises `FileRefused` for anything else."""
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused(_("The file is larger than 100 MB. Split it and import the parts."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(
            _("The file is encoded as UTF-16. Save it as “CSV UTF-8” and import it again.")
        )
    if content.startswith(b"PK\x03\x04"):
        raise FileRefused(
            _("This is a workbook, not a CSV file. Save the sheet as “CSV UTF-8” first.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise FileRefused(
            _(
                "Line %(line)s is not encoded as UTF-8, so that letters such as é would be lost. "
                "Save the file as “CSV UTF-8” and import it again."
            )
            % {"line": line}
        ) from problem
    if not text.strip():
        raise FileRefused(_("The file is empty."))
    return text.splitlines(keepends=True) if "\r\n" not in text else _crlf_lines(text)


def _crlf_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def read_header(lines: list[str]) -> list[str]:
    """The column names, lower case. Raises `FileRefused` when commas do not separate them."""
    header = next(csv.reader(lines[:1]), [])
    for separator, name in ((";", _("semicolons")), ("\t", _("tabs"))):
        if len(header) == 1 and separator in header[0]:
            raise FileRefused(
                _(
                    "The columns are separated by %(separator)s. They must be separated by commas, "
                    "because semicolons separate several values within a cell. In the "
                    "spreadsheet's export choose the comma as field delimiter."
                )
                % {"separator": name}
            )
    return [name.strip().lower() for name in header]


def records(lines: list[str], width: int) -> Iterator[Record]:
    """All records below the header. One that is broken ends with its own line, so that a quotation
    mark that was never closed does not swallow the rows after it."""
    position, row = 1, 1
    while position < len(lines):
        row += 1
        if not lines[position].strip():
            position += 1
            continue
        record, used = _record_at(lines, position, row, width)
        yield record
        position += used


def _record_at(lines: list[str], position: int, row: int, width: int) -> tuple[Record, int]:
    reader = csv.reader(iter(lines[position : position + MAX_RECORD_LINES]), strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        problem = _("A quotation mark is missing or too many. Quotes within a text are doubled.")
        return Record(row, [], problem), 1
    if len(cells) != width:
        problem = _(
            "The row has %(found)s columns, the header has %(expected)s. Put texts that contain a "
            "comma between quotation marks."
        ) % {"found": len(cells), "expected": width}
        return Record(row, [], problem), 1
    return Record(row, cells), reader.line_num
