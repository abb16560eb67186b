import pytest

from exchanges.commitment.merging import BOTH, MINE, THEIRS, Question, merged, questions

BASE = {"objectives": ["learn"], "activities": [], "text": "Start."}


def test_only_what_differs_is_asked() -> None:
    theirs, mine = {**BASE, "text": "Theirs."}, {**BASE, "text": "Mine."}
    assert questions(theirs, mine) == [Question("text", BOTH, False, True)]


@pytest.mark.parametrize(
    ("theirs", "mine", "pick"), [("Start.", "Mine.", MINE), ("Theirs.", "Start.", THEIRS)]
)
def test_what_only_one_side_changed_suggests_itself(theirs: str, mine: str, pick: str) -> None:
    found = questions({**BASE, "text": theirs}, {**BASE, "text": mine}, BASE)
    assert found == [Question("text", pick, True, True)]


def test_a_field_that_both_changed_is_open() -> None:
    found = questions({**BASE, "text": "Theirs."}, {**BASE, "text": "Mine."}, BASE)
    assert found == [Question("text", BOTH, False, True)]


def test_a_day_cannot_be_both() -> None:
    found = questions({"starts_on": "2027-03-01"}, {"starts_on": "2027-03-02"})
    assert found == [Question("starts_on", MINE, False, False)]


def test_an_empty_text_and_another_cannot_be_both() -> None:
    assert questions({"text": ""}, {"text": "Mine."}) == [Question("text", MINE, False, False)]


@pytest.mark.parametrize(
    ("pick", "text"), [(THEIRS, "Theirs."), (MINE, "Mine."), (BOTH, "Theirs.\n\nMine.")]
)
def test_each_pick_is_what_stands(pick: str, text: str) -> None:
    theirs, mine = {**BASE, "text": "Theirs."}, {**BASE, "text": "Mine."}
    assert merged(theirs, mine, {"text": pick}) == {**BASE, "text": text}


def test_without_a_pick_theirs_stands() -> None:
    assert merged({"text": "Theirs."}, {"text": "Mine."}, {}) == {"text": "Theirs."}


def test_a_text_that_holds_the_other_is_both() -> None:
    assert merged({"text": "One. Two."}, {"text": "One."}, {"text": BOTH}) == {"text": "One. Two."}


def test_lists_are_joined_without_repeating() -> None:
    theirs, mine = {"items": [{"text": "a"}, {"text": "b"}]}, {"items": [{"text": "b"}]}
    mine["items"].append({"text": "c"})
    assert merged(theirs, mine, {"items": BOTH})["items"] == [
        {"text": "a"},
        {"text": "b"},
        {"text": "c"},
    ]


def test_entries_of_the_agenda_keep_keys_of_their_own() -> None:
    theirs = {"slots": [{"key": "s1", "title": "Theirs"}]}
    mine = {"slots": [{"key": "s1", "title": "Mine"}, {"key": "s2", "title": "New"}]}
    assert merged(theirs, mine, {"slots": BOTH})["slots"] == [
        {"key": "s1", "title": "Theirs"},
        {"key": "s1-b", "title": "Mine"},
        {"key": "s2", "title": "New"},
    ]


def test_what_cannot_be_both_is_mine_when_asked_for_both() -> None:
    assert merged({"mode": "physical"}, {"mode": "virtual"}, {"mode": BOTH}) == {"mode": "virtual"}


def test_a_field_that_mine_does_not_know_is_kept() -> None:
    assert merged({"text": "Theirs.", "new": 1}, {"text": "Mine."}, {"new": MINE}) == {
        "text": "Theirs.",
        "new": 1,
    }
