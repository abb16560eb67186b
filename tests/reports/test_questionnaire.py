"""The questionnaire in plain Python: answers are checked, read, counted and merged."""

from datetime import date

import pytest
from django.http import QueryDict

from reports.enums import QuestionKind, ReportOutcome
from reports.questionnaire import Asked, BadAnswer, Gap, Option, Stay, answers_for, checked, missing
from reports.questionnaire import questions as q
from reports.questionnaire.checking import CHECKS, is_blank
from reports.questionnaire.drafting import (
    key_for,
    moved,
    options_from_text,
    options_to_text,
    slug,
)
from reports.questionnaire.filling import Share, share
from reports.questionnaire.merging import marks, merged
from reports.questionnaire.reading import READERS, read

LINES = (Option("a", "First"), Option("b", "Second"))
PLANNED = {
    "key": "s1",
    "day": "2027-03-01",
    "activity": "observation",
    "title": "At work",
    "done": True,
    "hours": 7,
}
OWN = {"key": "", "day": "", "activity": "", "title": "A trip", "done": True, "hours": None}
STAY = Stay("took_place", date(2027, 3, 1), date(2027, 3, 5), 5)


def asked(kind: str, key: str = "x", **fields: object) -> Asked:
    options = LINES if kind in q.WITH_OPTIONS else ()
    return Asked(key, "results", kind, "What?", **{"options": options, **fields})


def one(kind: str, answer: object) -> object:
    return checked([asked(kind)], {"x": answer}).get("x")


# --- the shape of answers ----------------------------------------------------------------------


def test_the_kinds_and_outcomes_are_those_of_the_models():
    assert list(q.KINDS) == QuestionKind.values
    assert list(q.OUTCOMES) == ReportOutcome.values
    assert (set(CHECKS), set(READERS)) == (set(q.KINDS), set(q.KINDS))


@pytest.mark.parametrize(
    ("kind", "answer", "kept"),
    [
        (q.CHOICE, "a", "a"),
        (q.CHOICE, "", None),
        (q.CHOICE, None, None),
        (q.SEVERAL, ["b", "a"], ["a", "b"]),
        (q.RATINGS, {"b": 5, "a": "n/a"}, {"a": "n/a", "b": 5}),
        (q.RATINGS, {"a": None, "b": ""}, None),
        (
            q.PARTS,
            [{"text": " To learn ", "part": "a"}, {"text": ""}],
            [{"text": "To learn", "part": "a"}],
        ),
        (q.ACTIVITIES, [PLANNED, {"title": ""}], [PLANNED]),
        (q.ACTIVITIES, [{**PLANNED, "hours": 3.5}], [{**PLANNED, "hours": 3.5}]),
        (q.ACTIVITIES, [OWN], [OWN]),
        (q.NUMBERS, {"a": 0}, {"a": 0}),
        (q.SCORE, 0, 0),
        (q.SCORE, None, None),
        (q.SCORE, "", None),
        (q.TEXT, " Good. ", "Good."),
        (
            q.STEPS,
            [{"what": "Write", "who": "", "by": "2027-04-01"}, {"what": ""}],
            [{"what": "Write", "who": "", "by": "2027-04-01"}],
        ),
        (q.YES, True, True),
        (q.YES, False, None),
    ],
)
def test_an_answer_is_kept_in_one_shape_and_a_blank_one_not_at_all(kind, answer, kept):
    assert one(kind, answer) == kept


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (q.CHOICE, "c"),
        (q.CHOICE, 3),
        (q.SEVERAL, "a"),
        (q.SEVERAL, ["c"]),
        (q.SEVERAL, ["a"] * 81),
        (q.RATINGS, 4),
        (q.RATINGS, {"c": 4}),
        (q.RATINGS, {"a": 6}),
        (q.RATINGS, {"a": True}),
        (q.PARTS, ["text"]),
        (q.ACTIVITIES, [{**PLANNED, "hours": -1}]),
        (q.ACTIVITIES, [{**PLANNED, "hours": "x"}]),
        (q.ACTIVITIES, [{**PLANNED, "day": "1 March"}]),
        (q.NUMBERS, {"a": -1}),
        (q.SCORE, 11),
        (q.TEXT, "x" * 3001),
        (q.YES, "yes"),
    ],
)
def test_a_value_of_another_shape_is_refused_with_the_key_of_its_question(kind, answer):
    with pytest.raises(BadAnswer, match=r"^x: "):
        one(kind, answer)


def test_the_answer_to_a_question_that_is_not_asked_is_refused():
    with pytest.raises(BadAnswer, match=r"^y: there is no such question"):
        checked([asked(q.TEXT)], {"y": "Something"})


def test_zero_says_something():
    assert [is_blank(value) for value in (0, 0.0, None, "", False, [], {})] == [
        False,
        False,
        True,
        True,
        True,
        True,
        True,
    ]


