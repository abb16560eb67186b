"""The reason for which a partnership lets a warning pass."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exchanges.models.draft import COMMENT_LENGTH


class OverrideForm(forms.Form):
    code = forms.CharField(widget=forms.HiddenInput, max_length=40)
    reason = forms.CharField(
        label=_("Why it can be let pass"),
        help_text=_("All four parties read it."),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a sentence why the warning can be let pass.")},
    )
