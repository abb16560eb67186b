"""One section of a partnership's own texts for the implementation report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from profiles.forms.section import LongTextField
from reports.enums import ReportSection
from reports.models import ReportText

HINTS = {
    ReportSection.ISSUES: _("What held exchanges back, what helped, and what was done about it."),
    ReportSection.PROMOTION: _("How organisations were told of the scheme, and what worked."),
    ReportSection.NEXT_STEPS: _("What the partnership does next, who does it, and by when."),
    ReportSection.RESULTS: _("Agreements, joint projects, what organisations learned."),
}


class ReportTextForm(forms.Form):
    """Each section is a form of its own, so that two people can write two sections at once."""

    section = forms.ChoiceField(choices=ReportSection.choices, widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    text = LongTextField(required=False, max_length=10_000, rows=7)

    def __init__(self, *args: Any, section: ReportSection, kept: ReportText | None = None) -> None:
        initial = {
            "section": section,
            "revision": kept.revision if kept else 0,
            "text": kept.text if kept else "",
        }
        super().__init__(*args, initial=initial, auto_id=f"id_{section}_%s")
        self.fields["text"].label = section.label
        self.fields["text"].help_text = HINTS[section]
