"""Writing the sections: what is saved, what is kept, and what happens when two do it at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from django.test import Client

from exchanges.commitment.terms import Person
from exchanges.models import Exchange, SectionChange
from exchanges.queries.clauses import standard_responsibilities
from exchanges.queries.drafts import draft_contents, draft_of
from exchanges.services.drafting import save_section
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    frozen_exchange,
    opened_exchange,
    person_of,
    validated_exchange,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

PURPOSE = {"objectives": ["learn"], "activities": ["training"], "text": "To learn from you."}


def text_of(response) -> str:
    html = unescape(response.content.decode())
    return " ".join(html[html.index("<main") : html.index("</main>")].split())


def address(exchange: Exchange, name: str) -> str:
    return f"/exchanges/{exchange.ref}/commitment/{name}/"


def client_of(exchange: Exchange, who: str = "VO") -> Client:
    """The same browser for the same party throughout a test."""
    clients = exchange.__dict__.setdefault("clients", {})
    if who not in clients:
        clients[who] = Client()
        clients[who].force_login(person_of(exchange, who))
    return clients[who]


@contextmanager
def unwritten(exchange: Exchange, who: str = "VO") -> Iterator[None]:
    """Nothing is written; whoever acts is logged in already."""
    client_of(exchange, who)
    with untouched():
        yield


def send(exchange: Exchange, name: str, who: str = "VO", headers: Any = None, **data: Any):
    data.setdefault("revision", exchange.sections.get(name=name).revision)
    return client_of(exchange, who).post(address(exchange, name), data, headers=headers or {})


def terms_of(exchange: Exchange):
    return draft_of(Exchange.objects.get(pk=exchange.pk))


def saved(exchange: Exchange, name: str, **data: Any):
    response = send(exchange, name, **data)
    assert (response.status_code, response["Location"]) == (
        302,
        f"/exchanges/{exchange.ref}/commitment/",
    )
    return getattr(terms_of(exchange), name)


def test_when_and_where() -> None:
    exchange, days = opened_exchange(), free_week()
    when = saved(
        exchange,
        "when",
        mode="physical",
        days_from=str(days[0]),
        days_to=str(days[4]),
        there=str(days[0]),
        back="",
        venue="Hall 7",
        platform="",
        room="Gate 3",
    )
    assert (when.starts_on, when.ends_on, when.travel_days) == (days[0], days[4], (days[0],))
    assert (when.venue, when.room) == ("Hall 7", "Gate 3")


def test_a_day_of_travel_between_the_two_is_kept() -> None:
    exchange, days = drafted_exchange(), free_week()
    row = exchange.sections.get(name="when")
    save_section(
        exchange_id=exchange.pk,
        name="when",
        content={**row.content, "travel_days": [str(days[0]), str(days[3]), str(days[4])]},
        revision=row.revision,
        actor=person_of(exchange, "HO"),
    )
    form = client_of(exchange).get(address(exchange, "when")).context["form"]
    assert (form.initial["there"], form.initial["back"]) == (days[0], days[4])
    when = saved(
        exchange,
        "when",
        mode="physical",
        days_from=str(days[0]),
        days_to=str(days[4]),
        there="",
        back=str(days[4]),
    )
    assert when.travel_days == (days[3], days[4])


def test_the_agenda_moves_along_when_asked_to() -> None:
    exchange, days = drafted_exchange(), free_week(weeks_ahead=20)
    saved(
        exchange,
        "when",
        mode="physical",
        days_from=str(days[0]),
        days_to=str(days[4]),
        moves_agenda="on",
    )
    assert terms_of(exchange).agenda.days == days


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"days_from": "2027-03-05", "days_to": "2027-03-01"}, "The last day is before the first."),
        ({"there": "2027-03-05", "back": "2027-03-01"}, "The journey back is before"),
        ({"there": "soon"}, "Give a day such as 2027-03-01."),
    ],
)
def test_days_in_the_wrong_order_are_refused_and_kept(sent: dict, message: str) -> None:
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(exchange, "when", mode="physical", venue="Typed already", **sent)
    assert response.status_code == 200
    assert message in text_of(response)
    assert "Typed already" in text_of(response)


PEOPLE = {
    "HO-count": "1",
    "HO-0-name": "Zoé Host",
    "HO-0-position": "Director",
    "HO-0-email": "zoe@example.org",
    "HO-0-phone": "",
    "VO-count": "2",
    "VO-0-name": "Vasco Motor",
    "VO-0-position": "Engineer",
    "VO-0-email": "",
    "VO-0-phone": "",
    "VO-1-name": "",
    "VO-1-position": "",
    "VO-1-email": "",
    "VO-1-phone": "",
}


def test_people_of_both_sides_and_blank_rows_left_out() -> None:
    people = saved(opened_exchange(), "people", **PEOPLE)
    assert (Person("Zoé Host", "Director", "zoe@example.org", ""),) == people.HO
    assert (Person("Vasco Motor", "Engineer", "", ""),) == people.VO


def test_a_person_is_added_without_losing_what_was_typed() -> None:
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(exchange, "people", **PEOPLE, add="HO")
    assert response.status_code == 200
    rows = {rows.name: rows for rows in response.context["form"].rows}
    assert [row.initial.get("name") for row in rows["HO"].forms] == ["Zoé Host", None]
    assert [row["name"].value() for row in rows["VO"].forms] == ["Vasco Motor", ""]


def test_a_person_is_removed_without_losing_the_others() -> None:
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(exchange, "people", **PEOPLE | {"VO-1-name": "Second"}, remove="VO-0")
    rows = {rows.name: rows for rows in response.context["form"].rows}
    assert [row.initial["name"] for row in rows["VO"].forms] == ["Second"]


def test_there_is_always_a_row_to_type_in() -> None:
    response = send(opened_exchange(), "people", **PEOPLE, remove="HO-0")
    rows = {rows.name: rows for rows in response.context["form"].rows}
    assert len(rows["HO"].forms) == 1


@pytest.mark.parametrize("press", [{"add": "XX"}, {"remove": "VO-x"}, {"standard": "HO"}])
def test_a_button_that_is_not_there_does_nothing(press: dict) -> None:
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(exchange, "people", **PEOPLE, **press)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"VO-0-name": ""}, "Give the name of this person, or remove the row."),
        ({"HO-0-email": "zoe"}, "Enter a valid email address."),
    ],
)
def test_a_person_that_cannot_be_read_is_refused(sent: dict, message: str) -> None:
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(exchange, "people", **PEOPLE | sent)
    assert response.status_code == 200
    assert message in text_of(response)


def test_rows_that_nobody_counted_are_none() -> None:
    people = saved(opened_exchange(), "people", **{**PEOPLE, "HO-count": "many"})
    assert people.HO == ()


def test_purpose() -> None:
    purpose = saved(opened_exchange(), "purpose", **PURPOSE)
    assert purpose.to_json() == PURPOSE


def test_an_unfinished_purpose_can_be_saved() -> None:
    purpose = saved(opened_exchange(), "purpose", text="Later more.")
    assert (purpose.objectives, purpose.text) == ((), "Later more.")


def test_responsibilities() -> None:
    texts = {"HO": "a", "VO": "b", "HOP": "c", "VOP": "d"}
    assert saved(opened_exchange(), "responsibilities", **texts).to_json() == texts


def test_a_standard_text_comes_back_and_the_others_stay_as_typed() -> None:
    exchange = opened_exchange()
    texts = {"HO": "a", "VO": "b", "HOP": "c", "VOP": "d"}
    with unwritten(exchange):
        response = send(exchange, "responsibilities", **texts, standard="VO")
    form = response.context["form"]
    assert {party: form[party].value() for party in texts} == {
        **texts,
        "VO": standard_responsibilities("physical")["VO"],
    }


def test_an_unknown_party_has_no_standard_text() -> None:
    response = send(opened_exchange(), "responsibilities", HO="a", standard="XX")
    assert response.context["form"]["HO"].value() == "a"


def test_outcomes() -> None:
    outcomes = saved(
        opened_exchange(),
        "outcomes",
        **{
            "items-count": "2",
            "items-0-text": "A plan",
            "items-0-measure": "It is written",
            "items-1-text": "",
            "items-1-measure": "",
        },
    )
    assert [(one.text, one.measure) for one in outcomes.items] == [("A plan", "It is written")]


def test_an_outcome_without_words_is_refused() -> None:
    data = {"items-count": "1", "items-0-text": "", "items-0-measure": "How?"}
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(exchange, "outcomes", **data)
    assert "Say what you expect, or remove the row." in text_of(response)


def test_language_and_clauses() -> None:
    data = {"language": "fr", "agreed": ["conduct", "photos"], "further": "One more."}
    assert saved(opened_exchange(), "clauses", **data).to_json() == data


# --- in the background --------------------------------------------------------------------------


def test_a_draft_is_saved_in_the_background_and_says_its_revision() -> None:
    exchange = opened_exchange()
    response = send(exchange, "purpose", headers={"X-Autosave": "1"}, **PURPOSE)
    assert (response.status_code, response["X-Revision"]) == (204, "1")
    assert terms_of(exchange).purpose.text == PURPOSE["text"]


def test_what_is_overtaken_is_not_saved_in_the_background() -> None:
    exchange = opened_exchange()
    send(exchange, "purpose", who="HO", **PURPOSE)
    with unwritten(exchange):
        response = send(
            exchange, "purpose", headers={"X-Autosave": "1"}, **PURPOSE | {"text": "B"}, revision=0
        )
    assert response.status_code == 409


def test_what_cannot_be_read_is_not_saved_in_the_background() -> None:
    exchange = opened_exchange()
    with unwritten(exchange):
        response = send(
            exchange, "purpose", headers={"X-Autosave": "1"}, **PURPOSE | {"objectives": ["gold"]}
        )
    assert response.status_code == 422


def test_nothing_that_is_being_signed_changes_in_the_background() -> None:
    exchange = frozen_exchange()
    with unwritten(exchange):
        response = send(exchange, "purpose", headers={"X-Autosave": "1"}, **PURPOSE)
    assert response.status_code == 409


# --- what saving does besides -------------------------------------------------------------------


def test_whoever_changes_what_is_being_signed_is_warned_before() -> None:
    exchange = frozen_exchange()
    client = client_of(exchange)
    texts = {
        name: text_of(client.get(address(exchange, name))) for name in ("when", "people", "purpose")
    }
    assert all("Saving makes the signatures void" in text for text in texts.values())
    assert "Where to report on the first day can change without that." in texts["when"]
    assert "E-mail addresses and telephone numbers can change without that." in texts["people"]


def test_what_is_in_force_is_only_amended() -> None:
    exchange = validated_exchange()
    text = text_of(client_of(exchange).get(address(exchange, "purpose")))
    assert "A signed version is in force, and stays so until all four have signed" in text


def test_what_the_service_refuses_stands_in_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = opened_exchange()
    from cxc_portal.core.errors import TransitionRefused
    from exchanges.views import sections

    def refuse(**given: Any) -> None:
        raise TransitionRefused("closed", "Not now.")

    monkeypatch.setattr(sections, "save_section", refuse)
    response = send(exchange, "purpose", **PURPOSE)
    assert response.status_code == 200
    assert "Not now." in text_of(response)


# --- two at once --------------------------------------------------------------------------------


def overtaken(exchange: Exchange, mine: str = "Mine."):
    """The host saves first; the visitor's page shows both texts."""
    send(exchange, "purpose", who="HO", **PURPOSE | {"text": "Theirs."})
    return send(
        exchange, "purpose", objectives=["markets"], activities=["training"], text=mine, revision=0
    )


