"""All figures as files: one definition, five formats, opened by the programs that people have."""

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.core.management import CommandError, call_command
from docx import Document as open_document
from openpyxl import load_workbook

from cxc_portal.core import clock, documents
from cxc_portal.core.models import Document, DocumentStatus
from profiles.enums import StaffRoleName
from profiles.models import IndicatorTarget, Partnership
from reports.documents.indicators import order_indicators
from reports.exports.files import FORMATS, UnknownTable, export
from reports.models import ReportText
from reports.queries.handed_in import of_period, of_scope
from reports.queries.scopes import Scope
from reports.services.hand_records import Recorded, add_record
from reports.services.periods import freeze_period
from reports.wording.tables import records_of
from tests.factories import StaffRoleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SECTIONS = [
    "In short",
    "Issues and opportunities",
    "Promotion",
    "Next steps",
    "Significant results",
    "Objectives and indicators",
    "How the figures are counted",
]


def staff(role=StaffRoleName.COORDINATOR, acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(role=role, acronym=acronym).user


def own():
    return Partnership.objects.get(acronym="RECIPE4MOBILITY")


def recorded(count=10):
    content = Recorded(indicator="T2", count=count, title="Module", on=date(2026, 10, 1))
    return add_record(partnership_id=own().pk, content=content, actor=staff())


def commented(text):
    IndicatorTarget.objects.filter(indicator="5.5.1").update(comment=text)


def figures(partnership=None):
    return of_scope(Scope(partnership or own()))


def frozen():
    return freeze_period(
        partnership_id=own().pk,
        name="Mid-term",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 10, 31),
        actor=staff(),
    )


def actual(rows, code="T2"):
    return next(row["actual"] for row in rows if row["code"] == code)


# --- CSV, JSON, workbook -------------------------------------------------------------------------


def test_csv_is_the_table_of_objectives_and_indicators():
    recorded()
    found = export(figures(), "csv")
    assert found.name == f"indicators-recipe4mobility-{figures().day}.csv"
    rows = list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"))))
    codes = [row[0] for row in rows[1:]]
    assert (codes[0], codes[-1], len(codes)) == ("5.5.1", "S1", 15)


def test_csv_says_when_each_target_is_reached_or_expected():
    recorded()
    text = export(figures(), "csv").content.decode("utf-8-sig")
    rows = {row["Code"]: row for row in csv.DictReader(io.StringIO(text))}
    columns = ["Achieved", "Achieved on", "Forecast", "Forecast in words"]
    assert [rows["T2"][name] for name in columns] == ["yes", "2026-10-01", "", ""]
    assert [rows["5.5.1"][name] for name in columns] == ["no", "", "", "no pace to go by yet"]


def test_the_forecast_of_the_indicators_is_that_of_the_table_of_forecasts():
    tables = figures().tables
    beside = {row["code"]: row for row in records_of(tables["indicators"])}
    found = {row["code"]: row for row in records_of(tables["forecasts"])}
    told = {code: (row["forecast_on"], row["forecast"]) for code, row in beside.items()}
    assert told == {code: (row["expected"], row["in_words"]) for code, row in found.items()}
    assert list(figures().every_table["indicators"].rows[0]) == list(
        of_scope(Scope(own()), only="indicators").tables["indicators"].rows[0]
    )


def test_csv_is_of_another_table_where_one_is_named():
    found = export(figures(), "csv", table="outreach").content.decode("utf-8-sig")
    assert found.splitlines()[0].startswith("Code,How,Actions")
    with pytest.raises(UnknownTable):
        export(figures(), "csv", table="secrets")


def test_json_holds_all_tables_with_what_they_are_of():
    recorded()
    content = json.loads(export(figures(), "json").content)
    assert content["partnership"] == "RECIPE4MOBILITY"
    assert (content["period"], content["digest"], content["from"]) == (None, None, None)
    assert actual(content["tables"]["indicators"]["rows"]) == 10
    assert list(content["tables"]) == [*figures().tables, "exchanges", "record_log", "outreach_log"]


def test_a_workbook_has_a_sheet_for_each_table_with_typed_cells():
    recorded()
    commented("=HYPERLINK(1)")
    found = figures()
    book = load_workbook(io.BytesIO(export(found, "xlsx").content))
    assert len(book.sheetnames) == len(found.every_table) + 1
    sheet = book[str(found.tables["indicators"].title)]
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, sheet[2], strict=True))
    assert (first["Target"].value, first["Achieved"].value) == (50, False)
    comment = first["Comments"]
    assert (comment.value, comment.data_type, comment.quotePrefix) == ("=HYPERLINK(1)", "s", True)
    assert all(one.auto_filter.ref for one in book)


