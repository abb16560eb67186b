"""What two texts differ in, and what of it needs new signatures."""

import copy
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchanges.commitment.differences import differences, immaterial_fields, is_material
from exchanges.commitment.terms import (
    Agenda,
    Clauses,
    Outcome,
    Outcomes,
    People,
    Person,
    Purpose,
    Responsibilities,
    Slot,
    Terms,
    When,
)
from tests.exchanges.sound_terms import MONDAY, SOUND, TUESDAY, slot, with_part

some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.sampled_from(["", "a", "Zoë", "two words", "line\nbreak"])
days = st.sampled_from([None, MONDAY, TUESDAY, date(2030, 12, 31)])
times = st.sampled_from([None, time(0), time(9, 5), time(23, 59)])
people = st.lists(st.builds(Person, texts, texts, texts, texts), max_size=2).map(tuple)
codes = st.sampled_from([(), ("learn",), ("learn", "markets"), ("markets", "learn")])


@st.composite
def agendas(draw):
    keys = draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=3))
    parts = st.sampled_from(["day", "morning", "afternoon"])
    slots = [
        Slot(key, draw(days), draw(parts), draw(times), draw(times), title=draw(texts))
        for key in keys
    ]
    return Agenda.from_json(Agenda(slots=tuple(slots)).to_json())


terms = st.builds(
    Terms,
    when=st.builds(
        When,
        mode=st.sampled_from(["physical", "virtual"]),
        starts_on=days,
        ends_on=days,
        travel_days=st.sampled_from([(), (MONDAY,), (MONDAY, TUESDAY)]),
        venue=texts,
        platform=texts,
        room=texts,
    ),
    people=st.builds(People, HO=people, VO=people),
    purpose=st.builds(Purpose, objectives=codes, activities=codes, text=texts),
    agenda=agendas(),
    responsibilities=st.builds(Responsibilities, texts, texts, texts, texts),
    outcomes=st.builds(
        Outcomes, items=st.lists(st.builds(Outcome, texts, texts), max_size=2).map(tuple)
    ),
    clauses=st.builds(Clauses, language=texts, agreed=codes, further=texts),
)


def found(before: Terms, after: Terms):
    return [
        (one.section, one.path, one.before, one.after)
        for one in differences(before.to_json(), after.to_json())
    ]


@some
@given(terms)
def test_terms_survive_the_way_through_json(one):
    assert Terms.from_json(one.to_json()) == one


@some
@given(terms)
def test_a_text_does_not_differ_from_itself(one):
    assert differences(one.to_json(), one.to_json()) == []
    assert not is_material(one.to_json(), one.to_json())


@some
@given(terms, terms)
def test_two_texts_differ_exactly_when_they_say_something_else(one, other):
    is_different = one.to_json() != other.to_json()
    assert bool(differences(one.to_json(), other.to_json())) is is_different


@some
@given(terms, terms)
def test_the_way_back_finds_the_same_fields_the_other_way_round(one, other):
    def values(before, after):
        return {
            (d.section, d.path, repr(d.before), repr(d.after)) for d in differences(before, after)
        }

    there, back = values(one.to_json(), other.to_json()), values(other.to_json(), one.to_json())
    assert {(section, path, after, before) for section, path, before, after in back} == there


@some
@given(terms, terms)
def test_each_difference_that_is_put_right_leaves_one_less(one, other):
    """Nothing is found twice, and nothing that differs is left out."""
    before, after = one.to_json(), other.to_json()
    for difference in differences(before, after):
        if difference.entry is None:
            owner, field = _owner(before, difference.section, difference.path)
            owner[field] = copy.deepcopy(difference.after)
    left = [difference for difference in differences(before, after) if difference.entry is None]
    assert left == []


def _owner(contents, section, path):
    owner, names = contents[section], path.split(".")
    for name in names[:-1]:
        owner = owner[name]
    return owner, names[-1]


