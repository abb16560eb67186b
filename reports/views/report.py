"""The final activity report of one side: written while it is open, read afterwards."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, StaleVersion
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.views.exchange_page import title_of
from reports.enums import ReportState
from reports.forms.report import ReportForm
from reports.models import Report
from reports.permissions import can_write_report
from reports.queries.questionnaires import gaps_of, progress_of
from reports.queries.shown import other_report, reports_seen
from reports.services.answering import save_answers
from reports.services.submitting import submit_report
from reports.wording.answers import report_in_words
from reports.workflows import report_workflow


@access.members
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One's own report: a form while it is open, else as it was handed in. Staff read the side that
    `?side=` names (the visitor's unless it says HO)."""
    exchange = access.get_visible(Exchange.objects.visible_to(request.user).with_parties(), ref=ref)
    seen = {one.capacity: one for one in reports_seen(exchange, request.user)}
    side = request.GET.get("side", "")
    shown = seen.get(side) or next(iter(seen.values()), None)
    if shown is None:
        context = {"exchange": exchange, "title": _title(request, exchange)}
        return render(request, "reports/report_waits.html", context)
    if request.method == "POST":
        return _written(request, shown)
    if can_write_report(request.user, shown):
        return _page(request, ReportForm.kept(shown))
    return _reading_page(request, shown, list(seen.values()))


def _written(request: HttpRequest, shown: Report) -> HttpResponse:
    """Save what was sent, and hand it in when that button was pressed."""
    is_autosave = "X-Autosave" in request.headers
    if not can_write_report(request.user, shown):
        access.require(shown.capacity in shown.exchange.capacities_of(request.user))
        return _handed_in_meanwhile(request, shown, is_autosave=is_autosave)
    form = ReportForm.sent(shown, request.POST)
    try:
        saved = _saved(request, form)
    except StaleVersion as refused:
        return HttpResponse(status=409) if is_autosave else _overtaken(request, form, refused)
    if is_autosave:
        return HttpResponse(status=204, headers={"X-Revision": str(saved.revision)})
    form.report = saved
    if form.problems.found:
        return _page(request, form)
    if "submit" in request.POST:
        return _submitted(request, saved)
    messages.success(request, _("Saved. You can go on at any time."))
    anchor = request.POST.get("add", "")
    return redirect(f"{shown.get_absolute_url()}#{anchor}" if anchor else shown)


def _saved(request: HttpRequest, form: ReportForm) -> Report:
    """What could be read is kept, whatever else is wrong."""
    sent = request.POST.get("revision", "")
    return save_answers(
        report_id=form.report.pk,
        answers=form.answers,
        outcome=form.stay.outcome,
        starts_on=form.stay.starts_on,
        ends_on=form.stay.ends_on,
        days_done=form.stay.days_done,
        revision=int(sent) if sent.isdecimal() else form.report.revision,
        actor=request.user,
    )


def _submitted(request: HttpRequest, saved: Report) -> HttpResponse:
    """Handed in, or the page with all that is missing."""
    if gaps := gaps_of(saved):
        form = ReportForm.kept(saved)
        form.add_gaps(gaps)
        return _page(request, form)
    try:
        submit_report(
            report_id=saved.pk,
            revision=saved.revision,
            actor=request.user,
        )
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Handed in. Thank you for your report."))
    return redirect(saved)


def _overtaken(request: HttpRequest, form: ReportForm, refused: StaleVersion) -> HttpResponse:
    """Nothing is lost: both people's answers are on the page, on top of what is kept now."""
    form.report.refresh_from_db(fields=["answers", "outcome", "starts_on", "ends_on", "days_done"])
    form.report.refresh_from_db(fields=["revision", "saved_at", "saved_by"])
    both, theirs = form.merged_with_kept(request.POST.get("seen", ""))
    return _page(request, both, overtaken=refused, theirs=theirs)


def _handed_in_meanwhile(request: HttpRequest, shown: Report, *, is_autosave: bool) -> HttpResponse:
    if is_autosave:
        return HttpResponse(status=409)
    messages.info(request, _("The report is handed in. Nothing more can be written in it."))
    return redirect(shown)


def _page(request: HttpRequest, form: ReportForm, **further: Any) -> HttpResponse:
    exchange = form.report.exchange
    done, total = progress_of(form.report)
    context = {
        "exchange": exchange,
        "report": form.report,
        "title": _title(request, exchange),
        "form": form,
        "parts": form.parts,
        "done": done,
        "total": total,
        "returned": _return_of(form.report),
        "other": _other(form.report),
        "overtaken": None,
        "theirs": [],
        **further,
    }
    return render(request, "reports/report_form.html", context)


def _reading_page(request: HttpRequest, shown: Report, seen: list[Report]) -> HttpResponse:
    exchange = shown.exchange
    baton = report_workflow.baton(shown, request.user)
    context = {
        "exchange": exchange,
        "report": shown,
        "title": _title(request, exchange),
        "baton": baton,
        "has_action": baton.action_url != shown.get_absolute_url(),
        "groups": report_in_words(shown),
        "returned": _return_of(shown),
        "other": _other(shown) if len(seen) < len(_SIDES) else None,
        "tabs": _tabs(shown, seen) if len(seen) > 1 else [],
        "is_own": shown.capacity in exchange.capacities_of(request.user),
        "tells_story": shown.is_handed_in and bool(shown.answers.get("story")),
        "is_visitor": shown.capacity == Capacity.VO,
    }
    return render(request, "reports/report_shown.html", context)


_SIDES = (Capacity.VO, Capacity.HO)


def _tabs(shown: Report, seen: list[Report]) -> list[dict[str, Any]]:
    """Both reports, for those who read both."""
    return [
        {
            "label": one.exchange.party_name(one.capacity),
            "url": f"{one.get_absolute_url()}?side={one.capacity}",
            "is_current": one.pk == shown.pk,
        }
        for one in seen
    ]


def _other(shown: Report) -> dict[str, Any] | None:
    """Whether the other side has reported, never what."""
    other = other_report(shown)
    if other is None:
        return None
    return {
        "name": other.exchange.party_name(other.capacity),
        "is_in": other.is_handed_in,
        "due_on": other.due_on,
    }


def _return_of(shown: Report) -> Any:
    """The step with which the partnership returned it, as long as it is not handed in again."""
    if shown.state != ReportState.RETURNED:
        return None
    return shown.transitions.filter(transition="return").order_by("at", "pk").last()


def _title(request: HttpRequest, exchange: Exchange) -> str:
    return title_of(exchange, exchange.capacities_of(request.user))
