"""The files about an exchange that was reported, and what its page shows of the time afterwards."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cxc_portal.core import access, documents
from cxc_portal.core.models import Document
from cxc_portal.core.types import Text
from exchanges.enums import Capacity, ExchangeState
from exchanges.models import Exchange
from exchanges.permissions import sides_of
from exchanges.views.steps import seen_exchange
from reports.models import LaterAnswer, Report, SuccessStory
from reports.permissions import can_join_alumni
from reports.queries.alumni import entry_of
from reports.queries.later import answers_seen, effects_in_words
from reports.queries.papers import (
    CERTIFICATE_KIND,
    REPORT_KIND,
    certificate_of,
    documents_about,
    report_document,
)
from reports.queries.shown import reports_seen
from reports.queries.stories import stories_of


@dataclass(frozen=True)
class Paper:
    """A file that the viewer can fetch."""

    label: Text
    url: str
    is_ready: bool


@dataclass(frozen=True)
class Papers:
    """What `reports/_papers.html` shows the viewer: files, stories, what came of it, and what the
    viewer can do now."""

    exchange: Exchange
    files: list[Paper]
    stories: list[SuccessStory]
    answers: list[tuple[str, LaterAnswer, list[str]]]
    questions: list[LaterAnswer]
    can_tell: bool
    can_join: bool

    @property
    def is_shown(self) -> bool:
        return bool(
            self.files
            or self.stories
            or self.answers
            or self.questions
            or self.can_tell
            or self.can_join
        )


def papers_panel(request: HttpRequest, exchange: Exchange) -> SafeString:
    """Files, stories and what came of it, on the page of an exchange; empty where there is nothing
    yet."""
    papers = papers_of(exchange, request.user)
    if not papers.is_shown:
        return SafeString("")
    return render_to_string("reports/_papers.html", {"papers": papers}, request=request)


def papers_of(exchange: Exchange, user: Any) -> Papers:
    """Everything about the time after an exchange, as this person may see it."""
    own = sides_of(user, exchange)
    stories = stories_of(exchange, user)
    told = {one.capacity for one in stories}
    reports = reports_seen(exchange, user)
    reported = {one.capacity for one in reports if one.is_handed_in and one.has_happened}
    is_closed = exchange.state == ExchangeState.CLOSED
    asked = LaterAnswer.objects.filter(exchange=exchange, capacity__in=own, answered_at=None)
    return Papers(
        exchange=exchange,
        files=_files(exchange, reports),
        stories=stories,
        answers=[
            (exchange.party_name(one.capacity), one, effects_in_words(one))
            for one in (answers_seen(exchange, user) if is_closed else ())
        ],
        questions=list(asked.order_by("months")) if is_closed else [],
        can_tell=any(side not in told and side in reported for side in own),
        can_join=bool(own) and is_closed and entry_of(user) is None and can_join_alumni(user),
    )


def _files(exchange: Exchange, reports: list[Report]) -> list[Paper]:
    made = documents_about(reports)
    found = []
    for report in reports:
        names = {"name": exchange.party_name(report.capacity)}
        for kind, url_name, label in (
            (REPORT_KIND, "reports:report_document", _("Report of %(name)s")),
            (CERTIFICATE_KIND, "reports:certificate", _("Certificate of participation, %(name)s")),
        ):
            if document := made.get((kind, report.capacity)):
                url = reverse(url_name, args=[exchange.ref, report.capacity])
                found.append(Paper(label % names, url, document.is_ready))
    return found


@never_cache
@access.members
def report_file(request: HttpRequest, ref: str, capacity: str) -> HttpResponseBase:
    """The report of one side as a file, for that side and for staff."""
    exchange, report = _seen(request, ref, capacity)
    return _given(request, exchange, report_document(report))


@never_cache
@access.members
def certificate(request: HttpRequest, ref: str, capacity: str) -> HttpResponseBase:
    """The certificate of one side, for that side and for staff."""
    exchange, report = _seen(request, ref, capacity)
    return _given(request, exchange, certificate_of(report))


def _seen(request: HttpRequest, ref: str, capacity: str) -> tuple[Exchange, Report]:
    exchange = seen_exchange(request, ref)
    if capacity not in Capacity.values:
        raise Http404
    visible = Report.objects.visible_to(request.user).filter(exchange=exchange)
    return exchange, access.get_visible(visible, capacity=capacity)


def _given(request: HttpRequest, exchange: Exchange, document: Document | None) -> HttpResponseBase:
    if document is None:
        raise Http404
    if document.is_ready:
        return documents.download(document)
    context = {"exchange": exchange, "document": document, "again": request.path}
    return render(request, "exchanges/paper_waits.html", context)
