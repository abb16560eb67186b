"""The form above a list of partners."""

import re
from collections.abc import Callable, Collection
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.forms import PickerSelectMultiple
from matching.queries.catalogue import Occurring, occurring_in
from matching.queries.narrowing import Search, Sorting, days_of, search_of
from profiles.enums import Activity, Mode, Objective, ProfileState, Role
from profiles.forms.registration.choices import own_names_of_country
from profiles.languages import language_codes, language_name
from profiles.models import (
    Cluster,
    Country,
    Organisation,
    OrganisationType,
    Partnership,
    Sector,
)
from profiles.models.profile import LONGEST_STAY
from profiles.sectors import sectors_by_section

Choices = list[tuple[Any, Any]]

SORTINGS: Choices = [
    (Sorting.SCORE.value, _("Best fit first")),
    (Sorting.NEWEST.value, _("Newest first")),
    (Sorting.NAME.value, _("By name")),
    (Sorting.COUNTRY.value, _("By country")),
]
MODES: Choices = [
    ("", _("Either")),
    (Mode.PHYSICAL.value, Mode.PHYSICAL.label),
    (Mode.VIRTUAL.value, Mode.VIRTUAL.label),
]
PURPOSES: Choices = [
    (_("Objectives"), Objective.choices),
    (_("Activities"), Activity.choices),
]
MONTHS_AHEAD = 18
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
DAYS_REFUSAL = _("Give a number of working days from 1 to 31.")