def test_a_workbook_says_what_it_is_of():
    book = load_workbook(io.BytesIO(export(of_period(frozen()), "xlsx").content))
    about = {row[0].value: row[1].value for row in book["About"]}
    assert (about["Partnership"], about["Frozen period"]) == ("RECIPE4MOBILITY", "Mid-term")
    assert about["From"] == datetime(2026, 1, 1)  # noqa: DTZ001 - spreadsheets know no zone


def test_observers_take_totals_away_and_no_names(client):
    add_record(
        partnership_id=own().pk,
        content=Recorded(
            indicator="T2", count=1, title="Talk", on=date(2026, 10, 1), participants="Ada Example"
        ),
        actor=staff(),
    )
    client.force_login(staff())
    assert "Ada Example" in client.get("/indicators/export/json/").content.decode()
    client.force_login(staff(StaffRoleName.OBSERVER))
    assert "Ada Example" not in client.get("/indicators/export/json/").content.decode()


def test_a_frozen_period_gives_the_same_file_for_ever():
    recorded()
    period = frozen()
    before = export(of_period(period), "json").content
    recorded(5)
    assert export(of_period(period), "json").content == before
    assert json.loads(before)["digest"] == period.digest


# --- text document -------------------------------------------------------------------------------


def report(**changes):
    return open_document(io.BytesIO(export(changes.get("of") or figures(), "docx").content))


def headings(document):
    return [one.text for one in document.paragraphs if one.style.name == "Heading 1"]


def test_the_report_has_the_sections_of_the_pilots():
    document = report()
    assert document.paragraphs[0].style.name == "Title"
    assert headings(document) == SECTIONS
    assert document.core_properties.author == "RECIPE4MOBILITY"


def test_the_table_of_objectives_is_as_the_programme_wants_it():
    recorded()
    commented("We begin in spring.")
    table = report().tables[-1]
    assert [cell.text for cell in table.rows[0].cells] == [
        "Objective / indicator",
        "Due achievement date",
        "Achieved (yes/no)",
        "Actual / forecast achievement date",
        "Comments",
    ]
    lines = {row.cells[0].text.split()[0]: [cell.text for cell in row.cells] for row in table.rows}
    assert lines["5.5.1"][0].endswith(": 0 of 50")
    assert (lines["5.5.1"][2], lines["5.5.1"][4]) == ("no", "We begin in spring.")
    assert lines["T2"][2:4] == ["yes", "1 Oct 2026"]
    assert table.style.name == "Figures"


def test_a_due_day_stands_beside_what_the_grant_says():
    IndicatorTarget.objects.filter(indicator="5.5.1").update(due_on=date(2027, 8, 31))
    assert report().tables[-1].rows[1].cells[1].text == "31 Aug 2027 (M24)"


def test_large_numbers_are_grouped():
    assert report().tables[-1].rows[-1].cells[0].text.endswith(": 0 of 1,000")
    told = [one.text for one in report().paragraphs if one.style.name == "List Bullet"]
    assert [text for text in told if text.startswith("SMEs benef") and "0 of 1,000" in text]


def test_no_word_of_a_head_is_torn():
    """The columns are at least as wide as their longest word, by the letters of a line."""
    for table in report().tables[1:]:
        whole = sum(cell.width for cell in table.rows[0].cells)
        for cell in table.rows[0].cells:
            longest = max(map(len, cell.text.split()), default=0)
            assert cell.width / whole * 84 >= longest + 1


def test_a_table_without_a_head_has_no_row_that_looks_like_one():
    look = report().tables[0]._tbl.tblPr.xpath("./w:tblLook")[0]
    values = [value for name, value in look.attrib.items() if name.endswith(("}val", "}firstRow"))]
    assert sorted(values) == ["0", "0480"]


def test_own_texts_become_paragraphs_and_lists():
    writer = staff()
    text = "We began late.\nVery late.\n\nWhat held us back:\n- few hosts\n* travel\nWe went on."
    ReportText.objects.create(
        partnership=own(), section="issues", text=text, changed_by=writer, revision=1
    )
    paragraphs = [(one.style.name, one.text) for one in report().paragraphs]
    start = paragraphs.index(("Heading 1", "Issues and opportunities"))
    assert paragraphs[start + 1 : start + 6] == [
        ("Normal", "We began late.\nVery late."),
        ("Normal", "What held us back:"),
        ("List Bullet", "few hosts"),
        ("List Bullet", "travel"),
        ("Normal", "We went on."),
    ]


def test_a_section_without_a_text_says_what_belongs_there():
    hints = [one.text for one in report().paragraphs if one.style.name == "Note to the Author"]
    assert len(hints) == 4
    assert hints[2].startswith("Write here what the partnership does next")


