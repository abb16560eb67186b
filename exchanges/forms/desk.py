"""What narrows the desk of exchanges, and which of them are ticked."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from exchanges.enums import ExchangeMode, ExchangeState
from exchanges.queries.exchange_list import DeskFilters, Show
from profiles.forms.narrowing import NarrowingForm
from profiles.models import Country

ANY = [("", _("Any"))]
MOST_AT_ONCE = 50
TICK_ONE = _("Tick at least one exchange.")


class DeskForm(NarrowingForm):
    """Partnership is asked of whoever looks after several."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[*ANY, *ExchangeState.choices]
    )
    mode = forms.ChoiceField(
        label=_("In person or online"), required=False, choices=[*ANY, *ExchangeMode.choices]
    )
    country = forms.ModelChoiceField(
        label=_("Country of the host"),
        required=False,
        queryset=Country.objects.filter(is_eligible=True),
        empty_label=_("Any"),
    )
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
        country = chosen.get("country")
        return DeskFilters(
            partnership=chosen.get("partnership"),
            mode=chosen.get("mode", ""),
            state=chosen.get("state", ""),
            country=country.pk if country else "",
            text=chosen.get("text", "").strip(),
        )


class TickedForm(forms.Form):
    """The exchanges that were ticked, by their keys."""

    exchange = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.MultipleHiddenInput,
        error_messages=dict.fromkeys(("required", "invalid_choice"), TICK_ONE),
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        given = [key for key in data.getlist("exchange") if key.isdecimal()][:MOST_AT_ONCE]
        self.fields["exchange"].choices = [(key, key) for key in given]
