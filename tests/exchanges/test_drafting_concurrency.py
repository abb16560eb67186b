"""Two people at the same instant: one is saved, nothing of the other is lost."""

import pytest

from exchanges.commitment.terms import Purpose
from exchanges.models import SectionChange
from exchanges.queries.agenda_templates import template_of
from exchanges.queries.drafts import draft_of
from exchanges.services.drafting import SectionChanged, save_section
from exchanges.services.starting import start_draft
from profiles.services.reference import load_reference_data
from tests.concurrency import at_once
from tests.factories.exchanges import free_week, opened_exchange, person_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def purpose(text: str) -> dict:
    return Purpose(objectives=("learn",), text=text).to_json()


def saving(exchange, capacity: str, text: str):
    actor = person_of(exchange, capacity)

    def call():
        return save_section(
            exchange_id=exchange.pk,
            name="purpose",
            content=purpose(text),
            revision=0,
            actor=actor,
        )

    return call


def test_two_save_the_same_section_and_the_second_gets_both_texts() -> None:
    exchange = opened_exchange()
    texts = {"HO": "The host's words.", "VO": "The visitor's words."}
    outcomes = at_once(*(saving(exchange, who, text) for who, text in texts.items()))
    saved = [outcome.value for outcome in outcomes if outcome.is_success]
    refused = [outcome.error for outcome in outcomes if not outcome.is_success]
    assert (len(saved), len(refused)) == (1, 1)
    assert isinstance(refused[0], SectionChanged)
    assert refused[0].current.content == saved[0].content
    assert {refused[0].wanted["text"], saved[0].content["text"]} == set(texts.values())
    change = SectionChange.objects.get()
    assert (change.revision, change.after) == (1, saved[0].content)


def test_two_say_the_same_at_once_and_it_is_one_change() -> None:
    exchange = opened_exchange()
    outcomes = at_once(saving(exchange, "HO", "Same."), saving(exchange, "VO", "Same."))
    assert [outcome.is_success for outcome in outcomes] == [True, True]
    assert SectionChange.objects.count() == 1


def test_two_start_at_once_and_one_draft_stands() -> None:
    exchange = opened_exchange()
    day, codes = free_week()[0], ("learn_3", "learn_5")
    actors = [person_of(exchange, "HO"), person_of(exchange, "VO")]

    def starting(code, actor):
        return lambda: start_draft(
            exchange_id=exchange.pk, programme=code, first_day=day, actor=actor
        )

    outcomes = at_once(*map(starting, codes, actors))
    assert sorted(outcome.is_success for outcome in outcomes) == [False, True]
    winner = codes[0] if outcomes[0].is_success else codes[1]
    assert len(draft_of(exchange).agenda.days) == template_of(winner).length
