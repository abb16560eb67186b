"""Your details, and the word of the owner before an account is closed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from profiles.models import User


class DetailsForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "wants_newsletter"]
        labels = {"wants_newsletter": _("Send me the newsletter, about four times a year")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }


class CloseAccountForm(forms.Form):
    """Typed, not clicked: what follows cannot be undone."""

    email = forms.EmailField(
        label=_("Type your e-mail address to confirm"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if email != self.user.email:
            raise forms.ValidationError(
                _("This is not the main address of your account: %(email)s."),
                params={"email": self.user.email},
            )
        return email
