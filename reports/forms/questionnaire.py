"""The questions of a draft, as the Support Office writes them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchanges.enums import ExchangeMode
from reports.enums import QuestionGroup, QuestionKind
from reports.models import Question
from reports.queries.questionnaires import kind_before, options_of
from reports.questionnaire.drafting import options_from_text, options_to_text

VISITOR, HOST = "visitor", "host"
ASKED = [(VISITOR, _("The visitor")), (HOST, _("The host"))]
NOTE_LENGTH = 300


class SeenForm(forms.Form):
    """Which revision of the draft the person has seen."""

    seen_revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class QuestionForm(SeenForm):
    """One question. What an earlier version asks under its key keeps its kind."""

    label = forms.CharField(label=_("Question"), max_length=300)
    hint = forms.CharField(label=_("Explanation"), max_length=300, required=False)
    group = forms.ChoiceField(label=_("Part of the report"), choices=QuestionGroup.choices)
    kind = forms.ChoiceField(
        label=_("How is it answered?"),
        choices=QuestionKind.choices,
        help_text=_("Once a version with this question is in use, this stays as it is."),
    )
    options = forms.CharField(
        label=_("Lines or entries"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "One a line, for lists, ratings, numbers and levels. What stands before the bar is kept"
            " with the answers: leave it as it is, and write new lines without a bar."
        ),
    )
    asked = forms.MultipleChoiceField(
        label=_("Who is asked?"), choices=ASKED, widget=forms.CheckboxSelectMultiple
    )
    asked_in = forms.ChoiceField(
        label=_("In which exchanges?"),
        choices=[("", _("All of them")), *ExchangeMode.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    is_required = forms.BooleanField(label=_("It has to be answered"), required=False)

    def __init__(self, *args: Any, question: Question | None = None, **kwargs: Any) -> None:
        if question:
            kwargs["initial"] = {**_initial(question), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if question and kind_before(question):
            self.fields["kind"].disabled = True

    @property
    def values(self) -> dict[str, Any]:
        """What the service writes."""
        cleaned = self.cleaned_data
        return {
            "label": cleaned["label"],
            "hint": cleaned["hint"],
            "group": cleaned["group"],
            "kind": cleaned["kind"],
            "options": [vars(one) for one in options_from_text(cleaned["options"])],
            "asks_visitor": VISITOR in cleaned["asked"],
            "asks_host": HOST in cleaned["asked"],
            "asked_in": cleaned["asked_in"],
            "is_required": cleaned["is_required"],
        }


class PublishForm(SeenForm):
    """Why the next version differs."""

    note = forms.CharField(
        label=_("What changed and why"),
        max_length=NOTE_LENGTH,
        help_text=_("It stands in the list of versions."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _initial(question: Question) -> dict[str, Any]:
    sides = ((VISITOR, question.asks_visitor), (HOST, question.asks_host))
    return {
        "label": question.label,
        "hint": question.hint,
        "group": question.group,
        "kind": question.kind,
        "options": options_to_text(options_of(question.options)),
        "asked": [side for side, is_asked in sides if is_asked],
        "asked_in": question.asked_in,
        "is_required": question.is_required,
    }
