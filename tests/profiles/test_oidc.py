"""Logging in through another organisation: a real OpenID provider runs beside the tests."""

import importlib
import json
import os
import subprocess
import sys
import uuid
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.contrib.messages import get_messages
from django.core.exceptions import ImproperlyConfigured
from django.urls import clear_url_caches, reverse

import cxc_portal.account_urls
import cxc_portal.urls
from cxc_portal.settings.accounts import openid_connect_provider
from profiles.models import User
from tests.factories import UserFactory
from tests.openid_provider.serve import CLIENT_ID, SECRET
from tests.profiles.mailbag import code_sent_to, kinds_to
from tests.strict_client import StrictClient

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
PORTAL = "http://testserver"
PASSWORD = "correct horse battery"


# --- the provider and its people --------------------------------------------------------------


class Provider:
    """The running provider."""

    def __init__(self, process):
        self.process = process
        self.url = process.stdout.readline().strip()
        self.settings = provider_settings(self.url)
        self.id = self.settings["openid_connect"]["APPS"][0]["provider_id"]
        self.tell(callback=f"{PORTAL}/accounts/oidc/{self.id}/login/callback/")

    def tell(self, **given):
        self.process.stdin.write(json.dumps(given) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n"

    def add(self, email, *, is_verified=True):
        """A person there, with a browser of the own."""
        username = uuid.uuid4().hex
        self.tell(
            username=username,
            password=PASSWORD,
            email=email,
            is_verified=is_verified,
            first_name="Ada",
            last_name="Lovelace",
        )
        return Visitor(username)


class Visitor:
    def __init__(self, username):
        self.username, self.browser = username, requests.Session()

    def answer(self, address, action="grant"):
        """Log in there, agree or not; the address that the provider sends the browser back to."""
        page = self.browser.get(address)
        if "/accounts/login/" in page.url:
            fields = {**fields_of(page), "login": self.username, "password": PASSWORD}
            page = self.browser.post(page.url, fields)
        back = self.browser.post(
            page.url, {**fields_of(page), "action": action}, allow_redirects=False
        )
        return urljoin(page.url, back.headers["Location"])


class Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.values = {}

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "input" and values.get("name"):
            self.values.setdefault(values["name"], []).append(values.get("value", ""))


def fields_of(page):
    parser = Fields()
    parser.feed(page.text)
    return parser.values


def provider_settings(url, *, is_email_verified=False):
    return openid_connect_provider(
        server_url=url,
        client_id=CLIENT_ID,
        secret=SECRET,
        name="EU Login",
        is_email_verified=is_email_verified,
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("openid-provider")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.openid_provider.serve"],
        cwd=ROOT,
        env={**os.environ, "OPENID_PROVIDER_FOLDER": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Provider(process)


def reload_urls():
    for module in (cxc_portal.account_urls, cxc_portal.urls):
        importlib.reload(module)
    clear_url_caches()


@pytest.fixture
def provider(running, settings):
    """The portal as it is when the provider's settings are given."""
    settings.SOCIALACCOUNT_PROVIDERS = running.settings
    settings.OIDC_ENABLED, settings.OIDC_NAME = True, "EU Login"
    reload_urls()
    yield running
    settings.OIDC_ENABLED = False
    reload_urls()


def start(client, provider, **query):
    """The address at the provider that the portal sends the browser to."""
    url = reverse("openid_connect_login", args=[provider.id])
    return client.post(url, query_params=query).url


def come_back(client, address):
    assert address.startswith(PORTAL)
    return client.get(address.removeprefix(PORTAL))


def log_in(client, provider, visitor, **query):
    return come_back(client, visitor.answer(start(client, provider, **query)))


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- off and on -------------------------------------------------------------------------------


def test_nothing_is_offered_where_the_settings_name_no_provider(client):
    assert "Continue with" not in client.get(reverse("account_login")).content.decode()
    assert client.get("/accounts/oidc/anything/login/").status_code == 404
    assert client.get("/accounts/linked/").status_code == 404


@pytest.mark.parametrize("url_name", ["account_login", "account_signup"])
def test_provider_is_offered_by_name(client, provider, url_name):
    page = client.get(reverse(url_name)).content.decode()
    assert "Continue with EU Login" in page
    assert reverse("openid_connect_login", args=[provider.id]) in page


def test_way_to_the_provider_needs_a_click(client, provider):
    page = client.get(reverse("openid_connect_login", args=[provider.id]))
    assert page.status_code == 200
    assert "Continue with EU Login" in page.content.decode()


def test_unknown_provider_does_not_exist(client, provider):
    assert client.get("/accounts/oidc/somebody-else/login/").status_code == 404


def test_environment_alone_switches_it_on():
    program = (
        "import django; django.setup(); from django.conf import settings as s; "
        "from django.urls import reverse; "
        "print(s.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0]['name'], "
        "s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'], "
        "reverse('openid_connect_callback', args=[s.SOCIALACCOUNT_PROVIDERS"
        "['openid_connect']['APPS'][0]['provider_id']]))"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cxc_portal.settings.test",
        "OIDC_SERVER_URL": "https://login.example/realms/eu/",
        "OIDC_CLIENT_ID": "portal",
        "OIDC_CLIENT_SECRET": "s",
        "OIDC_NAME": "EU Login",
    }
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout.strip() == (
        "EU Login [\"'self'\", 'https://login.example'] "
        "/accounts/oidc/login-example-realms-eu/login/callback/"
    )


def test_server_without_client_is_a_mistake_said_at_the_start():
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        openid_connect_provider(
            server_url="https://login.example",
            client_id="",
            secret="",
            name="EU Login",
            is_email_verified=False,
        )


def test_two_providers_never_share_their_people():
    ids = {
        provider_settings(url)["openid_connect"]["APPS"][0]["provider_id"]
        for url in ("https://a.example", "https://b.example", "https://a.example/realms/two")
    }
    assert len(ids) == 3


# --- coming in --------------------------------------------------------------------------------


def test_portal_asks_for_a_code_bound_to_this_browser(client, provider):
    address = urlsplit(start(client, provider))
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}" == provider.url
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert query["state"] != [""]


def test_newcomer_gets_an_account(client, provider):
    response = log_in(client, provider, provider.add("Ada.L@example.org"))
    user = get_user(client)
    assert response.url == "/dashboard/"
    assert (user.email, user.get_full_name()) == ("ada.l@example.org", "Ada Lovelace")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert SocialAccount.objects.get(user=user).provider == provider.id


def test_second_visit_finds_the_same_account(client, provider):
    visitor = provider.add("again@example.org")
    log_in(client, provider, visitor)
    elsewhere = StrictClient()
    log_in(elsewhere, provider, visitor)
    assert get_user(elsewhere) == get_user(client)
    assert User.objects.count() == 1


def test_visit_goes_on_to_where_one_wanted(client, provider):
    response = log_in(client, provider, provider.add("next@example.org"), next="/rules/")
    assert response.url == "/rules/"


def test_account_with_the_same_verified_address_is_opened_and_linked(client, provider):
    user = UserFactory(email="both@example.org")
    log_in(client, provider, provider.add("both@example.org"))
    assert get_user(client) == user
    assert user.socialaccount_set.count() == 1
    assert kinds_to(user.email) == ["profiles/log_in_linked"]


def test_second_factor_is_still_asked_for(client, provider):
    user = UserFactory(email="factor@example.org")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    response = log_in(client, provider, provider.add("factor@example.org"))
    assert response.url == reverse("mfa_authenticate")
    assert not get_user(client).is_authenticated


# --- addresses that nobody vouches for --------------------------------------------------------


@pytest.mark.parametrize("is_known", [True, False])
def test_unverified_address_opens_and_makes_nothing(client, provider, is_known):
    """And says the same whether or not the address has an account."""
    email = f"unproven-{is_known:d}@example.org"
    if is_known:
        UserFactory(email=email)
    response = log_in(client, provider, provider.add(email, is_verified=False))
    assert response.url == reverse("account_login")
    assert messages_of(response) == [
        "EU Login does not vouch for your e-mail address. Log in with a code, then link EU Login "
        "on the page of your account."
    ]
    assert not get_user(client).is_authenticated
    assert User.objects.count() == is_known
    assert SocialAccount.objects.count() == 0
    assert kinds_to(email) == []


def test_nobody_waits_behind_an_address_until_its_owner_comes(client, provider):
    """A log-in under a stranger's address does not open the account that the stranger makes."""
    attacker = provider.add("victim@example.org", is_verified=False)
    log_in(client, provider, attacker)
    victim = StrictClient()
    victim.post(reverse("account_signup"), {"email": "victim@example.org"})
    victim.post(
        reverse("account_email_verification_sent"),
        {"code": code_sent_to("victim@example.org")},
    )
    assert get_user(victim).email == "victim@example.org"
    log_in(client, provider, attacker)
    assert not get_user(client).is_authenticated


def test_account_that_never_confirmed_its_address_is_not_opened(client, provider):
    user = UserFactory(email="half@example.org", verified=False)
    user.emailaddress_set.create(email=user.email, verified=False)
    response = log_in(client, provider, provider.add("half@example.org"))
    assert response.url == reverse("account_email_verification_sent")
    assert not get_user(client).is_authenticated
    assert SocialAccount.objects.count() == 0
    assert kinds_to(user.email) == ["profiles/account_exists"]


def test_provider_that_the_settings_trust_vouches_for_all_its_addresses(client, provider, settings):
    settings.SOCIALACCOUNT_PROVIDERS = provider_settings(provider.url, is_email_verified=True)
    log_in(client, provider, provider.add("trusted@example.org", is_verified=False))
    assert get_user(client).email == "trusted@example.org"


# --- what can go wrong ------------------------------------------------------------------------


def test_cancelling_there_changes_nothing_here(client, provider):
    visitor = provider.add("cancels@example.org")
    response = come_back(client, visitor.answer(start(client, provider), action="cancel"))
    assert response.url == reverse("socialaccount_login_cancelled")
    assert "Nothing has changed here" in client.get(response.url).content.decode()
    assert User.objects.count() == 0


def test_answer_to_a_question_of_another_browser_is_refused(client, provider):
    address = provider.add("stolen@example.org").answer(start(client, provider))
    response = come_back(StrictClient(), address)
    assert response.status_code == 401
    assert "Logging in did not work" in response.content.decode()
    assert User.objects.count() == 0


def test_invented_code_is_refused(client, provider):
    state = parse_qs(urlsplit(start(client, provider)).query)["state"][0]
    callback = reverse("openid_connect_callback", args=[provider.id])
    response = client.get(callback, {"code": "invented", "state": state})
    assert response.status_code == 401
    assert not get_user(client).is_authenticated


# --- linking by oneself -----------------------------------------------------------------------


@pytest.fixture
def owner(client):
    user = UserFactory(email="owner@example.org", password=None)
    client.force_login(user)
    return user


def test_log_in_with_another_address_is_linked_by_its_owner(client, provider, owner):
    page = client.get(reverse("socialaccount_connections")).content.decode()
    assert "Link EU Login" in page
    visitor = provider.add("elsewhere@example.org", is_verified=False)
    response = log_in(client, provider, visitor, process="connect")
    assert response.url == reverse("socialaccount_connections")
    assert messages_of(response) == ["The log-in is linked."]
    assert "Unlink" in client.get(response.url).content.decode()
    elsewhere = StrictClient()
    log_in(elsewhere, provider, visitor)
    assert get_user(elsewhere) == owner


def test_linking_twice_changes_nothing(client, provider, owner):
    visitor = provider.add("twice@example.org")
    log_in(client, provider, visitor, process="connect")
    response = log_in(client, provider, visitor, process="connect")
    assert "This log-in was linked already." in messages_of(response)
    assert SocialAccount.objects.count() == 1


def test_log_in_of_somebody_else_cannot_be_linked(client, provider, owner):
    visitor = provider.add("taken@example.org")
    log_in(StrictClient(), provider, visitor)
    response = log_in(client, provider, visitor, process="connect")
    assert messages_of(response) == [
        "This log-in is linked to another account already. Unlink it there first."
    ]
    assert owner.socialaccount_set.count() == 0


def test_log_in_is_unlinked_without_a_password(client, provider, owner):
    log_in(client, provider, provider.add("leaves@example.org"), process="connect")
    page = reverse("socialaccount_connections")
    response = client.post(page, {"account": SocialAccount.objects.get().pk})
    assert messages_of(response)[-1] == "The log-in is unlinked."
    assert SocialAccount.objects.count() == 0
    assert kinds_to(owner.email) == ["profiles/log_in_unlinked", "profiles/log_in_linked"]


def test_last_way_in_is_not_unlinked(client, provider, owner):
    log_in(client, provider, provider.add("stays@example.org"), process="connect")
    EmailAddress.objects.update(verified=False)
    page = reverse("socialaccount_connections")
    response = client.post(page, {"account": SocialAccount.objects.get().pk})
    assert "Confirm an e-mail address first" in response.content.decode()
    assert SocialAccount.objects.count() == 1


def test_overview_says_whether_it_is_linked(client, provider, owner):
    page = client.get(reverse("profiles:account")).content.decode()
    assert "not linked" in page
    log_in(client, provider, provider.add("seen@example.org"), process="connect")
    assert "not linked" not in client.get(reverse("profiles:account")).content.decode()
