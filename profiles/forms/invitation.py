from django import forms
from django.utils.translation import gettext_lazy


class InvitationForm(forms.Form):
    """Whom to ask."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of your colleague"),
        max_length=254,
        help_text=gettext_lazy("Only somebody with this address can accept."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Write the address of your colleague."),
            "invalid": gettext_lazy("Write an e-mail address like name@example.org."),
        },
    )
