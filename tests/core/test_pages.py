import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.urls import reverse


def test_styleguide_shows_the_components_in_demo_mode(client, db, settings):
    settings.DEMO = True
    assert client.get(reverse("core:styleguide")).status_code == 200


def test_styleguide_does_not_exist_elsewhere(client, db, settings):
    settings.DEMO = False
    assert client.get(reverse("core:styleguide")).status_code == 404


@pytest.mark.parametrize("code", ["400", "403", "404", "429", "500"])
def test_error_pages_need_nothing_from_the_failed_request(code):
    page = render_to_string(f"{code}.html")
    assert f"Error {code}" in page
    assert page.count("<h1>") == 1


LANDING = {
    "counters": {"hosts": 64, "visitors": 1, "countries": 19},
    "numbers": {"min_days": 4, "max_months": 2, "full_days": 6, "near_km": 250},
    "highest": 1100,
    "eligible_count": 38,
    "featured": {
        "visitor": "PT",
        "visitor_name": "Portugal",
        "host": "DK",
        "host_name": "Denmark",
        "amount": 1100,
    },
    "journeys": [("FR", "HU")],
    "examples": [{"code": "DK", "name": "Denmark", "amount": 1100, "half": 550}],
}
SHOWN = (
    "64",
    "2 months at most",
    "fewer than 6 working days, or less than 250 km",
    "hosts wait for you",
    "visitor looks for a host",
    "€1,100",
    "€550",
    "countries take part",
)


def test_landing_page_shows_the_figures_it_is_given():
    page = render_to_string("pages/landing.html", {"user": AnonymousUser(), **LANDING})
    assert [text for text in SHOWN if text not in page] == []


def test_landing_page_hides_what_is_unknown():
    page = render_to_string("pages/landing.html", {"user": AnonymousUser()})
    assert [text for text in SHOWN if text in page] == []


def test_landing_page_asks_for_one_thing():
    page = render_to_string("pages/landing.html", {"user": AnonymousUser(), **LANDING})
    assert page.count("button-primary") == 1
