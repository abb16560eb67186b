"""Introducing several pairs of a plan in one go."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matching.models.conversation import MESSAGE_LENGTH

MOST_PAIRS = 25
SEPARATOR = ":"


class PairsForm(forms.Form):
    """The pairs that were ticked, each as `<visitor>:<host>`."""

    pair = forms.MultipleChoiceField(
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": _("Tick at least one pair."),
            "invalid_choice": _("The plan has changed meanwhile. Look at it and tick again."),
        },
    )

    def __init__(self, *args: Any, choices: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pair"].choices = list(choices.items())

    def clean_pair(self) -> list[str]:
        pairs: list[str] = self.cleaned_data["pair"]
        if len(pairs) > MOST_PAIRS:
            raise forms.ValidationError(
                gettext("Introduce at most %(number)s pairs at a time.") % {"number": MOST_PAIRS}
            )
        return pairs


class IntroducePairsForm(PairsForm):
    """The same with the words that go to both sides of each pair."""

    message = forms.CharField(
        label=_("What you write to all of them"),
        help_text=_("Each side reads this, who the other one is, and why you think they fit."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=MESSAGE_LENGTH,
    )
