"""Evidence of a visit: the visitor gives it, its partnership decides about each piece."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cxc_portal.core import access, files
from cxc_portal.core.errors import DomainError
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.queries.follow_up import sessions_of
from exchanges.queries.terms_shown import terms_shown
from exchanges.views.steps import seen_exchange, take
from profiles.models import User
from reports.enums import EvidenceKind, EvidenceState, PaymentState
from reports.forms.evidence import DecisionForm, EvidenceForm, decisions_of
from reports.models import EvidenceItem
from reports.permissions import can_see_account
from reports.services import evidence as services
from reports.services.pieces import payment_of

STANDING = (EvidenceState.WAITING, EvidenceState.ACCEPTED, EvidenceState.REFUSED)
TONES = {
    EvidenceState.WAITING: "info",
    EvidenceState.ACCEPTED: "success",
    EvidenceState.REFUSED: "danger",
}


@access.members
def evidence(request: HttpRequest, ref: str) -> HttpResponse:
    """What proves a visit: the visitor adds to it, its partnership decides. Online, who took part
    is shown instead."""
    exchange = seen_exchange(request, ref)
    user: User = request.user  # type: ignore[assignment]
    is_own = Capacity.VO in exchange.capacities_of(user)
    access.require(is_own or can_see_account(user, exchange))
    if not exchange.is_physical:
        context = {"exchange": exchange, "sessions": sessions_of(exchange, terms_shown(exchange))}
        return render(request, "reports/evidence_online.html", context)
    if is_own:
        return _visitor(request, exchange)
    return _desk(request, exchange)


@require_POST
@access.members
def decide_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece that was accepted before is refused after all, or one that waits is decided."""
    item = _seen(request, pk)
    access.require(can_see_account(request.user, item.exchange))
    form = DecisionForm(request.POST, item=item)
    if not form.is_valid() or not decisions_of([form]):
        return _desk(request, item.exchange, bound=form)
    [decision] = decisions_of([form])
    return take(
        request,
        services.decide_evidence,
        back=item,
        success=_("Decided."),
        item_id=item.pk,
        accept=decision.accept,
        reason=decision.reason,
    )


@require_POST
@access.members
def withdraw_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The visitor takes a piece back that nobody has accepted."""
    item = _seen(request, pk)
    return take(
        request,
        services.withdraw_evidence,
        back=item,
        success=_("Taken back."),
        item_id=item.pk,
    )


@access.members
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file itself, for the visitor's members and the staff of its partnership."""
    return files.stream(_seen(request, pk).file)


def _seen(request: HttpRequest, pk: int) -> EvidenceItem:
    item = access.get_visible(EvidenceItem.objects.visible_to(request.user), pk=pk)
    item.exchange = Exchange.objects.with_parties().get(pk=item.exchange_id)
    return item


def _visitor(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    chosen = request.POST.get("kind", "") if request.method == "POST" else ""
    forms = [_upload_form(request, kind, chosen) for kind in EvidenceKind]
    sent = next((form for form in forms if form.is_bound), None)
    if sent and sent.is_valid() and _uploaded(request, exchange, sent):
        return redirect("reports:evidence", exchange.ref)
    return render(request, "reports/evidence.html", _shown(exchange, forms, sent))


def _upload_form(request: HttpRequest, kind: EvidenceKind, chosen: str) -> EvidenceForm:
    if kind == chosen:
        return EvidenceForm(request.POST, request.FILES, kind=kind)
    return EvidenceForm(kind=kind)


def _uploaded(request: HttpRequest, exchange: Exchange, form: EvidenceForm) -> bool:
    """Whether all files of the form are kept."""
    try:
        for name, file in form.chosen:
            services.upload_evidence(
                exchange_id=exchange.pk,
                kind=form.kind,
                file=file,
                file_name=name,
                note=form.cleaned_data["note"],
                actor=request.user,
            )
    except DomainError as refused:
        form.add_error(None, str(refused))
        return False
    count = len(form.chosen)
    text = ngettext("%(count)s file sent.", "%(count)s files sent.", count) % {"count": count}
    messages.success(request, text)
    return True


def _shown(exchange: Exchange, forms: list[EvidenceForm], sent: EvidenceForm | None) -> Any:
    """Each kind with its pieces and the form for more; without pieces only while more are taken."""
    items = _items(exchange)
    payment = payment_of(exchange)
    is_open = exchange.state in services.PROVABLE and (
        payment is None or payment.state == PaymentState.DUE
    )
    kinds = [_kind(form, items, payment) for form in forms]
    return {
        "exchange": exchange,
        "sent": sent,
        "is_open": is_open,
        "payment": payment,
        "kinds": [one for one in kinds if is_open or one["items"]],
    }


def _kind(form: EvidenceForm, items: list[dict[str, Any]], payment: Any) -> dict[str, Any]:
    own = [row for row in items if row["item"].kind == form.kind]
    return {
        "form": form,
        "kind": form.kind,
        "is_needed": _is_needed(form.kind, payment),
        "items": own,
        "has_standing": any(row["item"].state != EvidenceState.REFUSED for row in own),
    }


def _is_needed(kind: str, payment: Any) -> bool:
    if kind == EvidenceKind.ACCOMMODATION:
        return payment is None or payment.needs_accommodation
    return kind != EvidenceKind.OTHER


def _items(exchange: Exchange) -> list[dict[str, Any]]:
    """The pieces that stand, each with the reason of its refusal."""
    found = exchange.evidence_items.filter(state__in=STANDING).select_related("uploaded_by")
    return [
        {
            "item": item,
            "tone": TONES[EvidenceState(item.state)],
            "reason": item.transitions.filter(transition="refuse")
            .order_by("-at", "-pk")
            .values_list("comment", flat=True)
            .first()
            if item.state == EvidenceState.REFUSED
            else "",
            "is_picture": not item.file.name.endswith(".pdf"),
        }
        for item in found.order_by("kind", "pk")
    ]


def _desk(
    request: HttpRequest, exchange: Exchange, bound: DecisionForm | None = None
) -> HttpResponse:
    """All pieces of one exchange; those that wait are decided about together."""
    items = _items(exchange)
    data = request.POST if request.method == "POST" and bound is None else None
    waiting = [row for row in items if row["item"].state == EvidenceState.WAITING]
    for row in items:
        row["form"] = DecisionForm(data if row in waiting else None, item=row["item"])
        if bound and bound.item.pk == row["item"].pk:
            row["form"] = bound
    forms = [row["form"] for row in waiting]
    if data is not None and not any(form.errors for form in forms):
        return _decided(request, exchange, forms)
    context = {
        "exchange": exchange,
        "waiting": waiting,
        "settled": [row for row in items if row not in waiting],
        "forms": [row["form"] for row in items if row["form"].is_bound],
        "payment": payment_of(exchange),
    }
    return render(request, "reports/evidence_desk.html", context)


def _decided(request: HttpRequest, exchange: Exchange, forms: list[DecisionForm]) -> HttpResponse:
    """A line for each piece says what became of it."""
    outcomes = services.decide_all(decisions=decisions_of(forms), actor=request.user)
    for outcome in outcomes:
        names = {"name": outcome.item.file_name, "state": outcome.item.get_state_display()}
        if outcome.problem:
            messages.error(request, f"{outcome.item.file_name}: {outcome.problem}")
        else:
            messages.success(request, _("%(name)s: %(state)s") % names)
    if not outcomes:
        messages.info(request, _("Nothing was decided yet."))
    return redirect("reports:evidence", exchange.ref)
