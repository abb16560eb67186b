"""The questionnaire: its first version, and the draft of the next one, which the Support Office
writes together."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from profiles.models import User
from reports.enums import QuestionGroup
from reports.models import Question, Questionnaire
from reports.permissions import can_keep_questionnaire
from reports.queries.questionnaires import current_questionnaire, kind_before
from reports.questionnaire.drafting import key_for, moved
from reports.questionnaire.questions import NEEDED, WITH_OPTIONS

FILE = Path(__file__).resolve().parents[1] / "data" / "questionnaire.csv"
COPIED = (
    "position",
    "key",
    "group",
    "kind",
    "asks_visitor",
    "asks_host",
    "asked_in",
    "is_required",
    "label",
    "hint",
    "options",
    "prefill",
)
WRITTEN = (
    "group",
    "kind",
    "asks_visitor",
    "asks_host",
    "asked_in",
    "is_required",
    "label",
    "hint",
    "options",
)
"""What the Support Office writes of a question."""
FIXED_PARTS = (QuestionGroup.OUTCOME, QuestionGroup.END)
"""Parts that hold what no report does without, and nothing else."""


def load_questionnaire() -> int:
    """The questions of the scheme are version 1; later versions are left alone. Says how many
    versions there are."""
    with audit.transaction():
        if not Questionnaire.objects.exists():
            first = Questionnaire.objects.create(
                number=1, is_draft=False, note="As the scheme asks.", published_at=clock.now()
            )
            Question.objects.bulk_create(_first_questions(first))
    return Questionnaire.objects.count()


def begin_draft(*, actor: User) -> Questionnaire:
    """There is a draft of the next version, with the questions of the one in use; one that somebody
    has begun already stays."""
    _require_support_office(actor)
    try:
        with audit.transaction():
            return _begin(actor)
    except IntegrityError:  # a colleague began it at the same instant
        return Questionnaire.objects.get(is_draft=True)


def add_question(*, seen_revision: int, values: Mapping[str, Any], actor: User) -> Question:
    """A further question at the end of its part, with a key that no version has had."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        _require_sense(values, FIXED_PARTS)
        rows = list(draft.questions.all())
        taken = Question.objects.values_list("key", flat=True)
        question = Question(
            questionnaire=draft,
            position=len(rows) + 1,
            key=key_for(values["label"], taken),
            **{name: values[name] for name in WRITTEN},
        )
        question.save()
        _put_in_order(draft)
        _changed(draft, actor, "add", question.key)
    return question


def change_question(
    *, key: str, seen_revision: int, values: Mapping[str, Any], actor: User
) -> Question:
    """The question says this in the draft. What an earlier version asked under its key keeps its
    kind, so that answers can be compared."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        question = _question(draft, key)
        _require_sense(values, [one for one in FIXED_PARTS if one != question.group])
        _require_same(question, values)
        for name in WRITTEN:
            setattr(question, name, values[name])
        question.save(update_fields=list(WRITTEN))
        _put_in_order(draft)
        _changed(draft, actor, "change", key)
    return question


def move_question(*, key: str, step: int, seen_revision: int, actor: User) -> None:
    """The question stands so many places further down within its part (or up, below zero)."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        question = _question(draft, key)
        part = [row for row in draft.questions.all() if row.group == question.group]
        places = sorted(row.position for row in part)
        by_key = {row.key: row for row in part}
        for place, one in zip(places, moved([row.key for row in part], key, step), strict=True):
            by_key[one].position = place
        Question.objects.bulk_update(part, ["position"])
        _changed(draft, actor, "move", key)


def remove_question(*, key: str, seen_revision: int, actor: User) -> None:
    """The next version does not ask this any more. Answers to earlier versions stay."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        question = _question(draft, key)
        if key in NEEDED:
            raise TransitionRefused(
                "needed", _("No report does without this question. It cannot be taken out.")
            )
        question.delete()
        _changed(draft, actor, "remove", key)


def publish_draft(*, seen_revision: int, note: str, actor: User) -> Questionnaire:
    """Reports are opened with this version from now on; those that are open keep theirs."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        if not note.strip():
            raise TransitionRefused("note", _("Say in a few words what changed and why."))
        draft.is_draft, draft.note = False, note.strip()
        draft.published_at, draft.published_by = clock.now(), actor
        draft.save(update_fields=["is_draft", "note", "published_at", "published_by"])
        data = {"number": draft.number}
        audit.record("questionnaire.publish", subject=draft, actor=actor, data=data)
    return draft


def discard_draft(*, seen_revision: int, actor: User) -> None:
    """There is no draft any more."""
    with audit.transaction():
        draft = _locked_draft(seen_revision, actor)
        audit.record("questionnaire.discard", subject=draft, actor=actor, data={})
        draft.delete()


