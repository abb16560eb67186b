import re
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django.utils.html import strip_tags

from cxc_portal.core import clock
from cxc_portal.core.templatetags import portal
from cxc_portal.core.workflow import Baton


def render(source, request=None, **context):
    return engines["django"].from_string(source).render(context, request)


def words(html):
    return " ".join(strip_tags(html).split())


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Cardoso", "IC"),
        ("Jean-Pierre van den Berg", "JB"),
        ("Óskar", "ÓS"),
        ("ana@litoral.example", "AN"),
        ("", "?"),
        ("- –", "?"),
    ],
)
def test_initials(name, letters):
    assert portal.initials(name) == {"letters": letters}


@pytest.mark.parametrize(
    ("value", "text"), [("green", "High fit"), ("orange", "Medium fit"), ("red", "Low fit")]
)
def test_band_has_word_icon_and_tone(value, text):
    html = render("{% band value %}", value=value)
    assert words(html) == text
    assert f"tone-{value}" in html
    assert html.count("icons.svg#") == 1


def test_flag_of_an_unknown_country_is_its_name():
    assert words(render("{% flag 'ZZ' label='Elsewhere' %}")) == "Elsewhere"


def test_flag_of_an_unknown_country_beside_its_name_is_nothing():
    assert render("{% flag 'ZZ' %}").strip() == ""


@pytest.mark.parametrize(
    ("source", "role"), [("{% flag 'fr' %}", None), ("{% flag 'fr' label='France' %}", "img")]
)
def test_drawing_speaks_only_where_no_word_stands_beside_it(source, role):
    html = render(source)
    assert ('role="img" aria-label="France"' in html) is (role == "img")
    assert ('aria-hidden="true"' in html) is (role is None)


PARTS = [
    {"label": "Sector", "points": 12.5, "weight": 25, "note": "Half of it"},
    SimpleNamespace(label="Purpose", points=20, weight=20),
]


def test_bars_lie_side_by_side_as_they_add_up():
    rows = portal.score_bars(PARTS, score=32.5, band="red")["rows"]
    assert [(row["x"], row["width"], row["track"]) for row in rows] == [
        ("0.0", "12.5", "25.0"),
        ("12.5", "20.0", "20.0"),
    ]


def test_bars_are_as_long_as_the_heaviest_criterion():
    assert portal.score_bars(PARTS, score=32.5, band="red")["longest"] == "25.0"


def test_bars_say_in_the_table_what_they_draw():
    html = render("{% score_bars parts=parts score=32.5 band='red' %}", parts=PARTS)
    assert words(html) == (
        "How this score adds up Criterion Share reached Points Most"
        " Sector Half of it 12.5 25 Purpose 20.0 20 Score 32.5 100"
    )


def test_drawings_keep_their_numbers_in_languages_with_a_decimal_comma():
    with translation.override("fr"):
        ring = render("{% ring 82.5 'green' %}")
        bars = render("{% score_bars parts=parts score=32.5 band='red' %}", parts=PARTS)
        drawn = render("{% europe_map visitor='PT' host='HU' %}")
    assert 'stroke-dasharray="82.5 100"' in ring
    assert "82,5" in words(ring)
    assert re.findall(r'(?:x|width|cx|cy|d)="[^"]*,[^"]*"', ring + bars + drawn) == []


@pytest.mark.parametrize(
    ("current", "states"),
    [(1, ["step", "", "", ""]), (3, ["done", "done", "step", ""]), (5, ["done"] * 4)],
)
def test_phases(current, states):
    line = portal.steps(current)["line"]
    shown = ["done" if s["is_done"] else "step" if s["is_current"] else "" for s in line]
    assert shown == states


def _baton(situation, **options):
    return Baton(
        situation=situation,
        label="",
        sentence="Your turn: sign.",
        since=clock.now(),
        next="",
        responsible=None,
        **options,
    )


def test_baton_offers_the_action_of_its_holder():
    html = render(
        "{% baton baton %}", baton=_baton("yours", action_label="Sign", action_url="/sign/")
    )
    assert re.findall(r'class="([^"]*)"\s+href="([^"]*)"', html) == [
        ("button button-primary", "/sign/")
    ]


@pytest.mark.parametrize("source", ["{% baton baton %}", "{% baton baton has_action=False %}"])
def test_baton_without_action_has_no_button(source):
    url = "/sign/" if "has_action" in source else ""
    assert "<a " not in render(source, baton=_baton("waiting", action_label="a", action_url=url))


def test_organisation_shows_four_sectors_and_counts_the_rest():
    html = render(
        "{% organisation name='A' country='FR' country_name='France' sectors=sectors %}",
        sectors=["a", "b", "c", "d", "e", "f"],
    )
    assert words(html) == "A France abcd 2 more"


