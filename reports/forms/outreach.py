"""The outreach log: what narrows it, and what an action was."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import DateInput
from profiles.forms.section import LongTextField, WebAddressField
from reports.enums import OutreachKind
from reports.forms.of_partnership import OfPartnershipForm, RecordsForm
from reports.models import OutreachAction
from reports.queries.outreach import OutreachFilters
from reports.services.outreach import Told


class OutreachFilterForm(RecordsForm):
    kind = forms.ChoiceField(
        label=_("How"), required=False, choices=[("", _("Any")), *OutreachKind.choices]
    )
    field_order = ("text", "partnership", "kind")

    @property
    def filters(self) -> OutreachFilters:
        chosen = self.narrowed
        return OutreachFilters(kind=self.cleaned_data.get("kind", ""), **chosen)


class OutreachForm(OfPartnershipForm):
    address = WebAddressField(
        label=_("Address of the post or page"), help_text=_("Where it can be seen.")
    )

    class Meta:
        model = OutreachAction
        fields = ("kind", "title", "on", "place", "channel", "reached", "address", "note")
        field_classes = {"note": LongTextField}
        widgets = {"on": DateInput}
        help_texts = {
            "title": _("Such as: cluster breakfast in Lyon, spring newsletter."),
            "channel": _("Such as: newsletter, LinkedIn, the network’s own mailing list."),
            "reached": _("How many people came or received it. Empty when nobody counted."),
        }
        error_messages = {
            "kind": {"required": _("Choose how you told people.")},
            "title": {"required": _("Say in a few words what it was.")},
            "on": {"required": _("Give the day.")},
        }

    field_order = ("partnership", "kind", "title", "on", "place", "channel", "reached", "address")

    @property
    def content(self) -> Told:
        """What the action was, once the form is valid."""
        return Told(**{name: self.cleaned_data[name] for name in self.Meta.fields})
