"""Every view says who may come, and means it."""

from collections.abc import Iterable

import pytest
from django.http import HttpResponse
from django.urls import path

from cxc_portal.core import access
from tests.architecture.urlconf import Address, addresses, ours, walk
from tests.factories import UserFactory

OTHERS = {
    "allauth": "django-allauth asks itself for log-in and for the password again",
}
WITHOUT_LOG_IN = {access.PUBLIC, access.DEMO}


def unmarked(found: Iterable[Address]) -> list[str]:
    """The addresses whose view carries no mark and belongs to nobody on the list."""
    return [
        f"{address.example} ({address.module})"
        for address in found
        if address.mark not in access.MARKS and address.module.split(".")[0] not in OTHERS
    ]


def with_mark(*marks: str) -> list[str]:
    return sorted({address.example for address in ours() if address.mark in marks})


def test_every_view_is_marked():
    assert unmarked(addresses()) == []


def test_the_list_of_others_is_not_stale():
    unmarked_packages = {a.module.split(".")[0] for a in addresses() if a.mark is None}
    assert set(OTHERS) - unmarked_packages == set()


def test_marks_and_log_in_agree():
    wrong = [a.example for a in ours() if a.needs_login is (a.mark in WITHOUT_LOG_IN)]
    assert wrong == []


@pytest.mark.parametrize("address", with_mark(access.MEMBERS, access.STAFF))
def test_somebody_unknown_is_asked_to_log_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("address", with_mark(access.STAFF))
def test_a_member_does_not_learn_what_staff_has(client, reference, address):
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("address", with_mark(access.DEMO))
def test_the_demo_is_not_there_in_earnest(client, settings, db, address):
    settings.DEMO = False
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


# --- the guard itself --------------------------------------------------------------------------


def new_view():
    def view(request):
        return HttpResponse()

    return view


def test_guard_finds_a_view_without_a_mark():
    assert unmarked(walk([path("secret/<int:pk>/", new_view())])) == [f"/secret/1/ ({__name__})"]


def test_guard_lets_a_marked_view_pass():
    assert unmarked(walk([path("secret/", access.members(new_view()))])) == []
