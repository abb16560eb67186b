"""The forms of the desk. They know the shape of the input; the services decide."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.models import Partnership, Profile, ReasonText

LONGEST_COMMENT = 2000
DESK_STEPS = ("publish", "return", "reject", "reassign", "suspend", "reinstate")


class CommentForm(forms.Form):
    """The words that go with a decision, begun from a ready-made text or not.

    Picking a ready-made text fills the field at once where there is JavaScript (`is_filled`);
    elsewhere the text is put in front of what was typed when the form is sent.
    """

    reason = forms.ModelChoiceField(
        ReasonText.objects.none(),
        label=gettext_lazy("Start from a ready-made text"),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    is_filled = forms.BooleanField(required=False, widget=forms.HiddenInput)
    comment = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": gettext_lazy("Give a reason, so that the organisation can act on it.")
        },
    )
    use_required_attribute = False

    def __init__(
        self, *args: Any, step: str, needs_comment: bool, words_url: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, prefix=step, **kwargs)
        self.step = step
        texts: QuerySet[ReasonText] = ReasonText.objects.filter(decision=step)
        self.has_texts = texts.exists()
        if self.has_texts:
            field = self.fields["reason"]
            field.queryset = texts  # type: ignore[attr-defined]
            field.widget.attrs |= {
                "hx-get": words_url,
                "hx-target": f"#words-{step}",
                "hx-include": "closest form",
                "hx-params": "not csrfmiddlewaretoken",
                "hx-trigger": "change",
            }
        else:
            del self.fields["reason"]
        comment = self.fields["comment"]
        comment.required = needs_comment
        if needs_comment:
            comment.help_text = _("The organisation reads these words.")
        else:
            comment.help_text = _("Goes into the mail and the history.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        comment, reason = str(cleaned.get("comment", "")).strip(), cleaned.get("reason")
        if reason and not cleaned.get("is_filled"):
            comment = f"{reason.text}\n\n{comment}".strip()
            if self.has_error("comment", "required"):
                del self.errors["comment"]
        cleaned["comment"] = comment
        return cleaned

    def with_reason(self) -> str:
        """The words after a ready-made text was picked; nothing that was typed is lost."""
        comment, reason = str(self.cleaned_data.get("comment", "")), self.cleaned_data.get("reason")
        if not reason or not self.cleaned_data.get("is_filled"):
            return comment
        if not comment or ReasonText.objects.filter(decision=self.step, text=comment).exists():
            return str(reason.text)
        return f"{comment}\n\n{reason.text}"


class HandOverForm(CommentForm):
    """To which partnership, and why."""

    partnership = forms.ModelChoiceField(
        Partnership.objects.filter(is_active=True),
        label=gettext_lazy("Partnership"),
        empty_label=gettext_lazy("Choose a partnership"),
    )
    field_order = ["partnership", "reason", "comment"]

    def __init__(self, *args: Any, profile: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Partnership.objects.filter(is_active=True).exclude(pk=profile.partnership_id)
        self.fields["partnership"].queryset = others  # type: ignore[attr-defined]
        self.fields["comment"].help_text = _("The other partnership reads these words.")


class SeenForm(forms.Form):
    """Which submission the officer had on the screen."""

    seen_submission = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
