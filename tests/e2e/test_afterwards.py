"""After an exchange in the browser: a story is told and published, and people find each other."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from cxc_portal.core import documents
from reports.models import SuccessStory
from tests.factories.exchanges import person_of
from tests.factories.reports import closed_exchange

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photo():
    content = io.BytesIO()
    Image.new("RGB", (1200, 800), "#1b4f9c").save(content, "JPEG")
    return {"name": "us.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_story_is_told_and_alumni_meet(someone, portal, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    exchange = closed_exchange()
    documents.sweep()
    home = exchange.get_absolute_url()
    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(home)
    expect(visitor.main().get_by_role("link", name="Certificate of participation")).to_be_visible()
    visitor.check()

    visitor.press("Tell your story", "link")
    visitor.arrives_at(f"{home}story/")
    visitor.press("Offer the story")
    expect(visitor.main().get_by_role("alert")).to_contain_text("Tell your story.")
    visitor.check()
    visitor.page.get_by_label("Title").fill("A week in Lyon")
    visitor.page.get_by_label("Your story").fill("We saw how they sort batteries.")
    visitor.page.get_by_label("One sentence to quote").fill("One week saved us a year.")
    visitor.page.get_by_label("Photo", exact=False).first.set_input_files(photo())
    visitor.page.get_by_label("What the photo shows").fill("Two people at the line")
    visitor.page.get_by_label("I agree that this story is published").check()
    visitor.press("Offer the story")
    expect(visitor.main().get_by_text("Waiting for RECIPE4MOBILITY to read")).to_be_visible()
    visitor.check()

    officer = someone(person_of(exchange, "VOP"))
    officer.goto("/stories/review/")
    officer.check()
    officer.press("A week in Lyon", "link")
    officer.arrives_at(f"{home}story/")
    officer.check()
    officer.by_keyboard("Publish")
    expect(officer.main().get_by_text("Published: everybody can read")).to_be_visible()

    reader = someone()
    reader.goto("/stories/")
    reader.check()
    reader.press("A week in Lyon", "link")
    story = SuccessStory.objects.get()
    reader.arrives_at(f"/stories/{story.pk}/")
    expect(reader.main().get_by_role("img", name="Two people at the line")).to_be_visible()
    reader.check()

    visitor.goto("/alumni/mine/")
    visitor.check()
    visitor.page.get_by_label("What can others ask you about?").fill("Sorting batteries")
    visitor.press("Join")
    visitor.arrives_at("/alumni/")
    expect(visitor.main().get_by_text("Sorting batteries")).to_be_visible()
    visitor.check()

    visitor.goto(f"{home}story/")
    visitor.press("Take it back")
    expect(visitor.main().get_by_text("Taken back. The photo is deleted.")).to_be_visible()
    reader.goto(f"/stories/{story.pk}/")
    expect(reader.main().get_by_role("img", name="Two people at the line")).to_have_count(0)
