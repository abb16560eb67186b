"""The commitment at a glance, its quick start and its history: who sees what."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exchanges.commitment.terms import Purpose
from exchanges.enums import Capacity
from exchanges.models import CommitmentFile, Exchange, SectionComment
from exchanges.queries.drafts import draft_of
from exchanges.services.comments import comment_section
from exchanges.services.drafting import save_section
from profiles.models import User
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    frozen_exchange,
    opened_exchange,
    person_of,
    validated_exchange,
)
from tests.factories.matches import visitor_profile
from tests.factories.profiles import UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

READING = ("", "changes/")
WRITING = (
    "start/",
    "when/",
    "people/",
    "purpose/",
    "responsibilities/",
    "outcomes/",
    "clauses/",
    "files/",
)


def text_of(response) -> str:
    html = unescape(response.content.decode())
    return " ".join(html[html.index("<main") : html.index("</main>")].split())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(exchange: Exchange, below: str = "") -> str:
    return f"/exchanges/{exchange.ref}/commitment/{below}"


def seen(exchange: Exchange, who: str, below: str = "") -> str:
    response = client_of(person_of(exchange, who)).get(page_of(exchange, below))
    assert response.status_code == 200
    return text_of(response)


def test_somebody_unknown_is_asked_to_log_in(client: Client) -> None:
    exchange = opened_exchange()
    found = {client.get(page_of(exchange, one))["Location"][:16] for one in READING + WRITING}
    assert found == {"/accounts/login/"}


def test_a_stranger_finds_nothing() -> None:
    exchange, stranger = opened_exchange(), client_of(UserFactory())
    found = {stranger.get(page_of(exchange, one)).status_code for one in READING + WRITING}
    assert found == {404}


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_read_and_do_not_write(capacity: str) -> None:
    exchange = opened_exchange()
    staff = client_of(person_of(exchange, capacity))
    assert [staff.get(page_of(exchange, one)).status_code for one in READING] == [200, 200]
    with untouched():
        answers = [staff.get(page_of(exchange, one)).status_code for one in WRITING]
        answers += [staff.post(page_of(exchange, one)).status_code for one in WRITING]
    assert set(answers) == {403}


@pytest.mark.parametrize("capacity", ["HO", "VO"])
def test_both_sides_write(capacity: str) -> None:
    exchange = opened_exchange()
    side = client_of(person_of(exchange, capacity))
    answers = {one: side.get(page_of(exchange, one)).status_code for one in WRITING}
    assert answers == dict.fromkeys(WRITING, 200)


def test_an_unknown_section_is_not_there() -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, "VO"))
    assert client.get(page_of(exchange, "weather/")).status_code == 404


def test_an_empty_draft_leads_to_the_quick_start() -> None:
    text = seen(opened_exchange(), "VO")
    assert "Start with three choices" in text
    assert "A first draft in a minute" in text


def test_a_sound_draft_leads_to_freezing_and_shows_every_section() -> None:
    text = seen(drafted_exchange(), "VO")
    assert "Check and freeze" in text
    assert "Before it can be signed" not in text
    for expected in ("Workshop, Lyon", "See how others do it.", "Day 1 at the workshop"):
        assert expected in text
    assert "Motores Lda (Visiting organisation)" in text
    assert "A joint plan – seen by: It is written down" in text


def test_a_draft_that_lacks_something_leads_nowhere_yet() -> None:
    exchange = drafted_exchange()
    revision = exchange.sections.get(name="purpose").revision
    save_section(
        exchange_id=exchange.pk,
        name="purpose",
        content=Purpose(objectives=("learn",)).to_json(),
        revision=revision,
        actor=person_of(exchange, "HO"),
    )
    text = seen(exchange, "VO")
    assert "Check and freeze" not in text
    assert "Before it can be signed" in text
    assert "1 thing to settle here" in text
    assert f"Last changed by {person_of(exchange, 'HO')} (AQUIMER)" in text


def test_whoever_signs_next_is_led_there_and_warned_of_changing() -> None:
    exchange = frozen_exchange()
    text = seen(exchange, "VO")
    assert "Read and sign" in text
    assert "This text is being signed" in text
    assert "Read and sign" not in seen(exchange, "VOP")


def test_a_commitment_in_force_is_frozen_anew_only_when_it_says_something_else() -> None:
    exchange = validated_exchange()
    text = seen(exchange, "HO")
    assert "Check and freeze" not in text
    assert "Until then version 1 stays in force as it was signed." in text
    row = exchange.sections.get(name="when")
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": "Hall 7"},
        revision=row.revision,
        actor=person_of(exchange, "HO"),
    )
    assert "Check and freeze" in seen(exchange, "HO")


def test_the_page_asks_the_database_as_often_with_many_comments(
    django_assert_max_num_queries,
) -> None:
    exchange = drafted_exchange()
    for number in range(6):
        comment_section(
            exchange_id=exchange.pk,
            section="when",
            text=f"Comment {number}",
            actor=person_of(exchange, "VO"),
        )
    client = client_of(person_of(exchange, "HO"))
    with django_assert_max_num_queries(50):
        client.get(page_of(exchange))


# --- quick start --------------------------------------------------------------------------------


def test_three_inputs_make_a_draft_that_can_be_frozen() -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, "VO"))
    response = client.get(page_of(exchange, "start/"))
    form = response.context["form"]
    chosen = {"programme": "learn_5", "start": form.initial["start"], "day": ""}
    answer = client.post(page_of(exchange, "start/") + "?mode=physical", chosen)
    assert (answer.status_code, answer["Location"]) == (302, page_of(exchange))
    assert "Check and freeze" in text_of(client.get(page_of(exchange)))


def test_the_way_of_meeting_changes_the_programmes() -> None:
    exchange = opened_exchange()
    text = seen(exchange, "VO", "start/?mode=virtual")
    assert "6 half-days" in text
    assert "5 days" not in text


def test_who_only_meets_in_person_is_not_asked() -> None:
    exchange = opened_exchange(visitor=visitor_profile(mode="physical"))
    assert "How you meet: In person" in seen(exchange, "VO", "start/").replace(
        "</strong>", ""
    ).replace("<strong>", "")


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"start": "other", "day": ""}, "Give the first day."),
        ({"start": "other", "day": "2020-01-01"}, "Choose a day from tomorrow on."),
        ({"start": "other", "day": "soon"}, "Give a day such as 2027-03-01."),
        ({"start": "", "day": ""}, "Choose a first day."),
        ({"programme": "", "start": "other"}, "Choose a programme."),
    ],
)
def test_a_choice_that_is_missing_is_asked_for(sent: dict, message: str) -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, "VO"))
    with untouched():
        response = client.post(page_of(exchange, "start/"), {"programme": "learn_3", **sent})
    assert response.status_code == 200
    assert message in text_of(response)


def test_another_first_day_can_be_typed() -> None:
    exchange = opened_exchange()
    day = free_week(weeks_ahead=12)[0]
    client = client_of(person_of(exchange, "VO"))
    client.post(
        page_of(exchange, "start/"), {"programme": "learn_3", "start": "other", "day": str(day)}
    )
    assert draft_of(Exchange.objects.get(pk=exchange.pk)).when.starts_on == day


def test_a_started_draft_is_not_started_again() -> None:
    exchange = drafted_exchange()
    response = client_of(person_of(exchange, "VO")).get(page_of(exchange, "start/"))
    assert (response.status_code, response["Location"]) == (302, page_of(exchange))


# --- history ------------------------------------------------------------------------------------


def test_the_history_tells_who_changed_what() -> None:
    exchange = drafted_exchange()
    row = exchange.sections.get(name="when")
    actor = person_of(exchange, "HO")
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "venue": "Hall 7, Lyon"},
        revision=row.revision,
        actor=actor,
    )
    text = seen(exchange, "VOP", "changes/")
    assert f"{actor} (AQUIMER)" in text
    assert "Workshop, Lyon" in text
    assert "Hall 7, Lyon" in text


def test_no_history_is_said_in_words() -> None:
    assert "Nothing has been changed yet" in seen(opened_exchange(), "VO", "changes/")


# --- comments -----------------------------------------------------------------------------------


def comments_of(exchange: Exchange) -> str:
    return f"/exchanges/{exchange.ref}/comments/"


@pytest.mark.parametrize("capacity", Capacity)
def test_each_party_comments_and_settles(capacity: str) -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, capacity))
    response = client.post(comments_of(exchange), {"section": "purpose", "text": "Well said."})
    assert response["Location"] == page_of(exchange) + "#purpose"
    assert "Well said." in text_of(client.get(page_of(exchange)))
    comment = SectionComment.objects.get()
    client.post(f"{comments_of(exchange)}{comment.pk}/")
    comment.refresh_from_db()
    assert comment.settled_by == person_of(exchange, capacity)
    assert "1 settled comment" in text_of(client.get(page_of(exchange)))


def test_a_refused_comment_stands_in_its_field_again() -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, "VO"))
    with untouched():
        response = client.post(comments_of(exchange), {"section": "purpose", "text": "x" * 2001})
    assert response.status_code == 200
    assert "x" * 2001 in text_of(response)
    assert "Ensure this value has at most 2000 characters" in text_of(response)


def test_a_comment_beside_nothing_is_not_there() -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, "VO"))
    with untouched():
        response = client.post(comments_of(exchange), {"section": "weather", "text": "Rain"})
    assert response.status_code == 404


def test_strangers_and_readers_of_others_do_not_comment() -> None:
    exchange, stranger = opened_exchange(), client_of(UserFactory())
    comment = comment_section(
        exchange_id=exchange.pk, section="when", text="Hm", actor=person_of(exchange, "VO")
    )
    with untouched():
        assert stranger.post(comments_of(exchange), {}).status_code == 404
        assert stranger.post(f"{comments_of(exchange)}{comment.pk}/").status_code == 404


# --- files --------------------------------------------------------------------------------------


def attached(exchange: Exchange) -> CommitmentFile:
    client = client_of(person_of(exchange, "HO"))
    file = SimpleUploadedFile("map.pdf", b"%PDF-1.4 the map")
    response = client.post(page_of(exchange, "files/"), {"title": "Map", "file": file})
    assert response.status_code == 302
    return CommitmentFile.objects.get()


@pytest.mark.parametrize("capacity", Capacity)
def test_all_four_parties_read_a_file(capacity: str) -> None:
    exchange = opened_exchange()
    found = attached(exchange)
    client = client_of(person_of(exchange, capacity))
    response = client.get(f"/exchanges/{exchange.ref}/files/{found.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.4 the map"
    assert response["Content-Disposition"] == 'attachment; filename="map.pdf"'
    assert "Map" in text_of(client.get(page_of(exchange)))


def test_a_stranger_reads_no_file() -> None:
    exchange = opened_exchange()
    found = attached(exchange)
    stranger = client_of(UserFactory())
    assert stranger.get(f"/exchanges/{exchange.ref}/files/{found.pk}/").status_code == 404
    assert stranger.post(f"/exchanges/{exchange.ref}/files/{found.pk}/remove/").status_code == 404


def test_a_side_removes_a_file_and_a_partnership_does_not() -> None:
    exchange = opened_exchange()
    address = f"/exchanges/{exchange.ref}/files/{attached(exchange).pk}/remove/"
    assert client_of(person_of(exchange, "HOP")).post(address).status_code == 403
    assert client_of(person_of(exchange, "VO")).post(address).status_code == 302
    assert CommitmentFile.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("run.exe", b"MZ\x90\x00", "This is not one of the kinds of file"),
        ("empty.pdf", b"", "The submitted file is empty."),
    ],
)
def test_a_file_of_another_kind_is_refused(name: str, content: bytes, message: str) -> None:
    exchange = opened_exchange()
    client = client_of(person_of(exchange, "HO"))
    with untouched():
        response = client.post(
            page_of(exchange, "files/"),
            {"title": "Map", "file": SimpleUploadedFile(name, content)},
        )
    assert response.status_code == 200
    assert message in text_of(response)
