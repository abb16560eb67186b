"""The link of a mail: opening it changes nothing, pressing its button logs in and leads on."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client

from cxc_portal.core import mail
from cxc_portal.core.mail import Recipient, delivery, links
from cxc_portal.core.models import OutgoingMail
from tests.factories import StaffRoleFactory, UserFactory
from tests.untouched import untouched

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
UNKNOWN = "11111111-1111-4111-8111-111111111111"
PLACE = "/accounts/mails/?from=mail"
SITE = "http://localhost:8000"


@pytest.fixture
def ada():
    return UserFactory(first_name="Ada", email="ada@example.org")


@pytest.fixture
def linked(kind, write, tmp_path):
    """Writes a mail whose text holds its link."""
    (tmp_path / "core" / "emails" / "trial.txt").write_text(
        "{% autoescape off %}{{ action_label }}: {{ action_url }}{% endautoescape %}"
    )
    (tmp_path / "core" / "emails" / "trial.html").write_text(
        '<html><head></head><body><a href="{{ action_url }}">go</a></body></html>'
    )

    def linked(to, *, url=f"{SITE}{PLACE}", **options):
        context = {"thing": "it", "action_url": url, "action_label": "Go"}
        recipient = to if isinstance(to, Recipient) else Recipient.of(to)
        return write(recipient, context=context, **options)

    return linked


@pytest.fixture
def arrived(linked, postbox, time_machine):
    """Sends a mail at START and tells the path of the link that arrived."""
    time_machine.move_to(START, tick=False)

    def arrived(to, **options):
        assert delivery.deliver(linked(to, **options).pk)
        text = postbox.messages[-1].get_body(["plain"]).get_content()
        return re.search(rf"{SITE}(/go/\S+)", text)[1]

    return arrived


def user_id(client):
    return client.session.get("_auth_user_id")


# --- what is stored and what arrives -------------------------------------------------------------


def test_what_is_stored_opens_nothing_by_itself(linked, ada):
    written = linked(ada)
    assert written.link_path == PLACE
    assert f"Go: {SITE}/go/{written.key}/\n" in written.text
    assert written.html.count(f'"{SITE}/go/{written.key}/"') == 1
    assert PLACE not in written.text + written.html


def test_what_arrives_is_signed_in_text_and_html(linked, ada, postbox):
    written = linked(ada)
    delivery.deliver(written.pk)
    [message] = postbox.messages
    text = message.get_body(["plain"]).get_content()
    [token] = re.findall(rf"{SITE}/go/{written.key}/([\w-]+)/\n", text)
    html = message.get_body(["html"]).get_content()
    assert f'"{SITE}/go/{written.key}/{token}/"' in html
    stored = OutgoingMail.objects.get(pk=written.pk)
    assert token not in stored.text + stored.html


def test_a_mail_says_how_long_its_link_logs_in(linked, ada):
    assert linked(ada).text.endswith(
        "\n\n-- \nThe link in this mail logs you in for 7 days. It is for you alone: do not "
        "forward it. After that it offers you a new one.\n"
    )


def test_the_lifetime_is_a_setting(linked, ada, settings):
    settings.MAIL_LINK_DAYS = 1
    assert "logs you in for 1 day. " in linked(ada).text


def test_staff_is_not_told_of_a_link_that_does_not_log_in(linked, reference):
    assert "logs you in" not in linked(StaffRoleFactory().user).text


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/page/",
        f"{SITE}.evil.example/page/",
        f"{SITE}//evil.example/",
        f"{SITE}/{'x' * 500}/",
        "",
    ],
)
def test_addresses_that_are_no_page_of_the_portal_stay_as_they_are(linked, ada, url):
    written = linked(ada, url=url)
    assert (written.link_path, written.text) == ("", f"Go: {url}".strip() + "\n")


def test_whoever_has_no_account_gets_the_plain_address(linked):
    written = linked(Recipient("bob@example.org"))
    assert (written.link_path, written.text) == ("", f"Go: {SITE}{PLACE}\n")
    assert links.signed(written) == (written.text, written.html)


def test_a_confidential_mail_keeps_the_plain_address(linked, ada, kind):
    written = linked(ada, kind=replace(kind, is_confidential=True))
    assert (written.link_path, written.text) == ("", f"Go: {SITE}{PLACE}\n")
    assert links.signed(written) == (written.text, written.html)


def test_a_key_of_another_persons_mail_is_not_signed(linked, ada):
    other = linked(UserFactory())
    written = linked(ada)
    written.text = f"{SITE}/go/{other.key}/ {SITE}/go/{UNKNOWN}/\n"
    assert links.signed(written)[0] == written.text


# --- opening -------------------------------------------------------------------------------------


def test_opening_changes_nothing_however_often(client, arrived, ada):
    link = arrived(ada)
    with untouched():
        for _time in range(3):
            assert client.get(link).status_code == 200
            assert client.head(link).status_code == 200
    assert Session.objects.count() == UserSession.objects.count() == 0
    assert "sessionid" not in client.cookies


def test_the_page_names_the_reader_and_no_address(client, arrived, ada):
    response = client.get(arrived(ada))
    page = response.content.decode()
    assert "Continue as Ada" in page
    assert "ada@example.org" not in page
    assert PLACE not in page
    assert "no-store" in response["Cache-Control"]


def test_the_page_does_without_a_name(client, arrived):
    page = client.get(arrived(UserFactory(first_name="", email="eve@example.org"))).content.decode()
    assert "Continue" in page
    assert "Continue as" not in page
    assert "eve@example.org" not in page


def test_whoever_is_logged_in_already_goes_straight_to_the_page(client, arrived, ada):
    link = arrived(ada)
    client.force_login(ada)
    with untouched():
        assert client.get(link)["Location"] == PLACE


# --- pressing ------------------------------------------------------------------------------------


def test_pressing_logs_in_and_leads_to_the_page(client, arrived, ada, time_machine):
    link = arrived(ada)
    time_machine.shift(7 * DAY)
    response = client.post(link)
    assert (response.status_code, response["Location"]) == (302, PLACE)
    assert user_id(client) == str(ada.pk)
    assert client.session["_auth_user_backend"] == django_settings.AUTHENTICATION_BACKENDS[0]
    assert OutgoingMail.objects.get(recipient=ada).opened_at == START + 7 * DAY
    assert [session.user for session in UserSession.objects.all()] == [ada]


def test_a_link_works_again_within_its_time(client, arrived, ada, time_machine):
    link = arrived(ada)
    client.post(link)
    client.logout()
    time_machine.shift(DAY)
    assert client.post(link)["Location"] == PLACE
    assert OutgoingMail.objects.get(recipient=ada).opened_at == START


def test_pressing_needs_the_token_of_the_form(arrived, ada):
    client = Client(enforce_csrf_checks=True)
    assert client.post(arrived(ada)).status_code == 403


def test_whoever_is_logged_in_stays_logged_in_fully(client, arrived, ada):
    link = arrived(ada)
    client.force_login(ada)
    key = client.session.session_key
    assert client.post(link)["Location"] == PLACE
    assert (client.session.session_key, links.CAME_BY_LINK in client.session) == (key, False)
    assert OutgoingMail.objects.get(recipient=ada).opened_at == START


def test_another_person_at_the_same_browser_is_logged_out_first(client, arrived, ada):
    link = arrived(ada)
    client.force_login(UserFactory())
    client.session["secret"] = "of another"
    assert "Continue as Ada" in client.get(link).content.decode()
    client.post(link)
    assert (user_id(client), "secret" in client.session) == (str(ada.pk), False)


def test_pressing_very_often_is_stopped(client, arrived, ada):
    link = arrived(ada)
    statuses = {client.post(link).status_code for _time in range(31)}
    assert statuses == {302, 429}


def test_staff_logs_in_as_ever(client, arrived, reference):
    officer = StaffRoleFactory().user
    response = client.post(arrived(officer))
    assert response["Location"] == "/accounts/login/?next=%2Faccounts%2Fmails%2F%3Ffrom%3Dmail"
    assert user_id(client) is None
    assert OutgoingMail.objects.get(recipient=officer).opened_at == START


def test_whoever_has_a_second_factor_logs_in_as_ever(client, arrived, ada):
    link = arrived(ada)
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    assert client.post(link)["Location"].startswith("/accounts/login/?next=")
    assert user_id(client) is None


# --- when a link does not hold -------------------------------------------------------------------


def without_keys(page):
    """A page without what differs each time: the link's own key and the form's token."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[A-Za-z0-9]{64}\b", "", page)


