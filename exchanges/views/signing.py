"""Reading a frozen version and signing it, with a fresh proof of who one is."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from cxc_portal.core import access
from cxc_portal.core.errors import TransitionRefused
from exchanges.enums import Capacity, SignatureMethod
from exchanges.forms.proof import WAY_LABELS, PasskeyProof, proof_form, ways_to_prove
from exchanges.forms.signing import CommentForm, SignForm
from exchanges.models import CommitmentVersion, Exchange
from exchanges.permissions import can_return_version, capacities_to_sign
from exchanges.services.returning import refuse_version as refuse
from exchanges.services.returning import return_version as send_back
from exchanges.services.signing import StaleText, note_opened, require_current, sign_version
from exchanges.views.signatures import signature_board, signatures_context
from exchanges.views.signing_code import is_code_sent, send_code, take_code
from exchanges.views.version_changes import changes_of
from exchanges.wording.differences import in_words
from exchanges.workflows import commitment_workflow
from exchanges.workflows.parties import open_version

__all__ = ["signatures_context"]

CONFLICT = 409


def visible_exchange(request: HttpRequest, ref: str) -> Exchange:
    return access.get_visible(Exchange.objects.visible_to(request.user).with_parties(), ref=ref)


@never_cache
@sensitive_post_parameters("password", "code")
@access.members
def sign(request: HttpRequest, ref: str) -> HttpResponse:
    """The text that waits for signatures, and the form to sign it for whoever can."""
    exchange = visible_exchange(request, ref)
    if request.method == "POST":
        return _sign(request, exchange)
    prefetch_related_objects([exchange], "versions__signatures", "delegations")
    version = open_version(exchange)
    if version is None:
        return _nothing_to_sign(request, exchange)
    version.exchange = exchange
    note_opened(version=version, actor=request.user)
    ways = ways_to_prove(request.user)
    proof = _proof(request, version, ways, request.GET.get("way", ""))
    return _page(request, version, ways, _name_form(request, version), proof)


def _sign(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    version = access.get_visible(exchange.versions.all(), number=request.POST.get("version"))
    version.exchange = exchange
    try:
        require_current(version, request.POST.get("digest", ""))
        form = SignForm(request.POST)
        ways = ways_to_prove(request.user)
        proof = _proof(request, version, ways, request.POST.get("way", ""), data=request.POST)
        # Whoever has nothing to sign is told so by the service, without a look at the proof.
        if capacities_to_sign(request.user, version):
            if not (form.is_valid() and proof.is_valid()):
                return _page(request, version, ways, form, proof)
            proof.use()
        signatures = sign_version(
            version_id=version.pk,
            digest=request.POST.get("digest", ""),
            name=form.data.get("name", ""),
            method=proof.method,
            actor=request.user,
        )
    except StaleText as stale:
        return _stale(request, exchange, stale)
    except TransitionRefused as refusal:
        messages.info(request, str(refusal))
        return redirect(exchange)
    messages.success(request, _thanks(version, len(signatures)))
    return redirect(exchange)


@require_POST
@access.members
def code(request: HttpRequest, ref: str) -> HttpResponse:
    """A code for the text that waits goes out by mail; the page to sign asks for it."""
    exchange = visible_exchange(request, ref)
    version = access.get_visible(exchange.versions.all(), number=request.POST.get("version"))
    version.exchange = exchange
    if SignatureMethod.CODE not in ways_to_prove(request.user):
        access.require(False)
    if not ratelimit.consume(request, action="signing_code"):
        too_many: HttpResponse = ratelimit.respond_429(request)
        return too_many
    if version.is_open:
        send_code(request, version)
    url = reverse("exchanges:sign", args=[exchange.ref])
    return redirect(f"{url}?way={SignatureMethod.CODE}#sign")


@access.members
def return_version(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the version back with a comment."""
    label = _("What should be changed?")
    done = _("Returned. All parties read your comment.")
    return _with_comment(request, ref, "return", label, done)


