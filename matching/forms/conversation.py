"""What people type in conversations: first messages, answers, reasons, limits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock, files
from cxc_portal.core.forms import DateInput
from cxc_portal.core.types import Text
from matching.enums import ReadyAnswer
from matching.models import ContactLimits
from matching.models.conversation import MESSAGE_LENGTH
from matching.services.conversations import (
    LONGEST_WAIT_DAYS,
    MOST_FILES,
    Enclosure,
    says_why,
)
from profiles.forms.section import LongTextField
from profiles.services.files import CV

OWN_WORDS = 2000
OTHER = "other"
REASONS: dict[str, Text] = {
    "capacity": gettext_lazy("We have no room for another exchange at present."),
    "focus": gettext_lazy("We are looking for a partner with another focus."),
    "dates": gettext_lazy("The dates do not suit us."),
    "found": gettext_lazy("We have found a partner already."),
    OTHER: gettext_lazy("Another reason"),
}
ATTACHMENT = CV
"""The same kinds of file as a CV, looked at in the same way."""


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class EnclosuresField(forms.FileField):
    """A few documents, each looked at before anything is kept; cleans to `Enclosure`s."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Files"),
            required=False,
            help_text=gettext_lazy(
                "Up to three: PDF, Word or OpenDocument, 5 MB each. Choose them together."
            ),
            widget=SeveralFilesInput(attrs={"accept": ATTACHMENT.accept}),
        )

    def clean(self, data: Any, initial: Any = None) -> list[Enclosure]:
        uploads = [one for one in self._listed(data) if one]
        if len(uploads) > MOST_FILES:
            raise ValidationError(
                _("These are %(number)s files. Choose three at most.") % {"number": len(uploads)}
            )
        return [self._looked_at(super(EnclosuresField, self).clean(one)) for one in uploads]

    @staticmethod
    def _listed(data: Any) -> Sequence[Any]:
        return data if isinstance(data, list | tuple) else [data]

    @staticmethod
    def _looked_at(upload: UploadedFile) -> Enclosure:
        name = upload.name or ""
        try:
            return Enclosure(files.accept(upload, ATTACHMENT), name)
        except ValidationError as refused:
            text = _("%(name)s: %(problem)s Then choose all files again; your text is kept.")
            raise ValidationError(
                text % {"name": name, "problem": " ".join(refused.messages)}
            ) from refused


