"""How forms look and the widgets that Django does not bring.

Forms render through `templates/django/forms/`; a field's label, hint and errors are tied together
there. Every widget here works without JavaScript and is made quicker by `static/js/portal.js`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Keywords = Mapping[Any, str] | Callable[[Any], str]
Attrs = dict[str, Any]

SEARCH_LABEL = _("Type to search")


class PortalBoundField(BoundField):
    """A field in a form: no colon after labels, and an address for the error summary."""

    def label_tag(
        self,
        contents: Any = None,
        attrs: Attrs | None = None,
        label_suffix: str | None = None,
        tag: str | None = None,
    ) -> SafeString:
        return super().label_tag(contents, attrs, label_suffix or "", tag)

    @property
    def error_target(self) -> str:
        """The id of the element that a link in the error summary leads to."""
        if self.id_for_label:
            return self.id_for_label
        if getattr(self.field.widget, "is_picker", False) or not self.subwidgets:
            return self.auto_id
        first = self.subwidgets[0]
        nested = first.data.get("subwidgets")
        return str(nested[0]["attrs"]["id"] if nested else first.id_for_label or self.auto_id)


class PortalFormRenderer(TemplatesSetting):
    """The one template set for all forms."""

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = PortalBoundField


class _Searchable(forms.widgets.ChoiceWidget):
    """Options that are also found by words which their label does not contain."""

    is_picker = True

    def __init__(
        self,
        attrs: Attrs | None = None,
        choices: Sequence[Any] = (),
        *,
        keywords: Keywords | None = None,
        search_label: Text = SEARCH_LABEL,
        maximum: int | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.keywords = keywords or {}
        self.search_label = search_label
        self.maximum = maximum

    def _keywords_of(self, value: Any) -> str:
        if callable(self.keywords):
            return self.keywords(value) if value else ""
        return self.keywords.get(str(value), "")

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if words := self._keywords_of(value):
            option["attrs"]["data-keywords"] = words
        return option

    def get_context(self, name: str, value: Any, attrs: Attrs | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"search_label": self.search_label, "maximum": self.maximum}
        return context


class PickerSelect(_Searchable, forms.Select):
    """One of many: a native select that becomes a field to search in."""

    template_name = "components/picker_select.html"


class PickerSelectMultiple(_Searchable, forms.CheckboxSelectMultiple):
    """Several of many: check boxes in folding groups, with a search field above them.

    Give grouped `choices` (`[(group, [(value, label), …]), …]`); `maximum` stops the choosing in
    the browser, the form's own validation has the last word.
    """

    template_name = "components/picker.html"


class ChoiceCards(forms.RadioSelect):
    """One of a few, each a card with a hint and an icon (`hints` and `icons` by value)."""

    template_name = "components/choice_cards.html"

    def __init__(
        self,
        attrs: Attrs | None = None,
        choices: Sequence[Any] = (),
        *,
        hints: Mapping[Any, Text] | None = None,
        icons: Mapping[Any, str] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = hints or {}
        self.icons = icons or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return _with_hint(option, self.hints, self.icons)


class ChoiceCardsMultiple(ChoiceCards, forms.CheckboxSelectMultiple):
    """Several of a few, each a card."""

    template_name = "components/choice_cards.html"
    input_type = "checkbox"
    allow_multiple_selected = True


class HintedRadioSelect(forms.RadioSelect):
    """Radio buttons, each with a line of explanation."""

    def __init__(
        self,
        attrs: Attrs | None = None,
        choices: Sequence[Any] = (),
        *,
        hints: Mapping[Any, Text] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return _with_hint(option, self.hints, {})


def _with_hint(
    option: dict[str, Any], hints: Mapping[Any, Text], icons: Mapping[Any, str]
) -> dict[str, Any]:
    value = str(option["value"])
    option["hint"], option["icon"] = hints.get(value, ""), icons.get(value, "")
    if option["hint"] and option["attrs"].get("id"):
        option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
    return option


class DateInput(forms.DateInput):
    """A date by the browser's own picker."""

    input_type = "date"

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateRange(NamedTuple):
    """Two days, both counted; either may be open."""

    start: date | None
    end: date | None


class DateRangeWidget(forms.MultiWidget):
    """Two dates side by side, labelled from and to."""

    template_name = "components/date_range.html"
    use_fieldset = True

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__({"from": DateInput(), "to": DateInput()}, attrs)

    def decompress(self, value: Any) -> list[date | None]:
        return [value[0], value[1]] if value else [None, None]


class DateRangeField(forms.MultiValueField):
    """A stretch of days. Cleans to a `DateRange`; the end is never before the start."""

    widget = DateRangeWidget
    default_error_messages = {
        "order": _("The last day is before the first. Give a last day that is not earlier."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("require_all_fields", False)
        fields = (forms.DateField(required=False), forms.DateField(required=False))
        super().__init__(fields, **kwargs)

    def compress(self, data_list: Sequence[date | None]) -> DateRange:
        start, end = (data_list[0], data_list[1]) if data_list else (None, None)
        if start and end and end < start:
            raise ValidationError(self.error_messages["order"], code="order")
        return DateRange(start, end)
