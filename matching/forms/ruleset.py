"""The numbers of a ruleset, as the Support Office tries them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models.ruleset import LONGEST, NOTE_LENGTH, WHOLE
from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import Ruleset, RulesetRefused
from matching.wording.criteria import CRITERIA
from matching.wording.rulesets import (
    GREEN_FROM,
    MINIMUM_DAYS,
    ORANGE_FROM,
    REFUSALS,
    points,
    sum_refusal,
)

POINTS = re.compile(r"(\d{1,3})(?:[.,](\d+))?", re.ASCII)
NO_POINTS = _("Give a number from 0 to 100, such as 20 or 12.5.")
AT_FAULT = {"bands": "green_from", "minimum_days": "minimum_days"}
"""The field that a refusal stands at; others stand above the form."""


class PointsField(forms.CharField):
    """Points to one decimal, written with a comma or a point. Cleans to whole tenths."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        written = POINTS.fullmatch(text)
        if written is None:
            raise forms.ValidationError(NO_POINTS, code="invalid")
        whole, decimals = written.groups(default="")
        if len(decimals) > 1:
            raise forms.ValidationError(_("Give at most one decimal, such as 12.5."), code="long")
        tenths = int(whole) * 10 + int(decimals or 0)
        if tenths > WHOLE:
            raise forms.ValidationError(NO_POINTS, code="invalid")
        return tenths


class RulesetForm(forms.Form):
    """Seven weights, two bounds, the shortest stay, and which draft the person has seen."""

    seen_revision = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, start: Ruleset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = start.version
        for criterion in Criterion:
            self.fields[criterion.value] = PointsField(
                label=CRITERIA[criterion], initial=points(start.weights[criterion])
            )
        self.fields["orange_from"] = PointsField(
            label=ORANGE_FROM, initial=points(start.orange_from)
        )
        self.fields["green_from"] = PointsField(label=GREEN_FROM, initial=points(start.green_from))
        self.fields["minimum_days"] = forms.IntegerField(
            label=MINIMUM_DAYS,
            initial=start.minimum_days,
            min_value=1,
            max_value=LONGEST,
            help_text=_("Stands in for the shortest stay of a profile that names none."),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"), REFUSALS["minimum_days"]
            ),
        )

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[criterion.value] for criterion in Criterion]

    @property
    def bounds(self) -> list[forms.BoundField]:
        return [self[name] for name in ("orange_from", "green_from", "minimum_days")]

    def clean(self) -> dict[str, Any]:
        """`ruleset` is what the numbers make; what is wrong with them as a whole stands at a field
        that can put it right."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        weights = {criterion: cleaned[criterion.value] for criterion in Criterion}
        try:
            cleaned["ruleset"] = Ruleset(
                version=self.version,
                weights=weights,
                orange_from=cleaned["orange_from"],
                green_from=cleaned["green_from"],
                minimum_days=cleaned["minimum_days"],
            )
        except RulesetRefused as refused:
            sentence = REFUSALS.get(refused.code) or sum_refusal(sum(weights.values()))
            self.add_error(AT_FAULT.get(refused.code), sentence)
        return cleaned


class PublishForm(forms.Form):
    """Why the next version differs, and which draft the person has seen."""

    seen_revision = forms.CharField(max_length=16, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What changed and why"),
        max_length=NOTE_LENGTH,
        help_text=_("Everybody who reads the matching rules sees it, and partnerships get it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
