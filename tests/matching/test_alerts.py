"""Alerts of strangers: asked for, confirmed by mail, told once, forgotten."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as django_settings

from cxc_portal.core import clock
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching import tasks
from matching.models import PartnerAlert
from matching.notifications.alerts import ALERT_CONFIRM, PARTNERS_FOUND
from matching.services import alerts
from matching.services.alerts import (
    ask_for_alert,
    confirm_alert,
    delete_alert,
    forget_strangers,
    sketch_of,
    tell_of_partners,
)
from profiles.services.erasure import erase_account
from profiles.services.lifecycle import pause_profile
from profiles.services.personal_data import export_personal_data
from tests.concurrency import at_once, errors
from tests.factories import UserFactory
from tests.matching.strangers import ANSWERS, RED, make_host, make_hosts, sketch
from tests.profiles.mailbag import kinds_to, mails_to
from tests.untouched import untouched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

EMAIL = "ana@rodas.example"


def ask(email: str = EMAIL, **changes) -> PartnerAlert | None:
    ask_for_alert(email=email, language="en", sketch=sketch(**changes))
    return PartnerAlert.objects.filter(email=email).order_by("pk").last()


def waiting(email: str = EMAIL, **changes) -> PartnerAlert:
    """A confirmed alert."""
    alert = confirm_alert(key=ask(email, **changes).key)
    assert alert is not None
    return alert


# --- asking --------------------------------------------------------------------------------------


def test_an_alert_keeps_the_answers_and_asks_by_mail():
    make_hosts(2)
    alert = ask("Ana@Rodas.example".lower())
    assert sketch_of(alert) == sketch()
    assert (alert.confirmed_at, alert.known_partners) == (None, 2)
    (mail,) = mails_to(EMAIL)
    assert mail.kind == ALERT_CONFIRM.name
    assert mail.subject == "Confirm that we may write to you about partners abroad"
    for line in (
        "- You would like to visit a partner",
        "- Portugal",
        "- Manufacture of motor vehicles, trailers and semi-trailers",
        f"Confirm the alert: {django_settings.SITE_URL}/alerts/{alert.key}/",
    ):
        assert line in mail.text.splitlines()


def test_capitals_and_spaces_make_no_other_address():
    ask_for_alert(email=" Ana@Rodas.Example ", language="en", sketch=sketch())
    assert PartnerAlert.objects.get().email == EMAIL


def test_asking_again_on_the_same_day_sends_nothing_more():
    ask()
    ask(purpose=["markets"])
    assert PartnerAlert.objects.get().purposes == ["markets"]
    assert len(mails_to(EMAIL)) == 1


def test_asking_again_on_another_day_asks_again():
    with time_machine.travel(clock.now() - timedelta(days=1), tick=False):
        ask()
    ask()
    assert kinds_to(EMAIL) == [ALERT_CONFIRM.name] * 2


def test_a_confirmed_alert_is_not_changed_by_whoever_asks_again():
    waiting()
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False), untouched():
        ask_for_alert(email=EMAIL, language="fr", sketch=sketch(purpose=["markets"]))


def test_an_address_is_asked_three_times_a_day_at_most():
    for country in ("PT", "FR", "HU"):
        ask(country=country)
    with untouched():
        ask(country="DE")
    assert len(mails_to(EMAIL)) == 3
    ask("other@example.org", country="DE")
    assert len(mails_to("other@example.org")) == 1


def test_the_next_day_the_address_may_be_asked_again():
    with time_machine.travel(clock.now() - timedelta(hours=25), tick=False):
        for country in ("PT", "FR", "HU"):
            ask(country=country)
    ask(country="DE")
    assert len(mails_to(EMAIL)) == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_at_once_make_one_alert_and_one_mail():
    outcomes = at_once(ask, ask)
    assert errors(outcomes) == []
    assert PartnerAlert.objects.count() == 1
    assert len(mails_to(EMAIL)) == 1


# --- confirming and deleting ---------------------------------------------------------------------


def test_confirming_twice_keeps_the_first_moment():
    alert = waiting()
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False), untouched():
        confirm_alert(key=alert.key)


def test_what_is_gone_cannot_be_confirmed():
    assert confirm_alert(key=uuid4()) is None


def test_deleting_takes_back_the_question():
    alert = ask()
    delete_alert(key=alert.key)
    assert PartnerAlert.objects.exists() is False
    assert OutgoingMail.objects.get().status == MailStatus.CANCELLED


def test_deleting_what_is_gone_changes_nothing():
    with untouched():
        delete_alert(key=uuid4())


# --- telling -------------------------------------------------------------------------------------


def test_the_first_partner_is_told_once_and_the_address_forgotten():
    alert = waiting()
    make_host("P-HOST")
    assert tell_of_partners() == 1
    assert tell_of_partners() == 0
    assert PartnerAlert.objects.exists() is False
    mail = mails_to(EMAIL)[0]
    assert mail.kind == PARTNERS_FOUND.name
    assert mail.subject == "See who fits you: 1 partner abroad"
    assert "P-HOST" not in mail.text + mail.html
    url = (
        f"{django_settings.SITE_URL}/try/?role=visiting&country=PT&sector=29"
        "&purpose=learn&purpose=training"
    )
    assert f"See your partners: {url}" in mail.text.splitlines()
    assert f"{django_settings.SITE_URL}/alerts/{alert.key}/" in mail.text


def test_the_link_of_the_mail_leads_to_the_partners(client):
    waiting()
    make_host("P-HOST")
    tell_of_partners()
    url = re.search(r"http\S+/try/\S+", mails_to(EMAIL)[0].text)[0]
    response = client.get(url.removeprefix(django_settings.SITE_URL))
    assert "1 host abroad fits you" in response.content.decode()


def test_an_alert_that_nobody_confirmed_is_not_told():
    ask()
    make_host("P-HOST")
    assert tell_of_partners() == 0
    assert kinds_to(EMAIL) == [ALERT_CONFIRM.name]


def test_a_partner_that_fits_little_is_no_news():
    waiting()
    make_host("P-RED", **RED)
    assert tell_of_partners() == 0


def test_partners_that_were_there_before_are_no_news():
    make_hosts(2)
    waiting()
    assert tell_of_partners() == 0
    make_host("P-NEW")
    assert tell_of_partners() == 1
    assert "3 organisations in ClusterXchange fit your answers now" in mails_to(EMAIL)[0].text


def test_what_came_between_asking_and_confirming_is_news():
    alert = ask()
    make_host("P-HOST")
    confirm_alert(key=alert.key)
    assert tell_of_partners() == 1


def test_one_that_leaves_and_another_that_comes_are_news():
    (host,) = make_hosts(1)
    waiting()
    pause_profile(profile_id=host.pk, actor=host.contact)
    assert tell_of_partners() == 0
    make_host("P-NEW")
    assert tell_of_partners() == 1


def test_nothing_is_looked_at_while_the_catalogue_stays_the_same(monkeypatch):
    waiting()
    monkeypatch.setattr(alerts, "_fitting", None)
    assert tell_of_partners() == 0


def test_equal_answers_are_looked_at_once(monkeypatch):
    asked = []
    for name in ("a", "b", "c"):
        waiting(f"{name}@example.org")
    waiting("d@example.org", sector="62")
    make_host("P-HOST")
    fitting = alerts._fitting
    monkeypatch.setattr(alerts, "_fitting", lambda s: asked.append(s) or fitting(s))
    monkeypatch.setattr(alerts, "BATCH", 2)
    assert tell_of_partners() == 4
    assert asked == [sketch(), sketch(sector="62")]


def test_who_deletes_the_alert_meanwhile_is_not_told(monkeypatch):
    alert = waiting()
    make_host("P-HOST")

    def fitting(_sketch):
        delete_alert(key=alert.key)
        return 1

    monkeypatch.setattr(alerts, "_fitting", fitting)
    assert tell_of_partners() == 0
    assert kinds_to(EMAIL) == [ALERT_CONFIRM.name]


# --- forgetting ----------------------------------------------------------------------------------


def test_unconfirmed_alerts_are_forgotten_after_a_week():
    for days, email in ((8, "old@example.org"), (6, "young@example.org")):
        with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
            ask(email)
    with time_machine.travel(clock.now() - timedelta(days=30), tick=False):
        waiting("sure@example.org")
    forget_strangers()
    left = set(PartnerAlert.objects.values_list("email", flat=True))
    assert left == {"young@example.org", "sure@example.org"}


def all_mails(status: str) -> None:
    OutgoingMail.objects.update(status=status, sent_at=clock.now(), claimed_at=clock.now())


def test_mails_forget_the_address_once_the_alert_is_gone():
    alert = waiting()
    make_host("P-HOST")
    tell_of_partners()
    waiting("waits@example.org", sector="62")
    all_mails(MailStatus.SENT)
    assert forget_strangers() == 2
    assert forget_strangers() == 0
    asked = OutgoingMail.objects.filter(kind=ALERT_CONFIRM.name).values_list("to", flat=True)
    assert set(asked) == {"", "waits@example.org"}
    for mail in OutgoingMail.objects.filter(to=""):
        assert (mail.subject, mail.text, mail.html, mail.link_path) == ("", "", "", "")
        assert mail.about_id == str(alert.pk)


def test_mails_about_something_else_keep_their_address():
    published = make_host("P-HOST")
    all_mails(MailStatus.SENT)
    with untouched():
        forget_strangers()
    assert len(mails_to(published.contact_email)) == 1


@pytest.mark.parametrize("status", [MailStatus.QUEUED, MailStatus.SENDING, MailStatus.FAILED])
def test_a_mail_that_is_still_to_go_out_keeps_its_address(status):
    delete_alert(key=ask().key)
    all_mails(status)
    with untouched():
        forget_strangers()


def test_a_mail_that_was_cancelled_forgets_its_address():
    delete_alert(key=ask().key)
    assert forget_strangers() == 1


def test_a_mail_that_failed_long_ago_forgets_its_address():
    with time_machine.travel(clock.now() - timedelta(days=8), tick=False):
        delete_alert(key=ask().key)
    all_mails(MailStatus.FAILED)
    assert forget_strangers() == 1


def test_the_clock_calls_the_services():
    waiting()
    with time_machine.travel(clock.now() - timedelta(days=8), tick=False):
        ask("old@example.org")
    make_host("P-HOST")
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    assert (tasks.tell_of_partners(), tasks.forget_strangers()) == (1, 2)


def test_an_alert_is_in_the_data_that_its_owner_takes_along():
    user = UserFactory(email=EMAIL)
    ask()
    ask("other@example.org")
    archive = zipfile.ZipFile(io.BytesIO(export_personal_data(user_id=user.pk)))
    rows = json.loads(archive.read("data.json"))["partner_alerts"]
    assert [(row["email"], row["country__name"]) for row in rows] == [(EMAIL, "Portugal")]


def test_an_alert_goes_with_the_account_of_its_address():
    user = UserFactory(email=EMAIL)
    ask()
    ask("other@example.org")
    erase_account(user_id=user.pk, actor=user)
    assert [alert.email for alert in PartnerAlert.objects.all()] == ["other@example.org"]


# --- the pages -----------------------------------------------------------------------------------


def send(client, email: str = EMAIL, **changes):
    return client.post("/try/alert/", ANSWERS | {"email": email} | changes)


def page(client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return unescape(response.content.decode())


ADDRESS = "/try/?role=visiting&country=PT&sector=29&purpose=learn"


def test_nobody_fitting_offers_an_alert_instead_of_a_zero(client):
    html = page(client, ADDRESS)
    assert "Be the first to know" in html
    assert "0 hosts" not in html
    assert html.count("button-primary") == 1
    assert re.search(r'button-primary"[^>]*>\s*<svg.*?</svg>\s*<span>Write to me', html, re.S)
    assert "Keep this and register" in html


def test_few_offer_an_alert_beside_them(client):
    make_hosts(2)
    html = page(client, ADDRESS)
    assert "Only few yet? Hear of more by mail" in html
    assert html.count("button-primary") == 1


def test_many_offer_no_alert(client):
    make_hosts(3)
    assert "Write to me" not in page(client, ADDRESS)


def test_the_same_answer_whoever_asks(client):
    UserFactory(email="known@example.org")
    waiting("waits@example.org")
    locations = {
        send(client, email)["Location"]
        for email in ("known@example.org", "waits@example.org", "new@example.org")
    }
    assert locations == {
        "/try/alert/asked/?role=visiting&country=PT&sector=29&purpose=learn&purpose=training"
    }
    html = page(client, locations.pop())
    assert "Now look in your mailbox" in html
    assert 'href="/try/?role=visiting&country=PT&sector=29&purpose=learn&purpose=training"' in html


def test_the_page_after_asking_leads_back_without_answers_too(client):
    assert 'href="/try/"' in page(client, "/try/alert/asked/").partition("<main")[2]


@pytest.mark.parametrize("email", ["", "ana", "ana@"])
def test_an_address_that_is_none_is_told_and_the_answers_are_kept(client, email):
    with untouched():
        response = send(client, email)
    html = unescape(response.content.decode())
    assert response.status_code == 200
    assert "There is something to put right" in html
    assert '<input type="hidden" name="sector" value="29">' in html


def test_an_error_opens_the_form_beside_the_few(client):
    make_hosts(1)
    html = unescape(send(client, "ana").content.decode())
    assert re.search(r"<details[^>]*open[^>]*>\s*<summary>\s*Only few yet", html)


def test_answers_that_are_wrong_make_no_alert(client):
    with untouched():
        response = send(client, country="XX")
    assert "Choose your country from the list." in unescape(response.content.decode())


def test_opening_the_link_changes_nothing(client):
    alert = ask()
    with untouched():
        html = page(client, f"/alerts/{alert.key}/")
        client.head(f"/alerts/{alert.key}/")
    assert "Shall we write to you?" in html
    assert EMAIL not in html


def test_pressing_the_button_confirms(client):
    alert = ask()
    response = client.post(f"/alerts/{alert.key}/", {"confirm": "1"})
    assert response["Location"] == f"/alerts/{alert.key}/"
    assert PartnerAlert.objects.get().confirmed_at is not None
    html = page(client, f"/alerts/{alert.key}/")
    assert "Your alert is set" in html
    assert "Yes, write to me" not in html


def test_the_other_button_deletes(client):
    alert = waiting()
    response = client.post(f"/alerts/{alert.key}/", {"delete": "1"})
    assert response["Location"] == "/try/"
    assert PartnerAlert.objects.exists() is False
    assert "The alert and your address are deleted." in page(client, "/try/")


def test_a_link_of_an_alert_that_is_gone_says_so(client):
    alert = waiting()
    delete_alert(key=alert.key)
    html = page(client, f"/alerts/{alert.key}/", status=404)
    assert "There is no such alert any more" in html


def test_confirming_what_is_gone_says_so(client):
    url = f"/alerts/{uuid4()}/"
    assert client.post(url, {"confirm": "1"})["Location"] == url


def test_somebody_who_asks_without_end_is_asked_to_wait(client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"alert": "2/h/ip"}
    answers = [send(client, f"{n}@example.org").status_code for n in range(3)]
    assert answers == [302, 302, 429]


def test_a_host_is_told_of_visitors_in_the_right_words():
    alert = ask(role="host")
    assert "- You would like to host a partner" in mails_to(EMAIL)[0].text
    assert alert.role == "host"
