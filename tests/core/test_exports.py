"""Tables that people take away."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

from cxc_portal.core.exports import XLSX_TYPE, Column, Table, download, workbook_of

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
COLUMNS = [Column("name", _("Name")), Column("value", "Value")]


def table(*rows, title="Profiles"):
    return Table(title, COLUMNS, rows)


def csv_rows(exported):
    return list(csv.reader(io.StringIO(exported.to_csv().decode("utf-8-sig"))))


def sheet_of(exported):
    return load_workbook(io.BytesIO(exported.to_xlsx())).active


VALUES = [
    # value, in CSV, in JSON
    ("Zoë, Ltd", "Zoë, Ltd", "Zoë, Ltd"),
    (3, "3", 3),
    (-2.5, "-2.5", -2.5),
    (Decimal("3.10"), "3.10", "3.10"),
    (None, "", None),
    (True, "yes", True),
    (False, "no", False),
    (date(2026, 7, 1), "2026-07-01", "2026-07-01"),
    (NOON, "2026-07-01 14:00", "2026-07-01T12:00:00Z"),
    (datetime(2026, 7, 1, 9, 30), "2026-07-01 09:30", "2026-07-01T09:30:00"),  # noqa: DTZ001
    (["fr", "en"], "fr; en", ["fr", "en"]),
]


@pytest.mark.parametrize(("value", "written", "_json"), VALUES)
def test_csv_writes(value, written, _json):
    assert csv_rows(table(["x", value])) == [["Name", "Value"], ["x", written]]


@pytest.mark.parametrize(("value", "_csv", "written"), VALUES)
def test_json_writes(value, _csv, written):
    content = json.loads(table(["x", value]).to_json())
    assert content == {
        "title": "Profiles",
        "columns": [{"key": "name", "label": "Name"}, {"key": "value", "label": "Value"}],
        "rows": [{"name": "x", "value": written}],
    }


@pytest.mark.parametrize(
    ("value", "stored", "number_format"),
    [
        ("Zoë", "Zoë", "General"),
        (3, 3, "General"),
        (-2.5, -2.5, "General"),
        (Decimal("3.10"), 3.1, "General"),
        (None, None, "General"),
        (True, True, "General"),
        (date(2026, 7, 1), datetime(2026, 7, 1), "yyyy-mm-dd"),  # noqa: DTZ001
        (NOON, datetime(2026, 7, 1, 14), "yyyy-mm-dd hh:mm"),  # noqa: DTZ001
        (["fr", "en"], "fr; en", "General"),
        ("bell\x07", "bell", "General"),
    ],
)
def test_xlsx_has_typed_cells(value, stored, number_format):
    cell = sheet_of(table(["x", value]))["B2"]
    assert (cell.value, cell.number_format) == (stored, number_format)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How well matches fitted that became exchanges", "How well matches fitted that"),
        ("Promotion, action by each action", "Promotion, action by each"),
        ("Promotion, action by the action", "Promotion, action by the action"),
        ("x" * 40, "x" * 31),
        ("[?]", "table"),
    ],
)
def test_a_sheet_is_named_by_whole_words_of_its_title(title, name):
    assert sheet_of(Table(title, COLUMNS, [["Ada", 1]])).title == name


def test_csv_begins_with_the_mark_that_spreadsheets_know_utf_8_by():
    assert table().to_csv() == b"\xef\xbb\xbfName,Value\r\n"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", '=HYPERLINK("http://evil.example")']


@pytest.mark.parametrize("formula", FORMULAS)
def test_csv_has_no_formula(formula):
    assert csv_rows(table([formula, 1]))[1][0] == f"'{formula}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("nice;=1+1", "nice;'=1+1"),
        ("nice\n=1+1", "nice\n'=1+1"),
        ("\t=1+1", "\t'=1+1"),
        (["a", "=b"], "a; =b"),
        (["=a"], "'=a"),
        ("a-b = c", "a-b = c"),
    ],
)
def test_csv_has_no_formula_where_another_spreadsheet_sees_the_start_of_a_cell(text, written):
    assert csv_rows(table([text, 1]))[1][0] == written


def test_csv_has_no_formula_in_its_header():
    assert csv_rows(Table("x", [Column("a", "=1+1")], []))[0] == ["'=1+1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_xlsx_keeps_a_formula_as_text(formula):
    cell = sheet_of(table([formula, 1]))["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (formula, "s", True)


def test_xlsx_does_not_mark_ordinary_text():
    assert sheet_of(table(["Ada", 1]))["A2"].quotePrefix is False


def test_xlsx_freezes_the_header_and_filters_every_column():
    sheet = sheet_of(table(["a", 1], ["b", 2]))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B3")
    assert [cell.font.bold for cell in sheet[1]] == [True, True]


def test_xlsx_columns_are_as_wide_as_their_content_within_reason():
    sheet = sheet_of(Table("x", [*COLUMNS, Column("c", "C")], [["n" * 20, "v" * 500, "c"]]))
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [22, 60, 8]


@pytest.mark.parametrize(
    ("title", "name"),
    [("Profiles [2026]: all/none?", "Profiles 2026 allnone"), ("x" * 50, "x" * 31), ("*", "table")],
)
def test_xlsx_sheet_has_a_name_that_spreadsheets_take(title, name):
    assert sheet_of(table(title=title)).title == name


def test_xlsx_without_columns_can_be_opened():
    assert sheet_of(Table("Empty", [], [])).title == "Empty"


@pytest.mark.parametrize(
    ("file_format", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("xlsx", XLSX_TYPE),
    ],
)
def test_download_is_a_private_file_named_after_title_and_day(
    file_format, content_type, time_machine
):
    time_machine.move_to(NOON)
    response = download(table(["a", 1], title=_("Who waits?")), file_format)
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == (
        f'attachment; filename="who-waits-2026-07-01.{file_format}"'
    )
    assert response["Cache-Control"] == "private, no-store"


def test_download_of_a_title_without_letters_has_a_name(time_machine):
    time_machine.move_to(NOON)
    response = download(table(title="???"), "csv")
    assert response["Content-Disposition"] == 'attachment; filename="table-2026-07-01.csv"'


def test_download_writes_the_table():
    exported = table(["a", 1])
    assert download(exported, "csv").content == exported.to_csv()


def test_there_is_no_other_format():
    with pytest.raises(Http404):
        download(table(), "pdf")


def test_a_workbook_has_a_sheet_for_each_table_and_no_two_names_alike():
    long = "A title that is longer than any sheet's name"
    titles = ("Money", "money", "Money", long, long)
    tables = [table(["a", 1], title=title) for title in titles]
    book = load_workbook(io.BytesIO(workbook_of(tables)))
    assert book.sheetnames == [
        "Money",
        "money 2",
        "Money 3",
        "A title that is longer than any",
        "A title that is longer than a 2",
    ]
    assert [sheet.auto_filter.ref for sheet in book] == ["A1:B2"] * 5
