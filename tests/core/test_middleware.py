"""A refusal that a view does not handle says why, on the page before."""

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.urls import path

from cxc_portal import urls as portal
from cxc_portal.core import access
from cxc_portal.core.errors import NotAllowed, StaleVersion
from tests.strict_client import StrictClient

REFUSALS = {
    "stale": StaleVersion("Somebody else changed it."),
    "not-allowed": NotAllowed("This is not yours."),
    "defect": ZeroDivisionError(),
}


@access.public
def refuse(request, kind):
    raise REFUSALS[kind]


@access.public
def answer(request):
    return HttpResponse("fine", content_type="text/plain")


urlpatterns = [
    *portal.urlpatterns,
    path("refuse/<str:kind>/", refuse),
    path("answer/", answer),
]
handler500 = portal.handler500
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]

BEFORE = "http://testserver/list/?page=2"


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_other_requests_pass(client):
    assert client.get("/answer/").content == b"fine"


def test_a_refusal_leads_back_with_a_message(client):
    response = client.post("/refuse/stale/", headers={"referer": BEFORE})
    assert (response.status_code, response["Location"]) == (302, "/list/?page=2")
    assert messages_of(response) == ["Somebody else changed it."]


def test_htmx_is_led_back_as_a_whole_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": BEFORE, "referer": "http://testserver/x/"}
    response = client.post("/refuse/stale/", headers=headers)
    assert (response.status_code, response["HX-Redirect"]) == (200, "/list/?page=2")
    assert messages_of(response) == ["Somebody else changed it."]


@pytest.mark.parametrize(
    "origin", ["", "https://evil.example/", "http://testserver.evil.example/", "javascript:run()"]
)
def test_a_refusal_leads_nowhere_else(client, origin):
    assert client.post("/refuse/stale/", headers={"referer": origin})["Location"] == "/"


def test_a_page_without_a_path_is_the_start(client):
    response = client.post("/refuse/stale/", headers={"referer": "http://testserver"})
    assert response["Location"] == "/"


def test_a_refused_form_leads_back_to_its_own_page(client):
    headers = {"referer": "http://testserver/refuse/stale/"}
    assert client.post("/refuse/stale/", headers=headers)["Location"] == "/refuse/stale/"


def test_a_refused_page_does_not_lead_to_itself_for_ever(client):
    headers = {"referer": "http://testserver/refuse/stale/"}
    assert client.get("/refuse/stale/", headers=headers)["Location"] == "/"


def test_what_somebody_may_not_do_is_forbidden():
    client = StrictClient()
    response = client.post("/refuse/not-allowed/", headers={"referer": BEFORE})
    assert response.status_code == 403
    assert "This is not yours." in response.content.decode()


def test_a_defect_is_a_defect(client):
    with pytest.raises(ZeroDivisionError):
        client.get("/refuse/defect/")
