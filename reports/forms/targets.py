"""What a coordinator says of one target."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import DateInput
from profiles.forms.section import LongTextField
from profiles.models import IndicatorTarget


class TargetForm(forms.ModelForm):
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = IndicatorTarget
        fields = ("number", "due_on", "comment")
        field_classes = {"comment": LongTextField}
        widgets = {"due_on": DateInput}
        help_texts = {
            "comment": _("It stands in the last column of the table that you hand in."),
        }
        error_messages = {"number": {"required": _("Give the number that you promised.")}}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].min_value = 1
        self.fields["number"].widget.attrs["min"] = 1
        self.fields["comment"].widget.attrs["rows"] = 3
        self.fields["revision"].initial = self.instance.revision

    def clean_number(self) -> int:
        if self.cleaned_data["number"] < 1:
            raise forms.ValidationError(_("A target is at least 1."))
        return self.cleaned_data["number"]