def test_header_and_footer_name_report_and_page():
    section = report().sections[0]
    assert section.different_first_page_header_footer is True
    assert section.header.paragraphs[0].text == (
        "Implementation report of pilot activities\tRECIPE4MOBILITY"
    )
    for footer in (section.footer, section.first_page_footer):
        xml = footer._element.xml
        assert footer.paragraphs[0].text.startswith("ClusterXchange is co-funded")
        assert ' PAGE "' in xml
        assert ' NUMPAGES "' in xml


def test_charts_can_be_edited_with_the_numbers_behind_them():
    recorded()
    parts = {str(part.partname): part for part in report().part.package.iter_parts()}
    charts = sorted(name for name in parts if name.startswith("/word/charts/"))
    assert charts == ["/word/charts/chart1.xml", "/word/charts/chart2.xml"]
    xml = parts[charts[1]].blob.decode()
    assert "<v>10</v>" in xml.replace("c:v", "v")
    book = load_workbook(io.BytesIO(parts["/word/embeddings/chart2.xlsx"].blob))
    rows = {row[0]: row[1:] for row in book.active.iter_rows(values_only=True)}
    assert rows["T2 Training sessions held"] == (10, 10)


def test_pictures_are_told_in_words():
    drawings = report().element.body.xpath(".//wp:docPr/@descr")
    assert drawings[0].startswith("From registration to payment. Registered: Visitors 0, Hosts 0;")


def test_a_report_of_all_names_no_partnership_of_its_own():
    document = report(of=of_scope(Scope(starts_on=date(2026, 1, 1), mode="physical")))
    assert document.paragraphs[1].text.startswith("All partnerships, 1 Jan 2026 to ")
    assert headings(document) == SECTIONS


def test_a_partnership_without_targets_has_no_chart_of_them():
    IndicatorTarget.objects.all().delete()
    Partnership.objects.update(planned_exchanges=0)
    parts = [str(part.partname) for part in report().part.package.iter_parts()]
    assert [name for name in parts if name.startswith("/word/charts/")] == [
        "/word/charts/chart1.xml"
    ]


