from datetime import timedelta

import pytest

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.commitment.terms import Agenda, People, Person, Slot, When
from exchanges.models import Exchange, SectionChange
from exchanges.queries.agenda_templates import templates_for
from exchanges.queries.clauses import clauses_for, standard_responsibilities
from exchanges.queries.drafts import draft_contents, draft_of
from exchanges.services.starting import start_draft
from profiles.workdays import is_working_day
from tests.factories.exchanges import free_week, opened_exchange, person_of, write_sections
from tests.factories.profiles import UserFactory

pytestmark = pytest.mark.usefixtures("reference")
QUERIES = 28


def started(exchange: Exchange, programme: str = "learn_5", **more):
    more.setdefault("first_day", free_week()[0])
    more.setdefault("actor", person_of(exchange, "VO"))
    return start_draft(exchange_id=exchange.pk, programme=programme, **more)


def test_three_choices_write_every_section() -> None:
    exchange = opened_exchange()
    days = free_week()
    terms = draft_of(started(exchange, first_day=days[0]))
    assert (terms.when.starts_on, terms.when.ends_on) == (days[0], days[4])
    assert terms.when.venue == "AQUIMER, 1 Main Street, 1000 Lyon"
    assert terms.agenda.days == days
    assert terms.purpose.text.startswith("Motores Lda wants to see how AQUIMER works")
    assert terms.purpose.activities[0] == "knowledge"
    assert len(terms.outcomes.items) == 2
    assert terms.responsibilities.to_json() == standard_responsibilities("physical")
    required = tuple(clause.code for clause in clauses_for("physical") if clause.is_required)
    assert terms.clauses.agreed == required
    assert terms.clauses.language == "en"


@pytest.mark.parametrize("mode", ["physical", "virtual"])
def test_every_programme_makes_a_draft_of_its_mode(mode: str) -> None:
    for template in templates_for(mode):
        exchange = opened_exchange()
        terms = draft_of(started(exchange, template.code))
        exchange.refresh_from_db()
        assert exchange.mode == terms.when.mode == mode
        assert len(terms.agenda.days) == template.length
        assert all(is_working_day(day, "FR") for day in terms.agenda.days)
        assert bool(terms.when.platform) == (mode == "virtual")
        assert bool(terms.when.venue) == (mode == "physical")
        break


def test_going_online_takes_the_standard_words_and_clauses_along() -> None:
    exchange = opened_exchange()
    terms = draft_of(started(exchange, "learn_online"))
    assert terms.responsibilities.to_json() == standard_responsibilities("virtual")
    assert "insurance" not in terms.clauses.agreed


def test_what_was_written_before_stays() -> None:
    exchange = opened_exchange()
    write_sections(
        exchange,
        {
            "when": When(mode="physical", venue="Hall 7", room="Gate 3"),
            "people": People(HO=(Person(name="Zoé"),), VO=()),
        },
    )
    terms = draft_of(started(exchange))
    assert (terms.when.venue, terms.when.room) == ("Hall 7", "Gate 3")
    assert (terms.people.HO[0].name, terms.people.HO[0].position) == ("Zoé", "Director")
    assert terms.people.VO[0].name == exchange.visitor.contact_name


def test_who_started_stands_in_the_history_once_a_section() -> None:
    exchange = opened_exchange()
    actor = person_of(exchange, "HO")
    started(exchange, actor=actor)
    lines = SectionChange.objects.values_list("section__name", "revision", "author")
    assert sorted(lines) == [
        (name, 1, actor.pk) for name in ("agenda", "clauses", "outcomes", "purpose", "when")
    ]


def test_a_draft_with_an_agenda_is_not_started_again() -> None:
    exchange = opened_exchange()
    write_sections(exchange, {"agenda": Agenda(slots=(Slot(key="a", day=free_week()[0]),))})
    before = draft_contents(Exchange.objects.get(pk=exchange.pk))
    with pytest.raises(TransitionRefused) as refused:
        started(exchange)
    assert refused.value.code == "started_already"
    assert draft_contents(Exchange.objects.get(pk=exchange.pk)) == before


def test_an_unknown_programme_is_refused() -> None:
    with pytest.raises(TransitionRefused) as refused:
        started(opened_exchange(), "learn_400")
    assert refused.value.code == "no_such_programme"


def test_a_day_that_is_over_is_refused() -> None:
    with pytest.raises(TransitionRefused) as refused:
        started(opened_exchange(), first_day=clock.today() - timedelta(days=1))
    assert refused.value.code == "over"


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_do_not_start(capacity: str) -> None:
    exchange = opened_exchange()
    with pytest.raises(NotAllowed):
        started(exchange, actor=person_of(exchange, capacity))


def test_strangers_do_not_start() -> None:
    with pytest.raises(NotAllowed):
        started(opened_exchange(), actor=UserFactory())


def test_a_whole_draft_takes_a_fixed_number_of_queries(
    django_assert_num_queries,
) -> None:
    exchange, day = opened_exchange(), free_week()[0]
    actor = person_of(exchange, "VO")
    with django_assert_num_queries(QUERIES):
        started(exchange, first_day=day, actor=actor)
