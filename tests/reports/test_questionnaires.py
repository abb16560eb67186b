"""The versions of the questionnaire, and the draft that the Support Office writes together."""

import csv
from unittest.mock import patch

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry
from profiles.enums import StaffRoleName
from profiles.services.reference import load_reference_data
from reports.enums import QuestionGroup
from reports.models import Question, Questionnaire
from reports.queries.questionnaires import (
    asked_of,
    current_draft,
    current_questionnaire,
    progress_of,
)
from reports.services import questionnaires as service
from reports.services.questionnaires import (
    add_question,
    begin_draft,
    change_question,
    discard_draft,
    move_question,
    publish_draft,
    remove_question,
)
from tests.factories import StaffRoleFactory
from tests.factories.reports import finished_exchange, report_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

VALUES = {
    "label": "Was the coffee good?",
    "hint": "",
    "group": "ratings",
    "kind": "choice",
    "options": [{"code": "yes", "label": "Yes"}],
    "asks_visitor": True,
    "asks_host": False,
    "asked_in": "",
    "is_required": False,
}


@pytest.fixture
def support():
    return StaffRoleFactory(role=StaffRoleName.SUPPORT).user


@pytest.fixture
def draft(support):
    return begin_draft(actor=support)


def refused(error, act, **values):
    """The code of the refusal, which left nothing behind."""
    before = _rows()
    with pytest.raises(error) as caught:
        act(**values)
    assert _rows() == before
    return caught.value.code


def _rows():
    return (
        list(Questionnaire.objects.order_by("pk").values()),
        list(Question.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


def keys(questionnaire, group=None):
    rows = questionnaire.questions.all()
    return [row.key for row in rows if group in (None, row.group)]


def values_of(question, **changes):
    return {name: getattr(question, name) for name in service.WRITTEN} | changes


# --- the first version -------------------------------------------------------------------------


def test_the_scheme_asks_its_23_questions_of_visitor_and_host():
    with service.FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["number"]) for row in rows} == set(range(1, 24))
    only = {"visitor": {11, 15}, "host": {12, 16}}
    for row in rows:
        asked = {side for side in only if row[side] == "yes"}
        alone = {side for side, numbers in only.items() if int(row["number"]) in numbers}
        assert asked == (alone or set(only)), row["key"]
    version = current_questionnaire()
    assert (version.number, keys(version)) == (1, [row["key"] for row in rows])


def test_questions_on_money_are_asked_of_visitors_in_person_alone():
    version = current_questionnaire()
    asked = {
        (side, mode): {one.key for one in asked_of(version, side, mode)}
        for side in ("VO", "HO")
        for mode in ("physical", "virtual")
    }
    assert asked["VO", "physical"] - asked["VO", "virtual"] == {"lump_sum_rating", "costs"}
    assert asked["HO", "physical"] == asked["HO", "virtual"]


def test_loading_again_never_touches_a_version(support):
    Question.objects.filter(key="costs").update(label="Edited")
    load_reference_data()
    assert Questionnaire.objects.count() == 1
    assert Question.objects.get(key="costs").label == "Edited"


# --- the draft ---------------------------------------------------------------------------------


def test_a_draft_begins_with_the_questions_in_use_and_there_is_one(support, draft):
    assert (draft.number, draft.is_draft, keys(draft)) == (2, True, keys(current_questionnaire()))
    assert begin_draft(actor=StaffRoleFactory(role=StaffRoleName.SUPPORT).user) == draft
    assert current_draft() == draft


def test_two_begin_at_the_same_instant_and_share_one_draft(support, draft):
    with patch.object(service, "_begin", side_effect=service.IntegrityError):
        assert begin_draft(actor=support) == draft


def test_a_question_is_added_at_the_end_of_its_part_with_a_key_of_its_own(support, draft):
    first = add_question(seen_revision=0, values=VALUES, actor=support)
    second = add_question(seen_revision=1, values=VALUES, actor=support)
    assert (first.key, second.key) == ("was_the_coffee_good", "was_the_coffee_good_2")
    assert keys(draft, "ratings")[-2:] == [first.key, second.key]
    groups = [row.group for row in draft.questions.all()]
    assert groups == sorted(groups, key=list(QuestionGroup).index)
    positions = [row.position for row in draft.questions.all()]
    assert positions == list(range(1, len(positions) + 1))


def test_a_question_is_changed_and_moves_to_another_part(support, draft):
    question = draft.questions.get(key="costs")
    values = values_of(question, label="What did it cost?", group="results")
    change_question(key="costs", seen_revision=0, values=values, actor=support)
    question.refresh_from_db()
    assert (question.label, keys(draft, "results")[-1]) == ("What did it cost?", "costs")
    assert current_questionnaire().questions.get(key="costs").label != question.label
    draft.refresh_from_db()
    assert (draft.revision, draft.changed_by) == (1, support)