def leaves(value, way=()):
    """All fields of a text with the way to them, positions and keys included."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*way, name))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for position, one in enumerate(value):
            yield from leaves(one, (*way, position))
    else:
        yield way


FULL = replace(
    with_part(SOUND, "when", travel_days=(MONDAY,), platform="Video", room="Gate 3"),
    people=People(
        HO=(Person("Hana", "Director", "h@example.org", "+331"),),
        VO=(Person("Vera", "Engineer", "v@example.org", "+351"),),
    ),
    clauses=Clauses(language="en", agreed=("conduct",), further="We share a car."),
)
WAYS = [way for way in leaves(FULL.to_json()) if way[-1] != "key"]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: ".".join(map(str, way)))
def test_a_change_of_any_field_is_found_and_material_unless_the_list_excepts_it(way):
    before = FULL.to_json()
    after = copy.deepcopy(before)
    owner = after
    for name in way[:-1]:
        owner = owner[name]
    owner[way[-1]] = ["changed"] if isinstance(owner[way[-1]], list) else "changed"
    (difference,) = differences(before, after)
    assert difference.section == way[0]
    field = ".".join(name for name in way if isinstance(name, str))
    assert difference.full_field == field
    assert is_material(before, after) is (field not in immaterial_fields())


def test_contact_data_and_the_room_need_no_new_signatures():
    assert immaterial_fields() == {
        "when.room",
        "people.HO.email",
        "people.HO.phone",
        "people.VO.email",
        "people.VO.phone",
    }


def test_each_immaterial_field_is_one_that_a_text_has():
    fields = {".".join(name for name in way if isinstance(name, str)) for way in WAYS}
    assert immaterial_fields() <= fields


def test_one_material_change_among_immaterial_ones_counts():
    person = Person("Vera", "Engineer", "new@example.org", "+351")
    contact = with_part(FULL, "people", VO=(person,))
    both = with_part(contact, "when", venue="Elsewhere")
    assert not is_material(FULL.to_json(), contact.to_json())
    assert is_material(FULL.to_json(), both.to_json())


def test_another_person_needs_new_signatures():
    more = with_part(FULL, "people", VO=(*FULL.people.VO, Person(email="x@example.org")))
    (difference,) = differences(FULL.to_json(), more.to_json())
    assert (difference.path, difference.full_field, difference.before) == (
        "VO.1",
        "people.VO",
        None,
    )
    assert is_material(FULL.to_json(), more.to_json())


def test_an_entry_of_the_agenda_keeps_its_name_wherever_it_moves():
    first, *others = SOUND.agenda.slots
    moved = replace(first, day=TUESDAY)
    after = with_part(SOUND, "agenda", slots=(*others, moved))
    assert found(SOUND, after) == [("agenda", f"slots.{first.key}.day", "2027-03-01", "2027-03-02")]


def test_entries_that_came_and_went_are_told_as_a_whole():
    old, new = slot(MONDAY, key="old", title="Old"), slot(MONDAY, key="new", title="New")
    before, after = (with_part(SOUND, "agenda", slots=(one,)) for one in (old, new))
    gone, came = differences(before.to_json(), after.to_json())
    assert (gone.path, gone.after, gone.before["title"]) == ("slots.old", None, "Old")
    assert (came.path, came.before, came.after["title"]) == ("slots.new", None, "New")
    assert gone.entry == gone.before


def test_a_missing_field_says_the_same_as_an_empty_one():
    (difference,) = differences({}, Terms().to_json())
    assert (difference.full_field, difference.after) == ("when.mode", "physical")
    assert differences({"when": {"room": ""}}, {"when": {"room": None}}) == []


def test_entries_without_a_name_of_their_own_are_told_by_position():
    before = {"agenda": {"slots": [{"key": "a", "title": "One"}, {"key": "a", "title": "Two"}]}}
    after = copy.deepcopy(before)
    after["agenda"]["slots"][1]["title"] = "Three"
    (difference,) = differences(before, after)
    assert (difference.path, difference.before, difference.after) == (
        "slots.a#1.title",
        "Two",
        "Three",
    )


def test_a_section_that_is_none_of_the_usual_ones_is_compared_too():
    (difference,) = differences({"group": {"name": "A"}}, {"group": {"name": "B"}})
    assert (difference.section, difference.path) == ("group", "name")


def test_values_of_different_shapes_differ_as_they_are():
    (difference,) = differences({"when": {"venue": "A"}}, {"when": {"venue": {"street": "B"}}})
    assert (difference.before, difference.after) == ("A", {"street": "B"})
