"""The commitment at a glance, its quick start, and what was changed in it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core.access import get_visible, members, require
from cxc_portal.core.errors import DomainError
from exchanges.commitment.differences import Difference, differences
from exchanges.enums import ExchangeMode
from exchanges.forms.comments import CommentForm
from exchanges.forms.start import StartForm
from exchanges.models import Exchange, SectionChange
from exchanges.permissions import can_edit_commitment
from exchanges.queries.agenda_templates import AgendaTemplate, templates_for
from exchanges.queries.changes import changes_of
from exchanges.queries.drafts import draft_of
from exchanges.queries.shown import for_batons
from exchanges.queries.suggested_dates import suggested_starts, usual_programme
from exchanges.services.starting import start_draft
from exchanges.views.commitment_page import commitment_page, for_commitment
from exchanges.views.signatures import signatures_context
from exchanges.views.version_changes import author_name
from exchanges.wording.differences import in_words
from matching.queries.proposals import modes_between

PER_PAGE = 20


@members
def commitment(request: HttpRequest, ref: str) -> HttpResponse:
    """All sections, who changed them, what is said about them, and what comes next."""
    visible = for_commitment(Exchange.objects.visible_to(request.user))
    return commitment_response(request, get_visible(visible, ref=ref))


def commitment_response(
    request: HttpRequest, exchange: Exchange, posted: CommentForm | None = None
) -> HttpResponse:
    """The page; with the comment that was `posted` and refused, it stands in its field again."""
    context = {
        "exchange": exchange,
        "page": commitment_page(exchange, request.user, posted),
        "posted": posted,
        **signatures_context(request, exchange),
    }
    return render(request, "exchanges/commitment.html", context)


@members
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """A first draft that can be signed, from three choices."""
    visible = for_batons(Exchange.objects.visible_to(request.user))
    exchange = get_visible(visible.prefetch_related("sections"), ref=ref)
    require(can_edit_commitment(request.user, exchange))
    if draft_of(exchange).agenda.slots:
        return redirect("exchanges:commitment", ref)
    modes = _modes(exchange)
    mode = request.GET.get("mode", "") if request.GET.get("mode") in modes else modes[0]
    programmes = _programmes(exchange, mode)
    usual = usual_programme(exchange, programmes)
    form = StartForm(
        request.POST if request.method == "POST" else None,
        programmes=programmes,
        usual=usual,
        starts=suggested_starts(exchange, usual),
    )
    if request.method == "POST" and form.is_valid():
        try:
            start_draft(
                exchange_id=exchange.pk,
                programme=form.cleaned_data["programme"],
                first_day=form.first_day,
                actor=request.user,
            )
        except DomainError as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(
                request, _("The draft stands. Change whatever you want to be different.")
            )
            return redirect("exchanges:commitment", ref)
    tabs = [
        {"label": ExchangeMode(one).label, "url": f"?mode={one}", "is_current": one == mode}
        for one in modes
    ]
    context = {"exchange": exchange, "form": form, "tabs": tabs, "mode": mode}
    return render(request, "exchanges/commitment_start.html", context)


def _modes(exchange: Exchange) -> list[str]:
    """The ways of meeting that both allow, that of the match first."""
    allowed = {str(mode) for mode in modes_between(exchange.host, exchange.visitor)}
    known = [mode for mode in ExchangeMode.values if mode in allowed] or [exchange.mode]
    return sorted(known, key=lambda mode: mode != exchange.mode)


def _programmes(exchange: Exchange, mode: str) -> list[AgendaTemplate]:
    """Those for what the two want from each other; all where they said nothing."""
    wanted = draft_of(exchange).purpose.objectives
    offered = templates_for(mode)
    return [one for one in offered if one.objective in wanted] or offered


@members
def changes(request: HttpRequest, ref: str) -> HttpResponse:
    """Every change of the draft with its author, party and time, the latest first."""
    exchange = get_visible(Exchange.objects.visible_to(request.user).with_parties(), ref=ref)
    page = Paginator(changes_of(exchange), PER_PAGE).get_page(request.GET.get("page"))
    entries = [
        {
            "change": change,
            "author": author_name(str(change.author or ""), change.capacity, exchange),
            "section": change.section.get_name_display(),
            "differences": in_words(_differences(change)),
        }
        for change in page
    ]
    context = {"exchange": exchange, "page": page, "entries": entries}
    return render(request, "exchanges/commitment_changes.html", context)


def _differences(change: SectionChange) -> list[Difference]:
    name = change.section.name
    return differences({name: change.before}, {name: change.after})