# --- what is missing ---------------------------------------------------------------------------

REASON = asked(q.TEXT, q.REASON, is_required=True)
DECLARATION = asked(q.YES, q.DECLARATION, is_required=True)
RATING = asked(q.RATINGS, "r", is_required=True)
AIMS = asked(q.PARTS, "p", is_required=True)
DONE = asked(q.ACTIVITIES, "d", is_required=True)
FREE = asked(q.TEXT, "t")
ALL = [REASON, DONE, AIMS, RATING, FREE, DECLARATION]
FULL = {
    "d": [PLANNED],
    "p": [{"text": "To learn", "part": "a"}],
    "r": {"a": 4, "b": "n/a"},
    q.DECLARATION: True,
}


def test_without_an_outcome_that_alone_is_missing():
    assert missing(ALL, {}, Stay()) == [Gap("outcome")]


def test_a_full_report_lacks_nothing():
    assert missing(ALL, FULL, STAY, today=date(2027, 3, 5)) == []


def test_of_an_exchange_that_did_not_take_place_the_reason_and_the_declaration_are_asked():
    nothing = Stay("not_taken_place")
    assert missing(ALL, {}, nothing) == [Gap(q.REASON), Gap(q.DECLARATION)]
    assert missing(ALL, {q.REASON: "Ill.", q.DECLARATION: True}, nothing) == []


def test_an_exchange_that_ended_early_needs_the_reason_too():
    early = Stay("ended_early", STAY.starts_on, STAY.ends_on, 3)
    assert missing(ALL, FULL, early) == [Gap(q.REASON)]


def test_the_gaps_of_grids_name_the_first_line_that_lacks_something():
    answers = {
        **FULL,
        "d": [{**PLANNED, "done": False}],
        "p": [{"text": "One", "part": "a"}, {"text": "Two", "part": ""}],
        "r": {"a": 3},
    }
    assert missing(ALL, answers, STAY) == [
        Gap("d", "none_done"),
        Gap("p", lines=("1",)),
        Gap("r", lines=("b",)),
    ]


@pytest.mark.parametrize(
    ("stay", "gaps"),
    [
        (Stay("took_place"), [Gap("starts_on"), Gap("ends_on"), Gap("days_done")]),
        (Stay("took_place", date(2027, 3, 5), date(2027, 3, 1), 1), [Gap("ends_on", "order")]),
        (Stay("took_place", date(2027, 3, 1), date(2027, 3, 9), 5), [Gap("ends_on", "future")]),
        (Stay("took_place", date(2027, 3, 1), date(2027, 3, 2), 3), [Gap("days_done", "too_many")]),
        (Stay("took_place", date(2027, 3, 1), date(2027, 3, 2), 0), [Gap("days_done")]),
        (Stay("took_place", None, date(2027, 3, 2), 4), [Gap("starts_on")]),
    ],
)
def test_days_have_to_make_sense(stay, gaps):
    assert missing(ALL, FULL, stay, today=date(2027, 3, 5)) == gaps


def test_only_answers_that_are_asked_for_belong_to_a_report():
    answers = {**FULL, q.REASON: "Ill."}
    assert set(answers_for(ALL, "not_taken_place", answers)) == {q.REASON, q.DECLARATION}
    assert set(answers_for(ALL, "took_place", answers)) == {"d", "p", "r", q.DECLARATION}


# --- reading what a page sent ------------------------------------------------------------------


def reading(kind: str, sent: str, known: object = None):
    return read([asked(kind)], QueryDict(sent), {"x": known} if known else {})


@pytest.mark.parametrize(
    ("kind", "sent", "answer"),
    [
        (q.CHOICE, "q-x=b", "b"),
        (q.CHOICE, "q-x=other", None),
        (q.SEVERAL, "q-x=b&q-x=a", ["a", "b"]),
        (q.RATINGS, "q-x-a=4&q-x-b=n/a", {"a": 4, "b": "n/a"}),
        (q.RATINGS, "q-x-a=9", None),
        (
            q.PARTS,
            "q-x-count=2&q-x-0-text=Learn&q-x-0-part=a&q-x-1-text=",
            [{"text": "Learn", "part": "a"}],
        ),
        (q.NUMBERS, "q-x-a=1 200&q-x-b=", {"a": 1200}),
        (q.SCORE, "q-x=10", 10),
        (q.SCORE, "", None),
        (q.TEXT, "q-x=One%0D%0ATwo", "One\nTwo"),
        (
            q.STEPS,
            "q-x-count=1&q-x-0-what=Write&q-x-0-who=Both&q-x-0-by=2027-04-01",
            [{"what": "Write", "who": "Both", "by": "2027-04-01"}],
        ),
        (q.STEPS, "q-x-count=many", None),
        (q.YES, "q-x=on", True),
        (q.YES, "", None),
    ],
)
def test_what_a_page_sent_becomes_an_answer(kind, sent, answer):
    found = reading(kind, sent)
    assert (found.answers.get("x"), found.wrong) == (answer, {})


