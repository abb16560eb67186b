"""What a document looks like inside: PDF/A-3, tagged, with its snapshot, the same each time."""

import gc
import importlib
import io
import json
import logging
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import ImageFile
from pypdf import PdfReader

from cxc_portal.core import documents
from cxc_portal.core.documents import Attachment
from cxc_portal.core.documents.snapshots import canonical
from tests.core.document_trial import CODE, NAME, SIGNATURE, SNAPSHOT

MANY_ROWS = {**SNAPSHOT, "rows": [f"Day {number}" for number in range(60)]}


@pytest.fixture
def render(sample):
    """Renders a snapshot of the sample kind."""

    def render(snapshot=SNAPSHOT, kind=sample, **options):
        options = {"language": "en", "code": CODE, "name": NAME} | options
        return documents.render(kind, snapshot, **options)

    return render


@pytest.fixture(autouse=True)
def no_complaints(caplog):
    """WeasyPrint logs what it cannot make of a page; it must have nothing to say."""
    caplog.set_level(logging.WARNING, "weasyprint")
    yield
    assert [record.getMessage() for record in caplog.records if record.name == "weasyprint"] == []


def opened(content):
    return PdfReader(io.BytesIO(content))


def root(content):
    return opened(content).trailer["/Root"]


def text_of(content):
    return "\n".join(page.extract_text() for page in opened(content).pages)


def metadata(content):
    return root(content)["/Metadata"].get_object().get_data().decode()


