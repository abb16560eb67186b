"""What a partnership knows of an exchange whose side does not report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import DateInput, HintedRadioSelect
from reports.enums import HAPPENED, ReportOutcome
from reports.models import Report
from reports.models.report import SOURCE_LENGTH

DAYS = ("starts_on", "ends_on", "days_done")
SAY_SO = _("Say this as well, because the exchange took place.")


class OnBehalfForm(forms.Form):
    """The facts and where they are from; days only of what took place."""

    source = forms.CharField(
        label=_("What do you know, and from where?"),
        help_text=_("It stands with the report, and the side reads it."),
        max_length=SOURCE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    outcome = forms.ChoiceField(
        label=_("What became of the exchange?"),
        choices=ReportOutcome.choices,
        widget=HintedRadioSelect,
    )
    starts_on = forms.DateField(
        label=_("First day"),
        help_text=_("Days are needed unless it did not take place."),
        required=False,
        widget=DateInput,
    )
    ends_on = forms.DateField(label=_("Last day"), required=False, widget=DateInput)
    days_done = forms.IntegerField(
        label=_("Working days without travel"), required=False, min_value=1, max_value=366
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, report: Report) -> None:
        initial = {name: getattr(report, name) for name in (*DAYS, "outcome", "revision")}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") in HAPPENED:
            for name in DAYS:
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, SAY_SO)
        else:
            cleaned |= dict.fromkeys(DAYS)
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned
