"""The questions of the final activity report: those in use, and the draft that the Support Office
writes."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError
from exchanges.enums import Capacity, ExchangeMode
from reports.enums import QuestionGroup
from reports.forms.question import Problems, QuestionField, field_of
from reports.forms.questionnaire import PublishForm, QuestionForm
from reports.models import Question, Questionnaire
from reports.permissions import can_keep_questionnaire
from reports.queries.questionnaires import asked_of, current_draft, current_questionnaire
from reports.questionnaire.questions import NEEDED
from reports.services import questionnaires as service

SIDES = {Capacity.VO: gettext_lazy("As the visitor"), Capacity.HO: gettext_lazy("As the host")}


@access.staff
def questionnaire(request: HttpRequest) -> HttpResponse:
    """The version in use and all earlier ones; the way to the draft for who may write it."""
    may_edit = can_keep_questionnaire(request.user)
    current = current_questionnaire()
    versions = Questionnaire.objects.visible_to(request.user).filter(is_draft=False)
    context = {
        "current": current,
        "groups": _groups(current.questions.all()),
        "versions": versions.select_related("published_by"),
        "may_edit": may_edit,
        "draft": current_draft() if may_edit else None,
    }
    return render(request, "reports/questionnaire.html", context)


@access.staff
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin the next version, or go on with the one that somebody has begun."""
    _require_support_office(request)
    service.begin_draft(actor=request.user)
    return redirect("reports:questionnaire_draft")


@access.staff
def draft(request: HttpRequest) -> HttpResponse:
    """The questions of the draft, and the button that puts it in use."""
    kept = _draft(request)
    if kept is None:
        return _no_draft(request)
    form = PublishForm(request.POST or None, initial={"seen_revision": kept.revision})
    if request.method == "POST" and form.is_valid():
        try:
            published = service.publish_draft(**form.cleaned_data, actor=request.user)
        except DomainError as refused:
            # The page shows the draft as it is now: that is what the next press is about.
            form = PublishForm({**form.cleaned_data, "seen_revision": kept.revision})
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Version %s is in use.") % published.number)
            return redirect("reports:questionnaire")
    context = {"form": form, "draft": kept, "groups": _groups(kept.questions.all())}
    return render(request, "reports/questionnaire_draft.html", context)


@access.staff
def add(request: HttpRequest) -> HttpResponse:
    """A further question."""
    kept = _draft(request)
    if kept is None:
        return _no_draft(request)

    def write(form: QuestionForm) -> Question:
        seen = form.cleaned_data["seen_revision"]
        return service.add_question(
            seen_revision=seen,
            values=form.values,
            actor=request.user,
        )

    return _question_page(request, kept, None, write)


@access.staff
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change one question."""
    kept = _draft(request)
    if kept is None:
        return _no_draft(request)
    question = access.get_visible(kept.questions.all(), key=key)

    def write(form: QuestionForm) -> Question:
        seen = form.cleaned_data["seen_revision"]
        return service.change_question(
            key=key,
            seen_revision=seen,
            values=form.values,
            actor=request.user,
        )

    return _question_page(request, kept, question, write)


@access.staff
@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """One place up or down."""
    step = -1 if request.POST.get("to") == "up" else 1
    return _act(request, _("Moved."), service.move_question, key=key, step=step, anchor=key)


@access.staff
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take a question out of the draft."""
    return _act(request, _("Taken out of the draft."), service.remove_question, key=key)


@access.staff
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    text = _("The draft is thrown away. Nothing else has changed.")
    return _act(request, text, service.discard_draft)


@access.staff
def preview(request: HttpRequest, capacity: str) -> HttpResponse:
    """The draft, or the version in use where there is none, as a visitor or a host sees it."""
    if capacity not in SIDES:
        raise Http404
    kept = current_draft() if can_keep_questionnaire(request.user) else None
    shown = kept or current_questionnaire()
    mode = request.GET.get("mode", ExchangeMode.PHYSICAL)
    asked = asked_of(shown, capacity, mode if mode in ExchangeMode.values else "physical")
    fields = [field_of(one, None, Problems(), {}) for one in asked]
    context = {
        "shown": shown,
        "parts": _parts(fields),
        "tabs": [_tab(capacity, mode, side, way) for side in SIDES for way in ExchangeMode],
        "count": len(fields),
    }
    return render(request, "reports/questionnaire_preview.html", context)


def _question_page(
    request: HttpRequest,
    kept: Questionnaire,
    question: Question | None,
    write: Callable[[QuestionForm], Question],
) -> HttpResponse:
    initial = {"seen_revision": kept.revision}
    form = QuestionForm(request.POST or None, question=question, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            written = write(form)
        except DomainError as refused:
            # What was typed stays; the next press is about the draft as it is now.
            data = form.data.copy()
            data["seen_revision"] = str(kept.revision)
            form = QuestionForm(data, question=question)
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved in the draft."))
            return redirect(f"{_draft_url()}#{written.key}")
    context = {"form": form, "draft": kept, "question": question, "needed": NEEDED}
    return render(request, "reports/question_form.html", context)


def _act(
    request: HttpRequest,
    done: str,
    act: Callable[..., Any],
    *,
    anchor: str = "",
    **values: Any,
) -> HttpResponse:
    """A button of the draft. What was refused is told on the draft as it is now."""
    _require_support_office(request)
    seen = request.POST.get("seen_revision", "")
    revision = int(seen) if seen.isdecimal() else -1
    try:
        act(seen_revision=revision, actor=request.user, **values)
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    if current_draft() is None:
        return redirect("reports:questionnaire")
    return redirect(f"{_draft_url()}#{anchor}" if anchor else _draft_url())


def _draft(request: HttpRequest) -> Questionnaire | None:
    _require_support_office(request)
    return current_draft()


def _draft_url() -> str:
    return reverse("reports:questionnaire_draft")


def _no_draft(request: HttpRequest) -> HttpResponse:
    messages.info(
        request, _("There is no draft now: it was published, thrown away or never begun.")
    )
    return redirect("reports:questionnaire")


def _groups(rows: Iterable[Question]) -> list[dict[str, Any]]:
    """The questions part by part; of each whether it is the first or the last of its part."""
    found = []
    for code, group in groupby(rows, key=lambda row: row.group):
        listed = list(group)
        lines = [
            {
                "row": row,
                "is_first": number == 0,
                "is_last": number == len(listed) - 1,
                "is_needed": row.key in NEEDED,
            }
            for number, row in enumerate(listed)
        ]
        found.append({"code": code, "title": QuestionGroup(code).label, "lines": lines})
    return found


def _parts(fields: Iterable[QuestionField]) -> list[dict[str, Any]]:
    return [
        {"code": code, "title": QuestionGroup(code).label, "fields": list(group)}
        for code, group in groupby(fields, key=lambda one: one.asked.group)
    ]


def _tab(capacity: str, mode: str, side: str, way: str) -> dict[str, Any]:
    return {
        "label": f"{SIDES[side]}, {ExchangeMode(way).label.lower()}",
        "url": f"{reverse('reports:questionnaire_preview', args=[side])}?mode={way}",
        "is_current": (capacity, mode) == (side, way),
    }


def _require_support_office(request: HttpRequest) -> None:
    access.require(can_keep_questionnaire(request.user))
