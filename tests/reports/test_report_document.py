"""The file of a final activity report: what it prints, and how long it holds."""

import io

import pytest
from pypdf import PdfReader

from cxc_portal.core import documents
from cxc_portal.core.models import Document
from profiles.models import Partnership
from reports.documents.report import BLOCKS, REPORT, block_of, printed
from reports.enums import QuestionKind
from reports.models import Report
from reports.queries.papers import report_document
from reports.questionnaire import Asked, Option
from reports.services.reviewing import return_report, validate_reports
from tests.factories import UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import closed_exchange, report_of, reported_by, reported_exchange

pytestmark = pytest.mark.usefixtures("reference")

GRID = (Option("reception", "Reception"), Option("facilities", "Facilities"))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def validated(exchange, side="VO"):
    validate_reports(exchange_id=exchange.pk, actor=person_of(exchange, f"{side}P"))
    return report_of(exchange, side)


def text_of(document):
    assert documents.make(document.pk)
    document.refresh_from_db()
    with document.file.open() as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
        return " ".join("".join(page.extract_text() for page in pages).split())


def block(kind, answer, options=GRID):
    made = block_of(Asked("q", "ratings", kind, "How was it?", options=options), answer)
    assert (made.pop("label"), made.pop("kind")) == ("How was it?", kind)
    return made


def test_it_is_made_when_the_report_is_validated():
    exchange = reported_exchange()
    assert report_document(report_of(exchange, "VO")) is None
    report = validated(exchange)
    text = text_of(report_document(report))
    for expected in (
        exchange.ref,
        "Report of Motores Lda",
        "It took place as planned",
        "How satisfied are you?",
        "4 of 5",
        "The views in this document are its authors’ own",
        "co-funded by the COSME programme",
    ):
        assert expected in text
    assert report_document(report_of(exchange, "HO")) is None


def test_who_completed_it_and_how_it_ended_stand_on_top():
    exchange = reported_exchange()
    partnership = Partnership.objects.get(acronym="RECIPE4MOBILITY")
    Report.objects.filter(capacity="VO").update(
        on_behalf_of=partnership, source="Told on the telephone.", outcome="ended_early"
    )
    snapshot = printed(report_of(exchange, "VO"))
    assert snapshot["flags"] == [
        "Completed by RECIPE4MOBILITY on behalf of Motores Lda. Source: Told on the telephone.",
        "The exchange ended early.",
    ]
    assert snapshot["submitted_by"] == ""


def test_what_did_not_take_place_says_so():
    exchange = closed_exchange(outcome="not_taken_place")
    snapshot = report_document(report_of(exchange, "HO")).snapshot
    assert snapshot["flags"] == ["The exchange did not take place."]
    assert (snapshot["days"], snapshot["working_days"]) == ("", "")


def test_it_holds_until_the_report_is_opened_again():
    exchange = reported_exchange()
    report = validated(exchange)
    first = report_document(report)
    documents.make(first.pk)
    assert documents.verify_code(first.code).status == "valid"
    return_report(report_id=report.pk, comment="Wrong days.", actor=person_of(exchange, "VOP"))
    assert documents.verify_code(first.code).status == "superseded"
    reported_by(exchange, "VO")
    second = report_document(validated(exchange))
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert documents.verify_code(first.code).status == "superseded"
    documents.make(second.pk)
    assert documents.verify_code(second.code).status == "valid"


def test_it_is_for_its_side_and_both_partnerships(client):
    exchange = reported_exchange()
    documents.make(report_document(validated(exchange)).pk)
    people = {who: person_of(exchange, who) for who in ("VO", "HO", "VOP", "HOP")}
    people["stranger"] = UserFactory()
    given = {}
    for who, user in people.items():
        client.force_login(user)
        answer = client.get(f"/exchanges/{exchange.ref}/report/VO/document/")
        is_file = answer.streaming and b"".join(answer.streaming_content).startswith(b"%PDF-")
        given[who] = is_file or answer.status_code
    assert given == {"VO": True, "VOP": True, "HOP": True, "HO": 404, "stranger": 404}


def test_ratings_are_words_and_dots():
    assert block("ratings", {"reception": 4, "facilities": "n/a"}) == {
        "rows": [
            {"label": "Reception", "value": "4 of 5", "dots": "●●●●○"},
            {"label": "Facilities", "value": "does not apply", "dots": ""},
        ]
    }


def test_numbers_stand_beside_their_lines():
    assert block("numbers", {"facilities": 12}) == {
        "rows": [{"label": "Facilities", "value": "12"}]
    }


def test_what_was_reached_stands_beside_what_was_planned():
    options = (Option("fully", "Fully"),)
    lines = [{"text": "To learn", "part": "fully"}, {"text": "To sell", "part": ""}]
    assert block("parts", lines, options) == {
        "rows": [{"label": "To learn", "value": "Fully"}, {"label": "To sell", "value": ""}]
    }


def test_activities_are_a_table():
    lines = [
        {"day": "2027-03-01", "activity": "observation", "title": "Shop", "done": True, "hours": 8},
        {"day": "", "activity": "training", "title": "", "done": True, "hours": None},
        {"day": "", "activity": "own", "title": "Talk", "done": False, "hours": 2},
    ]
    assert block("activities", lines, ())["table"] == [
        ["1 March 2027", "Shop", "Workplace observation", "8"],
        ["", "Training, individual or in a group", "", "–"],
        ["", "Talk", "own", "not done"],
    ]


def test_steps_are_a_table():
    lines = [{"what": "Write", "who": "Both", "by": "2027-03-01"}]
    assert block("steps", lines, ())["table"] == [["Write", "Both", "1 March 2027"]]


@pytest.mark.parametrize(
    ("kind", "answer", "lines"),
    [
        ("choice", "facilities", ["Facilities"]),
        ("several", ["reception", "facilities"], ["Reception", "Facilities"]),
        ("text", "One.\n\nTwo.", ["One.", "Two."]),
        ("yes", True, ["Yes"]),
        ("score", 9, ["9 of 10"]),
    ],
)
def test_the_others_are_lines(kind, answer, lines):
    assert block(kind, answer) == {"lines": lines}


def test_what_has_a_table_of_its_own_is_a_kind_of_question():

    assert set(BLOCKS) < set(QuestionKind)


def test_a_document_of_a_report_carries_the_disclaimer():

    assert REPORT.has_disclaimer
    assert Document.objects.count() == 0
