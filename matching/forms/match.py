"""Proposing a match, introducing two, and the reason for a no."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.forms import DateRange, DateRangeField, HintedRadioSelect
from cxc_portal.core.types import Text
from matching.models.conversation import MESSAGE_LENGTH
from matching.queries.proposals import Span, free_together, modes_between, suggested_dates
from profiles.enums import Mode
from profiles.models import Profile
from profiles.rules import current_rules

DAY = "j F Y"
COMMENT_LENGTH = 1000
MOST_PERIODS = 3
OTHER = "other"
HINTS = {
    Mode.PHYSICAL: gettext_lazy("The visitor travels and receives a lump sum."),
    Mode.VIRTUAL: gettext_lazy("Nobody travels; nothing is paid."),
    Mode.EITHER: gettext_lazy("The two of you settle it together."),
}


class TermsForm(forms.Form):
    """How, roughly when, and in which words."""

    mode = forms.ChoiceField(
        label=gettext_lazy("In person or online?"), widget=HintedRadioSelect(hints=HINTS)
    )
    dates = DateRangeField(label=gettext_lazy("When, roughly?"), required=False)
    message = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Say in a few words what you would like to do.")},
    )

    def __init__(self, *args: Any, host: Profile, visitor: Profile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        modes = modes_between(host, visitor)
        self.only_mode: Text = modes[0].label if len(modes) == 1 else ""
        self.fields["mode"].choices = [(mode.value, mode.label) for mode in modes]
        self.initial.setdefault("mode", modes[0] if modes else None)
        if self.only_mode:
            self.fields["mode"].widget = forms.HiddenInput()
        free = free_together(host, visitor)
        self.initial.setdefault("dates", suggested_dates(host, visitor, free, current_rules()))
        self.fields["dates"].help_text = _when(free)

    def clean_dates(self) -> DateRange:
        dates: DateRange = self.cleaned_data["dates"]
        if (dates.start is None) != (dates.end is None):
            raise ValidationError(_("Give the first and the last day, or neither."))
        if dates.start and dates.start < clock.today():
            raise ValidationError(_("The first day is over. Choose a later one."))
        return dates

    @property
    def terms(self) -> dict[str, Any]:
        """As the services take them."""
        cleaned = self.cleaned_data
        return {
            "mode": cleaned["mode"],
            "message": cleaned["message"],
            "starts_on": cleaned["dates"].start,
            "ends_on": cleaned["dates"].end,
        }


class ProposeForm(TermsForm):
    """A member proposes to the other side."""

    is_known = forms.BooleanField(label=gettext_lazy("We already know each other"), required=False)

    field_order = ["message", "mode", "dates", "is_known"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message"].help_text = _(
            "Two or three sentences: what you would like to do together, and what they gain by it."
        )

    @property
    def terms(self) -> dict[str, Any]:
        return {**super().terms, "is_known": self.cleaned_data["is_known"]}


class IntroduceForm(TermsForm):
    """Staff writes to both sides at once."""

    field_order = ["message", "mode", "dates"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["message"].help_text = _("Both read it: why you think that they should meet.")


class ReasonForm(forms.Form):
    """A ready reason, own words, or both."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=COMMENT_LENGTH,
        help_text=gettext_lazy("The other side reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reasons: tuple[Text, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = [(str(number), text) for number, text in enumerate(self.reasons)]
        self.fields["reason"].choices = [*ready, (OTHER, _("Another reason"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == OTHER and not cleaned.get("words"):
            self.add_error("words", _("Say the reason in a few words."))
        return cleaned

    @property
    def comment(self) -> str:
        """What the other side reads."""
        chosen, words = self.cleaned_data["reason"], self.cleaned_data["words"]
        ready = "" if chosen == OTHER else str(self.reasons[int(chosen)])
        return "\n".join(filter(None, (ready, words)))


class DeclineForm(ReasonForm):
    reasons = (
        gettext_lazy("The dates do not suit us."),
        gettext_lazy("We are looking for something else."),
        gettext_lazy("We have found a partner already."),
        gettext_lazy("We have no time for an exchange at present."),
    )


class DissolveForm(ReasonForm):
    reasons = (
        gettext_lazy("We could not find days that suit both."),
        gettext_lazy("Our plans have changed."),
        gettext_lazy("We could not reach each other."),
        gettext_lazy("We expected something different from each other."),
    )


def _when(free: Sequence[Span]) -> str:
    """What both have said about their time."""
    if not free:
        return _("Only an indication; you settle the days together. Leave it empty if it is open.")
    periods = "; ".join(
        f"{date_format(span.start, DAY)} – {date_format(span.end, DAY)}"
        for span in free[:MOST_PERIODS]
    )
    return _("Only an indication. Free for both, as far as the profiles say: %(periods)s.") % {
        "periods": periods
    }
