"""Which days are frozen, whose, and under which name."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.forms import DateInput
from profiles.forms.narrowing import offer_partnerships
from profiles.models import Partnership


class FreezeForm(forms.Form):
    """Whoever may freeze the figures of all (`may_freeze_all`) chooses nothing for that; whoever
    coordinates one partnership is not asked."""

    partnership = forms.ModelChoiceField(
        label=_("Partnership"), queryset=Partnership.objects.none(), empty_label=None
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("Such as: mid-term report 2027."),
        max_length=120,
        error_messages={"required": _("Give the period a name.")},
    )
    starts_on = forms.DateField(
        label=_("From"), widget=DateInput, error_messages={"required": _("Give the first day.")}
    )
    ends_on = forms.DateField(
        label=_("Until"), widget=DateInput, error_messages={"required": _("Give the last day.")}
    )

    def __init__(
        self, *args: Any, partnerships: Sequence[Partnership], may_freeze_all: bool
    ) -> None:
        super().__init__(*args)
        offer_partnerships(self, partnerships)
        if may_freeze_all:
            self.fields["partnership"].empty_label = _("All partnerships")
            self.fields["partnership"].required = False

    def clean_ends_on(self) -> Any:
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data["ends_on"]
        if first and last < first:
            raise ValidationError(_("The last day comes before the first."))
        if last > clock.today():
            raise ValidationError(_("Freeze a period once it is over."))
        return last
