"""The page on which one entry of an agenda is written."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.errors import DomainError, NotAllowed
from exchanges.commitment.agenda import entry_of, mark_of
from exchanges.commitment.terms import Slot
from exchanges.forms.agenda import ENTRY_FIELDS, EntryForm
from exchanges.services.agenda import AgendaChange, EntryChanged, add_entry, change_entry
from exchanges.views.agenda import editable, page_url
from exchanges.views.agenda_acts import Done, keep_undo, words_of
from exchanges.views.agenda_board import board_of
from exchanges.views.agenda_page import Desk, desk_of, effects_of_edit, first_values
from exchanges.wording.agenda import name_of_entry


@access.members
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """A new entry, in the half-day whose "Add" was pressed."""
    desk = desk_of(editable(request, ref))
    first = first_values(desk, request.GET.get("day", ""), request.GET.get("part", ""))
    return _write(request, desk, _form(request, desk, first))


@access.members
def change(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """An entry as it is, to be written anew. What somebody else wrote meanwhile is shown beside
    what this person wrote; saving once more puts that in its place."""
    desk = desk_of(editable(request, ref))
    slot = entry_of(desk.terms.agenda, key)
    if slot is None and request.method != "POST":
        raise Http404
    return _write(request, desk, _form(request, desk, _values(slot) if slot else {}), key)


def _values(slot: Slot) -> dict[str, Any]:
    return {**{name: getattr(slot, name) for name in ENTRY_FIELDS}, "seen": mark_of(slot)}


def _form(request: HttpRequest, desk: Desk, first: dict[str, Any]) -> EntryForm:
    is_physical = desk.terms.when.is_physical
    return EntryForm(
        request.POST if request.method == "POST" else None,
        initial=first,
        days=board_of(desk.plan).days if is_physical else [],
        zone=desk.zone,
        is_physical=is_physical,
    )


def _write(request: HttpRequest, desk: Desk, form: EntryForm, key: str = "") -> HttpResponse:
    """Save what was sent and go back to the agenda, or show the form."""
    now: Slot | None = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = _saved(request, desk, form, key)
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except EntryChanged as changed:
            now = changed.now
            key = key if now else ""
            form.refuse(str(changed), mark_of(now) if now else "")
        except DomainError as refused:
            form.refuse(str(refused))
        else:
            done = Done(
                saved, _("“%(title)s” stands on %(when)s.") % words_of(saved), f"entry-{saved.key}"
            )
            keep_undo(request, desk.exchange.ref, done)
            return redirect(page_url(desk.exchange.ref, done))
    context = {
        "exchange": desk.exchange,
        "form": form,
        "key": key,
        "now": name_of_entry(now, desk.plan.zones) if now else "",
        **effects_of_edit(desk.exchange),
    }
    return render(request, "exchanges/agenda_entry.html", context)


def _saved(request: HttpRequest, desk: Desk, form: EntryForm, key: str) -> AgendaChange:
    who = {"exchange_id": desk.exchange.pk, "actor": request.user}
    if key:
        return change_entry(**who, key=key, seen=form.cleaned_data["seen"], entry=form.entry)
    return add_entry(**who, entry=form.entry)
