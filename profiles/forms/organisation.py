"""The pages of an organisation."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.eu import vat

from cxc_portal.core.forms import PickerSelect, PickerSelectMultiple
from cxc_portal.core.places import position
from cxc_portal.core.types import Text
from profiles.forms.participant import CvForm
from profiles.forms.registration.choices import (
    country_choices,
    definition_of_sme,
    own_names_of_country,
    type_choices,
)
from profiles.forms.section import LongTextField, Section, SectionForm, WebAddressField
from profiles.models import Cluster, Organisation, Sector
from profiles.models.organisation import MAX_SECTORS
from profiles.rules import current_rules
from profiles.sectors import sectors_by_section
from profiles.services.files import LOGO

VAT_PREFIXES = {"GR": "EL"}
UNION = "EU"
MOST = 2_000_000_000


class IdentityForm(SectionForm):
    """What it is called, what it is, and where it is registered."""

    class Meta:
        model = Organisation
        fields = [
            "name",
            "organisation_type",
            "country",
            "legal_form",
            "registration_number",
            "founded_year",
        ]
        labels = {"founded_year": gettext_lazy("Founded in (year)")}
        help_texts = {
            "legal_form": gettext_lazy("As in the register, such as GmbH, SARL or association."),
            "registration_number": gettext_lazy("The partnership that pays a visitor needs it."),
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "country": PickerSelect(search_label=gettext_lazy("Type a country")),
            "organisation_type": PickerSelect(search_label=gettext_lazy("Type a kind")),
        }

    def prepare(self) -> None:
        country, kind = self.fields["country"], self.fields["organisation_type"]
        country.choices = country_choices()[1:]
        country.widget.keywords = own_names_of_country
        kind.choices = type_choices()
        kind.help_text = _("SME: %(definition)s") % {"definition": definition_of_sme()}

    def warnings(self) -> list[str]:
        number = self.cleaned_data["registration_number"]
        country = self.cleaned_data["country"]
        prefix = VAT_PREFIXES.get(country.pk, country.pk)
        is_vat = country.group == UNION and number.upper().startswith(prefix)
        if not is_vat or vat.is_valid(number):
            return []
        return [
            _(
                "%(number)s looks like a VAT number in which a digit is wrong or missing. Compare "
                "it with one of your invoices. Another register number needs no %(prefix)s in "
                "front."
            )
            % {"number": number, "prefix": prefix}
        ]


class SectorsForm(SectionForm):
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Other sectors"),
        help_text=gettext_lazy("Up to four more in which you really work."),
        required=False,
        widget=PickerSelectMultiple(
            search_label=gettext_lazy("Type what you do, such as rail"), maximum=MAX_SECTORS - 1
        ),
    )

    class Meta:
        model = Organisation
        fields = ["main_sector", "sectors"]
        widgets = {
            "main_sector": PickerSelect(search_label=gettext_lazy("Type what you do, such as rail"))
        }

    def prepare(self) -> None:
        sectors = list(Sector.objects.all())
        grouped = [
            (name, [(one.pk, one.title) for one in members])
            for name, members in sectors_by_section(sectors)
        ]
        words = {one.pk: f"{one.pk} {one.keywords}" for one in sectors}
        for field in self.fields["main_sector"], self.fields["sectors"]:
            field.choices, field.widget.keywords = grouped, words
        others = [code for code in self.stored.sectors if code != self.stored.main_sector_id]
        self.initial["sectors"] = others

    @property
    def changes(self) -> dict[str, Any]:
        """Kept together: the main sector is one of the sectors."""
        main = self.cleaned_data["main_sector"]
        return {"main_sector": main, "sectors": sorted({main.pk, *self.cleaned_data["sectors"]})}

    def clean_sectors(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["sectors"]
        if len(chosen) > MAX_SECTORS - 1:
            raise ValidationError(
                _("You chose %(number)s. Keep at most %(most)s beside the main sector."),
                params={"number": len(chosen), "most": MAX_SECTORS - 1},
            )
        return chosen


class ClustersForm(SectionForm):
    class Meta:
        model = Organisation
        fields = ["clusters", "other_cluster"]
        labels = {
            "clusters": gettext_lazy("Clusters that you belong to"),
            "other_cluster": gettext_lazy("A cluster that is not in the list"),
        }
        widgets = {
            "clusters": PickerSelectMultiple(search_label=gettext_lazy("Type a cluster")),
        }

    def prepare(self) -> None:
        clusters = list(Cluster.objects.select_related("country", "partnership"))
        self.fields["clusters"].choices = [(one.pk, one.name) for one in clusters]
        self.fields["clusters"].widget.keywords = {
            str(one.pk): f"{one.country or ''} {one.partnership or ''}" for one in clusters
        }

    @property
    def changes(self) -> dict[str, Any]:
        return {**super().changes, "clusters": list(self.cleaned_data["clusters"])}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needed = self.stored.organisation_type.needs_cluster_membership
        if needed and not cleaned.get("clusters") and not cleaned.get("other_cluster"):
            self.add_error(
                "clusters",
                ValidationError(
                    _("Choose your cluster, or write its name below if it is not in the list.")
                ),
            )
        return cleaned


class AddressForm(SectionForm):
    """Where it is. The town places it on the map."""

    derived = ("latitude", "longitude")

    class Meta:
        model = Organisation
        fields = ["street", "postcode", "city", "region"]
        labels = {"region": gettext_lazy("NUTS code of the region")}
        help_texts = {
            "city": gettext_lazy("Partners see it. The distance between you decides the lump sum."),
            "region": gettext_lazy("If you know it, such as FRE1."),
        }
        widgets = {
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postcode": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        town = cleaned.get("city", "")
        if town == self.stored.city and self.stored.latitude is not None:
            place = (self.stored.latitude, self.stored.longitude)
        else:
            place = position(town, self.stored.country_id) or (None, None)
        cleaned["latitude"], cleaned["longitude"] = place
        return cleaned

    def warnings(self) -> list[str]:
        town = self.cleaned_data["city"]
        if not town or self.cleaned_data["latitude"] is not None:
            return []
        return [
            _(
                "We have saved your address, but do not know where %(town)s lies. Check the "
                "spelling. If it is a small place, write the next larger town behind it, after a "
                "comma."
            )
            % {"town": town}
        ]


class AboutForm(SectionForm):
    description = LongTextField(
        label=gettext_lazy("What does your organisation do?"),
        help_text=gettext_lazy("Products, customers, what you are known for."),
        max_length=2000,
        required=False,
    )
    website = WebAddressField(label=gettext_lazy("Website"))
    platform_url = WebAddressField(
        label=gettext_lazy("Your page on the European cluster platform"),
    )

    class Meta:
        model = Organisation
        fields = ["description", "website", "platform_url"]


class AmountField(forms.IntegerField):
    """A large number, however its thousands are set apart: 5 000 000, 5.000.000 or 5,000,000."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    separator = re.compile(r"(?<=\d)[\s.,'’](?=\d{3}(?:\D|$))")

    def __init__(self, *, label: Text, help_text: Text = "") -> None:
        refusal = gettext_lazy("Write a whole number, such as 250 000, or leave it empty.")
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            min_value=0,
            max_value=MOST,
            error_messages={"invalid": refusal, "min_value": refusal, "max_value": refusal},
        )

    def to_python(self, value: Any) -> int | None:
        plain = self.separator.sub("", value) if isinstance(value, str) else value
        return super().to_python(plain)


