"""Whoever holds a file or its code learns whether it is what the portal made, and nothing more."""

import importlib
import io
import json
import zlib
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from cxc_portal.core import documents
from cxc_portal.core.documents import Standing, Status
from cxc_portal.core.documents import verification as limits
from cxc_portal.core.models import Document
from tests.core.document_trial import CODE, NAME, SNAPSHOT, content_of
from tests.factories import UserFactory
from tests.untouched import untouched

registry = importlib.import_module("cxc_portal.core.documents.registry")


@pytest.fixture
def genuine(made):
    """A document that was made, and its file."""
    document = made()
    return document, content_of(document)


def standing_is(sample, standing):
    """Let the sample kind say this of its documents."""
    del registry._kinds[sample.name]
    return documents.register(replace(sample, standing=lambda document: standing))


# --- genuine -----------------------------------------------------------------------------------


def test_the_file_that_the_portal_made_is_valid(genuine):
    document, content = genuine
    verdict = documents.verify(content)
    assert (verdict.status, verdict.document, verdict.is_valid) == (Status.VALID, document, True)
    assert str(verdict.sentence) == "The portal made this document, and it holds."


def test_a_verdict_names_the_seal(genuine):
    document, content = genuine
    seal = documents.verify(content).seal
    assert (seal.by, seal.at, seal.fingerprint) == (
        "Common Name: ClusterXchange portal (self-made seal)",
        document.sealed_at,
        document.seal_fingerprint,
    )


def test_a_verdict_shows_what_the_document_shows(genuine):
    document, content = genuine
    facts = dict(documents.verify(content).facts)
    assert (facts["Document"], facts["Name"], facts["Code"]) == (
        "Sample of Quality",
        NAME,
        document.code,
    )
    assert facts["Digest of the content (SHA-256)"] == document.digest
    assert facts["Made"].endswith(" UTC")


def test_a_superseded_document_is_genuine_but_not_valid(genuine, sample):
    document, content = genuine
    Document.objects.filter(pk=document.pk).update(superseded_at=document.made_at)
    verdict = documents.verify(content)
    assert (verdict.status, verdict.is_valid) == (Status.SUPERSEDED, False)
    assert str(verdict.sentence) == "The portal made this document, but a later one replaces it."


def test_the_kind_tells_whether_a_document_still_holds(genuine, sample):
    standing_is(sample, Standing(False, "The exchange was cancelled.", [("Ended", "1 May 2027")]))
    verdict = documents.verify(genuine[1])
    assert (verdict.status, str(verdict.sentence)) == (
        Status.SUPERSEDED,
        "The exchange was cancelled.",
    )
    assert verdict.facts[-1] == ("Ended", "1 May 2027")


def test_a_document_that_its_kind_holds_for_current_is_valid(genuine, sample):
    standing_is(sample, Standing(True, "The exchange is under way."))
    assert documents.verify(genuine[1]).status == Status.VALID


def test_a_superseded_document_is_never_valid_whatever_its_kind_says(genuine, sample):
    standing_is(sample, Standing(True, "The exchange is under way."))
    document, content = genuine
    Document.objects.filter(pk=document.pk).update(superseded_at=document.made_at)
    assert documents.verify(content).status == Status.SUPERSEDED


def test_an_unsealed_document_is_valid_without_a_seal(made, sample):
    del registry._kinds[sample.name]
    kind = documents.register(replace(sample, is_sealed=False))
    verdict = documents.verify(content_of(made(kind)))
    assert (verdict.status, verdict.seal) == (Status.VALID, None)


# --- by code -----------------------------------------------------------------------------------


def test_a_code_tells_of_its_document(genuine):
    document, _content = genuine
    verdict = documents.verify_code(document.code.lower().replace("-", " "))
    assert (verdict.status, verdict.document) == (Status.VALID, document)


@pytest.mark.parametrize("code", [CODE, "", "nonsense", "' OR 1=1 --", "A" * 10_000, "\x00"])
def test_a_code_that_nobody_gave_is_unknown(db, code):
    verdict = documents.verify_code(code)
    assert (verdict.status, verdict.document) == (Status.UNKNOWN, None)


