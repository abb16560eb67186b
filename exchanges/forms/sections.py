"""The pages of a draft, one topic each."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.forms import (
    ChoiceCardsMultiple,
    PickerSelect,
)
from cxc_portal.core.types import Text
from exchanges.commitment.terms import (
    JSON,
    PARTIES,
    SIDES,
    Clauses,
    Outcomes,
    People,
    Person,
    Purpose,
    Responsibilities,
)
from exchanges.commitment.terms import Outcome as OutcomeTerms
from exchanges.enums import Capacity
from exchanges.forms.rows import RowForm, Rows
from exchanges.forms.section import SectionForm
from exchanges.forms.when import WhenForm
from exchanges.queries.clauses import clauses_for, standard_responsibilities
from profiles.enums import Activity, Objective
from profiles.forms.section import LongTextField
from profiles.languages import language_choices

LONG, SHORT = 3000, 1500


class PersonForm(RowForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    position = forms.CharField(label=gettext_lazy("Position"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name:
            raise ValidationError(_("Give the name of this person, or remove the row."))
        return name


class PeopleForm(SectionForm):
    section_name = "people"
    fields_template = "exchanges/_section_people.html"

    def make_rows(self, data: Mapping[str, Any] | None) -> list[Rows]:
        people: People = self.written
        return [
            Rows(
                PersonForm,
                side,
                data=data,
                initial=[dict(person.__dict__) for person in getattr(people, side)],
            )
            for side in SIDES
        ]

    @property
    def sides(self) -> list[tuple[Text, str, Rows]]:
        """Role, organisation and rows of both sides."""
        return [
            (Capacity(rows.name).label, self.exchange.party_name(rows.name), rows)
            for rows in self.rows
        ]

    def content(self) -> JSON:
        people = {
            rows.name: tuple(Person(**values) for values in rows.values()) for rows in self.rows
        }
        return People(**people).to_json()


class PurposeForm(SectionForm):
    section_name = "purpose"
    has_autosave = True

    objectives = forms.MultipleChoiceField(
        label=gettext_lazy("What is it for?"),
        choices=Objective.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("What will you do?"),
        choices=Activity.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    text = LongTextField(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("Two or three sentences: what each side hopes to gain."),
        max_length=SHORT,
        rows=6,
    )

    def content(self) -> JSON:
        cleaned = self.cleaned_data
        return Purpose(
            objectives=tuple(cleaned["objectives"]),
            activities=tuple(cleaned["activities"]),
            text=cleaned["text"],
        ).to_json()


class ResponsibilitiesForm(SectionForm):
    section_name = "responsibilities"
    fields_template = "exchanges/_section_responsibilities.html"
    has_autosave = True

    HO = LongTextField(max_length=SHORT, rows=5)
    VO = LongTextField(max_length=SHORT, rows=5)
    HOP = LongTextField(max_length=SHORT, rows=4)
    VOP = LongTextField(max_length=SHORT, rows=4)

    def prepare(self) -> None:
        for party in PARTIES:
            self.fields[party].label = _("%(role)s: %(name)s") % {
                "role": Capacity(party).label,
                "name": self.exchange.party_name(party),
            }

    def press(self, button: str, value: str) -> None:
        """The standard text of one party is back in its field, the others stay as typed."""
        if button == "standard" and value in PARTIES:
            typed = {party: self.data.get(party, "") for party in PARTIES}
            typed[value] = standard_responsibilities(self.exchange.mode)[value]
            self.data, self.is_bound = {}, False
            self.initial = {**self.initial, **typed}
            self.fields[value].widget.attrs["data-focus"] = ""

    @property
    def parties(self) -> list[tuple[str, Any, bool]]:
        """Each field, and whether its text differs from the standard one."""
        standard = standard_responsibilities(self.exchange.mode)
        return [(party, self[party], self[party].value() != standard[party]) for party in PARTIES]

    def content(self) -> JSON:
        return Responsibilities(**{party: self.cleaned_data[party] for party in PARTIES}).to_json()


class OutcomeForm(RowForm):
    text = LongTextField(label=gettext_lazy("What you expect"), max_length=500, rows=2)
    measure = LongTextField(label=gettext_lazy("How you will recognise it"), max_length=500, rows=2)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text:
            raise ValidationError(_("Say what you expect, or remove the row."))
        return text


class OutcomesForm(SectionForm):
    section_name = "outcomes"
    fields_template = "exchanges/_section_outcomes.html"
    has_autosave = True

    def make_rows(self, data: Mapping[str, Any] | None) -> list[Rows]:
        initial = [dict(outcome.__dict__) for outcome in self.written.items]
        return [Rows(OutcomeForm, "items", data=data, initial=initial)]

    def content(self) -> JSON:
        return Outcomes(
            items=tuple(OutcomeTerms(**values) for values in self.rows[0].values())
        ).to_json()


class ClausesForm(SectionForm):
    section_name = "clauses"
    has_autosave = True

    language = forms.ChoiceField(
        label=gettext_lazy("Working language"),
        help_text=gettext_lazy("In which you work, and in which the document is made."),
        widget=PickerSelect,
    )
    agreed = forms.MultipleChoiceField(
        label=gettext_lazy("Both sides agree to these clauses"), widget=ChoiceCardsMultiple
    )
    further = LongTextField(
        label=gettext_lazy("Further clauses"), required=False, max_length=LONG, rows=5
    )

    def prepare(self) -> None:
        language = self.fields["language"]
        language.choices = [("", _("Choose a language")), *language_choices()]
        agreed = self.fields["agreed"]
        agreed.choices = [(clause.code, clause.title) for clause in self._clauses]
        agreed.widget.hints = {clause.code: clause.text for clause in self._clauses}
        optional = [clause.title for clause in self._clauses if not clause.is_required]
        agreed.help_text = _("All of them are needed for signing, but for: %(optional)s.") % {
            "optional": ", ".join(optional)
        }

    @cached_property
    def _clauses(self) -> list[Any]:
        return clauses_for(self.exchange.mode)

    def content(self) -> JSON:
        cleaned = self.cleaned_data
        return Clauses(
            language=cleaned["language"],
            agreed=tuple(cleaned["agreed"]),
            further=cleaned["further"],
        ).to_json()


FORMS: Mapping[str, type[SectionForm]] = {
    form.section_name: form
    for form in (
        WhenForm,
        PeopleForm,
        PurposeForm,
        ResponsibilitiesForm,
        OutcomesForm,
        ClausesForm,
    )
}
"""The sections that have a page of this kind, by name."""
