"""The four questions to somebody who only looks around, and the address of an alert."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import ChoiceCards, PickerSelect
from matching.queries.trying import Sketch
from profiles.enums import Activity, Objective, Role
from profiles.forms.registration.choices import Choices, country_choices, own_names_of_country
from profiles.models import Country, Sector
from profiles.sectors import sectors_by_section

ASKED = "asked"
"""Stands in the address once the form was sent: what is missing is an error only then."""
CHOOSE_ROLE = _("Choose whether you would like to visit or to host.")
CHOOSE_COUNTRY = _("Choose your country from the list.")
CHOOSE_SECTOR = _("Choose your sector from the list.")
CHOOSE_PURPOSE = _("Choose at least one thing that the exchange is for.")


class TryForm(forms.Form):
    """All four answered make a `sketch`. The names are those of the pages of registration."""

    role = forms.ChoiceField(
        label=_("How would you like to take part?"),
        choices=[(Role.VISITING, _("Visit a partner")), (Role.HOST, _("Host a partner"))],
        widget=ChoiceCards(
            hints={
                Role.VISITING: _("A few days abroad, with a lump sum."),
                Role.HOST: _("Welcome somebody at your place."),
            },
            icons={Role.VISITING: "plane", Role.HOST: "home"},
        ),
        error_messages={"required": CHOOSE_ROLE, "invalid_choice": CHOOSE_ROLE},
    )
    country = forms.ChoiceField(
        label=_("Your country"),
        choices=country_choices,
        widget=PickerSelect(search_label=_("Type a country"), keywords=own_names_of_country),
        error_messages={"required": CHOOSE_COUNTRY, "invalid_choice": CHOOSE_COUNTRY},
    )
    sector = forms.ChoiceField(
        label=_("Your sector"),
        help_text=_("Type what you do in your own words, such as rail, software or packaging."),
        widget=PickerSelect(search_label=_("Type what you do")),
        error_messages={"required": CHOOSE_SECTOR, "invalid_choice": CHOOSE_SECTOR},
    )
    purpose = forms.MultipleChoiceField(
        label=_("What do you want?"),
        help_text=_("Choose all that fit. One is enough."),
        choices=[
            (_("What you want to achieve"), Objective.choices),
            (_("What you would like to do together"), Activity.choices),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": CHOOSE_PURPOSE,
            "invalid_choice": CHOOSE_PURPOSE,
            "invalid_list": CHOOSE_PURPOSE,
        },
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data if data.keys() & {ASKED, *self.base_fields} else None)
        sectors = list(Sector.objects.all())
        field: Any = self.fields["sector"]
        field.choices = _sector_choices(sectors)
        field.widget.keywords = {one.pk: one.keywords for one in sectors}

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"]
        country = Country.objects.get(pk=code)
        if not country.is_eligible:
            raise forms.ValidationError(
                _(
                    "%(country)s does not take part at present. If you work from an office in a "
                    "country that does, choose that country."
                ),
                params={"country": country.name},
            )
        return code

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and ASKED not in self.data:
            for name in self._unanswered():
                del self.errors[name]

    def _unanswered(self) -> list[str]:
        found = self.errors.as_data()
        return [name for name, (first, *_more) in found.items() if first.code == "required"]

    def sketch(self) -> Sketch | None:
        """The answers, once all of them are there."""
        if not self.is_valid() or self.cleaned_data.keys() < self.fields.keys():
            return None
        return Sketch(
            role=self.cleaned_data["role"],
            country=self.cleaned_data["country"],
            sector=self.cleaned_data["sector"],
            purposes=frozenset(self.cleaned_data["purpose"]),
        )


class AlertForm(forms.Form):
    """Where to send the one mail."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We ask you to confirm it, write to it once, and delete it then."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write an e-mail address like name@example.org."),
        },
    )


def pairs(sketch: Sketch) -> Iterator[tuple[str, str]]:
    """The answers as hidden fields carry them."""
    for name, value in sketch.query.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, one


def _sector_choices(sectors: list[Sector]) -> Choices:
    groups = [
        (section, [(one.pk, one.title) for one in members])
        for section, members in sectors_by_section(sectors)
    ]
    return [("", ""), *groups]
