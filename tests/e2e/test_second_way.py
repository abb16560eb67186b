"""The second way through the portal: a stranger sees partners, registers without typing anything
twice, writes to a host, the host answers from its mail, and both confirm. Their officer brings a
second pair together. On a wide and a small screen, the steps that count by keyboard alone."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail as django_mail
from playwright.sync_api import expect

from cxc_portal.core import clock
from cxc_portal.core.mail import pacing
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching.models import Conversation, Match
from profiles.models import Profile
from tests.e2e.test_trying import answer_four_questions, register_the_rest
from tests.factories import OrganisationFactory, StaffRoleFactory, published_profile
from tests.matching.strangers import make_host

pytestmark = [
    pytest.mark.browser,
    pytest.mark.every_screen,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

HOST, FREE_HOST, OTHER_HOST = "Alba Motors", "Bruma Motors", "Costa Motors"
HOSTS = (HOST, FREE_HOST, OTHER_HOST)
LONELY = "Zephyr Works"
LEFT_BEHIND = "/partnerships/RECIPE4MOBILITY/left-behind/"
WHY = (
    "Your test track for electric lorries is what we have looked for. "
    "We would like to watch your engineers for a week."
)


@pytest.fixture
def partners(portal):
    """Three hosts and a visitor who have been in the catalogue for weeks; nobody wrote to them."""
    with time_machine.travel(clock.now() - timedelta(days=20), tick=False):
        hosts = {name: make_host(f"P-{name[:4].upper()}", org_name=name) for name in HOSTS}
        published_profile(
            organisation=OrganisationFactory(name=LONELY, country_id="PT"), activities=["training"]
        )
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    return hosts


def says(visitor, text):
    expect(visitor.main().get_by_text(text).first).to_be_visible(timeout=15_000)


def reach(visitor, name, path, role="button"):
    """Press something by keyboard alone and look at the page it leads to."""
    visitor.by_keyboard(name, role)
    visitor.arrives_at(path)
    visitor.check()


def write(visitor, label, text):
    field = visitor.main().get_by_role("textbox", name=re.compile(f"^{re.escape(label)}")).first
    visitor.tab_to(field)
    visitor.page.keyboard.type(text)


def publish(officer, name):
    officer.goto("/admin/")
    officer.check()
    officer.press(name, role="link")
    expect(officer.page.get_by_role("heading", level=1)).to_have_text(name)
    officer.check()
    officer.press("Publish")
    says(officer, name)
    profile = Profile.objects.get(organisation__name=name)
    assert profile.state == "published"
    return profile


def contact(firm, profile, host):
    """From the dashboard to the first message."""
    firm.goto("/dashboard/")
    says(firm, "Your turn: look at your matches and choose a partner.")
    says(firm, "It usually takes about 6 contacts until one becomes a match.")
    firm.check()
    reach(firm, "See your matches", f"/matches/{profile.ref}/", "link")
    reach(firm, HOST, f"/matches/{profile.ref}/{host.ref}/", "link")
    reach(firm, "Write to them", f"/matches/{profile.ref}/{host.ref}/contact/", "link")
    write(firm, "Why would you like to meet them?", WHY)
    firm.by_keyboard("Send the message")
    firm.page.wait_for_url(re.compile("/conversations/[0-9]+/"))
    firm.check()
    says(firm, f"Waiting for the first answer of {HOST}.")


def answer_from_mail(reader, host, conversation):
    """The link in the letter as it went out; it asks for one press and opens the conversation."""
    assert pacing.deliver_news(host.contact.pk)
    letter = django_mail.outbox[-1]
    assert letter.to == [host.contact.email]
    assert WHY not in letter.body
    link = re.search(r"(/go/\S+)", letter.body)
    reader.goto(link[1])
    reader.check()
    page = f"/conversations/{conversation.pk}/"
    reach(reader, f"Continue as {host.contact.first_name}", page)
    says(reader, WHY)
    write(reader, "Your message", "Come in spring, please.")
    reader.by_keyboard("Yes, let us talk")
    says(reader, "Waiting for Rodas Novas to write back.")
    reader.check()


def agree(firm, reader, profile, host):
    """The firm proposes, the host accepts."""
    firm.goto("/dashboard/")
    says(firm, f"Your turn: {HOST} answered. Write back, or propose a match.")
    firm.check()
    conversation = Conversation.objects.get()
    reach(firm, "Write back", f"/conversations/{conversation.pk}/", "link")
    says(firm, "Come in spring, please.")
    reach(firm, "Propose a match", f"/matches/{profile.ref}/{host.ref}/propose/", "link")
    write(firm, "Your message", "A week in May at your test track.")
    firm.by_keyboard("Send the proposal")
    firm.page.wait_for_url(re.compile("/proposals/[0-9]+/"))
    firm.check()
    says(firm, f"Waiting for the answer of {HOST} to the proposed match.")
    match = Match.objects.get()
    reader.goto("/dashboard/")
    says(reader, "Your turn: accept or decline the proposed match.")
    reader.check()
    reach(reader, "Look at the proposal", match.get_absolute_url(), "link")
    reader.by_keyboard("Accept")
    says(reader, f"Your contact at {profile.organisation.name}")
    says(reader, profile.contact_email)
    reader.check()
    firm.goto(match.get_absolute_url())
    says(firm, host.contact_email)
    firm.check()
    reach(firm, "Open the exchange", match.exchange.get_absolute_url(), "link")
    says(firm, f"You visit {HOST}")
    assert match.host == host


def names_left_behind(officer):
    officer.goto(LEFT_BEHIND)
    officer.check()
    rows = officer.main().get_by_role("table", name="Left behind")
    expect(rows).to_be_visible()
    return set(rows.get_by_role("rowheader").get_by_role("link").all_inner_texts())


def introduce_the_second_pair(officer):
    """Whoever is left behind is introduced to the free partner who fits best."""
    row = officer.main().get_by_role("row").filter(has_text=LONELY).first
    button = row.get_by_role("link", name=re.compile("^Introduce"))
    officer.tab_to(button)
    officer.page.keyboard.press("Enter")
    officer.page.wait_for_url(re.compile("/introduce/$"))
    officer.check()
    write(officer, "Your message", "You both test electric lorries. Do meet!")
    officer.by_keyboard("Introduce them")
    officer.page.wait_for_url(re.compile("/proposals/[0-9]+/"))
    officer.check()
    match = Match.objects.get(origin="introduced")
    assert match.visitor.organisation.name == LONELY
    return match.host.organisation.name


def test_from_a_first_look_to_a_confirmed_match(someone, code_sent_to, settings, partners):
    settings.MAIL_SUMMARY_HOUR = 0
    firm, host = someone(), partners[HOST]
    answer_four_questions(firm)
    firm.by_keyboard("Keep this and register")
    firm.arrives_at("/register/organisation/")
    register_the_rest(firm, code_sent_to)
    firm.check()

    officer = someone(StaffRoleFactory().user)
    profile = publish(officer, "Rodas Novas")
    assert names_left_behind(officer) == {*HOSTS, LONELY}

    contact(firm, profile, host)
    reader = someone()
    answer_from_mail(reader, host, Conversation.objects.get())
    agree(firm, reader, profile, host)

    assert names_left_behind(officer) == {FREE_HOST, OTHER_HOST, LONELY}
    second_host = introduce_the_second_pair(officer)
    assert names_left_behind(officer) == {FREE_HOST, OTHER_HOST} - {second_host}
    officer.goto("/dashboard/")
    says(officer, "Nothing waits at the validation desk.")
    officer.check()
