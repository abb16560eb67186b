"""Choosing one's mails, and what the link of a mail is not enough for."""

import pytest
from django.urls import reverse

from cxc_portal.core.mail import links
from cxc_portal.core.models import MailPreference
from tests.factories import MembershipFactory, StaffRoleFactory, UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")

PAGE = "/accounts/mails/"
CHOICES = {
    "profile": "daily",
    "contacts": "at_once",
    "matches": "weekly",
    "exchanges": "at_once",
    "news": "never",
}


def given(choices):
    return {f"about-{topic}": choice for topic, choice in choices.items()}


@pytest.fixture
def ada(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def by_link(client, ada):
    """Ada came by the link of a mail."""
    session = client.session
    session[links.CAME_BY_LINK] = True
    session.save()
    return client


# --- choosing ------------------------------------------------------------------------------------


def test_the_account_leads_to_the_choice(client, ada):
    assert f'href="{PAGE}"' in client.get("/accounts/").content.decode()


def test_a_member_is_asked_about_what_concerns_members(client, ada):
    form = client.get(PAGE).context["form"]
    assert set(form.fields) == set(CHOICES)
    assert {name: form[name].value() for name in form.fields} == {
        "profile": "at_once",
        "contacts": "at_once",
        "matches": "at_once",
        "exchanges": "at_once",
        "news": "daily",
    }


def test_staff_is_asked_about_the_desk_too(client):
    client.force_login(StaffRoleFactory().user)
    assert set(client.get(PAGE).context["form"].fields) == {*CHOICES, "desk"}


def test_a_choice_is_saved(client, ada):
    response = client.post(PAGE, given(CHOICES), follow=True)
    assert response.redirect_chain == [("/accounts/", 302)]
    assert "Your choice is saved." in response.content.decode()
    assert dict(MailPreference.objects.values_list("topic", "choice")) == CHOICES
    form = client.get(PAGE).context["form"]
    assert {name: form[name].value() for name in form.fields} == CHOICES


@pytest.mark.parametrize("choices", [{**CHOICES, "contacts": "never"}, {}])
def test_a_choice_that_is_not_offered_is_shown_as_such(client, ada, choices):
    with untouched():
        response = client.post(PAGE, given(choices))
    assert response.status_code == 200
    assert response.context["form"].errors


# --- what a link is not enough for ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "profiles:account_data",
        "profiles:close_account",
        "account_email",
        "account_set_password",
        "mfa_index",
        "usersessions_list",
    ],
)
def test_a_link_does_not_open_what_proves_who_one_is(by_link, name):
    page = reverse(name)
    for method in (by_link.get, by_link.post):
        with untouched():
            assert method(page)["Location"] == f"/accounts/prove/?next={page.replace('/', '%2F')}"


@pytest.mark.parametrize("page", ["/dashboard/", "/accounts/", PAGE, "/accounts/details/"])
def test_a_link_opens_the_work(by_link, page):
    assert by_link.get(page).status_code == 200


def test_whoever_came_by_a_link_can_log_out(by_link):
    by_link.post("/accounts/logout/")
    assert "_auth_user_id" not in by_link.session


def test_logging_in_proves_who_one_is(by_link, ada):
    assert "Log in first" in by_link.get("/accounts/prove/?next=/accounts/data/").content.decode()
    response = by_link.post("/accounts/prove/?next=/accounts/data/")
    assert response["Location"] == "/accounts/login/?next=%2Faccounts%2Fdata%2F"
    assert "_auth_user_id" not in by_link.session
    by_link.force_login(ada)
    assert links.CAME_BY_LINK not in by_link.session


@pytest.mark.parametrize("target", ["", "?next=https://evil.example/", "?next=//evil.example"])
def test_logging_in_leads_nowhere_else(by_link, target):
    response = by_link.post(f"/accounts/prove/{target}")
    assert response["Location"] == "/accounts/login/?next=%2Faccounts%2F"


def test_an_ordinary_log_in_opens_the_account(client, ada):
    MembershipFactory(user=ada)
    assert client.get(reverse("account_email")).status_code == 200
