"""Giving evidence, and deciding about it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import files
from cxc_portal.core.files import AcceptedFile
from reports.enums import EvidenceKind
from reports.models import EvidenceItem
from reports.services.evidence import PAPER, PHOTO, Decision

MOST_AT_ONCE = 10
NOTE_LENGTH = 300
REASON_LENGTH = 1000
PDF_START = b"%PDF-"
ACCEPT, REFUSE, LATER = "accept", "refuse", "later"
CHOICES = [
    (ACCEPT, gettext_lazy("Accept")),
    (REFUSE, gettext_lazy("Refuse")),
    (LATER, gettext_lazy("Decide later")),
]
HINTS = {
    EvidenceKind.OUTWARD: gettext_lazy(
        "Boarding pass, train or bus ticket; for a car a declaration with fuel or toll."
    ),
    EvidenceKind.RETURN: gettext_lazy("The same for the way home."),
    EvidenceKind.ACCOMMODATION: gettext_lazy("The invoice of the hotel, or who put you up."),
    EvidenceKind.OTHER: gettext_lazy("A sheet of attendance, photos, whatever else helps."),
}


class SeveralFilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return list(files.getlist(name))


class SeveralFilesField(forms.FileField):
    """Any number of files, looked at as every upload is; cleans to their names and contents."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, AcceptedFile]]:
        if len(data) > MOST_AT_ONCE:
            raise ValidationError(
                _("Send at most %(most)s files at once."), params={"most": MOST_AT_ONCE}
            )
        return [(one.name, _accepted(one)) for one in data]


def _accepted(upload: "UploadedFile[Any]") -> AcceptedFile:
    is_pdf = upload.read(len(PDF_START)) == PDF_START
    upload.seek(0)
    return files.accept(upload, PAPER if is_pdf else PHOTO)


class EvidenceForm(forms.Form):
    """Files of one kind, chosen or taken with the camera of a phone."""

    papers = SeveralFilesField(
        label=gettext_lazy("Photos or PDFs"),
        help_text=gettext_lazy("One or several, up to 10 MB each."),
        required=False,
        widget=SeveralFilesInput(attrs={"accept": f"image/*,{PAPER.accept}", "multiple": True}),
    )
    photo = SeveralFilesField(
        label=gettext_lazy("Or take a photo now"),
        required=False,
        widget=SeveralFilesInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, kind: EvidenceKind, **kwargs: Any) -> None:
        super().__init__(*args, prefix=kind.value, **kwargs)
        self.kind = kind
        self.hint = HINTS[kind]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.chosen:
            self.add_error("papers", _("Choose at least one file."))
        return cleaned

    @property
    def chosen(self) -> list[tuple[str, AcceptedFile]]:
        """All files, wherever they come from."""
        return [*self.cleaned_data.get("papers", ()), *self.cleaned_data.get("photo", ())]


class DecisionForm(forms.Form):
    """What a member of staff decides about one piece."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=CHOICES, widget=forms.RadioSelect, initial=LATER
    )
    reason = forms.CharField(
        label=gettext_lazy("Why not?"),
        help_text=gettext_lazy("The visitor reads it."),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, item: EvidenceItem, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"item{item.pk}", **kwargs)
        self.item = item

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == REFUSE and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why, so that the visitor can send the right one."))
        return cleaned


def decisions_of(forms: Iterable[DecisionForm]) -> list[Decision]:
    """Those that are made; the others wait on."""
    return [
        Decision(
            item_id=form.item.pk,
            accept=form.cleaned_data["decision"] == ACCEPT,
            reason=form.cleaned_data["reason"],
        )
        for form in forms
        if form.cleaned_data["decision"] != LATER
    ]
