"""What the buttons of an agenda do, what is said afterwards, and where the focus goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cxc_portal.core.errors import TransitionRefused
from exchanges.commitment.agenda import entries_of, entry_of
from exchanges.commitment.terms import Agenda, Slot, section
from exchanges.enums import Section
from exchanges.forms.agenda import DayForm, EntryKeyForm, MoveForm, ProgrammeForm
from exchanges.models import Exchange
from exchanges.services import agenda as services
from exchanges.services.agenda import AgendaChange
from exchanges.views.agenda_board import day_name, name_of_half
from exchanges.wording.agenda import time_of

BOARD = "agenda"
MOST_LETTERS = 40
KEPT = "agenda_undo"
"""Under this name the session keeps the last act."""
Form = TypeVar("Form", bound=forms.Form)


@dataclass(frozen=True)
class Done:
    """`focus` is the id of what takes the focus, with the name of its button after a colon.
    Without `can_undo` the act was an undoing itself."""

    change: AgendaChange
    text: str
    focus: str
    can_undo: bool = True


Act = Callable[[HttpRequest, Exchange], Done]


def act_of(request: HttpRequest) -> Act:
    """What was asked for; to move is what buttons without an act of their own do."""
    return ACTS.get(request.POST.get("act") or "move", _unknown)


def _unknown(request: HttpRequest, exchange: Exchange) -> Done:
    raise TransitionRefused("unknown_act", _("That is not possible here."))


def _move(request: HttpRequest, exchange: Exchange) -> Done:
    form = _valid(MoveForm(request.POST))
    change = services.move_entry(**_of(request, exchange), **form.place, before=form.before)
    text = _("“%(title)s” is now on %(when)s.") % words_of(change)
    return Done(change, text, f"entry-{change.key}:{form.button}")


def _copy(request: HttpRequest, exchange: Exchange) -> Done:
    form = _valid(MoveForm(request.POST))
    change = services.copy_entry(**_of(request, exchange), **form.place)
    text = _("“%(title)s” is copied to %(when)s.") % words_of(change)
    return Done(change, text, f"entry-{change.key}")


def _remove(request: HttpRequest, exchange: Exchange) -> Done:
    form = _valid(EntryKeyForm(request.POST))
    change = services.remove_entry(**_of(request, exchange), **form.cleaned_data)
    before: Agenda = section(Section.AGENDA, change.before)
    removed = next(slot for slot in before.slots if slot.key == change.key)
    title = shortened(removed.title)
    return Done(change, _("“%(title)s” is removed.") % {"title": title}, _beside(before, removed))


def _copy_day(request: HttpRequest, exchange: Exchange) -> Done:
    cleaned = _valid(DayForm(request.POST)).cleaned_data
    if not cleaned["to"]:
        raise TransitionRefused("no_day", _("Choose the day to copy to."))
    change = services.copy_day(**_of(request, exchange), **cleaned)
    words = {"day": day_name(cleaned["day"]), "other": day_name(cleaned["to"])}
    return Done(change, _("%(day)s is copied to %(other)s.") % words, _at(cleaned["to"]))


def _clear_day(request: HttpRequest, exchange: Exchange) -> Done:
    cleaned = _valid(DayForm(request.POST)).cleaned_data
    day = cleaned["day"]
    change = services.clear_day(**_of(request, exchange), revision=cleaned["revision"], day=day)
    text = _("All entries of %(day)s are removed.") % {"day": day_name(day)}
    return Done(change, text, _at(day) if exchange.is_physical else BOARD)


def _programme(request: HttpRequest, exchange: Exchange) -> Done:
    cleaned = _valid(ProgrammeForm(request.POST)).cleaned_data
    change = services.replace_agenda(
        **_of(request, exchange), revision=cleaned["revision"], template=cleaned["programme"]
    )
    return Done(change, _("The programme stands in the agenda. Change what you like."), BOARD)


def _undo(request: HttpRequest, exchange: Exchange) -> Done:
    kept = request.session.get(KEPT)
    if not kept or kept["ref"] != exchange.ref or kept["content"] is None:
        raise TransitionRefused("nothing_kept", _("There is nothing to undo any more."))
    change = services.restore_agenda(
        **_of(request, exchange), revision=kept["revision"], content=kept["content"]
    )
    is_back = entry_of(change.after, kept["key"])
    focus = f"entry-{kept['key']}" if is_back else BOARD
    return Done(change, _("Undone: the agenda is as it was before."), focus, can_undo=False)


ACTS: Mapping[str, Act] = {
    "move": _move,
    "copy": _copy,
    "remove": _remove,
    "copy_day": _copy_day,
    "clear_day": _clear_day,
    "programme": _programme,
    "undo": _undo,
}


def keep_undo(request: HttpRequest, ref: str, done: Done) -> None:
    """Remember in the session what the last act led to, so that it can be told and undone."""
    request.session[KEPT] = {
        "ref": ref,
        "text": done.text,
        "key": done.change.key,
        "revision": done.change.revision,
        "content": done.change.before if done.can_undo else None,
    }


def kept_undo(request: HttpRequest, ref: str, revision: int) -> dict[str, Any] | None:
    """The last act on this agenda, as long as nothing was written since."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if not kept or (kept["ref"], kept["revision"]) != (ref, revision):
        return None
    return kept


def _valid(form: Form) -> Form:
    """The form, if it can be understood."""
    if not form.is_valid():
        raise TransitionRefused("incomplete", _("Choose a day and a part of it."))
    return form


def _of(request: HttpRequest, exchange: Exchange) -> dict[str, Any]:
    return {"exchange_id": exchange.pk, "actor": request.user}


def words_of(change: AgendaChange) -> dict[str, str]:
    """The entry that an act was about, and when it takes place now."""
    slot = next(one for one in change.after.slots if one.key == change.key)
    timed = f"{day_name(slot.day)}, {time_of(slot)}"
    when = timed if slot.starts else name_of_half(slot.day, slot.part)
    return {"title": shortened(slot.title), "when": when}


def shortened(title: str) -> str:
    """A title as far as a short note has room for it."""
    return Truncator(title).chars(MOST_LETTERS)


def _at(day: date) -> str:
    return f"day-{day.isoformat()}"


def _beside(before: Agenda, removed: Slot) -> str:
    """What takes the focus after an entry is gone: its neighbour, else its day."""
    if removed.day is None:
        return BOARD
    mates = [one for one in entries_of(before, removed.day, removed.part) if one != removed]
    return f"entry-{mates[0].key}" if mates else _at(removed.day)
