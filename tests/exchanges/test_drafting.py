from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from exchanges.commitment.terms import Purpose, Responsibilities, When
from exchanges.enums import Capacity, ExchangeMode, ExchangeState
from exchanges.models import DraftSection, Exchange, SectionChange
from exchanges.queries.clauses import standard_responsibilities
from exchanges.queries.drafts import draft_contents, draft_of, sections_of
from exchanges.services.drafting import SectionChanged, save_section
from exchanges.services.freezing import freeze_commitment
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    opened_exchange,
    person_of,
    validated_exchange,
)
from tests.factories.profiles import UserFactory

pytestmark = pytest.mark.usefixtures("reference")


def purpose(text: str) -> dict:
    return Purpose(objectives=("learn",), activities=("observation",), text=text).to_json()


def save(exchange: Exchange, content: dict, *, name: str = "purpose", who: str = "VO", **more):
    revision = more.pop("revision", None)
    if revision is None:
        revision = exchange.sections.get(name=name).revision
    return save_section(
        exchange_id=exchange.pk,
        name=name,
        content=content,
        revision=revision,
        actor=more.pop("actor", None) or person_of(exchange, who),
        **more,
    )


def test_both_sides_write_one_section_after_the_other() -> None:
    exchange = opened_exchange()
    save(exchange, purpose("To learn."), who="VO")
    row = save(exchange, purpose("To learn a lot."), who="HO")
    assert (row.revision, row.content, row.changed_by) == (
        2,
        purpose("To learn a lot."),
        person_of(exchange, "HO"),
    )
    lines = SectionChange.objects.values_list("revision", "capacity", "after__text")
    assert list(lines) == [(1, "VO", "To learn."), (2, "HO", "To learn a lot.")]


def test_a_section_saved_meanwhile_is_not_overwritten_and_nothing_typed_is_lost() -> None:
    exchange = opened_exchange()
    save(exchange, purpose("The first."), who="VO")
    entries = AuditEntry.objects.count()
    with pytest.raises(SectionChanged) as refused:
        save(exchange, purpose("The second."), who="HO", revision=0)
    assert refused.value.code == "section_changed"
    assert refused.value.wanted == purpose("The second.")
    assert refused.value.current.content == purpose("The first.")
    assert refused.value.current.revision == 1
    assert refused.value.current.changed_by == person_of(exchange, "VO")
    assert SectionChange.objects.count() == 1
    assert AuditEntry.objects.count() == entries


def test_saying_the_same_again_changes_nothing() -> None:
    exchange = opened_exchange()
    save(exchange, purpose("The same."), who="VO")
    row = save(exchange, purpose("The same."), who="HO", revision=0)
    assert row.revision == 1
    assert SectionChange.objects.count() == 1


def test_one_sitting_is_one_line_of_the_history() -> None:
    exchange = opened_exchange()
    start = exchange.sections.get(name="purpose").content
    save(exchange, purpose("One"))
    save(exchange, purpose("One, two"))
    change = SectionChange.objects.get()
    assert (change.before, change.after, change.revision) == (start, purpose("One, two"), 2)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        save(exchange, purpose("One, two, three"))
    assert SectionChange.objects.count() == 2


def test_days_and_mode_of_the_draft_are_those_of_the_exchange() -> None:
    exchange = opened_exchange()
    days = free_week()
    save(
        exchange,
        When(mode="virtual", starts_on=days[0], ends_on=days[2]).to_json(),
        name="when",
    )
    exchange.refresh_from_db()
    assert (exchange.mode, exchange.starts_on, exchange.ends_on) == (
        ExchangeMode.VIRTUAL,
        days[0],
        days[2],
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("weather", {}, "no_such_section"),
        ("when", {"starts_on": "tomorrow"}, "bad_terms"),
        ("when", {"mode": "on the moon"}, "mode"),
        ("when", {"starts_on": "2027-03-05", "ends_on": "2027-03-01"}, "order"),
    ],
)
def test_content_that_makes_no_sense_is_refused(name: str, content: dict, code: str) -> None:
    exchange = opened_exchange()
    before = draft_contents(exchange)
    with pytest.raises(TransitionRefused) as refused:
        save(exchange, content, name=name, revision=0)
    assert refused.value.code == code
    assert draft_contents(Exchange.objects.get(pk=exchange.pk)) == before


