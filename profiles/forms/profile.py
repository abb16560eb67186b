"""The pages of a profile."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.forms import (
    ChoiceCards,
    PickerSelectMultiple,
)
from profiles.answers import types_open_to
from profiles.enums import Activity, Objective, Role
from profiles.forms.participant import CvForm, ParticipantForm
from profiles.forms.registration.choices import FAMILIES, grouped_languages, own_names_of_country
from profiles.forms.registration.pages import LanguageBoxes
from profiles.forms.section import LongTextField, Section, SectionForm
from profiles.forms.time import TimeForm
from profiles.models import Country, OrganisationType, Profile, Sector
from profiles.sectors import sectors_by_section

MOST_WANTED_SECTORS = 10


class LanguagesForm(SectionForm):
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("In which languages can you work?"),
        widget=LanguageBoxes(search_label=gettext_lazy("Another language")),
        help_text=gettext_lazy("One in common with your partner is enough."),
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )

    class Meta:
        model = Profile
        fields = ["languages"]

    def prepare(self) -> None:
        self.fields["languages"].choices = grouped_languages(self.stored.organisation.country)


class PurposeForm(SectionForm):
    objectives = forms.MultipleChoiceField(
        label=gettext_lazy("What do you want to achieve?"),
        choices=Objective.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("What would you like to do together?"),
        choices=Activity.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Profile
        fields = ["objectives", "activities"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("objectives") and not cleaned.get("activities"):
            self.add_error("objectives", _("Choose at least one thing that the exchange is for."))
        return cleaned


class WishesForm(SectionForm):
    """With whom. Whoever chooses nothing is open to all."""

    wanted_countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"),
        help_text=gettext_lazy("Choose none if any country will do. Your own is not among them."),
        required=False,
        widget=PickerSelectMultiple(search_label=gettext_lazy("Type a country")),
    )
    wanted_types = forms.MultipleChoiceField(
        label=gettext_lazy("Types of organisation"),
        help_text=gettext_lazy("Choose none if any type will do."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wanted_sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"),
        help_text=gettext_lazy("Choose none if any sector will do, or up to 10."),
        required=False,
        widget=PickerSelectMultiple(
            search_label=gettext_lazy("Type what they do, such as rail"),
            maximum=MOST_WANTED_SECTORS,
        ),
    )

    class Meta:
        model = Profile
        fields = ["wanted_countries", "wanted_types", "wanted_sectors"]

    def prepare(self) -> None:
        home = self.stored.organisation.country_id
        countries = self.fields["wanted_countries"]
        countries.choices = [
            (one.pk, one.name)
            for one in Country.objects.exclude(pk=home)
            if one.is_eligible or one.pk in self.stored.wanted_countries
        ]
        countries.widget.keywords = own_names_of_country
        eligible = types_open_to(self.stored.counterpart) | set(self.stored.wanted_types)
        self.fields["wanted_types"].choices = _types_by_family(eligible)
        sectors = list(Sector.objects.all())
        self.fields["wanted_sectors"].choices = [
            (name, [(one.pk, one.title) for one in members])
            for name, members in sectors_by_section(sectors)
        ]
        self.fields["wanted_sectors"].widget.keywords = {
            one.pk: f"{one.pk} {one.keywords}" for one in sectors
        }

    def clean_wanted_sectors(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["wanted_sectors"]
        if len(chosen) > MOST_WANTED_SECTORS:
            raise ValidationError(
                _("You chose %(number)s sectors. Keep at most %(most)s, or none for any."),
                params={"number": len(chosen), "most": MOST_WANTED_SECTORS},
            )
        return chosen


def _types_by_family(codes: set[str]) -> list[tuple[Any, list[tuple[str, str]]]]:
    types = [one for one in OrganisationType.objects.all() if one.pk in codes]
    groups = [
        (family.label, [(one.pk, one.label) for one in types if one.family == family])
        for family in FAMILIES
    ]
    return [group for group in groups if group[1]]


class WordsForm(SectionForm):
    description = LongTextField(
        label=gettext_lazy("This profile in a few words"),
        help_text=gettext_lazy("One or two sentences that stand on top of your page."),
        max_length=2000,
        required=False,
        rows=3,
    )
    motivation = LongTextField(
        label=gettext_lazy("What do you hope for?"),
        help_text=gettext_lazy("What you would like to learn, see or begin, and why now."),
        max_length=1500,
        required=False,
    )
    offer = LongTextField(
        label=gettext_lazy("What do you bring?"),
        help_text=gettext_lazy("What your partner takes home: know-how, contacts, a look inside."),
        max_length=1500,
        required=False,
    )

    class Meta:
        model = Profile
        fields = ["description", "motivation", "offer"]


class HostingForm(SectionForm):
    premises = LongTextField(
        label=gettext_lazy("Your place"),
        help_text=gettext_lazy("What visitors find: workplaces, labs, step-free access, parking."),
        max_length=1500,
        required=False,
    )

    class Meta:
        model = Profile
        fields = ["max_visitors", "welcomes_groups", "premises"]
        labels = {
            "max_visitors": gettext_lazy("How many visitors can you receive at once?"),
            "welcomes_groups": gettext_lazy("Groups are welcome"),
        }


class VisitForm(SectionForm):
    class Meta:
        model = Profile
        fields = ["joins_groups", "accessibility_needs", "has_declared_residence"]
        labels = {
            "joins_groups": gettext_lazy("I would also join a group"),
            "accessibility_needs": gettext_lazy("What do you need to take part?"),
            "has_declared_residence": gettext_lazy(
                "I declare that I live in a participating country"
            ),
        }
        help_texts = {
            "accessibility_needs": gettext_lazy(
                "Such as step-free access or an interpreter. Only your partner and your "
                "partnership read this."
            ),
            "has_declared_residence": gettext_lazy(
                "Whoever is a national of a country outside the programme must have lived here "
                "for 183 days with a residence permit."
            ),
        }


class VisibilityForm(SectionForm):
    class Meta:
        model = Profile
        fields = ["is_in_teaser"]
        labels = {"is_in_teaser": gettext_lazy("Show this profile to people who only look around")}
        help_texts = {
            "is_in_teaser": gettext_lazy(
                "Without your name: they see type, country, sector and what you look for. It "
                "brings you partners who have not registered yet."
            )
        }


class RoleForm(SectionForm):
    role = forms.ChoiceField(
        label=gettext_lazy("In which role do you take part?"),
        choices=[
            (Role.VISITING, gettext_lazy("Visit a partner")),
            (Role.HOST, gettext_lazy("Host a partner")),
        ],
        help_text=gettext_lazy("To do both, keep this profile and register a second one."),
        widget=ChoiceCards(icons={Role.VISITING: "plane", Role.HOST: "home"}),
    )

    class Meta:
        model = Profile
        fields = ["role"]


PROFILE_SECTIONS = (
    Section(
        "words",
        gettext_lazy("In your words"),
        gettext_lazy("What you hope for and what you bring"),
        WordsForm,
    ),
    Section(
        "purpose",
        gettext_lazy("What the exchange is for"),
        gettext_lazy("Objectives and activities"),
        PurposeForm,
    ),
    Section(
        "time",
        gettext_lazy("When and how long"),
        gettext_lazy("Periods, working days, in person or online"),
        TimeForm,
    ),
    Section(
        "wishes",
        gettext_lazy("Whom you look for"),
        gettext_lazy("Countries, types and sectors"),
        WishesForm,
    ),
    Section(
        "languages",
        gettext_lazy("Languages"),
        gettext_lazy("In which you can work"),
        LanguagesForm,
    ),
    Section(
        "hosting",
        gettext_lazy("As a host"),
        gettext_lazy("How many visitors, groups, your place"),
        HostingForm,
        Role.HOST,
    ),
    Section(
        "visit",
        gettext_lazy("As a visitor"),
        gettext_lazy("Groups, accessibility, residence"),
        VisitForm,
        Role.VISITING,
    ),
    Section(
        "participant",
        gettext_lazy("Participant"),
        gettext_lazy("Who takes part and how to reach them"),
        ParticipantForm,
    ),
    Section(
        "cv",
        gettext_lazy("CV"),
        gettext_lazy("For your partner, once you have agreed"),
        CvForm,
    ),
    Section(
        "visibility",
        gettext_lazy("Visibility"),
        gettext_lazy("Who can see this profile without registering"),
        VisibilityForm,
    ),
    Section(
        "role",
        gettext_lazy("Role"),
        gettext_lazy("Visitor or host"),
        RoleForm,
    ),
)
