"""What narrows the desk of reports, and which of them are ticked."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from exchanges.enums import Capacity
from profiles.forms.narrowing import NarrowingForm
from reports.enums import ReportOutcome
from reports.queries.desk import DeskFilters, Show

ANY = [("", _("Any"))]
SIDES = [(Capacity.VO.value, _("Visitor")), (Capacity.HO.value, _("Host"))]
MOST_AT_ONCE = 50
TICK_ONE = _("Tick at least one report.")


class DeskForm(NarrowingForm):
    """Partnership is asked of whoever looks after several."""

    side = forms.ChoiceField(label=_("Report of the"), required=False, choices=[*ANY, *SIDES])
    outcome = forms.ChoiceField(
        label=_("What it says"), required=False, choices=[*ANY, *ReportOutcome.choices]
    )
    on_behalf = forms.BooleanField(label=_("Completed on behalf"), required=False)
    show = forms.ChoiceField(
        required=False, choices=Show.choices, widget=forms.HiddenInput, initial=Show.WAITING
    )

    @property
    def view(self) -> Show | None:
        """The view that is asked for; None where none is named."""
        self.is_valid()
        show = self.cleaned_data.get("show")
        return Show(show) if show else None

    @property
    def filters(self) -> DeskFilters:
        """What was chosen; what makes no sense counts as not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return DeskFilters(
            partnership=chosen.get("partnership"),
            side=chosen.get("side", ""),
            outcome=chosen.get("outcome", ""),
            is_on_behalf=chosen.get("on_behalf", False),
            text=chosen.get("text", "").strip(),
        )


class TickedForm(forms.Form):
    """The reports that were ticked, by their keys."""

    report = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.MultipleHiddenInput,
        error_messages=dict.fromkeys(("required", "invalid_choice"), TICK_ONE),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        given = [key for key in data.getlist("report") if key.isdecimal()][:MOST_AT_ONCE]
        self.fields["report"].choices = [(key, key) for key in given]
