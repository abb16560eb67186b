"""When, how long, and in person or not."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.forms import DateRange, DateRangeField, HintedRadioSelect
from cxc_portal.core.types import Text
from profiles.enums import Mode
from profiles.forms.section import SectionForm
from profiles.models import Profile
from profiles.models.availability import MAX_WINDOWS
from profiles.models.profile import LONGEST_STAY

DAYS_REFUSAL = gettext_lazy("Give a number of working days from 1 to 31.")


class DaysField(forms.IntegerField):
    """A length of stay in working days."""

    def __init__(self, *, label: Text) -> None:
        refusal = DAYS_REFUSAL
        super().__init__(
            label=label,
            required=False,
            min_value=1,
            max_value=LONGEST_STAY,
            error_messages={"invalid": refusal, "min_value": refusal, "max_value": refusal},
        )


class TimeForm(SectionForm):
    """When, how long, and in person or not."""

    mode = forms.ChoiceField(
        label=gettext_lazy("In person or online?"),
        choices=Mode.choices,
        widget=HintedRadioSelect(
            hints={
                Mode.EITHER: gettext_lazy("Most partners to choose from."),
                Mode.PHYSICAL: gettext_lazy("The visitor receives a lump sum."),
                Mode.VIRTUAL: gettext_lazy("Nobody travels; nothing is paid."),
            }
        ),
    )

    min_days = DaysField(label=gettext_lazy("At least"))
    max_days = DaysField(label=gettext_lazy("At most"))

    class Meta:
        model = Profile
        fields = ["mode", "min_days", "max_days"]

    def prepare(self) -> None:
        today = clock.today()
        open_windows = [w for w in self.stored.windows.all() if w.ends_on >= today]
        for number in range(1, MAX_WINDOWS + 1):
            self.fields[f"window_{number}"] = DateRangeField(
                label=_("Period %(number)s") % {"number": number}, required=False
            )
        for number, window in enumerate(open_windows, start=1):
            self.initial[f"window_{number}"] = DateRange(window.starts_on, window.ends_on)

    @property
    def names(self) -> list[str]:
        return ["mode", "min_days", "max_days", "windows"]

    @property
    def period_fields(self) -> list[forms.BoundField]:
        return [self[f"window_{number}"] for number in range(1, MAX_WINDOWS + 1)]

    @property
    def used_periods(self) -> int:
        """How many period fields show at once: those that say something, and one more."""
        return 1 + max(
            (n for n, f in enumerate(self.period_fields, 1) if any(f.value() or ())), default=0
        )

    @property
    def changes(self) -> dict[str, Any]:
        periods = (self.cleaned_data[field.name] for field in self.period_fields)
        windows = sorted({tuple(period) for period in periods if period.start})
        return {**{name: self.cleaned_data[name] for name in self.names[:3]}, "windows": windows}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for field in self.period_fields:
            if period := cleaned.get(field.name):
                self._check_period(field.name, period)
        self._check_length(cleaned)
        return cleaned

    def _check_period(self, name: str, period: DateRange) -> None:
        if (period.start is None) != (period.end is None):
            self.add_error(name, _("Give the first and the last day of this period."))
        elif period.end and period.end < clock.today():
            self.add_error(name, _("This period is over. Choose later days or leave it empty."))

    def _check_length(self, cleaned: dict[str, Any]) -> None:
        least, most = cleaned.get("min_days"), cleaned.get("max_days")
        if self.errors.keys() & {"min_days", "max_days"}:
            return
        if (least is None) != (most is None):
            self.add_error(
                "max_days" if most is None else "min_days",
                _("Give both numbers, or neither if any length will do."),
            )
        elif least and most and most < least:
            self.add_error(
                "max_days",
                _("This is less than the shortest stay. Give %(least)s or more.")
                % {"least": least},
            )
