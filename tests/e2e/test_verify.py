"""Somebody who was handed a document asks whether it is genuine."""

import pytest

from cxc_portal.core import documents
from tests.core.document_trial import NAME, SNAPSHOT, content_of, introduce
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def document(portal, settings, monkeypatch):
    kind = introduce(settings, monkeypatch)
    ordered = documents.order(
        kind, about=UserFactory(), snapshot=SNAPSHOT, language="en", name=NAME
    )
    documents.make(ordered.pk)
    ordered.refresh_from_db()
    return ordered


def give(reader, name, content):
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    reader.main().get_by_label("The file").set_input_files(files=[file])
    reader.press("Verify")


def see(reader, word, width):
    reader.main().get_by_role("heading", name=word, level=1).wait_for()
    reader.check()
    reader.picture(f"verify-{word.split()[0].lower()}-{width}")


def test_from_the_file_and_from_the_code(someone, document, width):
    reader, content = someone(), content_of(document)
    reader.goto("/verify/")
    reader.check()
    reader.picture(f"verify-{width}")
    give(reader, "commitment.pdf", content)
    see(reader, "Valid", width)

    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    reader.goto("/verify/")
    give(reader, "commitment.pdf", bytes(changed))
    see(reader, "Altered", width)

    reader.goto("/verify/")
    give(reader, "letter.pdf", b"%PDF-1.7 of somebody else")
    see(reader, "Unknown", width)

    reader.goto("/verify/")
    reader.press("Verify")
    reader.main().get_by_text("Choose the file, or type the code.").first.wait_for()
    reader.check()
    reader.main().get_by_label("Or the code").fill(document.code.lower())
    reader.press("Verify")
    reader.arrives_at(f"/verify/{document.code}/")
    see(reader, "Valid", width)


def test_the_page_works_without_scripts(someone, document, width):
    reader = someone(java_script_enabled=False)
    reader.goto("/verify/")
    give(reader, "commitment.pdf", content_of(document))
    reader.main().get_by_role("heading", name="Valid", level=1).wait_for()
