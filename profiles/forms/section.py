"""A page of a profile or an organisation: a few fields on one topic, saved together."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core.forms import DateRange
from cxc_portal.core.types import Text
from profiles.enums import Role
from profiles.models import Organisation, Profile
from profiles.services.editing import fingerprint

NONE = "–"


class LongTextField(forms.CharField):
    """Lines of text. A line end counts as one character, as the browser counts it."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["rows"] = rows

    def to_python(self, value: Any) -> str:
        return super().to_python(value.replace("\r\n", "\n") if value else value) or ""


class WebAddressField(forms.URLField):
    """An address on the web: `https://` is added, and nothing but the web can be named."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": gettext_lazy("Write the address like www.example.org, or leave it empty.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "url"}))
        super().__init__(assume_scheme="https", required=False, **kwargs)


@dataclass(frozen=True)
class Difference:
    """One field of a refused form: what somebody else has saved meanwhile, and what was typed."""

    label: Text
    stored: str
    typed: str


class SectionForm(forms.ModelForm):
    """Fields of one topic. Carries in `seen` what they said when the page was opened.

    The row itself is not touched: a service writes `changes`.
    """

    derived: tuple[str, ...] = ()
    """Fields of the model that are worked out from what was typed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, instance: Profile | Organisation, **kwargs: Any) -> None:
        super().__init__(*args, instance=copy.copy(instance), **kwargs)
        self.stored = instance
        self.prepare()
        self.initial["seen"] = self._fingerprint()

    def prepare(self) -> None:
        """Fill in what depends on reference data and on the row."""

    @property
    def names(self) -> list[str]:
        """The fields that the service changes."""
        return [*(name for name in self.fields if name != "seen"), *self.derived]

    @property
    def changes(self) -> dict[str, Any]:
        """The new values, for the service."""
        return {name: self.cleaned_data[name] for name in self.names}

    def warnings(self) -> list[str]:
        """What to think about after saving; none of it stops anybody."""
        return []

    def differences(self) -> list[Difference]:
        """Where what was typed is not what is stored now."""
        stored = type(self)(instance=self.stored)
        pairs = ((name, stored.get_initial_for_field(f, name)) for name, f in self.fields.items())
        found = [
            Difference(self.fields[name].label or "", self._words(name, now), self._typed(name))
            for name, now in pairs
            if name != "seen"
        ]
        return [one for one in found if one.stored != one.typed]

    def renew(self) -> None:
        """From here on the person has seen what is stored now, and may overwrite it."""
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = self._fingerprint()

    def _fingerprint(self) -> str:
        return fingerprint(self.stored, self.names)

    def _typed(self, name: str) -> str:
        return self._words(name, self.cleaned_data[name])

    def _words(self, name: str, value: Any) -> str:
        """A value of a field as one reads it."""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if value in (None, "", []):
            return NONE
        if isinstance(value, DateRange):
            return " – ".join(str(day) for day in value if day) or NONE
        labels = _labels(getattr(self.fields[name], "choices", ()))
        values = value if isinstance(value, Iterable) and not isinstance(value, str) else [value]
        keys = [getattr(one, "pk", one) for one in values]
        return ", ".join(str(labels.get(str(key), key)) for key in keys)


def _labels(choices: Iterable[Any]) -> dict[str, Text]:
    """Labels by value, groups dissolved."""
    found: dict[str, Text] = {}
    for value, label in choices:
        if isinstance(label, list | tuple):
            found |= _labels(label)
        else:
            found[str(value)] = label
    return found


@dataclass(frozen=True)
class Section:
    """One line of the list of pages; `role` limits it to one side."""

    slug: str
    title: Text
    text: Text
    form: type[forms.BaseForm]
    role: Role | None = None

    @property
    def is_file(self) -> bool:
        return not issubclass(self.form, SectionForm)
