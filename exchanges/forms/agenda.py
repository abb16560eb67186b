"""Writing an entry of the agenda, and moving, copying and replacing entries."""

from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.forms import DateInput
from cxc_portal.core.types import Text
from exchanges.commitment.agenda import NOON
from exchanges.commitment.terms import AFTERNOON, MORNING, Slot
from exchanges.enums import DayPart, Responsible
from profiles.enums import Activity

TITLE_LENGTH = 160
PLACE_LENGTH = 200
ENTRY_FIELDS = ("title", "activity", "day", "part", "starts", "ends", "responsible", "place")


def _time_field(label: Text, **options: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300})
    return forms.TimeField(label=label, widget=widget, **options)


class EntryForm(forms.Form):
    """One entry. `days` are those to choose from; without them any day can be given."""

    title = forms.CharField(
        label=gettext_lazy("What happens?"),
        max_length=TITLE_LENGTH,
        error_messages={"required": gettext_lazy("Say in a few words what happens.")},
    )
    activity = forms.ChoiceField(label=gettext_lazy("Kind of activity"), choices=Activity)
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=DateInput(),
        error_messages={"required": gettext_lazy("Choose the day.")},
    )
    part = forms.ChoiceField(label=gettext_lazy("Part of the day"), choices=DayPart)
    starts = _time_field(gettext_lazy("From"), required=False)
    ends = _time_field(gettext_lazy("Until"), required=False)
    responsible = forms.ChoiceField(
        label=gettext_lazy("Who sees to it?"), choices=Responsible, widget=forms.RadioSelect
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=PLACE_LENGTH, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        days: list[tuple[str, str]],
        zone: str,
        is_physical: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if days:
            self.fields["day"].widget = forms.Select(choices=days)
        for name in ("starts", "ends"):
            self.fields[name].help_text = zone
            self.fields[name].required = not is_physical
        if not is_physical:
            self.fields["place"].label = _("Link or platform")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends, part = (cleaned.get(name) for name in ("starts", "ends", "part"))
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Give the time when it begins as well."))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("It ends before it begins. Give a later time."))
        if starts and part == MORNING and starts >= NOON:
            self.add_error("part", _("It begins in the afternoon. Choose the afternoon."))
        if starts and part == AFTERNOON and starts.hour < time(12).hour:
            self.add_error("part", _("It begins in the morning. Choose the morning."))
        return cleaned

    @property
    def entry(self) -> Slot:
        """As the services take it."""
        return Slot(key="", **{name: self.cleaned_data[name] for name in ENTRY_FIELDS})

    def refuse(self, reason: str, seen: str | None = None) -> None:
        """Not saved, for this reason. `seen` marks the text that the person has before them now,
        so that saving once more is meant."""
        self.add_error(None, reason)
        if seen is not None:
            self.data = {**self.data.dict(), "seen": seen}


class MoveForm(forms.Form):
    """Where an entry goes. `to`, `earlier` and `later` hold all of it at once, as dragging and
    the buttons give it: `<day>/<part>`, and after a further stroke the entry that it comes to stand
    before."""

    key = forms.CharField()
    seen = forms.CharField()
    to = forms.CharField(required=False)
    earlier = forms.CharField(required=False)
    later = forms.CharField(required=False)
    day = forms.DateField(required=False)
    part = forms.ChoiceField(choices=DayPart, required=False)
    before: str | None = None
    button = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.button = next((name for name in ("earlier", "later") if cleaned.get(name)), "")
        if to := cleaned.get(self.button or "to"):
            day, _stroke, rest = to.partition("/")
            part, stroke, before = rest.partition("/")
            self.before = before if stroke else None
            cleaned["day"], cleaned["part"] = _day(day), part
        if not cleaned.get("day") or cleaned.get("part") not in DayPart.values:
            self.add_error(None, _("Choose a day and a part of it."))
        return cleaned

    @property
    def place(self) -> dict[str, Any]:
        """The entry and where it goes, as the services take it."""
        return {name: self.cleaned_data[name] for name in ("key", "seen", "day", "part")}


class EntryKeyForm(forms.Form):
    """An entry, and what of it the person saw."""

    key = forms.CharField()
    seen = forms.CharField()


class DayForm(forms.Form):
    """An act on a whole day of the agenda as the person saw it."""

    revision = forms.IntegerField(min_value=0)
    day = forms.DateField()
    to = forms.DateField(required=False)


class ProgrammeForm(forms.Form):
    revision = forms.IntegerField(min_value=0)
    programme = forms.CharField()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
