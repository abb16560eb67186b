"""The final activity report of one side, as it was validated."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import documents
from cxc_portal.core.documents import DocumentKind, Standing
from cxc_portal.core.models import Document
from cxc_portal.core.types import Text
from exchanges.documents import in_utc
from exchanges.enums import Capacity
from profiles.enums import Activity
from reports.documents.words import DAY, days_in_words, working_days_in_words
from reports.enums import QuestionGroup, QuestionKind, ReportOutcome, ReportState
from reports.models import Report
from reports.queries.papers import REPORT_KIND, agreed_version, report_document
from reports.queries.questionnaires import questions_of
from reports.questionnaire import Asked, answers_for
from reports.questionnaire.questions import BEST_RATING, BEST_SCORE, NOT_APPLICABLE
from reports.wording.answers import in_words

Block = dict[str, Any]
FLAGS = {
    ReportOutcome.ENDED_EARLY: gettext_lazy("The exchange ended early."),
    ReportOutcome.NOT_TAKEN_PLACE: gettext_lazy("The exchange did not take place."),
}

TITLES = {
    QuestionGroup.MORE: gettext_lazy("Further remarks"),
    QuestionGroup.END: gettext_lazy("Declaration"),
}
"""Parts that are called otherwise once they are written."""


def standing(document: Document) -> Standing:
    """It holds while the report stays validated as it was printed."""
    report = Report.objects.get(pk=document.about_id)
    facts: list[tuple[Text, Text]] = [
        (_("Reference"), document.snapshot["reference"]),
        (_("Report of"), document.snapshot["author"]),
    ]
    latest = report_document(report)
    if report.state == ReportState.VALIDATED and latest == document:
        return Standing(True, _("This report was validated by the partnership of its side."), facts)
    return Standing(False, _("The report was opened again after this file was made."), facts)


REPORT = documents.register(
    DocumentKind(
        REPORT_KIND,
        gettext_lazy("Final activity report"),
        template_version=1,
        standing=standing,
        has_disclaimer=True,
    )
)


def order_report(report: Report) -> Document:
    """The file of a report that has just been validated; it takes the place of an earlier one."""
    language = agreed_version(report.exchange).language
    with translation.override(language):
        document = documents.order(
            REPORT,
            about=report,
            snapshot=printed(report),
            language=language,
            name=f"{report.exchange.ref} {report.capacity}",
        )
    documents.supersede(about=report, kind=REPORT, successor=document)
    return document


def printed(report: Report) -> dict[str, Any]:
    """Every value of the file, in words of the active language."""
    exchange, side = report.exchange, Capacity(report.capacity)
    validated_at = report.validated_at
    return {
        "reference": exchange.ref,
        "dated": validated_at.astimezone(UTC).isoformat() if validated_at else "",
        "capacity": side.value,
        "author": exchange.party_name(side),
        "country": str(exchange.profile_of(side).organisation.country),
        "host": exchange.party_name(Capacity.HO),
        "visitor": exchange.party_name(Capacity.VO),
        "mode": str(exchange.get_mode_display()),
        "planned": days_in_words(exchange.starts_on, exchange.ends_on),
        "outcome": str(report.get_outcome_display()),
        "days": days_in_words(report.starts_on, report.ends_on),
        "working_days": working_days_in_words(report.days_done or 0) if report.days_done else "",
        "flags": _flags(report),
        "submitted": in_utc(report.submitted_at),
        "submitted_by": "" if report.on_behalf_of else str(report.submitted_by or ""),
        "validated": in_utc(validated_at),
        "partnership": exchange.party_name(report.partnership_capacity),
        "questionnaire": report.questionnaire.number,
        "groups": _groups(report),
    }


def _flags(report: Report) -> list[str]:
    """What whoever counts reports must not overlook."""
    flags = []
    if report.on_behalf_of:
        names = {
            "partnership": report.on_behalf_of.acronym,
            "author": report.exchange.party_name(report.capacity),
            "source": report.source,
        }
        text = _("Completed by %(partnership)s on behalf of %(author)s. Source: %(source)s")
        flags.append(text % names)
    if report.outcome in FLAGS:
        flags.append(str(FLAGS[ReportOutcome(report.outcome)]))
    return flags


def _groups(report: Report) -> list[dict[str, Any]]:
    """The questions that were answered, in the parts of the page."""
    questions = questions_of(report)
    answers = answers_for(questions, report.outcome, report.answers)
    found = []
    for group in QuestionGroup:
        blocks = [
            block_of(one, answers[one.key])
            for one in questions
            if one.group == group and one.key in answers
        ]
        if blocks:
            title = TITLES.get(group, group.label)
            found.append({"title": str(title), "blocks": blocks})
    return found


def block_of(one: Asked, answer: Any) -> Block:
    """One answer as it is printed: `lines` of text, `rows` of a term and a value, or a `table`
    below its `head`."""
    make = BLOCKS.get(one.kind, _lines)
    return {"label": str(one.label), "kind": one.kind, **make(one, answer)}


def _lines(one: Asked, answer: Any) -> Block:
    texts = "\n".join(in_words(one, answer)).splitlines()
    return {"lines": [line for line in texts if line.strip()]}


def _labels(one: Asked) -> dict[str, str]:
    return {option.code: str(option.label) for option in one.options}


def _ratings(one: Asked, answer: Mapping[str, Any]) -> Block:
    rows = [
        {"label": label, "value": _rating(answer[code]), "dots": _dots(answer[code])}
        for code, label in _labels(one).items()
        if code in answer
    ]
    return {"rows": rows}


def _rating(value: Any) -> str:
    if value == NOT_APPLICABLE:
        return _("does not apply")
    return _("%(value)s of %(best)s") % {"value": value, "best": BEST_RATING}


def _dots(value: Any) -> str:
    """The same to be seen at a glance; the words beside it say it to everybody."""
    return "" if value == NOT_APPLICABLE else "●" * value + "○" * (BEST_RATING - value)


def _numbers(one: Asked, answer: Mapping[str, Any]) -> Block:
    labels = _labels(one)
    return {
        "rows": [
            {"label": label, "value": str(answer[code])}
            for code, label in labels.items()
            if code in answer
        ]
    }


def _score(one: Asked, answer: int) -> Block:
    return {"lines": [_("%(value)s of %(best)s") % {"value": answer, "best": BEST_SCORE}]}


def _parts(one: Asked, answer: Iterable[Mapping[str, Any]]) -> Block:
    labels = _labels(one)
    return {
        "rows": [
            {"label": line["text"], "value": labels.get(line["part"], line["part"])}
            for line in answer
        ]
    }


def _activities(one: Asked, answer: Iterable[Mapping[str, Any]]) -> Block:
    kinds = dict(Activity.choices)
    rows = []
    for line in answer:
        kind = str(kinds.get(line["activity"], line["activity"]))
        rows.append(
            [
                _day(line["day"]),
                line["title"] or kind,
                kind if line["title"] else "",
                _hours(line) if line["done"] else _("not done"),
            ]
        )
    return {"head": [_("Day"), _("What"), _("Kind"), _("Hours")], "table": rows}


def _hours(line: Mapping[str, Any]) -> str:
    return "–" if line["hours"] is None else f"{line['hours']:g}"


def _steps(one: Asked, answer: Iterable[Mapping[str, Any]]) -> Block:
    rows = [[line["what"], line["who"], _day(line["by"])] for line in answer]
    return {"head": [_("What"), _("Who"), _("By when")], "table": rows}


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), DAY) if text else ""


BLOCKS: Mapping[str, Callable[[Asked, Any], Block]] = {
    QuestionKind.RATINGS: _ratings,
    QuestionKind.PARTS: _parts,
    QuestionKind.ACTIVITIES: _activities,
    QuestionKind.NUMBERS: _numbers,
    QuestionKind.SCORE: _score,
    QuestionKind.STEPS: _steps,
}
