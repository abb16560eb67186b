"""What forms about things of a partnership have in common: choosing the partnership, and a list's
days."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import DateInput
from profiles.forms.narrowing import NarrowingForm, offer_partnerships
from profiles.models import Partnership


class RecordsForm(NarrowingForm):
    """Narrows a list of what partnerships recorded."""

    starts_on = forms.DateField(label=_("From"), required=False, widget=DateInput)
    ends_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)

    def __init__(self, data: QueryDict, partnerships: Sequence[Partnership]) -> None:
        super().__init__(data, partnerships)
        self.fields["text"].label = _("What, where or who")

    @property
    def narrowed(self) -> dict[str, Any]:
        """What was chosen; what makes no sense counts as not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return {
            "partnership": chosen.get("partnership"),
            "starts_on": chosen.get("starts_on"),
            "ends_on": chosen.get("ends_on"),
            "text": chosen.get("text", "").strip(),
        }


class OfPartnershipForm(forms.ModelForm):
    """Something that a partnership records: whoever works for several says for which; None asks
    nobody, as where it is known already."""

    partnership = forms.ModelChoiceField(
        label=_("Partnership"), queryset=Partnership.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, partnerships: Sequence[Partnership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_partnerships(self, partnerships)
