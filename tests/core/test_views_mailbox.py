"""The demo's mailbox."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cxc_portal.core.mail import Pace, Recipient, pacing
from cxc_portal.core.models import OutgoingMail
from tests.factories import UserFactory

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PAGES = ["/mailbox/", "/mailbox/{pk}/", "/mailbox/{pk}/html/"]


def subjects(response):
    return [mail.subject for mail in response.context["page"]]


@pytest.fixture
def mails(write, time_machine):
    """Two mails, the second a minute after the first."""
    time_machine.move_to(START, tick=False)
    first = write("ada@example.org", context={"thing": "first"})
    time_machine.shift(timedelta(minutes=1))
    return [first, write("bob@example.com", context={"thing": "second"})]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_has_to_log_in(client, mails, page):
    assert client.get(page.format(pk=mails[0].pk)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_is_there_in_the_demo_only(client, mails, page, settings):
    settings.DEMO = False
    client.force_login(UserFactory())
    assert client.get(page.format(pk=mails[0].pk)).status_code == 404
    assert client.post(f"/mailbox/{mails[0].pk}/send/").status_code == 404


def test_mails_stand_newest_first(client, mails):
    assert subjects(client.get("/mailbox/")) == ["Look at second", "Look at first"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("ada@example.org", ["Look at first"]),
        (" BOB ", ["Look at second"]),
        ("example", ["Look at second", "Look at first"]),
        ("eve", []),
    ],
)
def test_mails_are_found_by_a_part_of_the_address(client, mails, address, found):
    assert subjects(client.get("/mailbox/", {"to": address})) == found


def test_a_filter_that_is_too_long_shows_its_error(client, mails):
    response = client.get("/mailbox/", {"to": "x" * 300})
    assert "Ensure this value has at most 254 characters" in response.content.decode()


def test_mails_are_paged_and_the_filter_stays(client, write):
    for number in range(26):
        write(f"person{number}@example.org")
    response = client.get("/mailbox/", {"to": "person"})
    assert len(response.context["page"]) == 25
    assert 'href="?to=person&amp;page=2"' in response.content.decode()
    assert len(client.get("/mailbox/", {"to": "person", "page": 2}).context["page"]) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_one_look_at_the_mails(client, write, django_assert_num_queries, count):
    for _number in range(count):
        write()
    with django_assert_num_queries(2):
        client.get("/mailbox/")


def test_an_empty_mailbox_says_how_to_fill_it(client, db):
    assert "No mail yet" in client.get("/mailbox/").content.decode()


def test_a_filter_that_finds_nothing_says_so(client, mails):
    assert "No mail fits" in client.get("/mailbox/", {"to": "eve"}).content.decode()


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("queued", "Queued"),
        ("sending", "Being sent"),
        ("sent", "Sent"),
        ("failed", "Failed"),
        ("cancelled", "Cancelled"),
        ("unwanted", "Not wanted by the reader"),
    ],
)
def test_each_mail_says_where_it_stands(client, mails, status, word):
    OutgoingMail.objects.update(status=status, sent_at=START, claimed_at=START)
    assert f"{word}</span>" in client.get("/mailbox/").content.decode()
    assert f"{word}</span>" in client.get(f"/mailbox/{mails[0].pk}/").content.decode()


def test_a_delayed_mail_says_when_it_goes_out(client, write, time_machine):
    time_machine.move_to(START, tick=False)
    write(delay=timedelta(minutes=10))
    assert "goes out 23 November 2026, 10:10" in client.get("/mailbox/").content.decode()


def test_each_mail_says_what_its_reader_did(client, mails):
    assert "Link opened" not in client.get("/mailbox/").content.decode()
    OutgoingMail.objects.update(opened_at=START)
    assert "Link opened</span>" in client.get("/mailbox/").content.decode()
    OutgoingMail.objects.update(acted_at=START)
    page = client.get("/mailbox/").content.decode()
    assert ("Acted</span>" in page, "Link opened" in page) == (True, False)


@pytest.fixture
def paced(write, kind):
    """Two pieces of news for one person."""
    news = replace(kind, pace=Pace.BLOCKING)
    ada = UserFactory(first_name="Ada")
    return [write(Recipient.of(ada), kind=news, context={"thing": thing}) for thing in "ab"]


def test_a_paced_mail_says_what_it_waits_for(client, paced, queued):
    assert "waits for the letter of the day" in client.get("/mailbox/").content.decode()
    page = f"/mailbox/{paced[0].pk}/"
    assert "nobody gets more than one" in client.get(page).content.decode()
    client.post(f"{page}send/")
    assert queued == [paced[0].pk]


def test_what_was_told_in_a_summary_leads_there(client, paced):
    summary = pacing.make_letter(paced[0].recipient_id).pk
    assert "Told in a summary</span>" in client.get("/mailbox/").content.decode()
    page = client.get(f"/mailbox/{paced[0].pk}/").content.decode()
    assert f'<a href="/mailbox/{summary}/">Look at a … and 1 more</a>' in page


def test_links_work_from_the_mailbox(client, paced):
    summary = pacing.make_letter(paced[0].recipient_id)
    pages = [f"/mailbox/{summary.pk}/", f"/mailbox/{summary.pk}/html/"]
    for page in pages:
        shown = client.get(page).content.decode()
        [path] = set(re.findall(rf"(/go/{summary.key}/[^/\s\"]+/)", shown))
        assert "Continue as Ada" in client.get(path).content.decode()


def test_a_mail_is_shown_as_text_with_its_links(client, write):
    written = write(context={"thing": "see https://portal.example/p?a=1&b=2 <b>"})
    page = client.get(f"/mailbox/{written.pk}/").content.decode()
    assert '<a href="https://portal.example/p?a=1&amp;b=2"' in page
    assert "&lt;b&gt;" in page


def test_a_mail_is_framed_as_a_mail_program_shows_it(client, mails):
    response = client.get(f"/mailbox/{mails[0].pk}/")
    page = response.content.decode()
    assert f'<iframe src="/mailbox/{mails[0].pk}/html/"' in page
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert "style-src 'self'" in response["Content-Security-Policy"]


def test_the_html_has_a_policy_of_its_own(client, mails):
    response = client.get(f"/mailbox/{mails[0].pk}/html/")
    policy = set(response["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src 'self'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-top-navigation-by-user-activation",
    }
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_links_lead_out_of_the_frame(client, mails):
    page = client.get(f"/mailbox/{mails[0].pk}/html/").content.decode()
    assert page.startswith('<html><head><base target="_top"></head>')


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_mail_that_is_not_there_is_404(client, db, page):
    assert client.get(page.format(pk=0)).status_code == 404


def test_an_error_of_the_mail_server_is_shown(client, mails):
    OutgoingMail.objects.update(status="failed", last_error="SMTPDataError: 550")
    assert "SMTPDataError: 550" in client.get(f"/mailbox/{mails[0].pk}/").content.decode()


def test_a_delayed_mail_can_be_sent_now(client, write, queued, time_machine):
    time_machine.move_to(START, tick=False)
    written = write(delay=timedelta(minutes=10))
    assert "Send it now" in client.get(f"/mailbox/{written.pk}/").content.decode()
    response = client.post(f"/mailbox/{written.pk}/send/", follow=True)
    assert response.redirect_chain == [(f"/mailbox/{written.pk}/", 302)]
    assert "The mail goes out now." in response.content.decode()
    assert "Send it now" not in response.content.decode()
    assert queued == [written.pk]


def test_a_mail_that_does_not_wait_leads_back_with_the_reason(client, mails, queued):
    before = f"http://testserver/mailbox/{mails[0].pk}/"
    response = client.post(
        f"/mailbox/{mails[0].pk}/send/", headers={"referer": before}, follow=True
    )
    assert "This mail does not wait for its time." in response.content.decode()
    assert queued == []


def test_reading_changes_nothing(client, mails):
    assert client.get(f"/mailbox/{mails[0].pk}/send/").status_code == 405