def test_one_journey_crops_the_map_and_many_do_not():
    pairs = [("PT", "HU"), ("US", "HU")]
    one = portal.europe_map("PT", "DE")
    both = portal.europe_map("PT", "DE", pairs=pairs)
    assert one["view_box"] != "0 0 1000 840"
    assert both["view_box"] == "0 0 1000 840"
    assert len(both["quiet"]) == 1


@pytest.mark.parametrize(("visitor", "host"), [("", ""), ("PT", "US"), ("PT", "")])
def test_map_without_a_journey_is_europe(visitor, host):
    found = portal.europe_map(visitor, host)
    assert (found["journey"], found["host"], found["view_box"]) == (None, "", "0 0 1000 840")


def test_button_that_opens_a_dialog_does_not_send_the_form():
    assert 'type="button"' in render("{% button 'Delete' popover='sure' %}")


def test_facts_have_links_only_where_something_can_be_changed():
    rows = [("Role", "Host", "/role/"), ("Name", "", "")]
    html = render("{% facts rows %}", rows=rows)
    assert words(html) == "Role Host Change: Role Name –"
    assert "Change" not in words(render("{% facts rows %}", rows=[("Role", "Host")]))


def test_pagination_keeps_the_rest_of_the_address():
    request = RequestFactory().get("/matches/", {"sector": "30", "page": "2"})
    html = render("{% pagination page %}", request, page=Paginator(range(30), 10).page(2))
    assert re.findall(r'href="(\?[^"]*)"', html) == [
        "?sector=30&amp;page=1",
        "?sector=30&amp;page=1",
        "?sector=30&amp;page=3",
        "?sector=30&amp;page=3",
    ]


def test_pagination_of_a_short_list_is_nothing():
    request = RequestFactory().get("/")
    assert render("{% pagination page %}", request, page=Paginator([], 10).page(1)).strip() == ""


class Sample(forms.Form):
    name = forms.CharField(label="Name")
    sure = forms.BooleanField(label="Sure?")

    def clean(self):
        raise forms.ValidationError("Not together.")


def test_error_summary_links_to_what_is_wrong():
    html = render("{% error_summary form %}", form=Sample({}))
    assert words(html) == (
        "There is something to put right Not together."
        " Name: This field is required. Sure? This field is required."
    )
    assert re.findall(r'href="([^"]*)"', html) == ["#id_name", "#id_sure"]


def test_error_summary_of_a_sound_form_is_nothing():
    assert render("{% error_summary form %}", form=Sample()).strip() == ""


def test_filters_reload_only_their_list_when_there_is_a_target():
    request = RequestFactory().get("/matches/")
    with_target = render("{% filters form=form target='#list' %}", request, form=Sample())
    without = render("{% filters form=form %}", request, form=Sample())
    assert 'hx-get="/matches/"' in with_target
    assert "hx-" not in without


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{% notice %}<b>a</b>{% endnotice %}", "a"),
        ("{% notice kind='error' title='T' %}a{% endnotice %}", "T a"),
        ("{% card title='T' url='/x/' %}a{% endcard %}", "T a"),
        ("{% card %}a{% endcard %}", "a"),
        ("{% disclosure summary='S' %}a{% enddisclosure %}", "S a"),
        ("{% data_table caption='C' %}<tr><td>a</td></tr>{% enddata_table %}", "C a"),
        ("{% dialog id='d' title='T' %}a{% enddialog %}", "T a Cancel"),
        ("{% blank_state title='T' text='x' action_label='Go' action_url='/' %}", "T x Go"),
        ("{% blank_state title='T' kind='inbox' %}", "T"),
        ("{% person name='Ines Cardoso' note='Head' %}", "IC Ines CardosoHead"),
    ],
)
def test_component_shows_what_it_is_given(source, shown):
    assert words(render(source)) == shown


def test_component_escapes_what_it_is_given():
    html = render("{% notice title=title %}{{ text }}{% endnotice %}", title="<i>", text="<b>")
    assert "&lt;i&gt;" in html
    assert "&lt;b&gt;" in html


@pytest.mark.parametrize(
    ("cookie", "shown"), [("dark", "dark"), ("light", "light"), ('"><b>', "auto"), ("", "auto")]
)
def test_theme_is_the_readers_choice(cookie, shown):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert render("{% theme %}", request) == shown


def test_theme_follows_the_device_where_there_is_no_request():
    assert render("{% theme %}") == "auto"


@pytest.mark.parametrize(
    ("tags", "kind", "icon"),
    [("success", "success", "check-circle"), ("safe error", "error", "stop"), ("", "info", "info")],
)
def test_message_has_kind_and_icon(tags, kind, icon):
    assert portal.message_kind(tags) == kind
    assert portal.message_icon(kind) == icon