@pytest.mark.parametrize("capacity", [Capacity.HOP, Capacity.VOP])
def test_partnerships_do_not_write(capacity: str) -> None:
    exchange = opened_exchange()
    with pytest.raises(NotAllowed):
        save(exchange, purpose("Ours."), who=capacity)


def test_strangers_do_not_write() -> None:
    exchange = opened_exchange()
    with pytest.raises(NotAllowed):
        save(exchange, purpose("Mine."), actor=UserFactory())


def test_nobody_writes_once_it_is_over() -> None:
    exchange = opened_exchange()
    Exchange.objects.filter(pk=exchange.pk).update(state=ExchangeState.CANCELLED)
    with pytest.raises(NotAllowed):
        save(exchange, purpose("Too late."))


def test_the_draft_is_read_as_terms() -> None:
    exchange = drafted_exchange()
    assert draft_of(exchange).to_json() == draft_contents(exchange)
    assert list(sections_of(exchange)) == list(
        DraftSection.objects.filter(exchange=exchange).values_list("name", flat=True)
    )


def test_the_agenda_follows_another_first_day_when_asked_to() -> None:
    exchange = drafted_exchange()
    when, later = draft_of(exchange).when, free_week(weeks_ahead=20)
    content = {**when.to_json(), "starts_on": str(later[0]), "ends_on": str(later[4])}
    save(exchange, content, name="when", moves_agenda=True)
    assert draft_of(Exchange.objects.get(pk=exchange.pk)).agenda.days == later


def test_the_agenda_stays_where_it_is_otherwise() -> None:
    exchange = drafted_exchange()
    terms, later = draft_of(exchange), free_week(weeks_ahead=20)
    content = {**terms.when.to_json(), "starts_on": str(later[0]), "ends_on": str(later[4])}
    save(exchange, content, name="when")
    assert draft_of(Exchange.objects.get(pk=exchange.pk)).agenda == terms.agenda


@pytest.mark.parametrize("change", [{"room": "Gate 3"}, {"starts_on": None}])
def test_without_another_first_day_no_entry_moves(change: dict) -> None:
    exchange = drafted_exchange()
    terms = draft_of(exchange)
    save(exchange, {**terms.when.to_json(), **change}, name="when", moves_agenda=True)
    assert draft_of(Exchange.objects.get(pk=exchange.pk)).agenda == terms.agenda


def test_an_empty_agenda_does_not_move() -> None:
    exchange = opened_exchange()
    days = free_week()
    content = When(starts_on=days[0], ends_on=days[1]).to_json()
    save(exchange, content, name="when")
    other = {**content, "starts_on": str(days[1])}
    save(exchange, other, name="when", moves_agenda=True)
    assert SectionChange.objects.filter(section__name="agenda").count() == 0


def test_going_online_takes_along_what_only_holds_in_person() -> None:
    exchange = drafted_exchange()
    own = Responsibilities(**standard_responsibilities("physical") | {"VO": "Our own words."})
    save(exchange, own.to_json(), name="responsibilities")
    save(exchange, {**draft_of(exchange).when.to_json(), "mode": "virtual"}, name="when")
    terms = draft_of(Exchange.objects.get(pk=exchange.pk))
    assert standard_responsibilities("virtual")["HO"] == terms.responsibilities.HO
    assert terms.responsibilities.VO == "Our own words."
    assert "insurance" not in terms.clauses.agreed


def test_days_of_a_draft_do_not_move_an_exchange_in_force() -> None:
    exchange = validated_exchange()
    first = exchange.starts_on
    later = free_week(weeks_ahead=20)
    when = {**draft_of(exchange).when.to_json(), "starts_on": str(later[0])}
    save(exchange, {**when, "ends_on": str(later[4])}, name="when")
    exchange.refresh_from_db()
    assert exchange.starts_on == first


def test_an_edit_after_freezing_begins_a_new_line_of_the_history() -> None:
    exchange = drafted_exchange()
    save(exchange, purpose("One"))
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "VO"), revisions=None)
    save(exchange, purpose("Two"))
    assert SectionChange.objects.filter(section__name="purpose").count() == 2
    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.BUILDING