class KeyedForm(forms.Form):
    """A form that counts once, however often it is sent."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)

    def details(self) -> dict[str, Any]:
        """What the service takes."""
        details = dict(self.cleaned_data)
        if "attachments" in details:
            details["files"] = details.pop("attachments")
        return details


class FirstContactForm(KeyedForm):
    """Why one writes to whom."""

    text = LongTextField(
        label=gettext_lazy("Why would you like to meet them?"),
        help_text=gettext_lazy(
            "Two sentences do: what you see in them, and what you would like to do together."
        ),
        max_length=MESSAGE_LENGTH,
        rows=7,
        error_messages={"required": gettext_lazy("Write two sentences on why.")},
    )
    attachments = EnclosuresField()

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not says_why(text):
            raise ValidationError(
                _(
                    "Make it two sentences: what caught your eye, and what you have in mind. "
                    "Contacts that say why are answered more often."
                )
            )
        return text


class MessageForm(KeyedForm):
    """Writing back, or adding something."""

    text = LongTextField(
        label=gettext_lazy("Your message"),
        max_length=MESSAGE_LENGTH,
        rows=5,
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    attachments = EnclosuresField()


class YesForm(MessageForm):
    """Let us talk. Words are welcome and can wait."""

    answer = forms.CharField(widget=forms.HiddenInput, initial=ReadyAnswer.YES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class LaterForm(KeyedForm):
    """Not now, and from when."""

    answer = forms.CharField(widget=forms.HiddenInput, initial=ReadyAnswer.LATER)
    later_from = forms.DateField(
        label=gettext_lazy("From when would it suit you?"),
        help_text=gettext_lazy("On that day the portal asks you again."),
        widget=DateInput,
        error_messages={
            "required": gettext_lazy("Give a day."),
            "invalid": gettext_lazy("Give a day such as 2027-03-01."),
        },
    )
    text = LongTextField(
        label=gettext_lazy("A word to them"), required=False, max_length=OWN_WORDS, rows=3
    )

    def clean_later_from(self) -> Any:
        day, today = self.cleaned_data["later_from"], clock.today()
        if not today < day <= today + timedelta(days=LONGEST_WAIT_DAYS):
            raise ValidationError(_("Give a day after today and within a year."))
        return day


class NoForm(KeyedForm):
    """No, and why; a reason is one click."""

    answer = forms.CharField(widget=forms.HiddenInput, initial=ReadyAnswer.NO)
    reason = forms.ChoiceField(
        label=gettext_lazy("Why not?"),
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason: they can learn from it.")},
    )
    text = LongTextField(
        label=gettext_lazy("In your own words"), required=False, max_length=OWN_WORDS, rows=3
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == OTHER and not cleaned.get("text", "").strip():
            self.add_error("text", _("Say the reason in a few words."))
        return cleaned

    def details(self) -> dict[str, Any]:
        """The reason is the first line of the message."""
        reason = self.cleaned_data["reason"]
        lines = [] if reason == OTHER else [str(REASONS[reason])]
        text = "\n\n".join([*lines, self.cleaned_data["text"]]).strip()
        return {"key": self.cleaned_data["key"], "answer": ReadyAnswer.NO, "text": text}


class ReasonForm(forms.Form):
    """A reason in words, such as for ending a conversation or reporting it."""

    reason = LongTextField(
        label=gettext_lazy("Why?"),
        max_length=1000,
        rows=4,
        error_messages={"required": gettext_lazy("Say it in a sentence.")},
    )


class SettleForm(forms.Form):
    """What staff did about a report."""

    note = LongTextField(
        label=gettext_lazy("What was done?"),
        help_text=gettext_lazy("Whoever reported it reads this."),
        max_length=1000,
        rows=3,
        error_messages={"required": gettext_lazy("Say in a sentence what was done.")},
    )


class LimitsForm(forms.ModelForm):
    """How many contacts and exchanges are bearable."""

    class Meta:
        model = ContactLimits
        fields = ["capacity", "contacts_per_month", "paused_until"]
        labels = {
            "capacity": gettext_lazy("Exchanges at the same time"),
            "contacts_per_month": gettext_lazy("New contacts a month"),
            "paused_until": gettext_lazy("No new contacts until"),
        }
        help_texts = {
            "capacity": gettext_lazy(
                "With so many confirmed matches nobody new can write to you. Empty: no limit."
            ),
            "contacts_per_month": gettext_lazy(
                "After so many first messages in a calendar month you take no more. "
                "Empty: no limit."
            ),
            "paused_until": gettext_lazy(
                "You stay in the catalogue, and it says from when one can write to you."
            ),
        }
        widgets = {"paused_until": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("capacity", "contacts_per_month"):
            self.fields[name].min_value = 1
            self.fields[name].max_value = 99
            self.fields[name].validators = []
            self.fields[name].widget.attrs |= {"min": 1, "max": 99}

    def _number(self, name: str) -> int | None:
        number: int | None = self.cleaned_data[name]
        if number is not None and not 1 <= number <= 99:
            raise ValidationError(_("Give a number from 1 to 99, or leave it empty."))
        return number

    def clean_capacity(self) -> int | None:
        return self._number("capacity")

    def clean_contacts_per_month(self) -> int | None:
        return self._number("contacts_per_month")

    def clean_paused_until(self) -> Any:
        day = self.cleaned_data["paused_until"]
        if day and day <= clock.today() and "paused_until" in self.changed_data:
            raise ValidationError(_("Give a day after today, or leave it empty."))
        return day