def pictures(content, folder):
    """Each page as an image."""
    folder.mkdir()
    (folder / "file.pdf").write_bytes(content)
    command = ["pdftoppm", "-r", "60", "-png", "file.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    return [path.read_bytes() for path in sorted(folder.glob("page*.png"))]


# --- the shape ---------------------------------------------------------------------------------


def test_a_document_says_that_it_is_pdf_a_3_with_structure(render):
    content = render()
    assert content.startswith(b"%PDF-1.7")
    assert re.findall(r'pdfaid:(part|conformance)="(\w)"', metadata(content)) == [
        ("part", "3"),
        ("conformance", "A"),
    ]
    assert root(content)["/MarkInfo"] == {"/Marked": True}
    assert root(content)["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"


def test_a_document_has_a_language_a_title_and_a_date(render):
    content = render()
    information = opened(content).metadata
    assert root(content)["/Lang"] == "en"
    assert information.title == f"Sample of Quality · {NAME}"
    assert information.author == "ClusterXchange"
    assert information.keywords == CODE
    assert information.creation_date.isoformat() == "2026-11-22T10:00:00+00:00"


def structure(element, found):
    """The tags of a document with their descriptions."""
    element = element.get_object()
    if isinstance(element, list):
        for child in element:
            structure(child, found)
    elif isinstance(element, dict):
        if "/S" in element:
            found.append((element["/S"], element.get("/Alt")))
        if "/K" in element:
            structure(element["/K"], found)
    return found


def test_headings_tables_and_pictures_are_tagged(render):
    found = structure(root(render(MANY_ROWS))["/StructTreeRoot"], [])
    tags = {tag for tag, _alt in found}
    assert tags >= {"/Document", "/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure"}
    assert [alt for tag, alt in found if tag == "/Figure" and not alt] == []


def test_all_fonts_are_inside(render):
    [page] = opened(render()).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert {"/FontFile2" in one for one in described} == {True}
    names = {one["/FontName"].partition("+")[2] for one in described}
    assert names == {"Open-Sans", "Open-Sans-Bold", "Open-Sans-Semi-Bold", "DejaVu-Sans-Mono"}


# --- the text ----------------------------------------------------------------------------------


def test_the_pages_print_the_snapshot(render):
    text = text_of(render())
    assert "Grüße, Αθηνά und Милена & <b>all</b>" in text
    assert SIGNATURE["name"] in text
    assert SIGNATURE["digest"] in text.replace("\n", "")


def test_every_page_says_whose_document_it_is(render):
    pages = [page.extract_text() for page in opened(render(MANY_ROWS)).pages]
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert NAME in page
        assert CODE in page
        assert f"Page {number} of 3" in page
        assert "co-funded by the COSME programme of the European Union" in page


def test_the_head_of_a_table_comes_again_on_each_page(render):
    pages = [page.extract_text() for page in opened(render(MANY_ROWS)).pages]
    assert ["Activity" in page for page in pages[:2]] == [True, True]


@pytest.mark.parametrize("rows", range(12, 24, 2))
def test_the_box_about_verification_stays_on_one_page(render, rows):
    snapshot = {**SNAPSHOT, "rows": [f"Day {number}" for number in range(rows)]}
    pages = [page.extract_text() for page in opened(render(snapshot)).pages]
    box = ("Is this document genuine?", "Digest of the content (SHA-256)")
    assert [all(line in page for line in box) for page in pages if any(x in page for x in box)] == [
        True
    ]


def test_a_document_tells_where_it_is_verified(render, settings):
    settings.SITE_URL = "https://portal.example"
    content = render()
    assert "portal.example/verify/" in text_of(content)
    [link] = [
        annotation.get_object()["/A"]["/URI"]
        for page in opened(content).pages
        for annotation in page.get("/Annots", [])
    ]
    assert link == f"https://portal.example/verify/{CODE}/"


def test_a_report_carries_the_disclaimer(render, sample):
    disclaimer = "The views in this document are its authors’ own."
    assert disclaimer not in text_of(render())
    report = replace(sample, has_disclaimer=True)
    assert disclaimer in text_of(render(kind=report))


def test_a_document_is_written_in_its_own_language(render):
    content = render(language="fr")
    assert "Janvier" in text_of(content) or "janvier" in text_of(content)
    assert root(content)["/Lang"] == "fr"


# --- what is inside ----------------------------------------------------------------------------


def test_the_snapshot_is_inside_with_code_and_digest(render):
    content = render()
    [inside] = opened(content).attachments["snapshot.json"]
    assert json.loads(inside) == {
        "code": CODE,
        "digest": documents.digest_of(SNAPSHOT),
        "kind": "trial/sample",
        "language": "en",
        "name": NAME,
        "snapshot": SNAPSHOT,
        "template_version": 3,
    }
    assert inside == canonical(json.loads(inside))


def test_files_inside_say_what_they_are_to_the_document(render):
    evidence = Attachment("evidence.json", b"{}", "What happened", "Source")
    content = render(attachments=[evidence])
    assert opened(content).attachments["evidence.json"] == [b"{}"]
    files = [file.get_object() for file in root(content)["/AF"]]
    assert [(file["/UF"], file["/AFRelationship"]) for file in files] == [
        ("snapshot.json", "/Data"),
        ("evidence.json", "/Source"),
    ]
    dates = {file["/EF"]["/F"].get_object()["/Params"]["/ModDate"] for file in files}
    assert dates == {"D:20261122100000Z"}


# --- the same each time ------------------------------------------------------------------------


def test_the_same_snapshot_gives_the_same_file_at_any_time(render, time_machine):
    first = render(MANY_ROWS)
    time_machine.move_to(datetime(2031, 2, 3, tzinfo=UTC))
    assert render(MANY_ROWS) == first


@pytest.mark.pdf
def test_the_same_snapshot_gives_the_same_pages_in_another_process(render, tmp_path):
    here = render(MANY_ROWS)
    (tmp_path / "snapshot.json").write_text(json.dumps(MANY_ROWS))
    subprocess.run(
        [sys.executable, "-m", "tests.core.document_printer", tmp_path],
        check=True,
        env={"PATH": "", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )
    there = (tmp_path / "document.pdf").read_bytes()
    assert text_of(there) == text_of(here)
    assert pictures(there, tmp_path / "there") == pictures(here, tmp_path / "here")


def test_another_content_gives_another_file(render):
    assert render() != render({**SNAPSHOT, "text": "other"})


def test_a_snapshot_without_a_date_has_none_of_the_day(render):
    content = render({"text": "Undated"})
    assert opened(content).metadata.creation_date.isoformat() == "2020-01-01T00:00:00+00:00"


# --- what a page may ask for -------------------------------------------------------------------


def test_a_picture_of_the_portal_is_printed(render):
    content = render({**SNAPSHOT, "picture": "img/europe.svg"})
    assert ("/Figure", "A picture") in structure(root(content)["/StructTreeRoot"], [])


@pytest.mark.parametrize(
    "address",
    [
        "https://stranger.example/pixel.png",
        "file:///etc/passwd",
        "../var/secret_key",
        "../manage.py",
        "css/../../static/js/portal.js",
        "img/nothing-of-this-name.svg",
        "data:image/png;base64,AAAA",
    ],
)
def test_a_page_that_asks_for_anything_else_is_not_printed(render, address):
    press = importlib.import_module("cxc_portal.core.documents.press")
    with pytest.raises(press.PrintingFailed, match="Error fetching"):
        render({**SNAPSHOT, "picture": address})
    assert gc.isenabled()


def test_printing_leaves_the_collection_of_garbage_as_it_was(render):
    gc.disable()
    try:
        render()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_web_does_not_load_what_only_workers_need():
    program = (
        "import django, sys; django.setup(); import cxc_portal.urls, cxc_portal.core.tasks; "
        "print(sorted({'weasyprint', 'pyhanko'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_printing_leaves_uploads_as_strict_as_they_were(render):
    render()
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