def merge(exchange: Exchange, page, who: str = "VO", **picks: str):
    data = {"kept": page.context["kept"], **picks}
    return client_of(exchange, who).post(address(exchange, "purpose") + "merge/", data)


def test_both_texts_stand_side_by_side() -> None:
    exchange = opened_exchange()
    response = overtaken(exchange)
    text = text_of(response)
    assert response.status_code == 200
    for expected in ("Theirs.", "Mine.", f"{person_of(exchange, 'HO')} (AQUIMER)"):
        assert expected in text
    asked = [(one["question"].key, one["question"].pick) for one in response.context["asked"]]
    # At first the objectives were those of the profiles ("learn"): only the visitor changed them.
    assert asked == [("objectives", "mine"), ("text", "both")]


def test_what_was_chosen_is_saved_on_top_of_the_newer_text() -> None:
    exchange = opened_exchange()
    response = merge(
        exchange, overtaken(exchange), **{"pick-objectives": "mine", "pick-text": "both"}
    )
    assert response["Location"] == f"/exchanges/{exchange.ref}/commitment/"
    purpose = terms_of(exchange).purpose
    assert (purpose.objectives, purpose.text) == (("markets",), "Theirs.\n\nMine.")
    assert exchange.sections.get(name="purpose").revision == 2


