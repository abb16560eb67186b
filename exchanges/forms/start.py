"""The quick start: a programme and a first day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.forms import ChoiceCards, DateInput
from exchanges.commitment.terms import PHYSICAL
from exchanges.queries.agenda_templates import AgendaTemplate
from exchanges.queries.suggested_dates import Start
from exchanges.wording.values import counted

OTHER = "other"
WEEKDAY = "l j F Y"


class StartForm(forms.Form):
    """The way of meeting is chosen by then; `programmes` and `starts` are those that fit it."""

    programme = forms.ChoiceField(
        label=gettext_lazy("Which programme do you start from?"),
        help_text=gettext_lazy("You can change every entry afterwards."),
        widget=ChoiceCards,
        error_messages={"required": gettext_lazy("Choose a programme.")},
    )
    start = forms.ChoiceField(
        label=gettext_lazy("When does it begin?"),
        widget=ChoiceCards,
        error_messages={"required": gettext_lazy("Choose a first day.")},
    )
    day = forms.DateField(
        label=gettext_lazy("The other first day"),
        required=False,
        widget=DateInput,
        error_messages={"invalid": gettext_lazy("Give a day such as 2027-03-01.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        programmes: Sequence[AgendaTemplate],
        usual: AgendaTemplate,
        starts: Sequence[Start],
    ) -> None:
        super().__init__(data)
        self.fields["programme"].choices = [(one.code, one.title) for one in programmes]
        length = counted(usual.length, "days" if usual.mode == PHYSICAL else "half-days")
        days = [(str(one.first), date_format(one.first, WEEKDAY)) for one in starts]
        self.fields["start"].choices = [*days, (OTHER, _("Another day"))]
        self.fields["start"].widget.hints = {
            str(one.first): _("%(length)s until %(day)s")
            % {"length": length, "day": date_format(one.last, WEEKDAY)}
            for one in starts
        }
        self.fields["start"].help_text = (
            _("Both of you are free then, as far as the profiles say; no public holidays.")
            if starts
            else _("No common free days were found in the profiles. Choose a day together.")
        )
        self.initial = {"programme": usual.code, "start": days[0][0] if days else OTHER}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") == OTHER and "day" not in self.errors:
            day = cleaned.get("day")
            if day is None:
                self.add_error("day", ValidationError(_("Give the first day.")))
            elif day <= clock.today():
                self.add_error("day", ValidationError(_("Choose a day from tomorrow on.")))
        return cleaned

    @property
    def first_day(self) -> date:
        chosen: str = self.cleaned_data["start"]
        return self.cleaned_data["day"] if chosen == OTHER else date.fromisoformat(chosen)