def test_what_was_planned_keeps_its_words_and_what_was_not_is_added():
    sent = (
        "q-x-count=3&q-x-0-key=s1&q-x-0-title=Forged&q-x-0-hours=2,5"
        "&q-x-1-title=A trip&q-x-2-key=unknown&q-x-2-title="
    )
    found = reading(q.ACTIVITIES, sent, [PLANNED])
    assert found.answers["x"] == [{**PLANNED, "done": False, "hours": 2.5}, OWN]


@pytest.mark.parametrize(
    ("kind", "sent", "wrong"),
    [
        (q.NUMBERS, "q-x-a=two", {"q-x-a": "number"}),
        (q.NUMBERS, "q-x-a=1000001", {"q-x-a": "number"}),
        (q.NUMBERS, "q-x-a=²", {"q-x-a": "number"}),
        (q.ACTIVITIES, "q-x-count=1&q-x-0-title=T&q-x-0-hours=long", {"q-x-0-hours": "hours"}),
        (q.ACTIVITIES, "q-x-count=1&q-x-0-title=T&q-x-0-hours=nan", {"q-x-0-hours": "hours"}),
        (q.STEPS, "q-x-count=1&q-x-0-what=T&q-x-0-by=soon", {"q-x-0-by": "day"}),
        (q.STEPS, f"q-x-count=1&q-x-0-what={'x' * 301}", {"q-x-0-what": "long"}),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(kind, sent, wrong):
    assert reading(kind, sent).wrong == wrong


def test_the_outcome_and_the_days_are_read_with_the_answers():
    sent = "outcome=took_place&starts_on=2027-03-01&ends_on=2027-03-05&days_done=5"
    assert reading(q.TEXT, sent).stay == STAY
    assert reading(q.TEXT, "outcome=perhaps").stay == Stay()


def test_a_last_day_before_the_first_is_not_taken():
    found = reading(q.TEXT, "starts_on=2027-03-05&ends_on=2027-03-01&days_done=400")
    assert found.stay == Stay(starts_on=date(2027, 3, 5))
    assert found.wrong == {"ends_on": "order", "days_done": "number"}


# --- how much is filled ------------------------------------------------------------------------


def test_every_value_of_a_report_is_a_field():
    questions = [AIMS, DONE, RATING, FREE, asked(q.NUMBERS, "n")]
    answers = {
        "p": [{"text": "To learn", "part": ""}],
        "d": [PLANNED, {**OWN, "hours": 2}],
        "r": {"a": 3},
    }
    #                    stay      aims        done           rating     text    numbers
    assert share(questions, answers, STAY) == Share(4 + 1 + 5 + 3 + 1, 4 + 2 + 10 + 2 + 1 + 2)
    assert share(questions, {}, Stay()) == Share(0, 4 + 1 + 1 + 2 + 1 + 2)
    assert (Share(3, 5).percent, Share(0, 0).percent) == (60, 0)


# --- two at once -------------------------------------------------------------------------------


def test_what_only_one_changed_stands_and_what_both_changed_is_contested():
    base = {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}
    theirs = {"a": 2, "b": 1, "c": 2, "d": 2, "e": 1, "new": 5}
    mine = {"a": 1, "b": 3, "c": 3, "d": 2, "own": 7}
    found = merged(marks(base), theirs, mine)
    assert found.values == {"a": 2, "b": 3, "c": 3, "d": 2, "new": 5, "own": 7}
    assert found.contested == ["c"]


# --- changing a draft --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("How was the Café?", "how_was_the_cafe"),
        ("?", ""),
        ("x" * 50, "x" * 40),
        (
            "one two three four five six seven eight nine ten",
            "one_two_three_four_five_six_seven_eight",
        ),
    ],
)
def test_a_key_is_made_of_the_first_words(text, key):
    assert slug(text) == key


def test_a_key_is_never_given_twice():
    assert key_for("More", ["more", "more_2"]) == "more_3"
    assert key_for("?", []) == "question"


def test_entries_keep_their_codes_and_new_ones_get_one():
    assert options_to_text(LINES) == "a | First\nb | Second"
    found = options_from_text("a | First of all\n\nNew one\nb | Second\n | Other\nb | Again")
    assert found == [
        Option("a", "First of all"),
        Option("new_one", "New one"),
        Option("b", "Second"),
        Option("other", "Other"),
        Option("again", "Again"),
    ]


def test_a_question_moves_within_the_bounds():
    keys = ["a", "b", "c"]
    assert moved(keys, "a", 1) == ["b", "a", "c"]
    assert moved(keys, "a", -1) == ["a", "b", "c"]
    assert moved(keys, "c", 1) == ["a", "b", "c"]
