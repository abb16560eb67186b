"""Which mails a person wants, and how soon."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cxc_portal.core.mail import Topic
from cxc_portal.core.models import MailChoice


class MailsForm(forms.Form):
    """One question for each topic, with the answers that it offers."""

    # Bare names of topics would hide what a form element can do in the browser (`form.matches`).
    prefix = "about"

    def __init__(self, *args: Any, chosen: Mapping[Topic, MailChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic, choice in chosen.items():
            self.fields[topic.name] = forms.ChoiceField(
                label=topic.label,
                help_text=topic.hint,
                choices=[(offered.value, offered.label) for offered in topic.choices],
                initial=choice.value,
                widget=forms.RadioSelect,
            )