class SizeForm(SectionForm):
    """The numbers by which an SME is known."""

    staff_headcount = AmountField(
        label=gettext_lazy("Staff in full-time units"),
        help_text=gettext_lazy("Your partnership reads these numbers, nobody else."),
    )
    turnover_eur = AmountField(label=gettext_lazy("Yearly turnover in EUR"))
    balance_eur = AmountField(label=gettext_lazy("Balance sheet in EUR"))

    class Meta:
        model = Organisation
        fields = ["staff_band", "is_declared_sme", "staff_headcount", "turnover_eur", "balance_eur"]
        labels = {
            "staff_band": gettext_lazy("How many people work for you?"),
            "is_declared_sme": gettext_lazy("We are an SME by the definition of the Union"),
        }

    def prepare(self) -> None:
        self.fields["is_declared_sme"].help_text = definition_of_sme()

    def warnings(self) -> list[str]:
        said, rules = self.cleaned_data, current_rules()
        staff, turnover, balance = (
            said[name] for name in ("staff_headcount", "turnover_eur", "balance_eur")
        )
        is_small = not staff or staff <= rules.integer("sme.max_staff")
        has_little = (
            turnover is None
            or balance is None
            or turnover <= rules.integer("sme.max_turnover")
            or balance <= rules.integer("sme.max_balance")
        )
        if not said["is_declared_sme"] or (is_small and has_little):
            return []
        return [
            _(
                "With these numbers your organisation is larger than an SME. Correct them, or "
                "choose another type of organisation."
            )
        ]


class LogoForm(CvForm):
    """A logo to keep."""

    kind = LOGO
    file = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy("PNG, JPEG or WebP, up to 2 MB. On a white or clear ground."),
        error_messages={"required": gettext_lazy("Choose a file first.")},
        widget=forms.FileInput(attrs={"accept": LOGO.accept}),
    )


ORGANISATION_SECTIONS = (
    Section(
        "about",
        gettext_lazy("What you do"),
        gettext_lazy("Description and website"),
        AboutForm,
    ),
    Section(
        "identity",
        gettext_lazy("Name, type and country"),
        gettext_lazy("Legal form and register number, too"),
        IdentityForm,
    ),
    Section(
        "sectors", gettext_lazy("Sectors"), gettext_lazy("The main one and others"), SectorsForm
    ),
    Section("clusters", gettext_lazy("Clusters"), gettext_lazy("That you belong to"), ClustersForm),
    Section(
        "address", gettext_lazy("Address"), gettext_lazy("And the place on the map"), AddressForm
    ),
    Section("size", gettext_lazy("Size"), gettext_lazy("Staff and turnover"), SizeForm),
    Section("logo", gettext_lazy("Logo"), gettext_lazy("Stands on your profile"), LogoForm),
)
