from datetime import timedelta

import pytest
import time_machine

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from exchanges.commitment.terms import Purpose, When
from exchanges.enums import Capacity, ExchangeMode, ExchangeState
from exchanges.models import DraftSection, Exchange, SectionChange
from exchanges.queries.drafts import draft_contents, draft_of, sections_of
from exchanges.services.drafting import SectionChanged, save_section
from tests.factories.exchanges import drafted_exchange, free_week, opened_exchange, person_of
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
