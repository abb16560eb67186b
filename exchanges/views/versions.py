"""Freezing the text, and what was frozen: its page, its sealed document, the evidence."""

import json
import re
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cxc_portal.core import access, clock, documents, files
from cxc_portal.core.errors import StaleVersion, TransitionRefused
from exchanges.enums import AMENDABLE
from exchanges.forms.signing import FreezeForm
from exchanges.models import CommitmentVersion, Exchange, Signature
from exchanges.permissions import can_freeze_commitment
from exchanges.queries.documents import document_of
from exchanges.queries.drafts import draft_of, sections_of
from exchanges.queries.evidence import evidence_of
from exchanges.queries.findings import blocking, findings_of
from exchanges.queries.snapshot import snapshot_of
from exchanges.services.freezing import freeze_commitment
from exchanges.views.signatures import signature_board
from exchanges.views.signing import visible_exchange
from exchanges.views.version_changes import amendment_of, asides_in_words, changes_of
from exchanges.workflows import commitment_workflow
from exchanges.workflows.parties import open_version

REVISION = re.compile(r"(\w+):(\d+)")


@never_cache
@access.members
def freeze(request: HttpRequest, ref: str) -> HttpResponse:
    """What stands in the way, the whole text, and one question: freeze it?"""
    exchange = visible_exchange(request, ref)
    prefetch_related_objects([exchange], "versions", "sections")
    if open_version(exchange):
        return redirect("exchanges:sign", exchange.ref)
    access.require(can_freeze_commitment(request.user, exchange))
    is_amendment = exchange.state in AMENDABLE
    form = FreezeForm(request.POST or None) if is_amendment else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            freeze_commitment(
                exchange_id=exchange.pk,
                actor=request.user,
                revisions=dict(_revisions(request.POST.get("revisions", ""))),
                reason=form.cleaned_data["reason"] if form else "",
            )
        except (StaleVersion, TransitionRefused) as refusal:
            messages.error(request, str(refusal))
            return redirect("exchanges:freeze", exchange.ref)
        messages.success(request, _("Frozen. Read it once more, and sign."))
        return redirect("exchanges:sign", exchange.ref)
    return render(
        request, "exchanges/version_freeze.html", _freeze_context(request, exchange, form)
    )


def _freeze_context(
    request: HttpRequest, exchange: Exchange, form: FreezeForm | None
) -> dict[str, Any]:
    terms, rows = draft_of(exchange), sections_of(exchange)
    findings = findings_of(exchange, terms, viewer=request.user)
    number = len(exchange.versions.all()) + 1
    return {
        "exchange": exchange,
        "form": form,
        "is_amendment": form is not None,
        "amendment": amendment_of(exchange, request.user),
        "findings": findings,
        "is_blocked": bool(blocking(findings)),
        "number": number,
        "revisions": " ".join(f"{name}:{row.revision}" for name, row in rows.items()),
        "snapshot": snapshot_of(
            exchange,
            terms,
            number=number,
            frozen_at=clock.now(),
            frozen_by=request.user,
        ),
    }


def _revisions(text: str) -> list[tuple[str, int]]:
    """Those of the page, as its form sent them."""
    return [(name, int(revision)) for name, revision in REVISION.findall(text)]


@access.members
def version(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """One version as it was frozen, what became of it, and what it changed."""
    found = _version(request, ref, number)
    document = document_of(found)
    context = {
        "exchange": found.exchange,
        "version": found,
        "snapshot": found.snapshot,
        "baton": commitment_workflow.baton(found, request.user),
        "signing": signature_board(found, request.user),
        "steps_taken": found.transitions.select_related("actor").exclude(comment=""),
        "document": document,
        "asides": asides_in_words(found),
        **changes_of(found),
    }
    return render(request, "exchanges/version.html", context)


@never_cache
@access.members
def document(request: HttpRequest, ref: str, number: int) -> HttpResponseBase:
    """The sealed document, or that it is still being made."""
    found = _version(request, ref, number)
    made = document_of(found)
    if made is None:
        messages.info(request, _("The document is made once all four have signed."))
        return redirect(found)
    if made.is_ready:
        return documents.download(made)
    context = {"exchange": found.exchange, "document": made, "again": request.path}
    return render(request, "exchanges/paper_waits.html", context)


@access.members
def evidence(request: HttpRequest, ref: str) -> HttpResponse:
    """Every event of the commitment with its hashes, as JSON, for the parties."""
    exchange = visible_exchange(request, ref)
    content = json.dumps(evidence_of(exchange), indent=2, ensure_ascii=False)
    return HttpResponse(
        content,
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{exchange.ref}-evidence.json"',
            "Cache-Control": "private, no-store",
        },
    )


@access.members
def scan(request: HttpRequest, ref: str, pk: int) -> FileResponse:
    """The scan of a signature on paper, for the parties."""
    exchange = visible_exchange(request, ref)
    signature = access.get_visible(
        Signature.objects.visible_to(request.user).exclude(scan=""),
        pk=pk,
        version__exchange=exchange,
    )
    name = _("%(name)s signed on paper") % {"name": f"{exchange.ref} {signature.capacity}"}
    return files.stream(signature.scan, name=name)


def _version(request: HttpRequest, ref: str, number: int) -> CommitmentVersion:
    exchange = visible_exchange(request, ref)
    found = access.get_visible(exchange.versions.select_related("frozen_by"), number=number)
    found.exchange = exchange
    return found
