"""The guide of a partnership to a country."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchanges.models import CountryGuide
from exchanges.services.guides import FIELDS, is_too_high, why_too_high
from profiles.models import Country

ROWS = {"rows": 4}


class GuideForm(forms.ModelForm):
    """Everything is optional; an empty part does not show."""

    class Meta:
        model = CountryGuide
        fields = ("notice", *(name for name in FIELDS if name != "notice"))
        widgets = {
            **{
                name: forms.Textarea(attrs=ROWS)
                for name in ("travel", "lodging", "health", "entry", "customs", "contact")
            },
        }
        help_texts = {
            "notice": _("One sentence that stands on top, such as a strike or a closed border."),
            "contact": _("Numbers and names that help on the spot. Everybody can read them."),
            "lump_sum_full": _(
                "What your visitors get for a full visit, in whole EUR. Leave it empty to keep to "
                "the programme’s rate."
            ),
        }

    def __init__(self, *args: Any, country: Country, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._country = country
        self.fields["lump_sum_full"].min_value = 1
        self.fields["lump_sum_full"].widget.attrs |= {"min": 1, "max": country.lump_sum_full}

    def clean_lump_sum_full(self) -> int | None:
        value = self.cleaned_data["lump_sum_full"]
        if is_too_high(self._country, value):
            raise forms.ValidationError(why_too_high(self._country))
        return value or None
