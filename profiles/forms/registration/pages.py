"""The pages of the short path as forms: what one types, not yet what the programme allows."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.forms import (
    ChoiceCards,
    HintedRadioSelect,
    PickerSelect,
    PickerSelectMultiple,
)
from profiles.answers import Answers, Obstacle
from profiles.consents import current_consent
from profiles.enums import Activity, Objective, Role
from profiles.forms.registration.choices import (
    NOT_LISTED,
    Choices,
    cluster_choices,
    country_choices,
    grouped_languages,
    hints_on_types,
    own_names_of_country,
    partnership_choices,
    type_choices,
)
from profiles.models import Sector
from profiles.sectors import find_sectors, sectors_by_section
from profiles.suggestion import named_cluster

LONGEST_SEARCH = 60


class PageForm(forms.Form):
    """One page. `answers` are those given so far, `preset` goes before them on a fresh page."""

    def __init__(
        self, *args: Any, answers: Answers, preset: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {**self.given(answers), **(preset or {})}
        super().__init__(*args, **kwargs)
        self.answers = answers
        self.met: list[Obstacle] = []
        self.prepare()

    def given(self, answers: Answers) -> dict[str, Any]:
        """The answers of this page as its fields show them."""
        return {name: getattr(answers, name) for name in self.base_fields}

    def prepare(self) -> None:
        """Fill in what depends on reference data and on earlier answers."""

    def offer(self, name: str, choices: Choices) -> None:
        """Let a field choose among these."""
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def tell(self, obstacle: Obstacle) -> None:
        """Say what is in the way of an answer on this page: an error once it was sent."""
        if obstacle.question in self.fields:
            self.met.append(obstacle)
            if self.is_bound:
                self.add_error(obstacle.question, obstacle.message)

    def to_keep(self) -> dict[str, Any]:
        """What is kept of this page; of one with errors, that which has none."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.fields}


class RoleForm(PageForm):
    role = forms.ChoiceField(
        label=_("How would you like to take part?"),
        choices=[(Role.VISITING, _("Visit a partner")), (Role.HOST, _("Host a partner"))],
        widget=ChoiceCards(
            hints={
                Role.VISITING: _(
                    "Spend a few days at an organisation in another country. A lump sum helps "
                    "with the costs."
                ),
                Role.HOST: _(
                    "Welcome organisations from other countries at your place, as often as you "
                    "like."
                ),
            },
            icons={Role.VISITING: "plane", Role.HOST: "home"},
        ),
        error_messages={"required": _("Choose whether you would like to visit or to host.")},
    )