def expired(client, link):
    """A link that does not hold logs nobody in and says so, whatever the reason."""
    with untouched():
        response = client.post(link)
    assert (response.status_code, user_id(client)) == (200, None)
    page = response.content.decode()
    assert "This link has run out" in page
    return without_keys(page)


def test_a_link_runs_out(client, arrived, ada, time_machine):
    link = arrived(ada)
    time_machine.shift(7 * DAY + timedelta(seconds=1))
    assert expired(client, link)


def test_a_link_of_tomorrow_does_not_hold(client, arrived, ada, time_machine):
    link = arrived(ada)
    time_machine.shift(-DAY)
    assert expired(client, link)


def test_a_new_password_ends_all_links(client, arrived, ada):
    link = arrived(ada)
    ada.set_password("another-secret-1")
    ada.save()
    assert expired(client, link)


def test_another_address_ends_all_links(client, arrived, ada):
    link = arrived(ada)
    ada.email = "ada@elsewhere.example"
    ada.save()
    assert expired(client, link)


def test_a_closed_account_has_no_links(client, arrived, ada):
    link = arrived(ada)
    ada.is_active = False
    ada.save()
    assert expired(client, link)


def test_a_new_secret_keeps_links_while_the_old_one_is_known(client, arrived, ada, settings):
    link = arrived(ada)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert client.post(link)["Location"] == PLACE
    settings.SECRET_KEY_FALLBACKS = []


