import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, Http404
from PIL import Image

from cxc_portal.core import files
from cxc_portal.core.files import DOC, DOCX, JPEG, ODT, PDF, PNG, WEBP, FileKind
from cxc_portal.core.virus import ScannerUnavailable
from profiles.models import Profile

PAPERS = FileKind((PDF, DOC, DOCX, ODT), 50_000, "a PDF")
PICTURES = FileKind((PNG, JPEG, WEBP), 500_000, "a PNG", largest_side=100)

PDF_FILE = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
OLD_WORD_FILE = files.OLD_OFFICE + b"\0" * 1024 + "WordDocument".encode("utf-16-le") + b"\0" * 512
OLD_EXCEL_FILE = files.OLD_OFFICE + b"\0" * 1024 + "Workbook".encode("utf-16-le") + b"\0" * 512


def archive(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return packed.getvalue()


DOCX_PARTS = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
DOCX_FILE = archive(DOCX_PARTS)
ODT_FILE = archive(
    {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<text/>"}
)
SHEET_FILE = archive(
    {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<text/>"}
)


def picture(
    form: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **save
) -> bytes:
    painted = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else (255, 0, 0, 0)).save(
        painted, format=form, **save
    )
    return painted.getvalue()


def accept(
    content: bytes, kind: FileKind = PAPERS, name: str = "my file.pdf"
) -> files.AcceptedFile:
    return files.accept(SimpleUploadedFile(name, content), kind)


def refusal(content: bytes, kind: FileKind = PAPERS, name: str = "my file.pdf") -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        accept(content, kind, name)
    return caught.value


@pytest.mark.parametrize(
    ("content", "ending"),
    [(PDF_FILE, PDF), (OLD_WORD_FILE, DOC), (DOCX_FILE, DOCX), (ODT_FILE, ODT)],
)
def test_document_is_known_by_its_content_whatever_its_name(content, ending):
    accepted = accept(content, name="holiday.exe")
    assert accepted.name.removesuffix(ending).isalnum()
    assert accepted.name.endswith(ending)
    assert accepted.content.read() == content


def test_each_file_gets_another_random_name():
    assert accept(PDF_FILE).name != accept(PDF_FILE).name


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0" + b"\0" * 600,
        b"just text",
        b"<html><script>alert(1)</script></html>",
        OLD_EXCEL_FILE,
        SHEET_FILE,
        archive({"readme.txt": b"x"}),
        archive({**DOCX_PARTS, "word/vbaProject.bin": b"macro"}),
        DOCX_FILE[:-30],
        picture("GIF"),
        picture(),
    ],
)
def test_what_only_calls_itself_a_document_is_refused(content):
    problem = refusal(content)
    assert problem.code == "wrong_type"
    assert problem.messages == [
        "This is not one of the kinds of file that we can take. Give a PDF."
    ]


def test_archive_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
    assert refusal(archive({**DOCX_PARTS, "word/big.xml": b"0" * 2000})).code == "wrong_type"


def test_archive_of_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_PARTS", 1)
    assert refusal(DOCX_FILE).code == "wrong_type"


def test_kind_that_is_not_asked_for_is_refused():
    assert refusal(ODT_FILE, FileKind((PDF,), 50_000, "a PDF")).code == "wrong_type"


def test_file_larger_than_allowed_is_refused_with_the_limit():
    problem = refusal(PDF_FILE + b" " * 60_000)
    assert problem.code == "too_large"
    assert problem.messages == ["The file is larger than 48.8\xa0KB. Give a smaller one."]


def test_empty_file_is_refused():
    assert refusal(b"").code == "empty"


def test_accept_attribute_lists_the_endings():
    assert PAPERS.accept == ".pdf,.doc,.docx,.odt"


def _scanner(verdict):
    def scan(file):
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    return scan


def test_infected_file_is_refused(monkeypatch):
    monkeypatch.setattr(files, "found_in", _scanner("Eicar-Test-Signature"))
    assert refusal(PDF_FILE).code == "virus"


def test_without_an_answer_of_the_scanner_no_file_is_taken(monkeypatch):
    monkeypatch.setattr(files, "found_in", _scanner(ScannerUnavailable()))
    assert refusal(PDF_FILE).code == "not_scanned"


@pytest.mark.parametrize(("form", "ending"), [("PNG", PNG), ("JPEG", JPEG), ("WEBP", WEBP)])
def test_picture_is_painted_anew_and_made_smaller(form, ending):
    accepted = accept(picture(form), PICTURES)
    assert accepted.name.endswith(ending)
    with Image.open(accepted.content) as result:
        assert (result.format, result.size) == (form, (100, 67))


def test_picture_keeps_nothing_but_what_one_sees():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    original = picture("JPEG", exif=exif)
    assert b"taken at home" in original
    assert b"taken at home" not in accept(original, PICTURES).content.read()


def test_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(accept(picture("JPEG", exif=exif), PICTURES).content) as result:
        assert result.size == (67, 100)


def test_clear_background_stays_clear():
    with Image.open(accept(picture("PNG", mode="RGBA"), PICTURES).content) as result:
        assert result.getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        picture("GIF"),
        picture()[:60],
        PDF_FILE,
    ],
    ids=["svg", "gif", "cut off", "pdf"],
)
def test_what_is_no_allowed_picture_is_refused(content):
    assert refusal(content, PICTURES).code == "wrong_type"


def test_picture_of_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_PIXELS", 1000)
    assert refusal(picture(), PICTURES).code == "too_many_pixels"


@pytest.mark.django_db
def test_kept_file_replaces_the_old_one_once_that_is_certain(django_capture_on_commit_callbacks):
    profile = Profile()
    files.keep(profile.cv, accept(PDF_FILE))
    old = profile.cv.name
    with django_capture_on_commit_callbacks(execute=True):
        files.keep(profile.cv, accept(ODT_FILE))
        assert default_storage.exists(old)
    assert not default_storage.exists(old)
    assert default_storage.exists(profile.cv.name)


@pytest.mark.django_db
def test_dropped_file_stays_when_the_change_is_undone(django_capture_on_commit_callbacks):
    profile = Profile()
    files.keep(profile.cv, accept(PDF_FILE))
    name = profile.cv.name
    with django_capture_on_commit_callbacks(execute=False):
        files.drop(profile.cv)
    assert (profile.cv.name, default_storage.exists(name)) == ("", True)


def _read(response: FileResponse) -> bytes:
    with response.file_to_stream:
        return b"".join(response.streaming_content)


def test_file_for_saving_is_streamed_as_attachment_and_never_sniffed():
    profile = Profile()
    files.keep(profile.cv, accept(PDF_FILE))
    response = files.stream(profile.cv, name="CV of Zoé")
    assert _read(response) == PDF_FILE
    assert response.headers["Content-Disposition"] == 'attachment; filename="cv-of-zoe.pdf"'
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_file_for_the_page_is_streamed_inline():
    profile = Profile()
    files.keep(profile.cv, accept(picture(), PICTURES))
    response = files.stream(profile.cv, cache="private, max-age=60")
    assert _read(response).startswith(b"\x89PNG")
    assert response.headers["Content-Disposition"] == 'inline; filename="file.png"'
    assert response.headers["Cache-Control"] == "private, max-age=60"


def test_no_file_is_not_found():
    with pytest.raises(Http404):
        files.stream(Profile().cv)


def test_lost_file_is_not_found():
    profile = Profile(cv="cvs/lost.pdf")
    with pytest.raises(Http404):
        files.stream(profile.cv)