@pytest.mark.parametrize("status", ["waiting", "failed"])
def test_a_document_without_a_file_is_unfinished(order, status):
    document = order()
    Document.objects.filter(pk=document.pk).update(status=status, error="something")
    verdict = documents.verify_code(document.code)
    assert (verdict.status, verdict.document) == (Status.UNFINISHED, document)
    assert "something" not in str(verdict)


def test_a_verdict_tells_nothing_of_the_people_in_the_document(made):
    document = made()
    verdict = documents.verify_code(document.code)
    shown = json.dumps([str(verdict.sentence), [[str(a), str(b)] for a, b in verdict.facts]])
    assert SNAPSHOT["signatures"][0]["name"] not in shown
    assert SNAPSHOT["text"] not in shown


# --- altered -----------------------------------------------------------------------------------


def test_a_changed_byte_anywhere_makes_it_altered(genuine):
    document, content = genuine
    steps = range(0, len(content), max(len(content) // 150, 1))
    found = set()
    for position in {*steps, len(content) - 1}:
        changed = bytearray(content)
        changed[position] ^= 0x55
        verdict = documents.verify(bytes(changed))
        found.add((verdict.status, verdict.document))
    assert found == {(Status.ALTERED, document)}


@pytest.mark.parametrize("change", [lambda c: c + b"\n", lambda c: c[:-1], lambda c: b" " + c])
def test_a_file_that_is_longer_or_shorter_is_altered(genuine, change):
    assert documents.verify(change(genuine[1])).status == Status.ALTERED


def test_a_file_cut_off_before_its_seal_is_altered(genuine):
    document, content = genuine
    unsealed = content[: content.index(b"%%EOF") + 6]
    assert documents.verify(unsealed).document == document


def test_a_file_that_another_program_saved_again_is_altered(genuine):
    document, content = genuine
    saved = io.BytesIO()
    PdfWriter(clone_from=PdfReader(io.BytesIO(content))).write(saved)
    verdict = documents.verify(saved.getvalue())
    assert (verdict.status, verdict.document) == (Status.ALTERED, document)


def test_a_forged_file_with_a_known_code_is_altered(genuine):
    document, _content = genuine
    forged = b"%PDF-1.7\n1 0 obj\n(" + document.code.encode() + b")\nendobj"
    verdict = documents.verify(forged)
    assert (verdict.status, verdict.seal) == (Status.ALTERED, None)
    assert "it is not the same file" in str(verdict.sentence)


@pytest.mark.parametrize(
    "hide",
    [
        lambda code: code.encode("utf-16-be"),
        lambda code: b"<< >> stream\r\n" + zlib.compress(b"x" * 9000 + code.encode()),
        lambda code: b"stream\nno zlib " + code.encode(),
        lambda code: b"stream\nno zlib, stream\n" + zlib.compress(code.encode()),
    ],
)
def test_a_code_is_found_wherever_it_stands(genuine, hide):
    document, _content = genuine
    assert documents.verify(b"%PDF-1.4 " + hide(document.code)).document == document


def test_a_known_code_is_found_among_strange_ones(genuine):
    document, _content = genuine
    assert documents.verify(f"%PDF- {CODE} {document.code}".encode()).document == document


def test_no_more_codes_are_looked_up_than_a_document_could_have(genuine, monkeypatch):
    monkeypatch.setattr(limits, "MOST_CODES", 1)
    document, _content = genuine
    assert documents.verify(f"%PDF- {CODE} {document.code}".encode()).status == Status.UNKNOWN


# --- unknown and hostile -----------------------------------------------------------------------


def test_a_pdf_of_somebody_else_is_unknown(db):
    saved, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(saved)
    verdict = documents.verify(saved.getvalue())
    assert (verdict.status, verdict.facts) == (Status.UNKNOWN, [])
    assert "The portal did not make this file" in str(verdict.sentence)


def test_what_is_no_pdf_is_unknown_and_told_what_to_do(db):
    verdict = documents.verify(b"\x89PNG\r\n")
    assert verdict.status == Status.UNKNOWN
    assert "type the code that is printed on it" in str(verdict.sentence)


def test_a_file_that_is_too_large_is_not_looked_at(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(limits, "LARGEST", 10)
    with django_assert_num_queries(0):
        verdict = documents.verify(b"%PDF-1.7 long")
    assert verdict.status == Status.UNKNOWN


def test_a_stream_that_unpacks_without_end_is_left_in_time(db, monkeypatch):
    bomb = zlib.compress(b"\x00" * 64 * limits.MEGABYTE)
    monkeypatch.setattr(limits, "MOST_OF_A_STREAM", 100_000)
    monkeypatch.setattr(limits, "MOST_UNPACKED", 250_000)
    unpacked = [len(text) for text in limits._texts((b"stream\n" + bomb) * 5)][2:]
    assert unpacked == [100_000, 100_000, 50_000]


def test_no_more_streams_are_unpacked_than_a_document_has(db, monkeypatch):
    monkeypatch.setattr(limits, "MOST_STREAMS", 3)
    content = (b"stream\n" + zlib.compress(b"a")) * 10
    assert len(list(limits._texts(content))) == 2 + 3


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_no_file_makes_it_stumble(db, before, after):
    content = b"%PDF-" + before + b"stream\n" + zlib.compress(before)[: len(after)] + after
    assert documents.verify(content).status == Status.UNKNOWN


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_mangled_document_is_never_valid(genuine, data):
    content = bytearray(genuine[1])
    for _time in range(data.draw(st.integers(1, 30))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 300))] = data.draw(st.binary(max_size=50))
    if bytes(content) != genuine[1]:
        assert documents.verify(bytes(content)).status in (Status.ALTERED, Status.UNKNOWN)


def test_asking_changes_nothing(genuine):
    document, content = genuine
    with untouched():
        documents.verify(content)
        documents.verify(content[:-1])
        documents.verify_code(document.code)


def test_another_document_with_the_same_text_is_not_taken_for_this_one(made):
    first, second = made(about=UserFactory()), made(about=UserFactory())
    assert documents.verify(content_of(first)).document == first
    assert documents.verify(content_of(second)).document == second


# --- the command -------------------------------------------------------------------------------


@pytest.fixture
def saved(genuine, tmp_path):
    path = tmp_path / "commitment.pdf"
    path.write_bytes(genuine[1])
    return path


def run(path, capsys, *options):
    """What the command printed, and its exit code."""
    code = 0
    try:
        call_command("verify_document", str(path), *options)
    except SystemExit as ended:
        code = ended.code
    return capsys.readouterr().out, code


def test_the_command_says_valid_in_a_line(saved, genuine, capsys):
    assert run(saved, capsys) == (
        f"{saved}: valid ({NAME}, {genuine[0].code}). "
        "The portal made this document, and it holds.\n",
        0,
    )


def test_the_command_fails_for_an_altered_file(saved, capsys):
    saved.write_bytes(saved.read_bytes() + b"\n")
    output, code = run(saved, capsys)
    assert (output.split(" (")[0], output.count("\n"), code) == (f"{saved}: altered", 1, 1)


def test_the_command_fails_for_an_unknown_file(db, tmp_path, capsys):
    path = tmp_path / "letter.txt"
    path.write_text("Dear all")
    output, code = run(path, capsys)
    assert (output.split(".")[1].strip()[:12], code) == ("txt: unknown", 1)


def test_the_command_gives_its_verdict_as_json(saved, genuine, capsys):
    document, _content = genuine
    output, code = run(saved, capsys, "--json")
    verdict = json.loads(output)
    assert code == 0
    assert verdict.pop("sentence") == "The portal made this document, and it holds."
    assert verdict == {
        "status": "valid",
        "code": document.code,
        "kind": "trial/sample",
        "name": NAME,
        "digest": document.digest,
        "seal": {
            "by": document.sealed_by,
            "at": document.sealed_at.isoformat(),
            "certificate_sha256": document.seal_fingerprint,
        },
    }


def test_the_command_gives_json_for_what_is_unknown(db, tmp_path, capsys):
    path = tmp_path / "letter.txt"
    path.write_text("Dear all")
    output, code = run(path, capsys, "--json")
    verdict = json.loads(output)
    assert (verdict["status"], verdict["code"], verdict["seal"], code) == ("unknown", None, None, 1)


def test_the_command_says_when_there_is_no_file(db, tmp_path):
    with pytest.raises(CommandError, match=r"none\.pdf cannot be read: No such file or directory"):
        call_command("verify_document", str(tmp_path / "none.pdf"))
