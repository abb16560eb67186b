from datetime import date
from html.parser import HTMLParser

import pytest
from django import forms

from cxc_portal.core.forms import (
    ChoiceCards,
    ChoiceCardsMultiple,
    DateInput,
    DateRange,
    DateRangeField,
    HintedRadioSelect,
    PickerSelect,
    PickerSelectMultiple,
)

GROUPS = [("Making", [("29", "Vehicles"), ("30", "Ships")]), ("Moving", [("49", "Transport")])]
ROLES = [("visiting", "Visit"), ("host", "Host")]


class Reader(HTMLParser):
    """Every start tag of a piece of HTML with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag, **wanted):
        return [
            attrs for name, attrs in self.tags if name == tag and wanted.items() <= attrs.items()
        ]

    def one(self, tag, **wanted):
        (found,) = self.all(tag, **wanted)
        return found


class Sample(forms.Form):
    name = forms.CharField(help_text="As in the register")
    website = forms.CharField(required=False)
    consent = forms.BooleanField(label="I agree.")
    role = forms.ChoiceField(choices=ROLES, widget=forms.RadioSelect, help_text="Pick one")
    sectors = forms.MultipleChoiceField(choices=GROUPS, widget=PickerSelectMultiple)
    window = DateRangeField(label="When?")


def html_of(field, form=None):
    return str((form or Sample())[field].as_field_group())


def test_label_hint_and_error_belong_to_the_input():
    page = Reader(html_of("name", Sample({})))
    field = page.one("input")
    assert page.one("label")["for"] == field["id"]
    assert field["aria-describedby"] == "id_name_helptext id_name_error"
    assert field["aria-invalid"] == "true"
    assert [attrs["id"] for attrs in page.all("div") if "id" in attrs] == ["id_name_helptext"]
    assert page.one("ul", id="id_name_error")["class"] == "errorlist"


def test_group_of_choices_has_legend_hint_and_error():
    page = Reader(html_of("role", Sample({})))
    assert page.one("fieldset")["aria-describedby"] == "id_role_helptext id_role_error"
    assert page.all("legend") == [{}]


@pytest.mark.parametrize(("field", "shown"), [("website", 1), ("name", 0), ("role", 0)])
def test_only_optional_fields_say_so(field, shown):
    assert html_of(field).count("(optional)") == shown


def test_labels_end_without_a_colon():
    assert "Name:" not in Sample()["name"].label_tag()


def test_single_check_box_stands_before_its_label():
    names = [name for name, _attrs in Reader(html_of("consent")).tags]
    assert names == ["div", "input", "label"]


@pytest.mark.parametrize(
    ("field", "target"),
    [
        ("name", "id_name"),
        ("consent", "id_consent"),
        ("role", "id_role_0"),
        ("sectors", "id_sectors"),
        ("window", "id_window_0"),
    ],
)
def test_error_summary_leads_to_an_element_of_the_field(field, target):
    assert Sample()[field].error_target == target
    ids = [attrs.get("id") for _name, attrs in Reader(html_of(field)).tags]
    assert ids.count(target) == 1


def test_error_summary_leads_to_the_group_when_there_is_nothing_to_choose():
    class Empty(forms.Form):
        role = forms.ChoiceField(choices=[], widget=forms.RadioSelect)

    assert Empty()["role"].error_target == "id_role"


def test_keywords_stand_on_the_options_they_belong_to():
    widget = PickerSelectMultiple(choices=GROUPS, keywords={"30": "rail"})
    page = Reader(widget.render("sectors", [], {"id": "x"}))
    words = {
        attrs["value"]: attrs.get("data-keywords") for attrs in page.all("input", name="sectors")
    }
    assert words == {"29": None, "30": "rail", "49": None}


def test_keywords_may_be_asked_of_each_value():
    widget = PickerSelect(choices=[("", "None"), ("FR", "France")], keywords=str.lower)
    options = Reader(widget.render("country", "FR")).all("option")
    assert options == [{"value": ""}, {"value": "FR", "selected": None, "data-keywords": "fr"}]


def test_picker_opens_the_groups_that_hold_a_choice():
    widget = PickerSelectMultiple(choices=GROUPS)
    page = Reader(widget.render("sectors", ["49"], {"id": "x"}))
    assert page.all("details") == [{}, {"open": None}]
    assert [attrs["value"] for attrs in page.all("input", checked=None)] == ["49"]


@pytest.mark.parametrize(("maximum", "shown"), [(3, "3"), (None, None)])
def test_picker_tells_how_many_may_be_chosen(maximum, shown):
    widget = PickerSelectMultiple(choices=GROUPS, maximum=maximum)
    page = Reader(widget.render("sectors", [], {"id": "x"}))
    assert page.all("div")[0].get("data-maximum") == shown


def test_picker_without_groups_is_a_plain_list():
    widget = PickerSelectMultiple(choices=ROLES)
    page = Reader(widget.render("roles", [], {"id": "x"}))
    assert page.all("details") == []
    assert [attrs["value"] for attrs in page.all("input", name="roles")] == ["visiting", "host"]


@pytest.mark.parametrize(
    ("widget", "kind"),
    [(ChoiceCards, "radio"), (ChoiceCardsMultiple, "checkbox"), (HintedRadioSelect, "radio")],
)
def test_hint_of_a_choice_belongs_to_its_input(widget, kind):
    html = widget(choices=ROLES, hints={"host": "At home"}).render("role", "host", {"id": "x"})
    page = Reader(html)
    described = [attrs.get("aria-describedby") for attrs in page.all("input", type=kind)]
    assert described == [None, "x_1_hint"]
    assert page.one("p") == {"class": "hint", "id": "x_1_hint"}


def test_hint_of_a_choice_without_id_is_not_pointed_at():
    html = ChoiceCards(choices=ROLES, hints={"host": "At home"}).render("role", None)
    assert all("aria-describedby" not in attrs for attrs in Reader(html).all("input"))


def test_date_is_written_as_the_browser_wants_it():
    page = Reader(DateInput().render("start", date(2026, 3, 9)))
    assert page.one("input") == {"type": "date", "name": "start", "value": "2026-03-09"}


class Window(forms.Form):
    window = DateRangeField(required=False)


@pytest.mark.parametrize(
    ("start", "end", "cleaned"),
    [
        ("2026-03-09", "2026-03-13", DateRange(date(2026, 3, 9), date(2026, 3, 13))),
        ("2026-03-09", "2026-03-09", DateRange(date(2026, 3, 9), date(2026, 3, 9))),
        ("2026-03-09", "", DateRange(date(2026, 3, 9), None)),
        ("", "", DateRange(None, None)),
    ],
)
def test_stretch_of_days(start, end, cleaned):
    form = Window({"window_from": start, "window_to": end})
    assert form.is_valid()
    assert form.cleaned_data == {"window": cleaned}


def test_last_day_is_not_before_the_first():
    form = Window({"window_from": "2026-03-13", "window_to": "2026-03-09"})
    assert form.errors == {
        "window": ["The last day is before the first. Give a last day that is not earlier."]
    }


def test_stretch_of_days_shows_what_was_saved():
    form = Window(initial={"window": DateRange(date(2026, 3, 9), None)})
    values = [attrs.get("value") for attrs in Reader(str(form)).all("input")]
    assert values == ["2026-03-09", None]
