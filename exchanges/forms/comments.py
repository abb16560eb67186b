"""A remark beside a section, and a file that goes with a commitment."""

from django import forms
from django.utils.translation import gettext_lazy

from cxc_portal.core import files
from cxc_portal.core.files import AcceptedFile
from exchanges.enums import Section
from exchanges.models.draft import COMMENT_LENGTH
from exchanges.services.files import ATTACHMENT
from profiles.forms.section import LongTextField


class CommentForm(forms.Form):
    section = forms.ChoiceField(choices=Section.choices, widget=forms.HiddenInput)
    text = LongTextField(
        label=gettext_lazy("Your comment"),
        max_length=COMMENT_LENGTH,
        rows=3,
        error_messages={"required": gettext_lazy("Write something first.")},
    )


class AttachmentForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("What is it?"),
        help_text=gettext_lazy("Such as: map of the premises, welcome pack."),
        max_length=120,
        error_messages={"required": gettext_lazy("Say in a few words what the file is.")},
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, Word or OpenDocument, 10 MB at most."),
        widget=forms.FileInput(attrs={"accept": ATTACHMENT.accept}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def clean_file(self) -> AcceptedFile:
        return files.accept(self.cleaned_data["file"], ATTACHMENT)
