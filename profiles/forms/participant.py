"""Who takes part: contact data and CV."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy
from phonenumber_field.formfields import PhoneNumberField

from cxc_portal.core import files
from profiles.forms.section import SectionForm, WebAddressField
from profiles.models import Profile, User
from profiles.services.files import CV


class LinkedInField(WebAddressField):
    default_validators = [
        URLValidator(schemes=["https"], regex=r"\Ahttps://([a-z]+\.)?linkedin\.com/")
    ]
    default_error_messages = {
        "invalid": gettext_lazy("Write it like https://www.linkedin.com/in/your-name.")
    }


class ParticipantForm(SectionForm):
    """Who takes part and how to reach them."""

    contact_phone = PhoneNumberField(
        label=gettext_lazy("Telephone"),
        required=False,
        help_text=gettext_lazy("With the country code, such as +33 1 44 55 66 77."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={
            "invalid": gettext_lazy(
                "Write a number that can be called from abroad, such as +33 1 44 55 66 77."
            )
        },
    )
    linkedin = LinkedInField(label=gettext_lazy("LinkedIn page"))

    class Meta:
        model = Profile
        fields = [
            "contact",
            "contact_name",
            "contact_position",
            "contact_email",
            "contact_phone",
            "linkedin",
        ]
        labels = {
            "contact": gettext_lazy("Which of you takes part?"),
            "contact_name": gettext_lazy("Full name"),
            "contact_position": gettext_lazy("Position"),
            "contact_email": gettext_lazy("E-mail address"),
        }
        help_texts = {
            "contact_email": gettext_lazy("For your partner, once you have agreed on an exchange."),
            "contact_position": gettext_lazy("Such as managing director or project manager."),
        }
        widgets = {
            "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "contact_position": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "contact_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def prepare(self) -> None:
        members = User.objects.filter(memberships__organisation=self.stored.organisation_id)
        if members.count() > 1:
            self.fields["contact"].queryset = members.order_by("first_name", "email")
            self.fields["contact"].empty_label = None
        else:
            del self.fields["contact"]
        self.fields["contact_name"].required = True
        self.fields["contact_email"].required = True
        self.fields["contact_phone"].region = self.stored.organisation.country_id
        self.initial["contact_phone"] = (
            self.stored.contact_phone.as_international if self.stored.contact_phone else ""
        )


class CvForm(forms.Form):
    """A CV to keep; without a file the present one is taken away."""

    kind = CV
    file = forms.FileField(
        label=gettext_lazy("CV of the participant"),
        help_text=gettext_lazy("In any language and form. PDF, Word or OpenDocument, up to 5 MB."),
        error_messages={"required": gettext_lazy("Choose a file first.")},
        widget=forms.FileInput(attrs={"accept": CV.accept}),
    )

    def clean_file(self) -> files.AcceptedFile:
        return files.accept(self.cleaned_data["file"], self.kind)
