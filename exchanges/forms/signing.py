"""What signing, sending back, delegating and paper ask for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock, files
from cxc_portal.core.forms import DateInput
from exchanges.models.commitment import REASON_LENGTH
from exchanges.services.paper import PICTURE, SCAN
from profiles.models import User

NAME_LENGTH = 160
PDF_START = b"%PDF-"


class SignForm(forms.Form):
    """The name as it will stand in the document."""

    name = forms.CharField(
        label=gettext_lazy("Your name, as it will stand in the document"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Type your name.")},
    )


class FreezeForm(forms.Form):
    """Why a commitment in force is changed."""

    reason = forms.CharField(
        label=gettext_lazy("Why is the commitment changed?"),
        help_text=gettext_lazy("All four parties read it."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why in a sentence.")},
    )


class CommentForm(forms.Form):
    """What all parties read who learn that a version was sent back or refused."""

    comment = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Say why, so that the others can act on it.")},
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = label
        self.fields["comment"].help_text = _("All four parties read it.")


class DelegateForm(forms.Form):
    """The colleague, among those who could act for the party."""

    delegate = forms.ModelChoiceField(
        label=gettext_lazy("Who signs instead of you?"),
        queryset=User.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a colleague.")},
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON_LENGTH, required=False)

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = colleagues


class PaperForm(forms.Form):
    """Who signed on paper, when, and the scan of it."""

    name = forms.CharField(
        label=gettext_lazy("Name of whoever signed"),
        max_length=NAME_LENGTH,
        error_messages={"required": gettext_lazy("Give the name of whoever signed.")},
    )
    signed_on = forms.DateField(
        label=gettext_lazy("Signed on"),
        widget=DateInput,
        error_messages={"required": gettext_lazy("Give the day of the signature.")},
    )
    scan = forms.FileField(
        label=gettext_lazy("Scan of the signed paper"),
        help_text=gettext_lazy("A PDF, or a picture in PNG or JPEG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": f"{SCAN.accept},{PICTURE.accept}"}),
        error_messages={"required": gettext_lazy("Choose the file first.")},
    )

    def clean_signed_on(self) -> Any:
        if self.cleaned_data["signed_on"] > clock.today():
            raise ValidationError(_("This day is still to come."))
        return self.cleaned_data["signed_on"]

    def clean_scan(self) -> files.AcceptedFile:
        upload = self.cleaned_data["scan"]
        is_pdf = upload.read(len(PDF_START)) == PDF_START
        upload.seek(0)
        return files.accept(upload, SCAN if is_pdf else PICTURE)
