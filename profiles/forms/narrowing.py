"""What narrows a list at a desk: words, and one of the partnerships that somebody looks after."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from profiles.models import Partnership


class NarrowingForm(forms.Form):
    """Partnership is asked of whoever looks after several."""

    text = forms.CharField(
        label=_("Name or reference"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    partnership = forms.ModelChoiceField(
        label=_("Partnership"),
        required=False,
        queryset=Partnership.objects.none(),
        empty_label=_("Any"),
    )

    def __init__(self, data: QueryDict, partnerships: Sequence[Partnership]) -> None:
        super().__init__(data)
        offer_partnerships(self, partnerships)


def offer_partnerships(form: forms.BaseForm, partnerships: Sequence[Partnership]) -> None:
    """One alone needs no question."""
    if len(partnerships) < 2:
        del form.fields["partnership"]
        return
    keys = [partnership.pk for partnership in partnerships]
    form.fields["partnership"].queryset = Partnership.objects.filter(pk__in=keys)