def test_one_can_go_on_writing_afterwards() -> None:
    exchange = opened_exchange()
    response = merge(exchange, overtaken(exchange), **{"pick-text": "mine", "further": "1"})
    assert response["Location"] == address(exchange, "purpose")
    assert terms_of(exchange).purpose.text == "Mine."


def test_keeping_the_other_text_changes_nothing() -> None:
    exchange = opened_exchange()
    page = overtaken(exchange)
    before = draft_contents(Exchange.objects.get(pk=exchange.pk))
    merge(exchange, page, **{"pick-text": "theirs", "pick-objectives": "theirs"})
    assert draft_contents(Exchange.objects.get(pk=exchange.pk)) == before
    assert SectionChange.objects.filter(section__name="purpose").count() == 1


def test_a_third_text_in_between_is_shown_too() -> None:
    exchange = opened_exchange()
    page = overtaken(exchange)
    send(exchange, "purpose", who="HO", **PURPOSE | {"text": "Newer still."})
    response = merge(exchange, page, **{"pick-text": "mine"})
    assert "Newer still." in text_of(response)
    assert terms_of(exchange).purpose.text == "Newer still."


def test_what_was_kept_cannot_be_made_up_or_taken_elsewhere() -> None:
    exchange = opened_exchange()
    page = overtaken(exchange)
    client = client_of(exchange)
    with unwritten(exchange):
        assert client.post(address(exchange, "purpose") + "merge/", {}).status_code == 404
        elsewhere = client.post(
            address(exchange, "clauses") + "merge/", {"kept": page.context["kept"]}
        )
    assert elsewhere.status_code == 404


def test_partnerships_do_not_merge() -> None:
    exchange = opened_exchange()
    page = overtaken(exchange)
    with unwritten(exchange, "VOP"):
        assert merge(exchange, page, who="VOP").status_code == 403
