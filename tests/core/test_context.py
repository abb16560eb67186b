"""What every template knows."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from cxc_portal.core import context
from cxc_portal.core.context import NavigationItem


def request(path):
    asked = RequestFactory().get(path)
    asked.user = AnonymousUser()
    return asked


@pytest.fixture
def providers(monkeypatch):
    monkeypatch.setattr(context, "_providers", [])


def entries(request):
    return [
        NavigationItem("Start", "/"),
        NavigationItem("Profiles", "/profiles/", also=("/people/", "/profiles/new/old/")),
        NavigationItem("New", "/profiles/new/"),
    ]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "Start"),
        ("/profiles/", "Profiles"),
        ("/profiles/P-1/edit/", "Profiles"),
        ("/profiles/new/2/", "New"),
        ("/profiles/new/old/2/", "Profiles"),
        ("/people/2/", "Profiles"),
        ("/elsewhere/", None),
    ],
)
def test_the_nearest_entry_is_current(providers, path, current):
    context.provide_navigation(entries)
    marked = [item.label for item in context.navigation(request(path)) if item.is_current]
    assert marked == ([current] if current else [])


def test_entries_of_all_apps_stand_in_the_order_of_the_apps(providers):
    context.provide_navigation(lambda request: [NavigationItem("A", "/a/")])
    context.provide_navigation(lambda request: [NavigationItem("B", "/b/")])
    assert [item.label for item in context.navigation(request("/"))] == ["A", "B"]


def test_an_app_is_asked_once_however_often_it_offers_itself(providers):
    context.provide_navigation(entries)
    context.provide_navigation(entries)
    assert len(context.navigation(request("/"))) == 3


def test_templates_know_the_demo_the_address_the_languages_and_the_way(providers, settings):
    settings.DEMO, settings.SITE_URL = False, "https://portal.example"
    context.provide_navigation(entries)
    start, profiles, new = entries(None)
    assert context.portal(request("/profiles/")) == {
        "is_demo": False,
        "moved_to": None,
        "site_url": "https://portal.example",
        "languages": settings.LANGUAGES,
        "navigation": [
            start,
            replace(profiles, is_current=True),
            new,
        ],
    }


def test_a_part_of_a_page_that_draws_no_navigation_does_not_ask_for_it(providers):
    asked = []
    context.provide_navigation(lambda request: asked.append(request) or [])
    found = context.portal(request("/"))
    assert asked == []
    assert list(found["navigation"]) == []
    assert len(asked) == 1


def test_a_request_that_failed_before_anybody_was_known_has_no_navigation(providers):
    context.provide_navigation(entries)
    assert context.portal(RequestFactory().get("/"))["navigation"] == []
