"""What the lists of all desks share."""

from types import MappingProxyType

import pytest
from django.db.models import TextChoices
from django.test import RequestFactory

from cxc_portal.core import desks


class Views(TextChoices):
    WAITING = "waiting", "Waiting"
    ALL = "all", "All"


COUNTS = {Views.WAITING: 1, Views.ALL: 3}


def request(query=""):
    asked = RequestFactory().get(f"/desk/{query}")
    asked.session = {}
    return asked


def test_a_tab_keeps_the_filters_but_not_the_page():
    assert desks.tabs(request("?q=lab&page=3&show=waiting"), Views, Views.WAITING, COUNTS) == [
        {"label": "Waiting", "url": "/desk/?q=lab&show=waiting", "is_current": True, "count": 1},
        {"label": "All", "url": "/desk/?q=lab&show=all", "is_current": False, "count": 3},
    ]


def test_a_list_may_call_its_views_otherwise():
    first, _second = desks.tabs(request(), Views, "all", COUNTS, parameter="state")
    assert (first["url"], first["is_current"]) == ("/desk/?state=waiting", False)


@pytest.mark.parametrize(
    ("query", "url"), [("", "/desk/"), ("?show=all&q=lab", "/desk/?show=all&q=lab")]
)
def test_the_way_back_leads_to_the_list_as_it_was_last_seen(query, url):
    asked = request(query)
    desks.remember(asked, "desk")
    assert desks.last_seen(asked, "desk", "/desk/") == url
    assert desks.last_seen(asked, "other", "/other/") == "/other/"


def test_looking_again_in_the_same_way_writes_nothing():
    asked = request("?show=all")
    desks.remember(asked, "desk")
    asked.session = MappingProxyType({"desk": "show=all"})
    desks.remember(asked, "desk")
    assert desks.last_seen(asked, "desk", "/desk/") == "/desk/?show=all"
