"""What a partnership says when it returns a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

COMMENT_LENGTH = 2000


class ReturnForm(forms.Form):
    """Which of the two reports, and what is missing in it."""

    report = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("What is missing"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RemindForm(forms.Form):
    """Which of the two sides is asked for its report."""

    remind = forms.IntegerField(widget=forms.HiddenInput)