def _first_questions(questionnaire: Questionnaire) -> list[Question]:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Question(questionnaire=questionnaire, position=position, **_values(row))
        for position, row in enumerate(rows, start=1)
    ]


def _values(row: dict[str, str]) -> dict[str, Any]:
    return {
        "key": row["key"],
        "group": row["group"],
        "kind": row["kind"],
        "asks_visitor": row["visitor"] == "yes",
        "asks_host": row["host"] == "yes",
        "asked_in": row["in"],
        "is_required": row["required"] == "yes",
        "label": row["label"],
        "hint": row["hint"],
        "options": _options(row["options"]),
        "prefill": row["prefill"],
    }


def _options(text: str) -> list[dict[str, str]]:
    """Written `code=label|code=label`."""
    pairs = [one.partition("=") for one in text.split("|") if one]
    return [{"code": code, "label": label} for code, _sep, label in pairs]


def _begin(actor: User) -> Questionnaire:
    present = Questionnaire.objects.select_for_update(of=("self",)).filter(is_draft=True).first()
    if present is not None:
        return present
    current = current_questionnaire()
    draft = Questionnaire.objects.create(
        number=current.number + 1, created_by=actor, changed_by=actor
    )
    rows = [
        Question(questionnaire=draft, **{name: getattr(row, name) for name in COPIED})
        for row in current.questions.all()
    ]
    Question.objects.bulk_create(rows)
    audit.record("questionnaire.begin", subject=draft, actor=actor, data={"number": draft.number})
    return draft


def _locked_draft(seen_revision: int, actor: User) -> Questionnaire:
    """The draft as the person saw it, locked."""
    _require_support_office(actor)
    drafts = Questionnaire.objects.select_for_update(of=("self",)).filter(is_draft=True)
    draft = drafts.order_by().first()
    if draft is None:
        raise StaleVersion(
            _("The draft was published or thrown away meanwhile. Begin a new one."),
            code="draft_gone",
        )
    if draft.revision != seen_revision:
        raise StaleVersion(
            _("%(name)s has changed the draft meanwhile. Look at it, and do it again if needed.")
            % {"name": draft.changed_by},
            code="draft_changed",
        )
    return draft


def _question(draft: Questionnaire, key: str) -> Question:
    question = draft.questions.filter(key=key).first()
    if question is None:
        raise TransitionRefused("no_question", _("The draft does not have this question."))
    return question


def _require_sense(values: Mapping[str, Any], closed_parts: Iterable[str]) -> None:
    if not values["asks_visitor"] and not values["asks_host"]:
        raise TransitionRefused("nobody", _("Choose who is asked: the visitor, the host or both."))
    if values["kind"] in WITH_OPTIONS and not values["options"]:
        raise TransitionRefused("options", _("A question of this kind needs lines or entries."))
    if values["group"] in closed_parts:
        raise TransitionRefused(
            "part", _("Nothing can be added to this part of the report. Choose another one.")
        )


def _require_same(question: Question, values: Mapping[str, Any]) -> None:
    """What earlier versions asked keeps its kind; what no report does without keeps its place and
    those who are asked."""
    before = kind_before(question)
    if before and values["kind"] != before:
        raise TransitionRefused(
            "kind",
            _(
                "Earlier versions ask this in another way. Take the question out and add a new one"
                " instead, so that answers can still be compared."
            ),
        )
    if question.key not in NEEDED:
        return
    asks_all = values["asks_visitor"] and values["asks_host"] and not values["asked_in"]
    if not asks_all or values["group"] != question.group:
        raise TransitionRefused(
            "needed", _("Both sides are asked this question, at this place, in all exchanges.")
        )


def _put_in_order(draft: Questionnaire) -> None:
    """Questions stand part by part; within a part as they were."""
    order = QuestionGroup.values
    rows = sorted(draft.questions.all(), key=lambda row: (order.index(row.group), row.position))
    for position, row in enumerate(rows, start=1):
        row.position = position
    Question.objects.bulk_update(rows, ["position"])


def _changed(draft: Questionnaire, actor: User, what: str, key: str) -> None:
    draft.revision += 1
    draft.changed_by, draft.changed_at = actor, clock.now()
    draft.save(update_fields=["revision", "changed_by", "changed_at"])
    data = {"number": draft.number, "what": what, "question": key}
    audit.record("questionnaire.change", subject=draft, actor=actor, data=data)


def _require_support_office(actor: User) -> None:
    if not can_keep_questionnaire(actor):
        raise NotAllowed(_("Only the Support Office changes the questionnaire."))
