"""What a host says of a group exchange: at most six answers, the agenda comes from a programme."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.forms import DateInput, PickerSelectMultiple
from exchanges.enums import ExchangeMode
from exchanges.models import GroupOffer
from exchanges.queries.agenda_templates import AgendaTemplate, days_from, templates_for
from exchanges.queries.groups import sections_from, taken_of, template_in, visiting_types
from exchanges.services.groups import FIXED, GroupTerms
from profiles.enums import Mode
from profiles.models import Profile
from profiles.rules import current_rules

ONE_DAY = timedelta(days=1)
FIXED_FIELDS = ("title", "template", "starts_on", "eligible_types")
"""What cannot be asked any more once somebody has joined."""
COMMENT_LENGTH = 1000


class GroupForm(forms.Form):
    """A group exchange, offered or changed. `offer` is the one that is changed."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        help_text=gettext_lazy("Such as “Batteries in practice: three days with our members”."),
        error_messages={"required": gettext_lazy("Give the group a title.")},
    )
    description = forms.CharField(
        label=gettext_lazy("What awaits visitors?"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Say in a few words what awaits visitors.")},
    )
    template = forms.ChoiceField(
        label=gettext_lazy("Programme"),
        help_text=gettext_lazy(
            "The agenda starts from it. Each visitor and you can change it in their commitment."
        ),
    )
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=DateInput,
        help_text=gettext_lazy(
            "The other days follow by themselves, without weekends and public "
            "holidays of your country."
        ),
        error_messages={"required": gettext_lazy("Give the first day.")},
    )
    places = forms.IntegerField(
        label=gettext_lazy("Places"),
        initial=5,
        error_messages={"required": gettext_lazy("Say how many visitors you can receive.")},
    )
    closes_on = forms.DateField(
        label=gettext_lazy("Places can be taken until"), required=False, widget=DateInput
    )
    eligible_types = forms.MultipleChoiceField(
        label=gettext_lazy("Types of organisation"),
        required=False,
        widget=PickerSelectMultiple(search_label=gettext_lazy("Type a kind")),
        help_text=gettext_lazy("Choose none to welcome all that may visit in this round."),
    )

    def __init__(
        self, *args: Any, host: Profile, offer: GroupOffer | None = None, **kwargs: Any
    ) -> None:
        self.host, self.offer = host, offer
        if offer:
            kwargs["initial"] = _initial(offer) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        rules = current_rules()
        self.lead = rules.integer("signing.first_days")
        self.fields["template"].choices = _programmes(host)
        self.fields["places"].widget.attrs |= {"min": 1, "max": rules.integer("group.max_places")}
        self.fields["eligible_types"].choices = [(one.pk, one.label) for one in visiting_types()]
        self.fields["closes_on"].help_text = ngettext_lazy(
            "Empty: %(days)d day before the first day, which leaves time to sign.",
            "Empty: %(days)d days before the first day, which leaves time to sign.",
            self.lead,
        ) % {"days": self.lead}
        if self.has_visitors:
            for name in FIXED_FIELDS:
                del self.fields[name]

    @property
    def asked(self) -> list[Any]:
        """The fields that everybody fills in."""
        return [field for field in self if field.name != "eligible_types"]

    @property
    def names_types(self) -> bool:
        """Whether only some types are wanted."""
        return bool(self["eligible_types"].value())

    @property
    def has_visitors(self) -> bool:
        return self.offer is not None and taken_of(self.offer) > 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on = cleaned.get("starts_on")
        if starts_on and starts_on <= clock.today():
            self.add_error("starts_on", ValidationError(_("Give a day that is to come.")))
        return cleaned

    @property
    def terms(self) -> GroupTerms:
        """As the services take them."""
        cleaned = self.cleaned_data
        return GroupTerms(
            **self._fixed(),
            description=cleaned["description"],
            places=cleaned["places"],
            closes_on=cleaned["closes_on"] or self._usual_closing_day(),
        )

    def _fixed(self) -> dict[str, Any]:
        """What is settled with the first visitor."""
        if self.has_visitors:
            return {name: getattr(self.offer, name) for name in FIXED}
        cleaned, template = self.cleaned_data, self._template
        days = self._days
        types = cleaned["eligible_types"] or [one.pk for one in visiting_types()]
        return {
            "title": cleaned["title"],
            "mode": template.mode,
            "starts_on": days[0],
            "ends_on": days[-1],
            "eligible_types": tuple(types),
            "sections": sections_from(template, days, cleaned["description"]),
        }

    @property
    def _template(self) -> AgendaTemplate:
        code = self.cleaned_data["template"]
        found = (one for mode in ExchangeMode for one in templates_for(mode))
        return next(one for one in found if one.code == code)

    @property
    def _days(self) -> list[date]:
        country = self.host.organisation.country_id
        return days_from(self._template, self.cleaned_data["starts_on"], country)

    def _usual_closing_day(self) -> date:
        """So long before the start that all can sign; for a group at short notice the day before
        it."""
        starts_on = self.offer.starts_on if self.offer and self.has_visitors else self._days[0]
        usual = starts_on - timedelta(days=self.lead)
        return usual if usual >= clock.today() else starts_on - ONE_DAY


class GroupReasonForm(forms.Form):
    """Why a group is cancelled, or a place given up."""

    comment = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The other side reads it."),
        error_messages={"required": gettext_lazy("Say the reason in a few words.")},
    )


def _programmes(host: Profile) -> list[tuple[str, list[tuple[str, str]]]]:
    """Those that the host's profile allows, by the way of meeting."""
    modes = [mode for mode in ExchangeMode if host.mode in (Mode.EITHER, mode)]
    return [(str(mode.label), [_choice(one) for one in templates_for(mode)]) for mode in modes]


def _choice(template: AgendaTemplate) -> tuple[str, str]:
    return template.code, template.title


def _initial(offer: GroupOffer) -> dict[str, Any]:
    template = template_in(offer)
    everybody = {one.pk for one in visiting_types()}
    types = set(offer.eligible_types)
    return {
        "title": offer.title,
        "description": offer.description,
        "template": template.code if template else "",
        "starts_on": offer.starts_on,
        "places": offer.places,
        "closes_on": offer.closes_on,
        "eligible_types": [] if types == everybody else sorted(types),
    }
