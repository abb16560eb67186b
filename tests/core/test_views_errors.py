"""What people see when something does not work."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import TemplateSyntaxError
from django.test import RequestFactory

from cxc_portal.core.views import errors
from tests.strict_client import StrictClient


def test_an_address_that_leads_nowhere_says_so(client, db):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_a_form_that_was_open_too_long_leads_back_to_its_page(db):
    client = StrictClient(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "ada@example.org"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "This page was open for too long" in page
    assert 'href="/accounts/login/"' in page.split("<main")[1].split("</main>")[0]


@pytest.fixture
def request_of_nobody(db):
    request = RequestFactory().get("/broken/")
    request.user = AnonymousUser()
    return request


def test_a_defect_has_a_page_in_the_portals_look(request_of_nobody):
    response = errors.server_error(request_of_nobody)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert 'href="/static/css/portal.css"' in response.content.decode()


def test_a_defect_of_that_page_is_one_line_of_text(request_of_nobody, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise TemplateSyntaxError("broken")

    monkeypatch.setattr(errors, "render", fail)
    response = errors.server_error(request_of_nobody)
    assert (response.status_code, response["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert response.content.decode() == (
        "Something went wrong on our side. Try again in a minute.\n"
    )
    assert caplog.messages == ["the error page itself could not be made"]


def test_the_portal_shows_its_own_page_for_a_defect():
    from cxc_portal import urls

    assert urls.handler500 == f"{errors.server_error.__module__}.server_error"
