"""Differences as people read them."""

from dataclasses import replace
from datetime import time

import pytest
from django.template.loader import render_to_string

from cxc_portal.core import clock
from exchanges.commitment.differences import differences
from exchanges.commitment.terms import Outcome, Person, Terms
from exchanges.wording.differences import Piece, in_words, word_by_word
from tests.exchanges.sound_terms import MONDAY, SATURDAY, SOUND, TUESDAY, with_part

FIRST, *OTHERS = SOUND.agenda.slots
HOST = SOUND.people.HO[0]


def said(after, before=SOUND):
    return in_words(differences(before.to_json(), after.to_json()))


def with_first(**values):
    return with_part(SOUND, "agenda", slots=(replace(FIRST, **values), *OTHERS))


@pytest.mark.parametrize(
    ("after", "section", "label", "was", "now"),
    [
        (
            with_part(SOUND, "when", ends_on=SATURDAY),
            "When and where",
            "Last day",
            "5 March 2027",
            "6 March 2027",
        ),
        (
            with_part(SOUND, "when", mode="virtual"),
            "When and where",
            "In person or online",
            "In person",
            "Online",
        ),
        (
            with_part(SOUND, "when", travel_days=(MONDAY, TUESDAY)),
            "When and where",
            "Days of travel",
            "",
            "1 March 2027 and 2 March 2027",
        ),
        (with_part(SOUND, "when", venue=""), "When and where", "Venue", "Workshop, Lyon", ""),
        (
            with_part(SOUND, "people", HO=(replace(HOST, email="h@example.org"),)),
            "People",
            "Participant of the host “Hana”: e-mail address",
            "",
            "h@example.org",
        ),
        (
            with_part(SOUND, "people", VO=(*SOUND.people.VO, Person("Bob", "Engineer"))),
            "People",
            "Participant of the visitor “Bob”",
            "",
            "Bob, Engineer",
        ),
        (
            with_part(SOUND, "purpose", objectives=("learn", "gone")),
            "Purpose",
            "Objectives",
            "Learn from actors in another cluster",
            "Learn from actors in another cluster and gone",
        ),
        (
            with_first(starts=time(10)),
            "Agenda",
            "Entry “At the workshop”: from",
            "09:00",
            "10:00",
        ),
        (
            with_first(responsible="both"),
            "Agenda",
            "Entry “At the workshop”: responsible",
            "Host",
            "Both",
        ),
        (
            with_first(activity="training", part="day"),
            "Agenda",
            "Entry “At the workshop”: activity",
            "",
            "Training, individual or in a group",
        ),
        (
            with_part(SOUND, "agenda", slots=OTHERS),
            "Agenda",
            "Entry “At the workshop”",
            "1 March 2027, Whole day, 09:00, 17:00, At the workshop, Host",
            "",
        ),
        (
            with_part(SOUND, "responsibilities", HOP="Helps."),
            "Responsibilities",
            "Partnership of the host",
            "Informs.",
            "Helps.",
        ),
        (
            with_part(SOUND, "outcomes", items=(Outcome("A joint plan", "It is signed"),)),
            "Expected outcomes",
            "Outcome “A joint plan”: how one recognises it",
            "It is written down",
            "It is signed",
        ),
        (
            with_part(SOUND, "outcomes", items=(*SOUND.outcomes.items, Outcome(measure="Seen"))),
            "Expected outcomes",
            "Outcome",
            "",
            "Seen",
        ),
        (
            with_part(SOUND, "clauses", language="fr"),
            "Language and clauses",
            "Working language",
            "English",
            "French",
        ),
        (
            with_part(SOUND, "clauses", agreed=("conduct",)),
            "Language and clauses",
            "Clauses agreed to",
            "Code of conduct and No internship and no recruitment",
            "Code of conduct",
        ),
    ],
)
def test_each_field_is_told_by_its_name_with_readable_values(after, section, label, was, now):
    (one,) = said(after)
    assert (str(one.section), one.label, one.before, one.after) == (section, label, was, now)
    assert one.pieces == []


def test_all_fields_of_a_text_have_a_name():
    labels = [one.label for one in said(SOUND, before=Terms())]
    assert not [label for label in labels if "." in label]


def test_long_texts_are_compared_word_by_word():
    before = "We look at how the workshop plans its week and learn the trade."
    after = "We look at how the workshop plans its day and learn."
    (one,) = said(
        with_part(SOUND, "purpose", text=after), before=with_part(SOUND, "purpose", text=before)
    )
    assert one.pieces == [
        Piece("same", "We look at how the workshop plans its"),
        Piece("gone", "week"),
        Piece("new", "day"),
        Piece("same", "and"),
        Piece("gone", "learn the trade."),
        Piece("new", "learn."),
    ]


def test_words_that_only_came_or_only_went_stand_alone():
    assert word_by_word("a b", "a b c") == [Piece("same", "a b"), Piece("new", "c")]
    assert word_by_word("a b c", "a b") == [Piece("same", "a b"), Piece("gone", "c")]


def test_what_needs_no_new_signatures_says_so():
    (one,) = said(with_part(SOUND, "when", room="Gate 3"))
    assert not one.is_material
    drawn = render_to_string("exchanges/_differences.html", {"differences": [one]})
    assert "Needs no new signatures" in drawn


def test_readers_who_do_not_see_colours_hear_what_was_and_what_is():
    long_one = "We look at how the workshop plans its %s and learn the trade."
    before = with_part(SOUND, "purpose", text=long_one % "week")
    after = with_part(with_part(before, "when", venue="Porto"), "purpose", text=long_one % "day")
    drawn = " ".join(
        render_to_string(
            "exchanges/_differences.html",
            {"differences": said(after, before), "author": "Hana", "at": clock.now()},
        ).split()
    )
    assert "before:</span> <del>Workshop, Lyon</del>" in drawn
    assert "now:</span> <ins>Porto</ins>" in drawn
    assert '<del><span class="hide-visually">taken out: </span>week</del>' in drawn
    assert '<ins><span class="hide-visually">put in: </span>day</ins>' in drawn
    assert "Hana, <time" in drawn


def test_the_same_texts_say_that_nothing_differs():
    assert "Nothing differs." in render_to_string(
        "exchanges/_differences.html", {"differences": []}
    )


def test_an_entry_that_moved_is_one_line():
    (one,) = said(with_part(SOUND, "agenda", slots=(*OTHERS, replace(FIRST, day=TUESDAY))))
    assert (one.label, one.before, one.after) == (
        "Entry “At the workshop”: day",
        "1 March 2027",
        "2 March 2027",
    )
