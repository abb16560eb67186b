"""Your details, and the word of the owner before an account is closed."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from profiles.models import User


class DetailsForm(forms.ModelForm):
    """Language is asked only where there are several."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "language", "wants_newsletter"]
        labels = {"wants_newsletter": _("Send me the newsletter, about four times a year")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.LANGUAGES) > 1:
            self.initial["language"] = self.instance.language or translation.get_language()
            self.fields["language"] = forms.ChoiceField(
                label=_("Language of pages and mails"), choices=language_choices()
            )
        else:
            del self.fields["language"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {"language": self.instance.language, **cleaned}


def language_choices() -> list[tuple[str, str]]:
    """The portal's languages, each by its own name."""
    return [(code, language_name(code)) for code, _name in settings.LANGUAGES]


def language_name(code: str) -> str:
    return str(translation.get_language_info(code)["name_local"]).capitalize()


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
