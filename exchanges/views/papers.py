"""Documents about an exchange as a whole: the notice of its cancellation, and the evidence."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from cxc_portal.core import access, documents
from cxc_portal.core.models import Document
from exchanges.models import Exchange
from exchanges.permissions import can_ask_for_evidence
from exchanges.queries.documents import evidence_document_of, notice_of
from exchanges.services.evidence import ask_for_evidence
from exchanges.views.signing import visible_exchange


@never_cache
@access.members
def notice(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The notice of cancellation, or that it is still being made."""
    exchange = visible_exchange(request, ref)
    return _given(request, exchange, notice_of(exchange))


@never_cache
@access.members
def evidence(request: HttpRequest, ref: str) -> HttpResponseBase:
    """By POST the evidence up to now is asked for; then it is here, once it is made."""
    exchange = visible_exchange(request, ref)
    access.require(can_ask_for_evidence(request.user, exchange))
    if request.method == "POST":
        ask_for_evidence(exchange_id=exchange.pk, actor=request.user)
        return redirect("exchanges:evidence_document", exchange.ref)
    return _given(request, exchange, evidence_document_of(exchange))


def _given(request: HttpRequest, exchange: Exchange, document: Document | None) -> HttpResponseBase:
    if document is None:
        raise Http404
    if document.is_ready:
        return documents.download(document)
    context = {"exchange": exchange, "document": document, "again": request.path}
    return render(request, "exchanges/paper_waits.html", context)
