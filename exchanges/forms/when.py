"""When and where an exchange takes place."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.forms import ChoiceCards, DateInput, DateRange, DateRangeField
from exchanges.commitment.terms import JSON, When
from exchanges.enums import ExchangeMode
from exchanges.forms.section import SectionForm
from exchanges.queries.agenda_templates import templates_for
from exchanges.queries.drafts import draft_of
from exchanges.queries.suggested_dates import suggested_starts, usual_programme
from exchanges.wording.values import day_text

LINE = 200
BAD_DAY = {"invalid": gettext_lazy("Give a day such as 2027-03-01.")}
MODE_HINTS = {
    ExchangeMode.PHYSICAL: gettext_lazy("The visitor travels and receives a lump sum."),
    ExchangeMode.VIRTUAL: gettext_lazy("Nobody travels; nothing is paid."),
}


class WhenForm(SectionForm):
    section_name = "when"
    fields_template = "exchanges/_section_when.html"

    mode = forms.ChoiceField(
        label=gettext_lazy("In person or online?"),
        choices=ExchangeMode.choices,
        widget=ChoiceCards(hints=MODE_HINTS),
    )
    days = DateRangeField(
        label=gettext_lazy("First and last day"),
        help_text=gettext_lazy("Without the days of the journey."),
    )
    there = forms.DateField(
        label=gettext_lazy("Day of the journey there"),
        required=False,
        widget=DateInput,
        error_messages=BAD_DAY,
    )
    back = forms.DateField(
        label=gettext_lazy("Day of the journey back"),
        required=False,
        widget=DateInput,
        error_messages=BAD_DAY,
    )
    venue = forms.CharField(
        label=gettext_lazy("Where it takes place"),
        help_text=gettext_lazy("Name and address of the place, or of each place."),
        max_length=LINE * 2,
    )
    platform = forms.CharField(
        label=gettext_lazy("How you meet online"),
        help_text=gettext_lazy("The platform, and who sends the link."),
        max_length=LINE,
    )
    room = forms.CharField(
        label=gettext_lazy("Where to report on the first day"),
        help_text=gettext_lazy("A room, a gate, a person. It can change after signing."),
        required=False,
        max_length=LINE,
    )

    moves_agenda = forms.BooleanField(
        label=gettext_lazy("Move the agenda along"),
        help_text=gettext_lazy(
            "With another first day its entries move to the same days of the stay."
        ),
        required=False,
        initial=True,
    )

    def initial_values(self) -> dict[str, Any]:
        when: When = self.written
        return {
            **when.__dict__,
            "days": DateRange(when.starts_on, when.ends_on),
            "there": self._travel(before=True),
            "back": self._travel(before=False),
        }

    def prepare(self) -> None:
        if not draft_of(self.exchange).agenda.slots:
            del self.fields["moves_agenda"]
        offered = templates_for(self.written.mode)
        starts = suggested_starts(self.exchange, usual_programme(self.exchange, offered))
        if starts:
            free = "; ".join(f"{day_text(one.first)} – {day_text(one.last)}" for one in starts)
            self.fields["days"].help_text = _(
                "Without the days of the journey. Days that suit both, as far as the profiles say: "
                "%(days)s."
            ) % {"days": free}

    def _travel(self, *, before: bool) -> Any:
        """The day of the journey on this side of the stay."""
        when: When = self.written
        first = when.starts_on
        days = [d for d in when.travel_days if (first is None or d <= first) == before]
        return (days[0] if before else days[-1]) if days else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        there, back = cleaned.get("there"), cleaned.get("back")
        if there and back and back < there:
            self.add_error("back", _("The journey back is before the journey there."))
        return cleaned

    @property
    def options(self) -> dict[str, bool]:
        return {"moves_agenda": bool(self.cleaned_data.get("moves_agenda"))}

    def content(self) -> JSON:
        cleaned, days = self.cleaned_data, self.cleaned_data["days"] or DateRange(None, None)
        shown = {self.initial["there"], self.initial["back"]}
        kept = {day for day in self.written.travel_days if day not in shown}
        travel = kept | {day for day in (cleaned["there"], cleaned["back"]) if day}
        return When(
            mode=cleaned["mode"] or self.written.mode,
            starts_on=days.start,
            ends_on=days.end,
            travel_days=tuple(sorted(travel)),
            venue=cleaned["venue"],
            platform=cleaned["platform"],
            room=cleaned["room"],
        ).to_json()
