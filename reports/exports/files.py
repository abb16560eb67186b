"""All figures as one file, in every format that a program or a person takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.text import slugify

from cxc_portal.core.exports import XLSX_TYPE, as_json, workbook_of
from cxc_portal.core.files import CONTENT_TYPES, DOCX
from reports.exports.implementation import implementation_report
from reports.queries.handed_in import HandedIn

ALL_TABLES = "figures"
MAIN = "indicators"
"""The table that a CSV holds where none is named: objectives and indicators."""


@dataclass(frozen=True)
class ExportFile:
    name: str
    content_type: str
    content: bytes


class UnknownTable(LookupError):
    """No table has this name."""


def export(figures: HandedIn, file_format: str, *, table: str = MAIN) -> ExportFile:
    """One of `FORMATS`. Raises `UnknownTable` where a CSV is of a table that does not exist."""
    is_of_one = file_format == "csv"
    return ExportFile(
        name=f"{file_name(figures, table if is_of_one else ALL_TABLES)}.{file_format}",
        content_type=FORMATS[file_format],
        content=_csv(figures, table) if is_of_one else _WRITERS[file_format](figures),
    )


def file_name(figures: HandedIn, what: str) -> str:
    """Without its ending: what it is, whose, until which day, and the name of a frozen period."""
    return slugify(f"{what}-{figures.whose}-{figures.name}-{figures.day.isoformat()}")


def _csv(figures: HandedIn, name: str) -> bytes:
    if name not in figures.every_table:
        raise UnknownTable(name)
    return figures.every_table[name].to_csv()


def _json(figures: HandedIn) -> bytes:
    return as_json(
        {
            "partnership": figures.reporter.acronym or None,
            "from": figures.starts_on,
            "until": figures.ends_on,
            "mode": figures.mode or None,
            "as_of": figures.as_of,
            "period": figures.name or None,
            "digest": figures.digest or None,
            "tables": {name: table.to_plain() for name, table in figures.every_table.items()},
        }
    )


def _xlsx(figures: HandedIn) -> bytes:
    return workbook_of([figures.about(), *figures.every_table.values()])


_WRITERS: Mapping[str, Callable[[HandedIn], bytes]] = {
    "json": _json,
    "xlsx": _xlsx,
    "docx": implementation_report,
}
FORMATS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": XLSX_TYPE,
    "docx": CONTENT_TYPES[DOCX],
}
"""What is written at once, with its content type. A PDF is ordered and made by a worker."""
