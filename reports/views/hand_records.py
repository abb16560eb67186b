"""Records by hand: the list with its sums, writing, proof."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cxc_portal.core import access, files
from cxc_portal.core.errors import DomainError
from profiles.models import User
from reports.forms.hand_records import RecordFilterForm, RecordForm
from reports.models import HandRecord
from reports.permissions import can_record, can_see_indicators, can_see_proof
from reports.queries.hand_records import page_of_records, records_seen_by, sums_of
from reports.queries.scopes import partnerships_for
from reports.services.hand_records import add_record, edit_record, remove_record
from reports.views.partnerships import staffed_partnerships


@access.staff
def hand_records(request: HttpRequest) -> HttpResponse:
    """What counts and the portal cannot see: the list and what it comes to."""
    access.require(can_see_indicators(request.user))
    seen = partnerships_for(request.user)
    form = RecordFilterForm(request.GET, seen)
    found = records_seen_by(request.user, form.filters)
    page = page_of_records(found, request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(request.user, record) for record in page],
        "sums": [one for one in sums_of(found) if one.total],
        "can_add": bool(request.user.staffed_partnership_ids),
        "shows_partnership": len(seen) > 1,
        "shows_people": not request.user.is_observer,
    }
    return render(request, "reports/hand_records.html", context)


@access.staff
def new_hand_record(request: HttpRequest) -> HttpResponse:
    """Record something."""
    partnerships = staffed_partnerships(request.user)
    access.require(bool(partnerships))
    form = RecordForm(request.POST or None, request.FILES or None, partnerships=partnerships)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data.get("partnership") or partnerships[0]
        keep = partial(add_record, partnership_id=chosen.pk)
        if _kept(request, form, keep, _("Recorded. It counts from now on.")):
            return redirect("reports:hand_records")
    return render(request, "reports/hand_record.html", {"form": form, "record": None})


@access.staff
def hand_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a record right."""
    record = _own(request, pk)
    form = RecordForm(request.POST or None, request.FILES or None, instance=record)
    if request.method == "POST" and form.is_valid():
        keep = partial(edit_record, record_id=record.pk)
        if _kept(request, form, keep, _("Saved.")):
            return redirect("reports:hand_records")
    return render(request, "reports/hand_record.html", {"form": form, "record": record})


def _kept(
    request: HttpRequest, form: RecordForm, keep: Callable[..., HandRecord], success: str
) -> bool:
    """Whether the record stands as the form says; else the form says why not."""
    try:
        keep(content=form.content, proof=form.cleaned_data["proof_file"], actor=request.user)
    except DomainError as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, success)
    return True


@access.staff
@require_POST
def remove_hand_record(request: HttpRequest, pk: int) -> HttpResponse:
    """It counts no longer."""
    record = _own(request, pk)
    try:
        remove_record(record_id=record.pk, actor=request.user)
    except DomainError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Removed. It counts no longer."))
    return redirect("reports:hand_records")


@access.staff
def hand_record_proof(request: HttpRequest, pk: int) -> FileResponse:
    """The proof, for the partnership and the Support Office."""
    record = access.get_visible(HandRecord.objects.visible_to(request.user), pk=pk)
    access.require(can_see_proof(request.user, record))
    return files.stream(record.proof, name=record.title)


def _own(request: HttpRequest, pk: int) -> HandRecord:
    standing = HandRecord.objects.visible_to(request.user).filter(removed_at=None)
    record = access.get_visible(standing.select_related("partnership"), pk=pk)
    access.require(can_record(request.user, record.partnership))
    return record


def _row(user: User, record: HandRecord) -> dict[str, Any]:
    return {
        "record": record,
        "can_edit": can_record(user, record.partnership),
        "can_open": bool(record.proof) and can_see_proof(user, record),
    }