def test_the_report_opens_in_a_word_processor(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    source = tmp_path / "report.docx"
    source.write_bytes(export(figures(), "docx").content)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        [office, home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


# --- PDF -----------------------------------------------------------------------------------------


def test_the_pdf_is_sealed_and_one_a_day(settings):
    recorded()
    document = order_indicators(figures())
    assert order_indicators(figures()) == document
    assert documents.make(document.pk) is True
    document.refresh_from_db()
    with document.file.open("rb") as file:
        assert documents.verify(file.read()).is_valid
    assert 'class="chart"' in document.snapshot["tables"][0]["chart"]


def test_figures_of_all_are_a_document_of_whoever_asks():
    with pytest.raises(ValueError, match="whoever asks"):
        order_indicators(of_scope(Scope()))
    support = staff(StaffRoleName.SUPPORT)
    assert order_indicators(of_scope(Scope()), actor=support).about_id == str(support.pk)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_page_gives_each_format_out(client, file_format):
    client.force_login(staff())
    response = client.get(f"/indicators/export/{file_format}/?partnership=RECIPE4MOBILITY")
    assert response["Content-Type"] == FORMATS[file_format]
    assert f'.{file_format}"' in response["Content-Disposition"]


def test_each_table_of_the_page_can_be_taken_away_by_itself(client):
    client.force_login(staff(StaffRoleName.OBSERVER))
    page = client.get("/indicators/?starts_on=2020-01-01").content.decode()
    found = re.findall(r'href="(/indicators/export/csv/[^"]*table=(\w+))"', page)
    heads = {
        name: client.get(unescape(url)).content.decode("utf-8-sig").partition("\r\n")[0]
        for url, name in found
    }
    scope = Scope(starts_on=date(2020, 1, 1), totals_only=True)
    tables = of_scope(scope).every_table
    assert {"funnel", "modes", "satisfaction"} <= set(heads)
    assert heads == {
        name: tables[name].to_csv().decode("utf-8-sig").partition("\r\n")[0] for name in heads
    }


@pytest.mark.parametrize(
    "path",
    [
        "/indicators/export/exe/",
        "/indicators/export/csv/?table=secrets",
        "/indicators/export/csv/?partnership=EXXTRA",
        "/indicators/export/csv/?period=999",
        "/indicators/export/csv/?period=x",
        "/indicators/documents/AAAAA/",
    ],
)
def test_what_does_not_exist_is_not_found(client, path):
    client.force_login(staff())
    assert client.get(path).status_code == 404


def test_a_pdf_is_asked_for_and_fetched_once_it_is_made(client):
    client.force_login(staff())
    assert client.get("/indicators/export/pdf/").status_code == 200
    assert Document.objects.count() == 0
    response = client.post("/indicators/export/pdf/")
    document = Document.objects.get()
    assert response["Location"] == f"/indicators/documents/{document.code}/"
    Document.objects.update(status="waiting")
    waits = client.get(response["Location"]).content.decode()
    assert "The document is being made" in waits
    documents.sweep()
    content = b"".join(client.get(response["Location"]).streaming_content)
    assert content.startswith(b"%PDF-")


def test_a_period_becomes_a_document_of_its_own(client):
    period = frozen()
    client.force_login(staff())
    assert client.get(f"/indicators/export/pdf/?period={period.pk}").status_code == 200
    client.post(f"/indicators/export/pdf/?period={period.pk}")
    document = Document.objects.get()
    assert (document.about_type, document.about_id) == ("reports.reportingperiod", str(period.pk))
    assert document.name == "RECIPE4MOBILITY Mid-term"


@pytest.mark.parametrize(
    ("role", "acronym", "of_all", "of_one"),
    [
        (StaffRoleName.OFFICER, "RECIPE4MOBILITY", 404, 200),
        (StaffRoleName.OFFICER, "EXXTRA", 404, 404),
        (StaffRoleName.OBSERVER, "", 200, 200),
    ],
)
def test_who_may_read_a_document(client, role, acronym, of_all, of_one):
    asked = staff(StaffRoleName.SUPPORT)
    ordered = [order_indicators(of_scope(Scope()), actor=asked), order_indicators(figures())]
    client.force_login(staff(role, acronym))
    found = [client.get(f"/indicators/documents/{one.code}/").status_code for one in ordered]
    assert found == [of_all, of_one]


# --- command line --------------------------------------------------------------------------------


def run(path, file_format="csv", **options):
    values = {"--partnership": "recipe4mobility", "--format": file_format, "--output": str(path)}
    pairs = (values | options).items()
    call_command("export_indicators", *(part for pair in pairs for part in pair))


@pytest.mark.parametrize(("file_format", "start"), [("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF-")])
def test_the_command_writes_a_file(tmp_path, capsys, file_format, start):
    path = tmp_path / f"figures.{file_format}"
    run(path, file_format, **{"--from": "2026-01-01", "--to": "2026-10-31"})
    content = path.read_bytes()
    assert content.startswith(start)
    assert capsys.readouterr().out == f"{path}: {len(content)} bytes\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"--partnership": "NOBODY"}, "There is no partnership NOBODY."),
        ({"--from": "2026-13-01"}, "--from: 2026-13-01 is no day; write YYYY-MM-DD."),
        ({"--to": "soon"}, "--to: soon is no day; write YYYY-MM-DD."),
        ({"--from": "2026-02-01", "--to": "2026-01-01"}, "--from comes after --to."),
        ({"--table": "secrets"}, "There is no table secrets; there are indicators, "),
        ({"--output": "/nowhere/x.csv"}, "/nowhere/x.csv cannot be written: "),
    ],
)
def test_the_command_says_in_a_line_what_is_wrong(tmp_path, options, said):
    with pytest.raises(CommandError) as problem:
        run(tmp_path / "x.csv", **options)
    assert str(problem.value).startswith(said)


def test_the_command_waits_for_a_worker_that_was_quicker(tmp_path, monkeypatch):
    make, status = documents.make, DocumentStatus

    def taken_by_a_worker(key):
        Document.objects.filter(pk=key).update(status=status.MAKING, claimed_at=clock.real_now())
        return False

    def worker_is_done(seconds):
        Document.objects.update(status=status.WAITING)
        make(Document.objects.get().pk)

    monkeypatch.setattr(documents, "make", taken_by_a_worker)
    monkeypatch.setattr("reports.management.commands.export_indicators.sleep", worker_is_done)
    run(tmp_path / "x.pdf", "pdf")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")


def test_the_command_does_not_wait_for_ever(tmp_path, monkeypatch):
    def taken_by_a_worker(key):
        Document.objects.filter(pk=key).update(
            status=DocumentStatus.MAKING, claimed_at=clock.real_now()
        )
        return False

    looks = []
    monkeypatch.setattr(documents, "make", taken_by_a_worker)
    monkeypatch.setattr("reports.management.commands.export_indicators.sleep", looks.append)
    with pytest.raises(CommandError, match="a worker has it"):
        run(tmp_path / "x.pdf", "pdf")
    assert (len(looks), sum(looks)) == (600, pytest.approx(120))


def test_the_command_says_when_a_pdf_cannot_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "make", lambda key: False)
    with pytest.raises(CommandError, match="a worker has it"):
        run(tmp_path / "x.pdf", "pdf")


def test_the_day_of_a_file_is_the_last_of_its_figures():
    assert of_scope(Scope(own(), ends_on=date(2026, 3, 31))).day == date(2026, 3, 31)
    assert figures().as_of.tzinfo == UTC
