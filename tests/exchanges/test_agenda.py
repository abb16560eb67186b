"""Writing the agenda, entry by entry."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from exchanges.commitment.agenda import entries_on, entry_of, mark_of
from exchanges.commitment.terms import Slot, When
from exchanges.enums import VersionState
from exchanges.models import SectionChange
from exchanges.queries.agenda_templates import templates_for
from exchanges.queries.drafts import draft_of
from exchanges.queries.findings import findings_of
from exchanges.services import agenda as services
from exchanges.services.agenda import (
    AgendaChanged,
    EntryChanged,
    add_entry,
    change_entry,
    clear_day,
    copy_day,
    copy_entry,
    move_entry,
    remove_entry,
    replace_agenda,
    restore_agenda,
)
from tests.factories import UserFactory
from tests.factories.exchanges import (
    acceptable_sections,
    drafted_exchange,
    free_week,
    frozen_exchange,
    opened_exchange,
    person_of,
    write_sections,
)
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def days():
    return free_week()


@pytest.fixture
def exchange():
    return drafted_exchange()


@pytest.fixture
def who(exchange):
    return {"exchange_id": exchange.pk, "actor": person_of(exchange, "HO")}


def agenda_of(exchange):
    return draft_of(type(exchange).objects.get(pk=exchange.pk)).agenda


def found(exchange, key):
    return entry_of(agenda_of(exchange), key)


def seen(exchange, key):
    """An entry, as the services ask for it: which one, and what of it was seen."""
    return {"key": key, "seen": mark_of(found(exchange, key))}


def an_entry(on, **values):
    first = Slot(
        key="",
        day=on,
        part="morning",
        starts=time(9),
        ends=time(10),
        activity="training",
        title="Welding",
        place="Hall 2",
    )
    return replace(first, **values)


def test_an_entry_is_added_under_a_key_of_its_own(exchange, who, days):
    change = add_entry(entry=an_entry(days[0]), **who)
    assert found(exchange, change.key) == an_entry(days[0], key=change.key)
    assert len(agenda_of(exchange).slots) == 6
    assert change.revision == exchange.sections.get(name="agenda").revision


def test_an_entry_says_something_else_afterwards(exchange, who, days):
    entry = an_entry(days[1])
    change_entry(entry=entry, **seen(exchange, "s1"), **who)
    assert found(exchange, "s1") == replace(entry, key="s1")
    assert len(agenda_of(exchange).slots) == 5


def test_an_entry_is_moved_to_another_half_day(exchange, who, days):
    move_entry(day=days[1], part="afternoon", **seen(exchange, "s1"), **who)
    moved = found(exchange, "s1")
    assert (moved.day, moved.part, moved.starts) == (days[1], "afternoon", time(14))


def test_an_entry_is_moved_before_another_one(exchange, who, days):
    first = add_entry(entry=an_entry(days[0]), **who).key
    second = add_entry(entry=an_entry(days[0], starts=time(10), ends=time(11)), **who).key
    place = {"day": days[0], "part": "morning", "before": first}
    move_entry(**place, **seen(exchange, second), **who)
    times = [(found(exchange, key).starts, found(exchange, key).ends) for key in (second, first)]
    assert times == [(time(9), time(10)), (time(10), time(11))]


def test_an_entry_is_copied(exchange, who, days):
    change = copy_entry(day=days[2], part="morning", **seen(exchange, "s1"), **who)
    assert found(exchange, change.key).title == "Day 1 at the workshop"
    assert found(exchange, change.key).day == days[2]
    assert found(exchange, "s1").day == days[0]


def test_an_entry_is_removed(exchange, who):
    change = remove_entry(**seen(exchange, "s1"), **who)
    assert found(exchange, "s1") is None
    assert (change.key, len(change.after.slots)) == ("s1", 4)


def test_a_day_is_copied_beside_what_stands_there(exchange, who, days):
    copy_day(revision=0, day=days[0], to=days[1], **who)
    titles = [slot.title for slot in entries_on(agenda_of(exchange), days[1])]
    assert sorted(titles) == ["Day 1 at the workshop", "Day 2 at the workshop"]


def test_a_day_is_cleared(exchange, who, days):
    clear_day(revision=0, day=days[0], **who)
    assert agenda_of(exchange).days == days[1:]


def test_a_programme_takes_the_place_of_all_entries(exchange, who, days):
    replace_agenda(revision=0, template="markets_5", **who)
    assert agenda_of(exchange).days == days
    assert len(agenda_of(exchange).slots) == 10


def test_a_programme_begins_after_the_journey(exchange, who, days):
    write_sections(
        exchange,
        {"when": When(starts_on=days[0], ends_on=days[-1], travel_days=(days[0],), venue="Lyon")},
    )
    replace_agenda(revision=0, template="learn_3", **who)
    assert agenda_of(exchange).days == days[1:4]


def test_what_was_done_is_undone(exchange, who):
    before = agenda_of(exchange)
    change = remove_entry(**seen(exchange, "s1"), **who)
    restore_agenda(revision=change.revision, content=change.before, **who)
    assert agenda_of(exchange) == before


def test_both_sides_write_the_same_agenda(exchange, who, days):
    add_entry(entry=an_entry(days[0]), **who)
    visitor = {**who, "actor": person_of(exchange, "VO")}
    add_entry(entry=an_entry(days[1]), **visitor)
    capacities = SectionChange.objects.values_list("capacity", flat=True)
    assert list(capacities) == ["HO", "VO"]


def test_acts_on_different_entries_do_not_disturb_each_other(exchange, who, days):
    """The second one saw the agenda as it was before the first act."""
    first, second = seen(exchange, "s1"), seen(exchange, "s2")
    move_entry(day=days[4], part="morning", **first, **who)
    move_entry(day=days[3], part="morning", **second, **who)
    assert [found(exchange, key).day for key in ("s1", "s2")] == [days[4], days[3]]


@pytest.mark.parametrize(
    "act",
    [
        lambda days: (change_entry, {"entry": an_entry(days[0])}),
        lambda days: (move_entry, {"day": days[1], "part": "morning"}),
        lambda days: (copy_entry, {"day": days[1], "part": "morning"}),
        lambda days: (remove_entry, {}),
    ],
    ids=["change", "move", "copy", "remove"],
)
def test_an_entry_that_says_something_else_now_is_shown_first(exchange, who, days, act):
    old = seen(exchange, "s1")
    change_entry(entry=an_entry(days[0], title="Painting"), **old, **who)
    service, place = act(days)
    with untouched(), pytest.raises(EntryChanged) as refusal:
        service(**place, **old, **who)
    assert (refusal.value.code, refusal.value.now.title) == ("entry_changed", "Painting")


def test_an_entry_that_is_gone_cannot_be_moved(exchange, who, days):
    old = seen(exchange, "s1")
    remove_entry(**old, **who)
    with untouched(), pytest.raises(EntryChanged) as refusal:
        move_entry(day=days[1], part="morning", **old, **who)
    assert (refusal.value.code, refusal.value.now) == ("entry_gone", None)


@pytest.mark.parametrize(
    "act",
    [
        lambda days: (copy_day, {"day": days[0], "to": days[1]}),
        lambda days: (clear_day, {"day": days[0]}),
        lambda days: (replace_agenda, {"template": "learn_5"}),
        lambda days: (restore_agenda, {"content": {"slots": []}}),
    ],
    ids=["copy_day", "clear_day", "programme", "undo"],
)
def test_acts_on_many_entries_ask_for_the_agenda_as_it_is(exchange, who, days, act):
    add_entry(entry=an_entry(days[0]), **who)
    service, values = act(days)
    with untouched(), pytest.raises(StaleVersion) as refusal:
        service(revision=0, **values, **who)
    assert isinstance(refusal.value, AgendaChanged)
    assert refusal.value.code == "agenda_changed"


@pytest.mark.parametrize("capacity", ["HOP", "VOP"])
def test_partnerships_do_not_write_the_agenda(exchange, days, capacity):
    actor = person_of(exchange, capacity)
    with untouched(), pytest.raises(NotAllowed):
        add_entry(exchange_id=exchange.pk, entry=an_entry(days[0]), actor=actor)


def test_strangers_do_not_write_the_agenda(exchange):
    actor = UserFactory()
    with untouched(), pytest.raises(NotAllowed):
        replace_agenda(exchange_id=exchange.pk, revision=0, template="learn_5", actor=actor)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": "  "}, "incomplete"),
        ({"day": None}, "incomplete"),
        ({"part": "night"}, "unknown_value"),
        ({"activity": "sailing"}, "unknown_value"),
        ({"responsible": "nobody"}, "unknown_value"),
        ({"ends": time(9)}, "order"),
    ],
    ids=str,
)
def test_an_entry_has_to_make_sense(exchange, who, days, wrong, code):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        add_entry(entry=an_entry(days[0], **wrong), **who)
    assert refusal.value.code == code


def test_an_entry_needs_no_times(exchange, who, days):
    change = add_entry(entry=an_entry(days[0], starts=None, ends=None), **who)
    assert found(exchange, change.key).starts is None


@pytest.mark.parametrize("service", [move_entry, copy_entry])
def test_an_entry_goes_to_a_part_of_a_day_that_exists(exchange, who, days, service):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        service(day=days[0], part="night", **seen(exchange, "s1"), **who)
    assert refusal.value.code == "unknown_value"


def test_a_day_is_not_copied_to_itself(exchange, who, days):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        copy_day(revision=0, day=days[0], to=days[0], **who)
    assert refusal.value.code == "same_day"


def test_a_day_has_an_end(exchange, who, days):
    late = add_entry(
        entry=an_entry(days[0], part="afternoon", starts=time(16), ends=time(23)), **who
    ).key
    place = {"day": days[0], "part": "afternoon", "before": ""}
    long = an_entry(days[0], part="afternoon", starts=time(13), ends=time(15))
    key = add_entry(entry=long, **who).key
    assert found(exchange, late).ends == time(23)
    whole = an_entry(days[0], part="afternoon", starts=time(12), ends=time(23, 30))
    other = add_entry(entry=whole, **who).key
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        move_entry(**place, **seen(exchange, other), **who)
    assert (refusal.value.code, found(exchange, key).starts) == ("no_time_left", time(13))


def test_an_agenda_has_an_end(exchange, who, days, monkeypatch):
    monkeypatch.setattr(services, "MOST_ENTRIES", 5)
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        add_entry(entry=an_entry(days[0]), **who)
    assert refusal.value.code == "too_many"


@pytest.mark.parametrize("template", ["no_such_thing", "learn_online"])
def test_a_programme_is_one_for_this_way_of_meeting(exchange, who, template):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        replace_agenda(revision=0, template=template, **who)
    assert refusal.value.code == "no_such_programme"


def test_a_programme_needs_days():
    exchange = opened_exchange()
    actor = person_of(exchange, "HO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        replace_agenda(exchange_id=exchange.pk, revision=0, template="learn_5", actor=actor)
    assert refusal.value.code == "no_days"


def test_a_programme_that_is_longer_than_the_stay_is_refused_with_a_way_out(exchange, who):
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        replace_agenda(revision=0, template="learn_10", **who)
    assert refusal.value.code == "too_long"
    assert "Choose a shorter programme" in str(refusal.value)


def test_a_programme_fills_a_stay_whose_end_is_open(exchange, who, days):
    write_sections(exchange, {"when": When(starts_on=days[0], venue="Lyon")})
    replace_agenda(revision=0, template="learn_10", **who)
    assert len(agenda_of(exchange).days) == 10


def test_a_change_of_the_agenda_makes_an_open_version_void():
    exchange = frozen_exchange()
    actor = person_of(exchange, "HO")
    remove_entry(exchange_id=exchange.pk, actor=actor, **seen(exchange, "s1"))
    assert exchange.versions.get().state == VersionState.VOID


def test_moving_an_entry_to_where_it_is_makes_nothing_void():
    exchange = frozen_exchange()
    slot = found(exchange, "s1")
    actor = person_of(exchange, "HO")
    with untouched():
        move_entry(
            exchange_id=exchange.pk,
            day=slot.day,
            part=slot.part,
            actor=actor,
            **seen(exchange, "s1"),
        )


@pytest.mark.parametrize("template", templates_for("physical"), ids=lambda one: one.code)
def test_each_programme_keeps_the_rules_of_a_visit(template):
    exchange = drafted_exchange()
    start = free_week(weeks_ahead=10)[0]
    after = start + timedelta(days=30)
    sections = acceptable_sections(exchange, [start])
    who = {"exchange_id": exchange.pk, "actor": person_of(exchange, "HO")}
    write_sections(exchange, {"when": replace(sections["when"], ends_on=after)})
    last = replace_agenda(revision=0, template=template.code, **who).after.days[-1]
    write_sections(exchange, {"when": replace(sections["when"], ends_on=last)})
    assert blocking_in(exchange) == []


@pytest.mark.parametrize("template", templates_for("virtual"), ids=lambda one: one.code)
def test_each_online_programme_keeps_the_rules(template):
    exchange = drafted_exchange(mode="virtual")
    start = free_week(weeks_ahead=10)[0]
    when = When(
        mode="virtual", starts_on=start, ends_on=start + timedelta(days=20), platform="meet.example"
    )
    write_sections(exchange, {"when": when})
    who = {"exchange_id": exchange.pk, "actor": person_of(exchange, "HO")}
    replace_agenda(revision=0, template=template.code, **who)
    assert blocking_in(exchange) == []


def blocking_in(exchange):
    current = type(exchange).objects.with_parties().get(pk=exchange.pk)
    return [one.text for one in findings_of(current) if one.blocks]
