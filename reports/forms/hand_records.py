"""Records by hand: what narrows the list, and what a record says."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, files
from cxc_portal.core.files import AcceptedFile
from cxc_portal.core.forms import DateInput
from profiles.forms.section import LongTextField
from profiles.models import Indicator
from reports.forms.of_partnership import OfPartnershipForm, RecordsForm
from reports.models import HandRecord
from reports.queries.hand_records import RecordFilters, recordable_indicators
from reports.services.hand_records import PICTURE, PROOF, Recorded


class RecordFilterForm(RecordsForm):
    indicator = forms.ModelChoiceField(
        label=_("Indicator"),
        required=False,
        queryset=recordable_indicators(),
        empty_label=_("Any"),
    )
    field_order = ("text", "partnership", "indicator")

    @property
    def filters(self) -> RecordFilters:
        chosen = self.narrowed
        indicator: Indicator | None = self.cleaned_data.get("indicator")
        return RecordFilters(indicator=indicator.pk if indicator else "", **chosen)


class RecordForm(OfPartnershipForm):
    proof_file = forms.FileField(
        label=_("Proof"),
        help_text=_(
            "An agenda, an attendance list, a certificate: PDF, Word, OpenDocument or a picture, "
            "10 MB at most. Only your partnership and the Support Office can open it."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": f"{PROOF.accept},{PICTURE.accept}"}),
    )

    class Meta:
        model = HandRecord
        fields = ("indicator", "count", "title", "on", "place", "participants", "note")
        field_classes = {"note": LongTextField}
        widgets = {"on": DateInput, "participants": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "count": _("How much this adds to the indicator, such as the number of consultations."),
            "title": _("Such as: training on internationalisation, module 2."),
            "participants": _("Organisations rather than people, as far as that will do."),
        }
        error_messages = {
            "indicator": {"required": _("Choose what it counts for.")},
            "title": {"required": _("Say in a few words what it was.")},
            "on": {"required": _("Give the day.")},
        }

    field_order = ("partnership", "indicator", "title", "on", "place", "count")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = recordable_indicators()
        self.fields["indicator"].empty_label = _("Choose")
        self.fields["count"].widget.attrs["min"] = 1

    def clean_on(self) -> object:
        if self.cleaned_data["on"] > clock.today():
            raise ValidationError(_("Record it once it has taken place."))
        return self.cleaned_data["on"]

    def clean_count(self) -> int:
        if self.cleaned_data["count"] < 1:
            raise ValidationError(_("At least one must count."))
        return self.cleaned_data["count"]

    def clean_proof_file(self) -> AcceptedFile | None:
        upload = self.cleaned_data["proof_file"]
        if not upload:
            return None
        is_picture = (upload.content_type or "").startswith("image/")
        return files.accept(upload, PICTURE if is_picture else PROOF)

    @property
    def content(self) -> Recorded:
        """What the record says, once the form is valid."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return Recorded(**{**values, "indicator": values["indicator"].pk})
