"""The forms of the catalogue: what narrows it, and the names of kept searches."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.types import Text
from matching.forms.search import Choices, SearchForm
from matching.models.keeping import NAME_LENGTH
from matching.queries.catalogue import Occurring
from matching.queries.narrowing import Sorting
from profiles.enums import Role

ROLES: Choices = [
    ("", _("Hosts and visitors")),
    (Role.HOST.value, _("Hosts")),
    (Role.VISITING.value, _("Visitors")),
]
SORTINGS: Choices = [
    (Sorting.NEWEST.value, _("Newest first")),
    (Sorting.NAME.value, _("By name")),
    (Sorting.COUNTRY.value, _("By country")),
]
BEST_FIT: Choices = [(Sorting.SCORE.value, _("Best fit first"))]
MOST_NAMED = 4


class CatalogueForm(SearchForm):
    """Narrows and sorts the catalogue. Only who has a published profile can sort by fit."""

    role = forms.ChoiceField(label=_("Who"), required=False, choices=ROLES)

    ROLES = frozenset(Role.values)
    ALWAYS_SHOWN = ("name", "role", "sort")
    FIRST_SORTING = Sorting.NEWEST

    def __init__(
        self, data: QueryDict, occurring: Callable[[], Occurring], *, can_rank: bool = False
    ) -> None:
        super().__init__(data, occurring)
        self.fields["sort"].choices = [*SORTINGS, *(BEST_FIT if can_rank else ())]

    @property
    def first_fields(self) -> SafeString:
        return self._draw(*self.ALWAYS_SHOWN)

    @property
    def in_words(self) -> str:
        """What was asked for as a name for it, such as "Hosts, Portugal, e-mobility"."""
        said = [str(word) for word in self._said()]
        if not said:
            return str(_("All organisations"))
        return ", ".join(said[:MOST_NAMED])[:NAME_LENGTH]

    def _said(self) -> Iterator[Text]:
        self.is_valid()
        for name in ("role", *(each for each in self.fields if each not in ("role", "sort"))):
            value = self.cleaned_data.get(name)
            if not value:
                continue
            labels = _labels(self.fields[name])
            if name == "days":
                yield _("%(number)s working days") % {"number": value}
            elif isinstance(value, list):
                yield from (labels[one] for one in value)
            else:
                yield labels.get(value, value)


class SearchNameForm(forms.Form):
    """What a person calls a search."""

    name = forms.CharField(label=_("Name of this search"), max_length=NAME_LENGTH)


def _labels(field: Any) -> dict[str, Text]:
    """The labels of a field's choices, groups or not."""
    found: dict[str, Text] = {}
    for value, label in getattr(field, "choices", ()):
        found |= dict(label) if isinstance(label, list | tuple) else {value: label}
    return found
