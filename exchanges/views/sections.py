"""Writing one section of a draft, and what happens when two do it at once."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core.access import get_visible, members, require
from cxc_portal.core.errors import DomainError
from exchanges.commitment.differences import differences
from exchanges.commitment.merging import BOTH, MINE, THEIRS, merged, questions
from exchanges.commitment.terms import section as section_of
from exchanges.enums import BEFORE_START, ExchangeState, Section
from exchanges.forms.section import SectionForm
from exchanges.forms.sections import FORMS
from exchanges.models import Exchange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.changes import content_at
from exchanges.queries.drafts import sections_of
from exchanges.queries.findings import findings_of, in_section
from exchanges.services.drafting import SectionChanged, save_section
from exchanges.views.commitment_page import for_commitment
from exchanges.views.version_changes import author_name
from exchanges.wording.differences import in_words
from exchanges.wording.sections import lines_of
from exchanges.workflows.parties import open_version, version_in_force

SALT = "exchanges.overtaken"
BUTTONS = ("add", "remove", "standard")


@members
def section(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """The page of one section. Nothing that was typed is lost, whatever happens."""
    exchange = _editable(request, ref)
    if name not in FORMS:
        raise Http404
    form = FORMS[name](
        request.POST if request.method == "POST" else None,
        exchange=exchange,
        row=sections_of(exchange)[name],
    )
    if request.method != "POST":
        return _page(request, form)
    for button in BUTTONS:
        if button in request.POST:
            form.press(button, request.POST[button])
            return _page(request, form)
    if not form.is_valid():
        return _refused(request, form)
    return _saved(request, form)


def _saved(request: HttpRequest, form: SectionForm) -> HttpResponse:
    exchange, name = form.exchange, form.section_name
    revision, is_autosave = form.cleaned_data["revision"], "X-Autosave" in request.headers
    if is_autosave and not _may_autosave(exchange):
        return HttpResponse(status=409)
    try:
        row = save_section(
            exchange_id=exchange.pk,
            name=name,
            content=form.content(),
            revision=revision,
            actor=request.user,
            **form.options,
        )
    except SectionChanged as overtaken:
        if is_autosave:
            return HttpResponse(status=409)
        return overtaken_response(request, exchange, overtaken, revision)
    except DomainError as refused:
        form.add_error(None, str(refused.message))
        return _refused(request, form)
    if is_autosave:
        return HttpResponse(status=204, headers={"X-Revision": str(row.revision)})
    messages.success(request, _("Saved: %(section)s.") % {"section": Section(name).label})
    return redirect("exchanges:commitment", exchange.ref)


@members
@require_POST
def merge(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """Save what was chosen of two texts on top of the newer one."""
    exchange = _editable(request, ref)
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=SALT)
    except signing.BadSignature as broken:
        raise Http404 from broken
    if kept["exchange"] != exchange.pk or kept["name"] != name:
        raise Http404
    row = sections_of(exchange)[name]
    picks = {key: request.POST.get(f"pick-{key}", THEIRS) for key in kept["mine"]}
    try:
        if row.revision != kept["revision"]:
            raise SectionChanged(row, kept["mine"])
        save_section(
            exchange_id=exchange.pk,
            name=name,
            content=merged(row.content, kept["mine"], picks),
            revision=kept["revision"],
            actor=request.user,
        )
    except SectionChanged as overtaken:
        return overtaken_response(request, exchange, overtaken, kept["revision"])
    messages.success(request, _("Saved: %(section)s.") % {"section": Section(name).label})
    if "further" in request.POST and name in FORMS:
        return redirect("exchanges:section", ref, name)
    return redirect("exchanges:commitment", ref)


def overtaken_response(
    request: HttpRequest, exchange: Exchange, overtaken: SectionChanged, revision: int
) -> HttpResponse:
    """Both texts side by side, to choose from field by field. `revision` is the one that this
    person started from."""
    row, mine = overtaken.current, overtaken.wanted
    base = content_at(exchange, row.name, revision)
    theirs_in_words = _by_key(row.name, row.content, exchange)
    mine_in_words = _by_key(row.name, mine, exchange)
    asked = [
        {
            "question": question,
            "label": (mine_in_words.get(question.key) or theirs_in_words[question.key]).label,
            "theirs": theirs_in_words.get(question.key),
            "mine": mine_in_words.get(question.key),
        }
        for question in questions(row.content, mine, base)
        if question.key in theirs_in_words | mine_in_words
    ]
    kept = {"exchange": exchange.pk, "name": row.name, "revision": row.revision, "mine": mine}
    last = row.changes.order_by("-revision").first()
    context = {
        "exchange": exchange,
        "name": row.name,
        "title": Section(row.name).label,
        "row": row,
        "author": author_name(str(row.changed_by or ""), last.capacity if last else "", exchange),
        "asked": asked,
        "differences": in_words(differences({row.name: row.content}, {row.name: mine})),
        "kept": signing.dumps(kept, salt=SALT, compress=True),
        "has_form": row.name in FORMS,
        "picks": {"theirs": THEIRS, "mine": MINE, "both": BOTH},
    }
    return render(request, "exchanges/section_conflict.html", context)


def _by_key(name: str, content: dict[str, Any], exchange: Exchange) -> dict[str, Any]:
    lines = lines_of(name, section_of(name, content), exchange)
    return {line.key: line for line in lines}


def _editable(request: HttpRequest, ref: str) -> Exchange:
    """404 for strangers, 403 for whoever may read it but not write."""
    visible = for_commitment(Exchange.objects.visible_to(request.user))
    exchange = get_visible(visible, ref=ref)
    require(can_edit_commitment(request.user, exchange))
    return exchange


def _may_autosave(exchange: Exchange) -> bool:
    """Only while nothing is signed or in force: then a change has no effect but on the text."""
    return exchange.state == ExchangeState.BUILDING


def _refused(request: HttpRequest, form: SectionForm) -> HttpResponse:
    if "X-Autosave" in request.headers:
        return HttpResponse(status=422)
    return _page(request, form)


def _page(request: HttpRequest, form: SectionForm) -> HttpResponse:
    exchange = form.exchange
    context = {
        "exchange": exchange,
        "form": form,
        "title": Section(form.section_name).label,
        "findings": in_section(findings_of(exchange, viewer=request.user), form.section_name),
        "has_autosave": form.has_autosave and _may_autosave(exchange),
        "voids": open_version(exchange) is not None,
        "amends": version_in_force(exchange) is not None and exchange.state not in BEFORE_START[:3],
    }
    return render(request, "exchanges/section.html", context)
