"""The versions of the questionnaire, and what is asked of one side of an exchange."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from exchanges.enums import Capacity
from exchanges.queries.follow_up import days_begun
from reports.models import Question, Questionnaire, Report
from reports.questionnaire import Asked, Gap, Option, Stay, missing
from reports.questionnaire.questions import TOOK_PLACE


def current_questionnaire() -> Questionnaire:
    """The version that reports are opened with."""
    return Questionnaire.objects.filter(is_draft=False).latest("number")


def current_draft() -> Questionnaire | None:
    """The version that the Support Office is working on, where there is one."""
    drafts = Questionnaire.objects.filter(is_draft=True)
    return drafts.select_related("created_by", "changed_by").first()


def asked_of(questionnaire: Questionnaire, capacity: str, mode: str) -> list[Asked]:
    """What a side (HO or VO) of an exchange in this mode is asked, in the order of the page and in
    the reader's language. Prefetched `questions` are used."""
    return [
        asked(row)
        for row in questionnaire.questions.all()
        if (row.asks_host if capacity == Capacity.HO else row.asks_visitor)
        and row.asked_in in ("", mode)
    ]


def questions_of(report: Report) -> list[Asked]:
    """What this report is asked; its questions are read once."""
    prefetch_related_objects([report], "questionnaire__questions")
    return asked_of(report.questionnaire, report.capacity, report.exchange.mode)


def stay_of(report: Report) -> Stay:
    """What the report says besides its answers."""
    return Stay(report.outcome, report.starts_on, report.ends_on, report.days_done)


def gaps_of(report: Report) -> list[Gap]:
    """What the report lacks before it can be handed in."""
    return missing(questions_of(report), report.answers, stay_of(report), today=days_begun())


def progress_of(report: Report) -> tuple[int, int]:
    """How many of the answers that the report needs are there, and how many it needs; as if the
    exchange took place as long as nobody has said what became of it."""
    questions, stay = questions_of(report), stay_of(report)
    likely = replace(stay, outcome=stay.outcome or TOOK_PLACE)
    needed = len(missing(questions, {}, Stay(likely.outcome))) + 1
    lacking = len(missing(questions, report.answers, likely)) + (not stay.outcome)
    return needed - lacking, needed


def kind_before(question: Question) -> str:
    """How earlier versions ask the question of this key; "" for a new one."""
    earlier = Question.objects.filter(questionnaire__is_draft=False, key=question.key)
    return earlier.order_by("-questionnaire__number").values_list("kind", flat=True).first() or ""


def asked(row: Question) -> Asked:
    """A question as it is asked, in the reader's language."""
    return Asked(
        key=row.key,
        group=row.group,
        kind=row.kind,
        label=_(row.label),
        hint=_(row.hint) if row.hint else "",
        options=tuple(options_of(row.options)),
        is_required=row.is_required,
        prefill=row.prefill,
    )


def options_of(options: Iterable[dict[str, str]]) -> Iterable[Option]:
    return (Option(one["code"], _(one["label"])) for one in options)