@pytest.mark.parametrize("token", ["x", "-", "!-abc", "1uFake-abc", "0-", "é-é", "z" * 400 + "-a"])
def test_a_made_up_token_is_answered_like_one_that_ran_out(
    client, arrived, ada, token, time_machine
):
    link = arrived(ada)
    key = OutgoingMail.objects.get(recipient=ada).key
    made_up = expired(client, f"/go/{key}/{token}/")
    unknown = expired(client, f"/go/{UNKNOWN}/{token}/")
    time_machine.shift(8 * DAY)
    assert made_up == unknown == expired(client, link)


def test_a_token_opens_its_own_mail_only(client, arrived, ada):
    first, second = arrived(ada), arrived(ada)
    swapped = "/".join([*first.split("/")[:3], *second.split("/")[3:]])
    assert expired(client, swapped)


def test_a_stored_path_that_leads_elsewhere_is_not_followed(client, arrived, ada):
    link = arrived(ada)
    OutgoingMail.objects.update(link_path="//evil.example/")
    assert expired(client, link)


# --- a new one -----------------------------------------------------------------------------------


def test_a_new_link_lands_where_the_old_one_did(client, arrived, ada, postbox, time_machine):
    link = arrived(ada)
    old = OutgoingMail.objects.get(recipient=ada)
    time_machine.shift(8 * DAY)
    assert f'action="/go/{old.key}/new/"' in client.get(link).content.decode()
    page = client.post(f"/go/{old.key}/new/").content.decode()
    assert "Look into your mails" in page
    new = OutgoingMail.objects.get(kind="core/new_link")
    assert (new.to, new.pace, new.link_path) == (ada.email, "now", "")
    assert new.subject == "Go on with a new link: Look at it"
    assert "logs you in for 7 days" in new.text
    delivery.deliver(new.pk)
    text = postbox.messages[-1].get_body(["plain"]).get_content()
    assert client.post(re.search(rf"{SITE}(/go/\S+)", text)[1])["Location"] == PLACE
    old.refresh_from_db()
    assert old.opened_at == START + 8 * DAY


def test_nobody_learns_whether_a_link_existed(client, linked, ada):
    written = linked(ada)

    def answer(key):
        return without_keys(client.post(f"/go/{key}/new/").content.decode())

    with untouched():
        unknown = answer(UNKNOWN)
    assert answer(written.key) == unknown
    assert OutgoingMail.objects.filter(kind="core/new_link").count() == 1


def test_a_new_link_is_not_asked_for_by_opening(client, linked, ada):
    written = linked(ada)
    with untouched():
        assert client.get(f"/go/{written.key}/new/").status_code == 405


@pytest.mark.parametrize("is_known", [True, False])
def test_asking_very_often_is_stopped(client, linked, ada, is_known):
    key = linked(ada).key if is_known else UNKNOWN
    statuses = [client.post(f"/go/{key}/new/").status_code for _time in range(4)]
    assert statuses == [200, 200, 200, 429]


# --- the link as it is stored --------------------------------------------------------------------


def test_the_stored_link_asks_somebody_unknown_to_log_in(client, linked, ada):
    key = linked(ada).key
    with untouched():
        page = client.get(f"/go/{key}/").content.decode()
    assert f'href="/accounts/login/?next=/go/{key}/"' in page
    unknown = client.get(f"/go/{UNKNOWN}/").content.decode()
    assert without_keys(page) == without_keys(unknown)


def test_the_stored_link_leads_whoever_is_logged_in_on(client, linked, ada, reference):
    key = linked(ada).key
    for person in (ada, StaffRoleFactory().user):
        client.force_login(person)
        with untouched():
            assert client.get(f"/go/{key}/")["Location"] == PLACE


def test_a_stored_link_that_does_not_exist_is_not_found(client, ada):
    client.force_login(ada)
    assert client.get(f"/go/{UNKNOWN}/").status_code == 404


# --- what the reader did -------------------------------------------------------------------------


def test_acting_is_noted_on_what_was_told(linked, ada, time_machine):
    time_machine.move_to(START, tick=False)
    bob = UserFactory()
    about = UserFactory()
    told, waiting, other, theirs = (
        linked(ada, about=about),
        linked(ada, about=about),
        linked(ada, about=bob),
        linked(bob, about=about),
    )
    OutgoingMail.objects.exclude(pk=waiting.pk).update(status="sent", sent_at=START)
    assert mail.mark_acted(about=about, actor=ada) == 1
    time_machine.shift(DAY)
    assert mail.mark_acted(about=about, actor=ada) == 0
    times = [OutgoingMail.objects.get(pk=m.pk).acted_at for m in (told, waiting, other, theirs)]
    assert times == [START, None, None, None]


def test_what_the_portal_does_by_itself_is_nobodys_act(linked, ada):
    OutgoingMail.objects.filter(pk=linked(ada, about=ada).pk).update(status="sent", sent_at=START)
    with untouched():
        assert mail.mark_acted(about=ada, actor=None) == 0