@access.members
def refuse_version(request: HttpRequest, ref: str) -> HttpResponse:
    """Refuse the version for good, with a reason."""
    label = _("Why do you not sign?")
    done = _("Refused. All parties read your reason.")
    return _with_comment(request, ref, "refuse", label, done)


def _with_comment(request: HttpRequest, ref: str, step: str, label: str, done: str) -> HttpResponse:
    exchange = visible_exchange(request, ref)
    version = open_version(exchange)
    if version is None:
        return _nothing_to_sign(request, exchange)
    version.exchange = exchange
    access.require(can_return_version(request.user, version))
    form = CommentForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        service = send_back if step == "return" else refuse
        service(version_id=version.pk, actor=request.user, **form.cleaned_data)
        messages.success(request, done)
        return redirect(exchange)
    context = {
        "exchange": exchange,
        "version": version,
        "form": form,
        "is_refusal": step == "refuse",
    }
    return render(request, "exchanges/sign_comment.html", context)


def _nothing_to_sign(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    """The latest version says what has become of it; before the first there is only the draft."""
    latest = exchange.versions.order_by("number").last()
    if latest is None:
        messages.info(request, _("There is nothing to sign yet: the text is still being written."))
        return redirect("exchanges:commitment", exchange.ref)
    return redirect("exchanges:version", exchange.ref, latest.number)


def _name_form(request: HttpRequest, version: CommitmentVersion) -> SignForm:
    return SignForm(initial={"name": request.user.get_full_name()})


def _proof(
    request: HttpRequest,
    version: CommitmentVersion,
    ways: Sequence[SignatureMethod],
    way: str,
    data: Any = None,
) -> Any:
    check = partial(take_code, request, version)
    return proof_form(request.user, way, ways=ways, check=check, data=data)


def _page(
    request: HttpRequest,
    version: CommitmentVersion,
    ways: Sequence[SignatureMethod],
    form: SignForm,
    proof: Any,
) -> HttpResponse:
    capacities = capacities_to_sign(request.user, version)
    url = reverse("exchanges:sign", args=[version.ref])
    context = {
        "exchange": version.exchange,
        "version": version,
        "snapshot": version.snapshot,
        "baton": commitment_workflow.baton(version, request.user),
        "signing": signature_board(version, request.user),
        "capacities": [
            {
                "label": capacity.label,
                "party": version.exchange.party_name(capacity),
                "sentence": version.snapshot["sentences"][capacity],
            }
            for capacity in capacities
        ],
        "form": form,
        "proof": proof,
        "options": proof.challenge() if capacities and isinstance(proof, PasskeyProof) else None,
        "needs_code": proof.method == SignatureMethod.CODE and not is_code_sent(request, version),
        "is_by_code": proof.method == SignatureMethod.CODE,
        "other_ways": [
            {"url": f"{url}?way={way}#sign", "label": WAY_LABELS[way]}
            for way in ways
            if way != proof.method
        ],
        "can_return": can_return_version(request.user, version),
        **changes_of(version),
    }
    return render(request, "exchanges/sign.html", context)


def _stale(request: HttpRequest, exchange: Exchange, stale: StaleText) -> HttpResponse:
    context = {
        "exchange": exchange,
        "version": stale.version,
        "current": stale.current,
        "message": str(stale),
        "differences": in_words(stale.differences),
        "signed": stale.version.signatures.filter(signer=request.user).exists(),
    }
    return render(request, "exchanges/sign_stale.html", context, status=CONFLICT)


def _thanks(version: CommitmentVersion, number: int) -> str:
    if number > 1:
        return _("Signed in both capacities. Thank you.")
    waiting = version.signatures.count() < len(Capacity)
    if waiting:
        return _("Signed. Thank you. This page shows whose signature is awaited next.")
    return _("Signed. All four have signed now, and the sealed document is being made.")