class OrganisationForm(PageForm):
    name = forms.CharField(
        label=_("Name of your organisation"),
        min_length=2,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Write the name of your organisation.")},
    )
    country = forms.ChoiceField(
        label=_("Country"),
        help_text=_(
            "Where your organisation is registered, or where the office is that you work from."
        ),
        widget=PickerSelect(search_label=_("Type a country"), keywords=own_names_of_country),
        error_messages={"required": _("Choose the country of your organisation.")},
    )
    organisation_type = forms.ChoiceField(
        label=_("Type of organisation"),
        choices=type_choices,
        widget=HintedRadioSelect,
        error_messages={"required": _("Choose the type that describes your organisation best.")},
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        max_length=255,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
        error_messages={"invalid": _("Write the address like www.example.org, or leave it empty.")},
    )
    summary = forms.CharField(
        label=_("What you do, in a sentence"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def given(self, answers: Answers) -> dict[str, Any]:
        kind, country = answers.organisation_type, answers.country
        return {
            "name": answers.name,
            "country": country.pk if country else "",
            "organisation_type": kind.pk if kind else "",
            "website": answers.website,
            "summary": answers.summary,
        }

    def prepare(self) -> None:
        self.fields["country"].choices = country_choices()
        self.fields["organisation_type"].widget.hints = hints_on_types()


class SectorForm(PageForm):
    """The sector is searched for: `find` is what was typed, `found` what was looked for last."""

    find = forms.CharField(label=_("Search for your sector"), required=False)
    found = forms.CharField(required=False, widget=forms.HiddenInput)
    main_sector = forms.ChoiceField(
        label=_("Main sector"),
        help_text=_("Type what you do in your own words, such as rail, software or packaging."),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Search for what you do, then choose one of the sectors."),
        },
    )
    cluster = forms.ChoiceField(
        label=_("Your cluster"),
        help_text=_(
            "The cluster that your organisation is a member of. If it is not in the list, choose "
            "the last entry."
        ),
        widget=PickerSelect(search_label=_("Type a cluster")),
        error_messages={
            "required": _("Choose your cluster, or “My cluster is not in the list” at the end."),
        },
    )
    other_cluster = forms.CharField(
        label=_("Name of your cluster"),
        help_text=_("Only when it is not in the list."),
        required=False,
        max_length=150,
    )

    def given(self, answers: Answers) -> dict[str, Any]:
        cluster, sector = answers.cluster, answers.main_sector
        not_listed = NOT_LISTED if answers.other_cluster else ""
        return {
            "main_sector": sector.pk if sector else "",
            "cluster": str(cluster.pk) if cluster else not_listed,
            "other_cluster": answers.other_cluster,
        }

    def prepare(self) -> None:
        self.sectors = list(Sector.objects.all())
        self.offer("main_sector", [(one.pk, one.title) for one in self.sectors])
        if self.answers.is_asked_for_cluster:
            choices, keywords = cluster_choices(self.answers.country)
            self.offer("cluster", choices)
            self.fields["cluster"].widget.keywords = keywords
        else:
            del self.fields["cluster"], self.fields["other_cluster"]

    @property
    def wants_search(self) -> bool:
        """Whether this was sent to look for sectors: by the button, or by Enter after typing."""
        find, chosen = self.data.get("find", "").strip(), self.data.get("main_sector")
        is_new = find != self.data.get("found", "").strip()
        return bool(find) and (is_new or ("search" in self.data and not chosen))

    def as_typed(self) -> "SectorForm":
        """The same page with all that was typed, and nothing found fault with."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        return SectorForm(answers=self.answers, preset=typed)

    @property
    def text(self) -> str:
        """What is being looked for."""
        return (self["find"].value() or "").strip()[:LONGEST_SEARCH]

    def sectors_shown(self) -> list[Sector]:
        """What was found, with the chosen one on top."""
        chosen = self["main_sector"].value()
        found = find_sectors(self.text)
        if chosen and chosen not in {one.pk for one in found}:
            found = [*(one for one in self.sectors if one.pk == chosen), *found]
        return found

    def sections(self) -> list[tuple[Any, list[Sector]]]:
        """All sectors by section, for whoever would rather browse."""
        return sectors_by_section(self.sectors)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "cluster" not in self.fields or "cluster" in self.errors:
            return cleaned
        written = cleaned.get("other_cluster", "")
        if cleaned["cluster"] != NOT_LISTED:
            return cleaned | {"other_cluster": ""}
        if not written:
            self.add_error("other_cluster", _("Write the name of your cluster."))
        known = named_cluster(written)
        if known:
            return cleaned | {"cluster": str(known.pk), "other_cluster": ""}
        return cleaned | {"cluster": ""}

    def to_keep(self) -> dict[str, Any]:
        return {k: v for k, v in super().to_keep().items() if k not in {"find", "found"}}


class LanguageBoxes(PickerSelectMultiple):
    """The likely languages as check boxes at once, the others to search for."""

    template_name = "profiles/register/languages.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        groups = context["widget"]["optgroups"]
        context["widget"]["likely"] = [
            option for group, options, _index in groups if not group for option in options
        ]
        context["widget"]["optgroups"] = [group for group in groups if group[0]]
        return context


class ExchangeForm(PageForm):
    purpose = forms.MultipleChoiceField(
        label=_("What is the exchange for?"),
        help_text=_("Choose all that fit. One is enough."),
        choices=[
            (_("What you want to achieve"), Objective.choices),
            (_("What you would like to do together"), Activity.choices),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that the exchange is for.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("In which languages can you work?"),
        widget=LanguageBoxes(search_label=_("Another language")),
        error_messages={"required": _("Choose at least one language.")},
    )

    def prepare(self) -> None:
        self.offer("languages", grouped_languages(self.answers.country))


class PartnershipForm(forms.Form):
    partnership = forms.ChoiceField(
        label=_("Partnership"),
        widget=PickerSelect(search_label=_("Type a name or a field")),
        error_messages={"required": _("Choose a partnership from the list.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partnership"].choices = partnership_choices()


class SubmitForm(forms.Form):
    """The last page. Somebody without an account gives an address, which is confirmed next."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We send a code to it, so that nobody can register in your name."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("Write an e-mail address like name@example.org."),
        },
    )
    consent = forms.BooleanField(
        label=_("Yes, I agree"),
        error_messages={"required": _("Tick the box to say that you agree.")},
    )

    def __init__(self, *args: Any, is_anonymous: bool, has_consented: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].help_text = format_html(
            '{} <a href="{}">{}</a>, <a href="{}">{}</a>',
            current_consent().text,
            reverse("profiles:terms"),
            _("Terms of use"),
            reverse("profiles:privacy"),
            _("Privacy"),
        )
        if not is_anonymous:
            del self.fields["email"]
        if has_consented:
            del self.fields["consent"]