class SearchForm(forms.Form):
    """Narrows and sorts a list of partners. Offers what occurs among them, and what is chosen."""

    name = forms.CharField(
        label=_("Name or words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTINGS)
    sector = forms.MultipleChoiceField(
        label=_("Sector"),
        required=False,
        widget=PickerSelectMultiple(search_label=_("Type, such as rail")),
    )
    country = forms.MultipleChoiceField(
        label=_("Country"),
        required=False,
        widget=PickerSelectMultiple(search_label=_("Type a country")),
    )
    language = forms.MultipleChoiceField(
        label=_("Language"),
        required=False,
        widget=PickerSelectMultiple(search_label=_("Type a language")),
    )
    type = forms.MultipleChoiceField(
        label=_("Type of organisation"),
        required=False,
        widget=PickerSelectMultiple(search_label=_("Type a kind of organisation")),
    )
    purpose = forms.MultipleChoiceField(
        label=_("Purpose"),
        required=False,
        choices=PURPOSES,
        widget=PickerSelectMultiple(search_label=_("Type what for")),
    )
    partnership = forms.MultipleChoiceField(
        label=_("Partnership"),
        required=False,
        widget=PickerSelectMultiple(search_label=_("Type a partnership")),
    )
    days = forms.IntegerField(
        label=_("Length of stay (working days)"),
        required=False,
        min_value=1,
        max_value=LONGEST_STAY,
        error_messages={
            "invalid": DAYS_REFUSAL,
            "min_value": DAYS_REFUSAL,
            "max_value": DAYS_REFUSAL,
        },
    )
    mode = forms.ChoiceField(label=_("In person or online"), required=False, choices=MODES)
    month = forms.ChoiceField(label=_("Available in"), required=False)
    cluster = forms.MultipleChoiceField(
        label=_("Cluster"),
        required=False,
        widget=PickerSelectMultiple(search_label=_("Type the name of a cluster")),
    )

    ALWAYS_SHOWN: tuple[str, ...] = ("name", "sort")
    FIRST_SORTING = Sorting.SCORE

    def __init__(self, data: QueryDict, occurring: Callable[[], Occurring]) -> None:
        super().__init__(data)
        self.given = data
        for name, choices in (
            ("sector", _sectors),
            ("country", _countries),
            ("language", _languages),
            ("type", _types),
            ("partnership", _partnerships),
        ):
            field: Any = self.fields[name]
            # Asked for only when the field is drawn or has something to check, and then once.
            field.choices = cache(partial(_offered, name, choices, occurring, data.getlist(name)))
        self.fields["country"].widget.keywords = own_names_of_country
        self.fields["cluster"].choices = cache(partial(_clusters, data.getlist("cluster")))
        self.fields["month"].choices = partial(_months, data.get("month", ""))

    @property
    def first_fields(self) -> SafeString:
        """The two that are always shown. Nearly always they say nothing, and are drawn once."""
        if any(self._says_something(name) for name in self.ALWAYS_SHOWN):
            return self._draw(*self.ALWAYS_SHOWN)
        return _untouched_first_fields(get_language())

    @property
    def active(self) -> list[forms.BoundField]:
        """The fields beyond the two first ones that say something."""
        return [field for field in self._further if self._says_something(field.name)]

    @property
    def rest(self) -> list[forms.BoundField]:
        """The fields that say nothing yet; drawn on demand, because some have many options."""
        return [field for field in self._further if not self._says_something(field.name)]

    @property
    def _further(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.ALWAYS_SHOWN]

    def _draw(self, *names: str) -> SafeString:
        return format_html_join("", "{}", ((self[name].as_field_group(),) for name in names))

    def _says_something(self, name: str) -> bool:
        return any(self.given.getlist(name))

    def search(self) -> Search:
        """What was asked for; a field with an error asks for nothing."""
        return search_of(self.kept, first_sorting=self.FIRST_SORTING)

    @property
    def kept(self) -> QueryDict:
        """What was asked for as an address holds it: nothing that is empty or wrong."""
        self.is_valid()
        kept = QueryDict(mutable=True)
        for name, value in self.cleaned_data.items():
            if value:
                kept.setlist(name, value if isinstance(value, list) else [str(value)])
        return kept


@lru_cache(maxsize=32)
def _untouched_first_fields(language: str | None) -> SafeString:
    form = SearchForm(QueryDict(), partial(occurring_in, Role.HOST))  # they offer nothing of it
    return form._draw(*form.ALWAYS_SHOWN)


def _offered(
    name: str,
    choices: Callable[[Collection[str]], Choices],
    occurring: Callable[[], Occurring],
    chosen: list[str],
) -> Choices:
    return choices(getattr(occurring(), name) | set(chosen))


def _sectors(codes: Collection[str]) -> Choices:
    sectors = Sector.objects.filter(pk__in=codes)
    return [
        (section, [(one.pk, one.title) for one in members])
        for section, members in sectors_by_section(sectors)
    ]


def _countries(codes: Collection[str]) -> Choices:
    found = Country.objects.filter(pk__in=codes)
    return [(_("Countries"), [(one.pk, one.name) for one in found])]


def _languages(codes: Collection[str]) -> Choices:
    named = [(code, language_name(code)) for code in language_codes().intersection(codes)]
    return [(_("Languages"), sorted(named, key=lambda choice: choice[1]))]


def _types(codes: Collection[str]) -> Choices:
    found = OrganisationType.objects.filter(pk__in=codes)
    return [(_("Types"), [(one.pk, one.label) for one in found])]


def _clusters(chosen: Collection[str]) -> Choices:
    """Those with a member in the catalogue, and those that are chosen."""
    listed = Organisation.objects.filter(
        clusters=OuterRef("pk"), profiles__state=ProfileState.PUBLISHED
    )
    keys = [key for key in chosen if key.isdecimal()]
    found = Cluster.objects.filter(Exists(listed) | Q(pk__in=keys))
    return [(_("Clusters"), [(str(one.pk), one.name) for one in found])]


def _months(chosen: str) -> Choices:
    """This month and those after it; one that is over stays while it is chosen."""
    first = clock.today().replace(day=1)
    numbers = range(first.month - 1, first.month - 1 + MONTHS_AHEAD)
    months = [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
    if MONTH.fullmatch(chosen):
        months = sorted({*months, days_of(chosen)[0]})
    named = [(f"{month:%Y-%m}", date_format(month, "F Y")) for month in months]
    return [("", _("Any month")), *named]


def _partnerships(keys: Collection[str]) -> Choices:
    found = Partnership.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    return [(_("Partnerships"), [(str(one.pk), one.acronym) for one in found])]