def test_the_words_of_the_declaration_can_change(support, draft):
    question = draft.questions.get(key="declaration")
    values = values_of(question, label="All of this is true.")
    change_question(key="declaration", seen_revision=0, values=values, actor=support)
    question.refresh_from_db()
    assert (question.label, question.group) == ("All of this is true.", "end")


def test_a_new_question_may_still_change_its_kind(support, draft):
    question = add_question(seen_revision=0, values=VALUES, actor=support)
    values = {**VALUES, "kind": "text"}
    change_question(key=question.key, seen_revision=1, values=values, actor=support)
    question.refresh_from_db()
    assert question.kind == "text"


def test_questions_move_within_their_part(support, draft):
    before = keys(draft, "after")
    move_question(key=before[0], step=1, seen_revision=0, actor=support)
    assert keys(draft, "after") == [before[1], before[0], before[2]]
    move_question(key=before[1], step=-1, seen_revision=1, actor=support)
    assert keys(draft, "after") == [before[1], before[0], before[2]]


def test_a_published_draft_is_asked_from_then_on_and_open_reports_keep_theirs(support):
    report = report_of(finished_exchange(), "VO")
    draft = begin_draft(actor=support)
    remove_question(key="costs", seen_revision=0, actor=support)
    published = publish_draft(seen_revision=1, note=" Shorter. ", actor=support)
    assert (published.note, published.published_by) == ("Shorter.", support)
    assert (current_questionnaire(), current_draft()) == (draft, None)
    report.refresh_from_db()
    assert report.questionnaire.number == 1
    assert "costs" in keys(report.questionnaire)
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.event, entry.data) == ("questionnaire.publish", {"number": 2})


def test_a_draft_can_be_thrown_away(support, draft):
    discard_draft(seen_revision=0, actor=support)
    assert (current_draft(), Questionnaire.objects.count()) == (None, 1)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [StaffRoleName.OFFICER, StaffRoleName.COORDINATOR])
def test_only_the_support_office_changes_questions(draft, role):
    actor = StaffRoleFactory(role=role).user
    assert refused(NotAllowed, begin_draft, actor=actor) == "not_allowed"
    told = refused(NotAllowed, remove_question, key="costs", seen_revision=0, actor=actor)
    assert told == "not_allowed"


def test_whoever_saw_an_older_draft_is_told(support, draft):
    colleague = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    remove_question(key="costs", seen_revision=0, actor=colleague)
    seen = {"seen_revision": 0, "actor": support}
    assert refused(StaleVersion, add_question, values=VALUES, **seen) == "draft_changed"
    assert refused(StaleVersion, publish_draft, note="Mine.", **seen) == "draft_changed"
    discard_draft(seen_revision=1, actor=colleague)
    assert refused(StaleVersion, publish_draft, note="Mine.", **seen) == "draft_gone"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"asks_visitor": False}, "nobody"),
        ({"options": []}, "options"),
        ({"group": "outcome"}, "part"),
        ({"group": "end"}, "part"),
    ],
)
def test_a_question_without_sense_is_refused(support, draft, changes, code):
    values = {**VALUES, **changes}
    told = refused(TransitionRefused, add_question, seen_revision=0, values=values, actor=support)
    assert told == code


@pytest.mark.parametrize(
    ("key", "changes", "code"),
    [
        ("costs", {"kind": "ratings"}, "kind"),
        ("declaration", {"asks_host": False}, "needed"),
        ("declaration", {"asked_in": "physical"}, "needed"),
        ("reason", {"group": "more"}, "needed"),
        ("unknown", {}, "no_question"),
    ],
)
def test_what_earlier_versions_ask_stays_comparable(support, draft, key, changes, code):
    question = draft.questions.filter(key=key).first() or draft.questions.first()
    values = values_of(question, **changes)
    told = refused(
        TransitionRefused,
        change_question,
        key=key,
        seen_revision=0,
        values=values,
        actor=support,
    )
    assert told == code


def test_no_version_does_without_the_declaration(support, draft):
    told = refused(
        TransitionRefused, remove_question, key="declaration", seen_revision=0, actor=support
    )
    assert told == "needed"


def test_a_version_needs_a_note(support, draft):
    told = refused(TransitionRefused, publish_draft, seen_revision=0, note="  ", actor=support)
    assert told == "note"


# --- how far a report is -----------------------------------------------------------------------


def test_what_is_needed_is_counted_before_the_outcome_is_chosen():
    report = report_of(finished_exchange(), "VO")
    #   outcome, first day, last day, days, activities, objectives, satisfaction, declaration
    assert progress_of(report) == (4, 8)
    report.outcome = "not_taken_place"
    assert progress_of(report) == (1, 3)
