"""A first contact and its answer in the browser: with a mouse, by keyboard, without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from matching.models import Conversation
from matching.services.conversations import start_conversation
from tests.factories import StaffRoleFactory, host_profile, visitor_profile
from tests.matching.talking import PDF, WHY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAN = {"name": "Our plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
PROGRAM = {"name": "plan.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}


@pytest.fixture
def pair(portal):
    return visitor_profile(ref="P-VISIT"), host_profile(ref="P-HOST")


def test_a_contact_is_made_answered_reported_and_blocked(someone, pair):
    visitor, host = pair
    asker = someone(visitor.contact)
    asker.goto("/matches/P-VISIT/P-HOST/contact/")
    asker.check()
    asker.page.get_by_label("Why would you like to meet them?").fill(WHY)
    asker.page.get_by_label("Files").set_input_files([PROGRAM])
    asker.press("Send the message")
    expect(asker.page.get_by_text("plan.exe: This is not").first).to_be_visible()
    expect(asker.page.get_by_label("Why would you like to meet them?")).to_have_value(WHY)
    asker.check()
    asker.page.get_by_label("Files").set_input_files([PLAN])
    asker.press("Send the message")
    expect(asker.main().get_by_text("Waiting for the first answer of AQUIMER.")).to_be_visible()
    talk = Conversation.objects.get()
    asker.arrives_at(f"/conversations/{talk.pk}/")
    asker.check()

    asked = someone(host.contact)
    asked.goto("/conversations/")
    expect(asked.main().get_by_text("1 conversation has something new.")).to_be_visible()
    asked.check()
    asked.press("Motores Lda", role="link")
    expect(asked.main().get_by_role("link", name="Our plan.pdf")).to_be_visible()
    asked.check()
    asked.page.locator("summary", has_text="No, because").click()
    expect(asked.page.get_by_label("The dates do not suit us.")).to_be_visible()
    asked.check()
    asked.page.locator("summary", has_text="Yes, let us talk").click()
    asked.press("Yes, let us talk")
    expect(asked.main().get_by_text("Waiting for Motores Lda to write back.")).to_be_visible()

    for path in ("end", "report", "block"):
        asked.goto(f"/conversations/{talk.pk}/{path}/")
        asked.check()
    asked.press("Block this organisation")
    asked.arrives_at("/profiles/P-HOST/contacts/")
    asked.check()
    asked.page.get_by_role("button", name=re.compile("^Take the block back")).click()
    expect(asked.main().get_by_text("None. A conversation offers to block")).to_be_visible()


def test_the_answer_comes_by_keyboard_and_staff_reads_along(someone, pair):
    visitor, host = pair
    talk = start_conversation(
        profile_id=visitor.pk, other_id=host.pk, actor=visitor.contact, text=WHY
    )
    asked = someone(host.contact)
    asked.goto(f"/conversations/{talk.pk}/")
    asked.tab_to(asked.page.locator("summary", has_text="No, because"))
    asked.page.keyboard.press("Enter")
    asked.tab_to(asked.page.get_by_label("We have no room"))
    asked.page.keyboard.press("ArrowDown")
    asked.page.keyboard.press("ArrowDown")
    asked.by_keyboard("Answer no")
    expect(asked.main().get_by_text("The dates do not suit us.").first).to_be_visible()
    talk.refresh_from_db()
    assert talk.state == "refused"
    asked.check()

    officer = someone(StaffRoleFactory().user)
    officer.goto(f"/conversations/{talk.pk}/")
    expect(officer.main().get_by_text("You read along as staff.")).to_be_visible()
    officer.check()
    officer.goto("/conversations/reports/")
    officer.check()


def test_all_of_it_works_without_javascript(someone, pair):
    visitor, host = pair
    asker = someone(visitor.contact, java_script_enabled=False)
    asker.goto("/matches/P-VISIT/P-HOST/contact/")
    asker.page.get_by_label("Why would you like to meet them?").fill("Hello.")
    asker.press("Send the message")
    expect(asker.page.get_by_text(re.compile("Make it two sentences")).first).to_be_visible()
    asker.page.get_by_label("Why would you like to meet them?").fill(WHY)
    asker.press("Send the message")
    asked = someone(host.contact, java_script_enabled=False)
    asked.goto("/conversations/")
    asked.press("Motores Lda", role="link")
    asked.page.locator("summary", has_text="Not now, but later").click()
    asked.press("Ask me again then")
    expect(asked.page.get_by_text("Give a day.").first).to_be_visible()
    asked.page.locator("#yes > summary").click()
    asked.page.locator("#yes").get_by_label("Your message").fill("Gladly.")
    asked.press("Yes, let us talk")
    expect(asked.main().get_by_text("Gladly.")).to_be_visible()
