"""What figures are looked at: whose, of which days, in which mode; and the same as an address."""

from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import DateInput
from exchanges.enums import ExchangeMode
from profiles.models import Partnership
from reports.queries.scopes import Scope, partnerships_for, scope_for, sees_all

ALL_MODES = [("", _("Both")), *ExchangeMode.choices]
ALL_PARTNERSHIPS = _("All partnerships")


class ScopeForm(forms.Form):
    """The partnership is asked of whoever sees several; without one named, those who see all see
    all together, others the first of theirs."""

    partnership = forms.ModelChoiceField(
        label=_("Partnership"),
        required=False,
        queryset=Partnership.objects.none(),
        to_field_name="acronym",
        empty_label=ALL_PARTNERSHIPS,
    )
    starts_on = forms.DateField(label=_("From"), required=False, widget=DateInput)
    ends_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)
    mode = forms.ChoiceField(label=_("In person or online"), required=False, choices=ALL_MODES)

    def __init__(self, data: QueryDict, user: Any) -> None:
        super().__init__(data)
        self.user = user
        seen = partnerships_for(user)
        field = self.fields["partnership"]
        field.queryset = Partnership.objects.filter(pk__in=[one.pk for one in seen])
        if not sees_all(user):
            field.empty_label = None
        if len(seen) == 1:
            field.widget = forms.HiddenInput()

    def clean_ends_on(self) -> date | None:
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data["ends_on"]
        if first and last and last < first:
            raise forms.ValidationError(_("The last day is before the first."))
        return last

    @property
    def is_of_nobody(self) -> bool:
        """Whether a partnership is named that the person does not see, or that does not exist."""
        self.is_valid()
        return "partnership" in self.errors

    @cached_property
    def scope(self) -> Scope:
        """What was chosen; days and a mode that make no sense count as not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return scope_for(
            self.user,
            partnership=chosen.get("partnership"),
            starts_on=chosen.get("starts_on"),
            ends_on=chosen.get("ends_on"),
            mode=chosen.get("mode", ""),
        )


def query_of(scope: Scope) -> str:
    """The scope as the form reads it again, to follow a question mark; empty for everything."""
    values = {
        "partnership": scope.partnership.acronym if scope.partnership else "",
        "starts_on": scope.starts_on.isoformat() if scope.starts_on else "",
        "ends_on": scope.ends_on.isoformat() if scope.ends_on else "",
        "mode": scope.mode,
    }
    return urlencode({name: value for name, value in values.items() if value})
