"""The short path from end to end, through Django's client: no JavaScript anywhere."""

from html.parser import HTMLParser

import pytest
from django.test import Client

from profiles.answers import PAGES, QUESTIONS, read_answers
from profiles.forms.registration import (
    ExchangeForm,
    OrganisationForm,
    RoleForm,
    SectorForm,
    SubmitForm,
)
from profiles.models import Profile, Registration
from tests.factories import UserFactory
from tests.profiles.mailbag import code_sent_to
from tests.profiles.registering import EMAIL, answers, send, walk

pytestmark = pytest.mark.usefixtures("reference")


class Inputs(HTMLParser):
    """The inputs of a page's own form, and which of them are marked as optional."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.optional: set[str] = set()
        self._stack: list[str] = []
        self._is_in_form = self._is_marked = False
        self._in_field: list[set[str]] = []
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self._is_in_form = "action" not in values
        if "field" in (values.get("class") or "").split():
            self._is_marked = False
        if "optional" in (values.get("class") or ""):
            self._is_marked = True
        is_input = tag in ("input", "select", "textarea") and values.get("type") != "hidden"
        if self._is_in_form and is_input and values.get("name"):
            self.names.add(values["name"])
            if self._is_marked:
                self.optional.add(values["name"])


def required_on(client, page):
    """The inputs that one cannot leave out: the page is refused without them."""
    needed = set()
    for name in answers()[page]:
        response = send(client, page, **{name: None})
        if response.status_code != 302:
            needed.add(name)
    send(client, page)
    return needed


def confirm(client, **given):
    """Give an address on the last page, then type the code that is mailed."""
    response = client.post("/register/check/", {"email": EMAIL, "consent": "on"} | given)
    assert (response.status_code, response.url) == (
        307,
        "/accounts/signup/?next=%2Fregister%2Fcheck%2F",
    )
    response = client.post(response.url, {"email": EMAIL, "consent": "on"})
    assert response.status_code == 302
    return client.post(response.url, {"code": code_sent_to(EMAIL)})


class TestHowLittleIsAsked:
    def test_there_are_five_pages_with_the_last_check(self):
        assert len(PAGES) == 5

    def test_the_forms_require_ten_inputs(self):
        blank = read_answers(Registration())
        forms = [
            form(answers=blank) for form in (RoleForm, OrganisationForm, SectorForm, ExchangeForm)
        ]
        forms.append(SubmitForm(is_anonymous=True, has_consented=False))
        required = [name for form in forms for name, field in form.fields.items() if field.required]
        assert required == [
            "role",
            "name",
            "country",
            "organisation_type",
            "main_sector",
            "cluster",
            "purpose",
            "languages",
            "email",
            "consent",
        ]

    def test_the_questions_of_the_service_and_an_address_are_all(self):
        assert len(QUESTIONS) + 1 == 10

    def test_the_rendered_pages_show_ten_inputs_that_are_not_optional(self, client):
        walk(client)
        shown = []
        for page in PAGES:
            inputs = Inputs(client.get(f"/register/{page}/").content.decode())
            shown += sorted(inputs.names - inputs.optional - {"find", "other_cluster"})
        assert len(shown) == 10, shown

    def test_a_page_is_refused_without_these_and_no_others(self, client):
        send(client, "role")
        needed = [name for page in answers() for name in sorted(required_on(client, page))]
        assert len(needed) == 8
        for missing in ({"email": ""}, {"consent": ""}):
            given = {"email": EMAIL, "consent": "on"} | missing
            assert client.post("/register/check/", given).status_code == 200

    def test_a_cluster_is_asked_for_one_thing_less(self, client):
        walk(client, organisation={"organisation_type": "cluster"})
        inputs = Inputs(client.get("/register/sector/").content.decode())
        assert inputs.names == {"find", "main_sector"}


class TestWithoutAnAccount:
    def test_one_gets_from_the_first_page_to_the_desk(self, client):
        assert client.get("/register/").url == "/register/role/"
        for page, following in (
            ("role", "organisation"),
            ("organisation", "sector"),
            ("sector", "exchange"),
            ("exchange", "check"),
        ):
            assert client.get(f"/register/{page}/").status_code == 200
            assert send(client, page).url == f"/register/{following}/"
        assert confirm(client).url == "/register/check/"
        response = client.post("/register/check/")
        profile = Profile.objects.get()
        assert response.url == f"/register/done/{profile.ref}/"
        assert (profile.state, profile.contact.email) == ("submitted", EMAIL)

    def test_the_agreement_is_asked_for_once(self, client):
        walk(client)
        confirm(client)
        page = client.get("/register/check/").content.decode()
        assert "You agreed to the terms of use. One click is left." in page
        assert 'name="consent"' not in page

    def test_nothing_is_submitted_before_the_address_is_confirmed(self, client):
        walk(client)
        client.post("/register/check/", {"email": EMAIL, "consent": "on"})
        assert Profile.objects.count() == 0

    def test_an_address_that_is_none_is_refused_and_kept(self, client):
        walk(client)
        page = client.post("/register/check/", {"email": "ana@", "consent": "on"}).content.decode()
        assert "Write an e-mail address like name@example.org." in page
        assert 'value="ana@"' in page

    def test_whoever_has_an_account_logs_in_and_comes_back(self, client):
        UserFactory(email=EMAIL)
        walk(client)
        assert (
            "/accounts/login/?next=/register/check/"
            in client.get("/register/check/").content.decode()
        )
        response = client.post(
            "/accounts/login/?next=/register/check/",
            {"login": EMAIL, "password": "correct horse battery"},
        )
        assert response.url == "/register/check/"
        assert Registration.objects.get().owner.email == EMAIL

    def test_signing_up_on_the_way_keeps_what_was_answered(self, client):
        send(client, "role")
        send(client, "organisation")
        response = client.post("/register/sector/", {"main_sector": "29", "later": "1"})
        assert response.url == "/accounts/signup/?next=%2Fregister%2F"
        code_page = client.post(response.url, {"email": EMAIL}).url
        assert client.post(code_page, {"code": code_sent_to(EMAIL)}).url == "/register/"
        page = client.get("/register/").content.decode()
        assert "Rodas Novas" in page
        registration = Registration.objects.get()
        assert f"/register/continue/{registration.key}/" in page
        assert registration.answers["main_sector"] == "29"


class TestOnAnotherDevice:
    def test_one_goes_on_where_one_left_off(self, client):
        user, phone = UserFactory(), Client()
        client.force_login(user)
        for page in ("role", "organisation"):
            send(client, page)
        phone.force_login(user)
        assert "Rodas Novas" in phone.get("/register/").content.decode()
        key = Registration.objects.get().key
        assert phone.get(f"/register/continue/{key}/").url == "/register/sector/"
        for page in ("sector", "exchange"):
            send(phone, page)
        response = phone.post("/register/check/", {"consent": "on"})
        assert response.url == f"/register/done/{Profile.objects.get().ref}/"

    def test_the_first_device_then_shows_the_result(self, client):
        user, phone = UserFactory(), Client()
        client.force_login(user)
        walk(client)
        phone.force_login(user)
        phone.post("/register/check/", {"consent": "on"})
        ref = Profile.objects.get().ref
        assert client.post("/register/check/", {"consent": "on"}).url == f"/register/done/{ref}/"

    def test_without_a_key_the_latest_is_gone_on_with(self, client):
        user, phone = UserFactory(), Client()
        client.force_login(user)
        walk(client)
        phone.force_login(user)
        assert "Rodas Novas" in phone.get("/register/organisation/").content.decode()


class TestLinks:
    def test_a_link_chooses_role_partnership_and_source(self, client):
        link = "?partnership=exxtra&role=host&source=fair-2026"
        response = client.get(f"/register/{link}", follow=True)
        page = response.content.decode()
        assert response.redirect_chain == [(f"/register/role/{link}", 302)]
        assert "<strong>EXXTRA</strong> (Railway) invites you." in page
        assert 'value="host" id="id_role_1" checked' in " ".join(page.split()).replace(
            "required ", ""
        ).replace('type="radio" ', "")
        client.post(f"/register/role/{link}", {"role": "host"})
        registration = Registration.objects.get()
        assert registration.source == "fair-2026"
        assert registration.answers == {"linked_partnership": "EXXTRA", "role": "host"}

    def test_the_invitation_stands_on_the_last_page(self, client):
        client.post("/register/role/?partnership=EXXTRA", {"role": "visiting"})
        walk(client)
        page = " ".join(client.get("/register/check/").content.decode().split())
        assert "<strong>EXXTRA</strong>, because you came through its invitation" in page

    def test_an_unknown_partnership_invites_nobody(self, client):
        page = client.get("/register/role/?partnership=NOBODY").content.decode()
        assert "invites you" not in page

    def test_looking_at_the_first_page_leaves_nothing_behind(self, client):
        client.get("/register/role/?partnership=EXXTRA&role=host")
        assert Registration.objects.count() == 0
